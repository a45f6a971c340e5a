"""Operations on the app as a whole, on what it shows and computes, on automations, rules and permissions."""

from __future__ import annotations

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import VIEW_BY, VIEWS_OF_AGGREGATES
from madeleine_miniapp.domain.operations import carried
from madeleine_miniapp.domain.operations import model as o
from madeleine_miniapp.domain.operations.editor import Editor
from madeleine_miniapp.domain.operations.kinds import FUNCTIONS, VIEW_TYPES

_APP_PARTS = {
    "title": ("title", "标题"),
    "icon": ("icon", "图标"),
    "theme": ("theme", "主题"),
    "description": ("description", "说明"),
    "currency": ("currency", "货币"),
}
_MORNING = "09:00"


def set_app(editor: Editor, op: o.SetApp) -> None:
    """Sets the app's own parts."""
    for name, (english, chinese) in _APP_PARTS.items():
        value: str | None = getattr(op, name)
        if value is None or value == getattr(editor.spec, name):
            continue
        setattr(editor.spec, name, value)
        editor.note("change", "app", name, f"Sets the {english} to “{value}”", f"将{chinese}设为「{value}」")


def add_view(editor: Editor, op: o.AddView) -> None:
    """Adds a view; what it goes by and shows is the first that suits, unless told."""
    entity, kind = editor.entity(op.entity), VIEW_TYPES[op.type]
    by = editor.field_name(entity, op.by, "by")
    if not by and kind in VIEW_BY:
        suits = next((f.name for f in entity.fields if f.type in VIEW_BY[kind]), "")
        by = suits or editor.fail("by", f"{entity.name} has no field that a {op.type} can go by")
    aggregate = editor.aggregate(op.aggregate).name if op.aggregate else ""
    if not aggregate and kind in VIEWS_OF_AGGREGATES:
        aggregate = _count_of(editor, entity)
    plain = f"by {by}" if by and kind in VIEW_BY else op.type
    label = op.title or (plain if not _taken(editor, plain) else f"{op.type} of {entity.name} {by}".strip())
    name = editor.new_name(editor.spec.views, label, op.name, "view")
    editor.spec.views.add(
        name=name,
        type=kind,
        entity=entity.name,
        by=by,
        aggregate=aggregate,
        title=op.title,
        fields=[editor.field(entity, f, "fields").name for f in op.fields],
        sort_by=editor.field_name(entity, op.sort_by, "sort_by"),
        descending=op.descending,
        script=op.script,
    )
    word, title = editor.words.view(kind), op.title or name.replace("_", " ")
    editor.note("add", "view", name, f"Adds a {word}: “{title}”", f"添加{word}「{title}」")


def change_view(editor: Editor, op: o.ChangeView) -> None:
    """Changes a view."""
    view = editor.view(op.view)
    entity = editor.entity(view.entity, "view")
    if op.type is not None:
        view.type = VIEW_TYPES[op.type]
    if op.by is not None:
        view.by = editor.field(entity, op.by, "by").name
    elif view.type in VIEW_BY and not view.by:
        view.by = next((f.name for f in entity.fields if f.type in VIEW_BY[view.type]), "")
    if op.aggregate is not None:
        view.aggregate = editor.aggregate(op.aggregate).name
    elif view.type in VIEWS_OF_AGGREGATES and not view.aggregate:
        view.aggregate = _count_of(editor, entity)
    if op.fields is not None:
        view.fields[:] = [editor.field(entity, f, "fields").name for f in op.fields]
    if op.sort_by is not None:
        view.sort_by = editor.field(entity, op.sort_by, "sort_by").name
    for name in ("title", "descending", "script"):
        if getattr(op, name) is not None:
            setattr(view, name, getattr(op, name))
    title = view.title or view.name.replace("_", " ")
    editor.note("change", "view", view.name, f"Changes the view “{title}”", f"修改视图「{title}」")


def remove_view(editor: Editor, op: o.RemoveView) -> None:
    """Removes a view."""
    carried.drop_view(editor, editor.view(op.view))


def add_aggregate(editor: Editor, op: o.AddAggregate) -> None:
    """Adds a figure."""
    name = editor.new_name(editor.spec.aggregates, op.label, op.name, "figure")
    made = s.Aggregate(name=name, label=op.label, expression=op.expression, unit=op.unit)
    if not op.expression:
        entity = editor.entity(op.entity)
        if not op.function:
            editor.fail("function", "is required, unless there is an expression")
        made.function = FUNCTIONS[op.function]
        made.entity = entity.name
        made.field = editor.field_name(entity, op.field, "field")
        made.group_by = editor.field_name(entity, op.group_by, "group_by")
        made.bucket, made.where, made.days = op.bucket, op.where, op.days
    elif op.entity:
        made.entity = editor.entity(op.entity).name
    editor.spec.aggregates.append(made)
    editor.note("add", "aggregate", name, f"Adds the figure “{op.label}”", f"添加统计「{op.label}」")


