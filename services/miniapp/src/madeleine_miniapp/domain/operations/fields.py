"""Operations on fields and kinds of record."""

from __future__ import annotations

from typing import Any

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.changing import of_change
from madeleine_miniapp.domain.expressions.tokens import renamed
from madeleine_miniapp.domain.limits import CHOOSING, NUMERIC
from madeleine_miniapp.domain.operations import carried
from madeleine_miniapp.domain.operations import model as o
from madeleine_miniapp.domain.operations.editor import Editor
from madeleine_miniapp.domain.operations.kinds import FIELD_TYPES, VIEW_TYPES, Scalar


def add_field(editor: Editor, op: o.AddField) -> None:
    """Adds a field; values that a field of this name once had come back."""
    entity = editor.entity(op.entity)
    field = _field(editor, entity, op)
    at = len(entity.fields)
    if op.after:
        after = editor.field(entity, op.after, "after").name
        at = next(i for i, f in enumerate(entity.fields) if f.name == after) + 1
    entity.fields.insert(at, field)
    editor.migrate(events.MIGRATION_KIND_RESTORE, entity.name, field=field.name, to_type=field.type)
    what = editor.words.type(field.type) + (f", {field.unit}" if field.unit else "")
    editor.note(
        "add",
        "field",
        field.name,
        f"Adds the field “{field.label}” ({what}) to {entity.label}",
        f"在「{entity.label}」中添加字段「{field.label}」（{what}）",
    )


def remove_field(editor: Editor, op: o.RemoveField) -> None:
    """Removes a field; an entity keeps at least one."""
    entity = editor.entity(op.entity)
    field = editor.field(entity, op.field)
    carried.drop_field(editor, entity, field)


def rename_field(editor: Editor, op: o.RenameField) -> None:
    """Renames a field wherever it is named."""
    entity = editor.entity(op.entity)
    field = editor.field(entity, op.field)
    old, before = field.name, field.label or field.name
    new = editor.later_name(field, entity.fields, op.label, op.name)
    field.label = op.label
    if new != old:
        field.name = new
        _follow_field(editor, entity, old, new)
        editor.migrate(events.MIGRATION_KIND_RENAME, entity.name, field=old, to=new)
    editor.note(
        "rename",
        "field",
        new,
        f"Renames the field “{before}” to “{op.label}”; its values stay",
        f"将字段「{before}」改名为「{op.label}」，数据不变",
    )


def change_field(editor: Editor, op: o.ChangeField) -> None:
    """Changes a field; a new type converts the values that records hold."""
    entity = editor.entity(op.entity)
    field = editor.field(entity, op.field)
    before = s.Field()
    before.CopyFrom(field)
    if op.type is not None:
        field.type = FIELD_TYPES[op.type]
    _set(editor, entity, field, op)
    for name in op.clear:
        _clear(field, name)
    _fit(field, before.type)
    if field == before:
        editor.fail("", f"changes nothing about {field.name}")
    editor.migrations += of_change(entity.name, before, field)
    label = field.label or field.name
    if field.type != before.type:
        old, new = editor.words.type(before.type), editor.words.type(field.type)
        english = f"Makes “{label}” a {new} field (it was {old}); values that do not fit are kept aside"
        chinese = f"将「{label}」从{old}改为{new}，无法转换的数据保留备份"
    else:
        english, chinese = f"Changes the settings of “{label}”", f"修改字段「{label}」的设置"
    editor.note("change", "field", field.name, english, chinese)
    carried.refit(editor, entity, field)


def add_entity(editor: Editor, op: o.AddEntity) -> None:
    """Adds a kind of record and a table of it."""
    name = editor.new_name(editor.spec.entities, op.label, op.name, "kind")
    entity = editor.spec.entities.add(name=name, label=op.label)
    for index, given in enumerate(op.fields):
        outer, editor.path = editor.path, f"{editor.path}.fields[{index}]"
        entity.fields.append(_field(editor, entity, given))
        editor.path = outer
    editor.spec.views.add(
        name=editor.new_name(editor.spec.views, f"all {name}", "", "view"),
        title=op.label,
        type=VIEW_TYPES["table"],
        entity=name,
    )
    editor.migrate(events.MIGRATION_KIND_RESTORE_ENTITY, name)
    for field in entity.fields:
        editor.migrate(events.MIGRATION_KIND_RESTORE, name, field=field.name, to_type=field.type)
    labels = [f.label for f in entity.fields]
    editor.note(
        "add",
        "entity",
        name,
        f"Adds “{op.label}” with {', '.join(labels)}",
        f"添加「{op.label}」，包含{'、'.join(labels)}",
    )


