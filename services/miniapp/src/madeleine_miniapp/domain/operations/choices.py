"""Operations on the choices of a field."""

from __future__ import annotations

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.expressions.tokens import names, reworded
from madeleine_miniapp.domain.limits import CHOOSING
from madeleine_miniapp.domain.operations import model as o
from madeleine_miniapp.domain.operations.editor import Editor


def add_choice(editor: Editor, op: o.AddChoice) -> None:
    """Adds a choice."""
    entity, field = _chosen(editor, op.entity, op.field)
    if op.choice in field.choices:
        editor.fail("choice", f"{op.choice} is there already")
    at = list(field.choices).index(_choice(editor, field, op.after, "after")) + 1 if op.after else len(field.choices)
    field.choices.insert(at, op.choice)
    _convert_choices(editor, entity, field)
    label = field.label or field.name
    editor.note(
        "add",
        "choice",
        op.choice,
        f"Adds the choice “{op.choice}” to “{label}”",
        f"为「{label}」添加选项「{op.choice}」",
    )


def rename_choice(editor: Editor, op: o.RenameChoice) -> None:
    """Words a choice anew."""
    entity, field = _chosen(editor, op.entity, op.field)
    old = _choice(editor, field, op.choice, "choice")
    if op.to == old:
        editor.fail("to", f"changes nothing about {old}")
    if op.to in field.choices:
        _merge_choices(editor, entity, field, old, op.to)
        return
    field.choices[list(field.choices).index(old)] = op.to
    if field.default_value == Value(string_value=old):
        field.default_value.string_value = op.to
    _reword(editor, entity, field.name, old, op.to)
    editor.migrate(events.MIGRATION_KIND_RENAME_CHOICE, entity.name, field=field.name, choice=old, to=op.to)
    editor.note(
        "rename", "choice", op.to, f"Renames the choice “{old}” to “{op.to}”", f"将选项「{old}」改为「{op.to}」"
    )


def _merge_choices(editor: Editor, entity: s.Entity, field: s.Field, gone: str, to: str) -> None:
    """Takes a choice for another that is there; what records held is kept aside, so that it can be undone."""
    field.choices.remove(gone)
    if field.default_value == Value(string_value=gone):
        field.default_value.string_value = to
    _reword(editor, entity, field.name, gone, to)
    editor.migrate(events.MIGRATION_KIND_MERGE_CHOICE, entity.name, field=field.name, choice=gone, to=to)
    editor.note("rename", "choice", to, f"Counts the choice “{gone}” as “{to}”", f"将选项「{gone}」并入「{to}」")


def remove_choice(editor: Editor, op: o.RemoveChoice) -> None:
    """Removes a choice."""
    entity, field = _chosen(editor, op.entity, op.field)
    gone = _choice(editor, field, op.choice, "choice")
    field.choices.remove(gone)
    if field.default_value == Value(string_value=gone):
        field.ClearField("default_value")
    _convert_choices(editor, entity, field)
    label = field.label or field.name
    editor.note(
        "remove",
        "choice",
        gone,
        f"Removes the choice “{gone}” from “{label}”; where it was chosen, that is kept aside",
        f"从「{label}」中移除选项「{gone}」，已选的数据保留备份",
    )


def _reword(editor: Editor, entity: s.Entity, field: str, old: str, new: str) -> None:
    for known in (f for f in entity.fields if field in names(f.formula)):
        known.formula = reworded(known.formula, old, new)
    for rule in (r for r in entity.rules if field in names(r.expression)):
        rule.expression = reworded(rule.expression, old, new)
    for aggregate in (a for a in editor.spec.aggregates if a.entity == entity.name and field in names(a.where)):
        aggregate.where = reworded(aggregate.where, old, new)
    for automation in (a for a in editor.spec.automations if a.entity == entity.name and field in names(a.condition)):
        automation.condition = reworded(automation.condition, old, new)


def _chosen(editor: Editor, entity: str, field: str) -> tuple[s.Entity, s.Field]:
    found = editor.entity(entity)
    known = editor.field(found, field)
    if known.type not in CHOOSING:
        editor.fail("field", f"{known.name} is not a choice field")
    return found, known


def _choice(editor: Editor, field: s.Field, given: str, part: str) -> str:
    found = next((c for c in field.choices if c.casefold() == given.strip().casefold()), None)
    return found or editor.fail(part, f"must be one of: {', '.join(field.choices)}")


def _convert_choices(editor: Editor, entity: s.Entity, field: s.Field) -> None:
    kind = field.type
    editor.migrate(events.MIGRATION_KIND_CONVERT, entity.name, field=field.name, from_type=kind, to_type=kind)