def change_aggregate(editor: Editor, op: o.ChangeAggregate) -> None:
    """Changes a figure."""
    aggregate = editor.aggregate(op.aggregate)
    for name in ("label", "bucket", "where", "expression", "days", "unit"):
        if getattr(op, name) is not None:
            setattr(aggregate, name, getattr(op, name))
    if op.function is not None:
        aggregate.function = FUNCTIONS[op.function]
    if op.field is not None or op.group_by is not None:
        entity = editor.entity(aggregate.entity, "aggregate")
        aggregate.field = editor.field_name(entity, op.field, "field") or aggregate.field
        aggregate.group_by = editor.field_name(entity, op.group_by, "group_by") or aggregate.group_by
    label = aggregate.label or aggregate.name
    editor.note("change", "aggregate", aggregate.name, f"Changes the figure “{label}”", f"修改统计「{label}」")


def remove_aggregate(editor: Editor, op: o.RemoveAggregate) -> None:
    """Removes a figure."""
    carried.drop_aggregate(editor, editor.aggregate(op.aggregate))


def add_automation(editor: Editor, op: o.AddAutomation) -> None:
    """Adds an automation; one for a date goes off at nine in the morning, unless told."""
    entity = editor.entity(op.entity) if op.entity or op.field or op.trigger != "schedule" else None
    field = editor.field_name(entity, op.field, "field") if entity else ""
    name = op.name or f"{op.action} {field or op.trigger}".replace("_", " ")
    known = {a.name for a in editor.spec.automations}
    if not op.name:
        stem, number = name, 2
        while name.replace(" ", "_") in known:
            name, number = f"{stem} {number}", number + 1
    made = editor.spec.automations.add(
        name=editor.new_name(editor.spec.automations, name, op.name, "automation"),
        trigger=op.trigger,
        action=op.action,
        text=op.text,
        entity=entity.name if entity else "",
        field=field,
        days_before=op.days_before,
        at=op.at or (_MORNING if op.trigger == "date" else ""),
        schedule=op.schedule,
        condition=op.condition,
    )
    editor.note("add", "automation", made.name, f"Adds a reminder: “{op.text}”", f"添加提醒「{op.text}」")


def change_automation(editor: Editor, op: o.ChangeAutomation) -> None:
    """Changes an automation."""
    automation = editor.automation(op.automation)
    for name in ("action", "text", "days_before", "at", "schedule", "condition"):
        if getattr(op, name) is not None:
            setattr(automation, name, getattr(op, name))
    if op.field is not None:
        automation.field = editor.field(editor.entity(automation.entity), op.field).name
    text = automation.text
    editor.note("change", "automation", automation.name, f"Changes the reminder “{text}”", f"修改提醒「{text}」")


def remove_automation(editor: Editor, op: o.RemoveAutomation) -> None:
    """Removes an automation."""
    carried.drop_automation(editor, editor.automation(op.automation))


def add_rule(editor: Editor, op: o.AddRule) -> None:
    """Adds a rule."""
    entity = editor.entity(op.entity)
    if any(r.expression == op.expression for r in entity.rules):
        editor.fail("expression", "is a rule already")
    entity.rules.add(expression=op.expression, message=op.message)
    editor.note("add", "rule", op.expression, f"Adds a rule: “{op.message}”", f"添加规则「{op.message}」")


def remove_rule(editor: Editor, op: o.RemoveRule) -> None:
    """Removes a rule."""
    entity = editor.entity(op.entity)
    rule = next((r for r in entity.rules if op.rule in (r.expression, r.message)), None)
    carried.drop_rule(editor, entity, rule or editor.fail("rule", "is not a rule of it"))


def set_permission(editor: Editor, op: o.SetPermission) -> None:
    """Sets what a role may do."""
    entity = editor.entity(op.entity).name if op.entity else ""
    _forget(editor, op.role, entity)
    editor.spec.permissions.add(
        role=op.role,
        entity=entity,
        add=op.add,
        change_own=op.change_own,
        change_any=op.change_any,
        remove_own=op.remove_own,
        remove_any=op.remove_any,
        locked_fields=op.locked_fields,
    )
    editor.note("change", "permission", op.role, f"Changes what a {op.role} may do", f"修改 {op.role} 的权限")


def remove_permission(editor: Editor, op: o.RemovePermission) -> None:
    """Takes a permission away."""
    entity = editor.entity(op.entity).name if op.entity else ""
    if not _forget(editor, op.role, entity):
        editor.fail("role", "has no permission of its own there")
    editor.note("remove", "permission", op.role, f"A {op.role} may do the usual again", f"恢复 {op.role} 的默认权限")


def _forget(editor: Editor, role: str, entity: str) -> bool:
    for index, permission in enumerate(editor.spec.permissions):
        if (permission.role, permission.entity) == (role, entity):
            del editor.spec.permissions[index]
            return True
    return False


def _count_of(editor: Editor, entity: s.Entity) -> str:
    for aggregate in editor.spec.aggregates:
        plain = not (aggregate.where or aggregate.group_by or aggregate.days or aggregate.expression)
        if plain and aggregate.entity == entity.name and aggregate.function == s.AGGREGATE_FUNCTION_COUNT:
            return aggregate.name
    label = editor.words.pick(f"number of {entity.name.replace('_', ' ')}", f"{entity.label}数量")
    name = editor.new_name(editor.spec.aggregates, label, "", "figure")
    editor.spec.aggregates.add(name=name, label=label, function=s.AGGREGATE_FUNCTION_COUNT, entity=entity.name)
    return name


def _taken(editor: Editor, title: str) -> bool:
    return any(title.casefold() in ((v.title or v.name).replace("_", " ").casefold(),) for v in editor.spec.views)