def rename_entity(editor: Editor, op: o.RenameEntity) -> None:
    """Renames a kind of record wherever it is named."""
    entity = editor.entity(op.entity)
    old, before = entity.name, entity.label or entity.name
    new = editor.later_name(entity, editor.spec.entities, op.label, op.name)
    entity.label = op.label
    if new != old:
        entity.name = new
        spec = editor.spec
        for item in (*spec.views, *spec.aggregates, *spec.automations, *spec.permissions):
            if item.entity == old:
                item.entity = new
        for field in (f for e in spec.entities for f in e.fields if f.relates_to == old):
            field.relates_to = new
        editor.migrate(events.MIGRATION_KIND_RENAME_ENTITY, old, to=new)
    editor.note("rename", "entity", new, f"Renames “{before}” to “{op.label}”", f"将「{before}」改名为「{op.label}」")


def remove_entity(editor: Editor, op: o.RemoveEntity) -> None:
    """Removes a kind of record; an app keeps at least one."""
    entity = editor.entity(op.entity)
    if len(editor.spec.entities) == 1:
        editor.fail("entity", "is the app's only one")
    carried.drop_entity(editor, entity)


def _field(editor: Editor, entity: s.Entity, given: o.AddField | o.NewField) -> s.Field:
    name = editor.new_name(entity.fields, given.label, given.name, "field")
    field = s.Field(name=name, label=given.label, type=FIELD_TYPES[given.type])
    _set(editor, entity, field, given)
    return field


def _set(editor: Editor, entity: s.Entity, field: s.Field, op: o.AddField | o.NewField | o.ChangeField) -> None:
    for name in ("required", "unit", "min", "max", "formula", "hint"):
        value: Any = getattr(op, name)
        if value is not None:
            setattr(field, name, value)
    if field.formula:
        # Never entered: it can neither be asked for nor filled in.
        field.required = False
        field.ClearField("default_value")
    if op.choices is not None:
        field.choices[:] = list(dict.fromkeys(op.choices))
    if op.default is not None:
        field.default_value.CopyFrom(_value(op.default))
    if op.relates_to:
        field.relates_to = editor.entity(op.relates_to, "relates_to").name


def _fit(field: s.Field, before: s.FieldType.ValueType) -> None:
    # What belongs to the old type only would make the spec unsound.
    if field.type not in CHOOSING:
        del field.choices[:]
    if field.type != s.FIELD_TYPE_RELATION:
        field.relates_to = ""
    if field.type not in NUMERIC:
        for name in ("min", "max", "unit"):
            _clear(field, name)
    if field.type == s.FIELD_TYPE_RATING and before != s.FIELD_TYPE_RATING:
        field.ClearField("min")
    if field.type != before and not (field.type in NUMERIC and before in NUMERIC):
        field.ClearField("default_value")


def _clear(field: Any, part: str) -> None:
    field.ClearField("default_value" if part == "default" else part)


def _follow_field(editor: Editor, entity: s.Entity, old: str, new: str) -> None:
    spec = editor.spec
    for field in entity.fields:
        field.formula = renamed(field.formula, old, new)
    for rule in entity.rules:
        rule.expression = renamed(rule.expression, old, new)
    for aggregate in (a for a in spec.aggregates if a.entity == entity.name):
        aggregate.where = renamed(aggregate.where, old, new)
        aggregate.field = new if aggregate.field == old else aggregate.field
        aggregate.group_by = new if aggregate.group_by == old else aggregate.group_by
    for automation in (a for a in spec.automations if a.entity == entity.name):
        automation.condition = renamed(automation.condition, old, new)
        automation.field = new if automation.field == old else automation.field
    for view in (v for v in spec.views if v.entity == entity.name):
        view.by = new if view.by == old else view.by
        view.sort_by = new if view.sort_by == old else view.sort_by
        view.fields[:] = [new if f == old else f for f in view.fields]
    for permission in (p for p in spec.permissions if p.entity == entity.name):
        permission.locked_fields[:] = [new if f == old else f for f in permission.locked_fields]
    for permission in (p for p in spec.permissions if not p.entity and old in p.locked_fields):
        if new not in permission.locked_fields:
            permission.locked_fields.append(new)
        if not any(f.name == old for e in spec.entities for f in e.fields):
            permission.locked_fields.remove(old)


def _value(given: Scalar) -> Value:
    if isinstance(given, bool):
        return Value(bool_value=given)
    if isinstance(given, str):
        return Value(string_value=given)
    if isinstance(given, tuple):
        value = Value()
        value.list_value.extend(given)
        return value
    return Value(number_value=given)
