"""What goes along when something is removed or no longer fits: the views, figures and rules that rest on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.expressions.tokens import names
from madeleine_miniapp.domain.limits import NUMERIC, VIEW_BY, VIEWS_OF_AGGREGATES
from madeleine_miniapp.domain.operations.editor import Editor


def drop_field(editor: Editor, entity: s.Entity, field: s.Field) -> None:
    """Removes a field: computed fields, rules, figures, automations and views that need it go with it."""
    name, label, kind = field.name, field.label or field.name, field.type
    _delete(entity.fields, lambda f: f.name == name)
    editor.migrate(events.MIGRATION_KIND_REMOVE, entity.name, field=name, from_type=kind)
    editor.note(
        "remove",
        "field",
        name,
        f"Removes the field “{label}” from {entity.label}; its values are kept aside",
        f"从「{entity.label}」中移除字段「{label}」，原有数据保留备份",
    )
    for computed in [f for f in entity.fields if f.formula and name in names(f.formula)]:
        if any(f.name == computed.name for f in entity.fields):
            drop_field(editor, entity, computed)
    for rule in [r for r in entity.rules if name in names(r.expression)]:
        drop_rule(editor, entity, rule)
    for aggregate in [a for a in editor.spec.aggregates if a.entity == entity.name]:
        if name in (aggregate.field, aggregate.group_by) or name in names(aggregate.where):
            drop_aggregate(editor, aggregate)
    for automation in [a for a in editor.spec.automations if a.entity in ("", entity.name)]:
        here = automation.entity == entity.name or len(editor.spec.entities) == 1
        if here and (automation.field == name or name in names(automation.condition)):
            drop_automation(editor, automation)
    elsewhere = any(f.name == name for e in editor.spec.entities for f in e.fields)
    for permission in editor.spec.permissions:
        if permission.entity == entity.name or (not permission.entity and not elsewhere):
            _keep(permission.locked_fields, lambda f: f != name)
    _views_without(editor, entity, name)


def _views_without(editor: Editor, entity: s.Entity, name: str) -> None:
    for view in [v for v in editor.spec.views if v.entity == entity.name]:
        _keep(view.fields, lambda f: f != name)
        if view.sort_by == name:
            view.sort_by = ""
        if view.by == name:
            drop_from_view(editor, view)


def drop_from_view(editor: Editor, view: s.View) -> None:
    """Takes away what a view goes by; a view that cannot be without it goes too."""
    if view.type in VIEW_BY:
        drop_view(editor, view)
    else:
        view.by = ""


def refit(editor: Editor, entity: s.Entity, field: s.Field) -> None:
    """After a field's type changed: views and figures that it no longer suits go."""
    for view in [v for v in editor.spec.views if v.entity == entity.name and v.by == field.name]:
        if view.type in VIEW_BY and field.type not in VIEW_BY[view.type]:
            drop_view(editor, view)
    for aggregate in [a for a in editor.spec.aggregates if a.entity == entity.name and a.field == field.name]:
        if aggregate.function != s.AGGREGATE_FUNCTION_COUNT and field.type not in NUMERIC:
            drop_aggregate(editor, aggregate)


def drop_view(editor: Editor, view: s.View) -> None:
    """Removes a view."""
    title, word = view.title or view.name.replace("_", " "), editor.words.view(view.type)
    _delete(editor.spec.views, lambda v: v.name == view.name)
    editor.note("remove", "view", view.name, f"Removes the {word} “{title}”", f"移除{word}「{title}」")


def drop_aggregate(editor: Editor, aggregate: s.Aggregate) -> None:
    """Removes a figure with the figures computed from it and the views that show nothing else."""
    name, label = aggregate.name, aggregate.label or aggregate.name.replace("_", " ")
    if not any(a.name == name for a in editor.spec.aggregates):
        return
    _delete(editor.spec.aggregates, lambda a: a.name == name)
    editor.note("remove", "aggregate", name, f"Removes the figure “{label}”", f"移除统计「{label}」")
    for other in [a for a in editor.spec.aggregates if name in names(a.expression)]:
        drop_aggregate(editor, other)
    for view in [v for v in editor.spec.views if v.aggregate == name]:
        if view.type in VIEWS_OF_AGGREGATES:
            drop_view(editor, view)
        else:
            view.aggregate = ""


def drop_automation(editor: Editor, automation: s.Automation) -> None:
    """Removes an automation."""
    name = automation.name
    _delete(editor.spec.automations, lambda a: a.name == name)
    shown = name.replace("_", " ")
    editor.note("remove", "automation", name, f"Removes the reminder “{shown}”", f"移除提醒「{shown}」")


def drop_rule(editor: Editor, entity: s.Entity, rule: s.Rule) -> None:
    """Removes a rule."""
    expression, message = rule.expression, rule.message
    _delete(entity.rules, lambda r: r.expression == expression)
    editor.note("remove", "rule", expression, f"Removes the rule “{message}”", f"移除规则「{message}」")


def drop_entity(editor: Editor, entity: s.Entity) -> None:
    """Removes a kind of record with its views, figures, automations, permissions and the relations to it."""
    name, label = entity.name, entity.label or entity.name
    for other in editor.spec.entities:
        for field in [f for f in other.fields if f.relates_to == name and other.name != name]:
            drop_field(editor, other, field)
    for aggregate in [a for a in editor.spec.aggregates if a.entity == name]:
        drop_aggregate(editor, aggregate)
    for view in [v for v in editor.spec.views if v.entity == name]:
        drop_view(editor, view)
    for automation in [a for a in editor.spec.automations if a.entity == name]:
        drop_automation(editor, automation)
    _delete(editor.spec.permissions, lambda p: p.entity == name)
    for field in entity.fields:
        editor.migrate(events.MIGRATION_KIND_REMOVE, name, field=field.name, from_type=field.type)
    _delete(editor.spec.entities, lambda e: e.name == name)
    editor.migrate(events.MIGRATION_KIND_REMOVE_ENTITY, name)
    editor.note(
        "remove",
        "entity",
        name,
        f"Removes “{label}”; its records are kept aside",
        f"移除「{label}」，原有记录保留备份",
    )


def _delete(items: Any, gone: Callable[[Any], bool]) -> None:
    for index in range(len(items) - 1, -1, -1):
        if gone(items[index]):
            del items[index]


def _keep(items: Any, stays: Callable[[Any], bool]) -> None:
    _delete(items, lambda item: not stays(item))
