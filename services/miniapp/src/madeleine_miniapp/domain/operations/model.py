"""The operations. A part that is None stays as it is; names may also be given as labels, in any case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from madeleine_miniapp.domain import limits as n
from madeleine_miniapp.domain.operations import kinds as k


@dataclass(frozen=True, slots=True)
class Operation:
    """One edit; `op` is its name in JSON."""

    op: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class SetApp(Operation):
    """Sets what the app as a whole is called and looks like."""

    op: ClassVar[str] = "set_app"
    title: str | None = k.part(k.text(n.MAX_TITLE), None)
    icon: str | None = k.part(k.text(n.MAX_ICON), None)
    theme: str | None = k.part(k.one_of(n.THEMES), None)
    description: str | None = k.part(k.WORDS, None)
    currency: str | None = k.part(k.text(3), None)


@dataclass(frozen=True, slots=True)
class NewField:
    """A field of a new entity; without a name it gets one from the label."""

    label: str = k.part(k.LABEL)
    type: str = k.part(k.one_of(tuple(k.FIELD_TYPES)))
    name: str = k.part(k.LABEL, "")
    required: bool = k.part(k.FLAG, False)
    unit: str = k.part(k.UNIT, "")
    choices: tuple[str, ...] = k.part(k.CHOICES, ())
    min: float | None = k.part(k.NUMBER, None)
    max: float | None = k.part(k.NUMBER, None)
    default: str | float | bool | tuple[str, ...] | None = k.part(k.DEFAULT, None)
    formula: str = k.part(k.EXPRESSION, "")
    hint: str = k.part(k.WORDS, "")
    relates_to: str = k.part(k.NAME, "")


@dataclass(frozen=True, slots=True)
class AddField(Operation):
    """Adds a field at the end, or after another one."""

    op: ClassVar[str] = "add_field"
    entity: str = k.part(k.ENTITY)
    label: str = k.part(k.LABEL)
    type: str = k.part(k.one_of(tuple(k.FIELD_TYPES)))
    name: str = k.part(k.LABEL, "")
    required: bool = k.part(k.FLAG, False)
    unit: str = k.part(k.UNIT, "")
    choices: tuple[str, ...] = k.part(k.CHOICES, ())
    min: float | None = k.part(k.NUMBER, None)
    max: float | None = k.part(k.NUMBER, None)
    default: str | float | bool | tuple[str, ...] | None = k.part(k.DEFAULT, None)
    formula: str = k.part(k.EXPRESSION, "")
    hint: str = k.part(k.WORDS, "")
    relates_to: str = k.part(k.NAME, "")
    after: str = k.part(k.NAME, "")


@dataclass(frozen=True, slots=True)
class RemoveField(Operation):
    """Removes a field with what cannot be without it; its values are kept aside."""

    op: ClassVar[str] = "remove_field"
    entity: str = k.part(k.ENTITY)
    field: str = k.part(k.FIELD)


@dataclass(frozen=True, slots=True)
class RenameField(Operation):
    """Gives a field another label, and a name after it; its values stay."""

    op: ClassVar[str] = "rename_field"
    entity: str = k.part(k.ENTITY)
    field: str = k.part(k.FIELD)
    label: str = k.part(k.LABEL)
    name: str = k.part(k.LABEL, "")


@dataclass(frozen=True, slots=True)
class ChangeField(Operation):
    """Changes what a field holds; `clear` takes parts away."""

    op: ClassVar[str] = "change_field"
    entity: str = k.part(k.ENTITY)
    field: str = k.part(k.FIELD)
    type: str | None = k.part(k.one_of(tuple(k.FIELD_TYPES)), None)
    required: bool | None = k.part(k.FLAG, None)
    unit: str | None = k.part(k.UNIT, None)
    choices: tuple[str, ...] | None = k.part(k.CHOICES, None)
    min: float | None = k.part(k.NUMBER, None)
    max: float | None = k.part(k.NUMBER, None)
    default: str | float | bool | tuple[str, ...] | None = k.part(k.DEFAULT, None)
    formula: str | None = k.part(k.EXPRESSION, None)
    hint: str | None = k.part(k.WORDS, None)
    relates_to: str | None = k.part(k.NAME, None)
    clear: tuple[str, ...] = k.part(k.texts(k.one_of(k.CLEARABLE), len(k.CLEARABLE)), ())


@dataclass(frozen=True, slots=True)
class AddChoice(Operation):
    """Adds a choice at the end, or after another one; a yes/no question is no choice field."""

    op: ClassVar[str] = "add_choice"
    entity: str = k.part(k.ENTITY)
    field: str = k.part(k.FIELD)
    choice: str = k.part(k.LABEL)
    after: str = k.part(k.LABEL, "")


@dataclass(frozen=True, slots=True)
class RenameChoice(Operation):
    """Words a choice anew, also where records hold it; as another that is there, it becomes that one."""

    op: ClassVar[str] = "rename_choice"
    entity: str = k.part(k.ENTITY)
    field: str = k.part(k.FIELD)
    choice: str = k.part(k.LABEL)
    to: str = k.part(k.LABEL)


@dataclass(frozen=True, slots=True)
class RemoveChoice(Operation):
    """Removes a choice; records that hold it keep it aside."""

    op: ClassVar[str] = "remove_choice"
    entity: str = k.part(k.ENTITY)
    field: str = k.part(k.FIELD)
    choice: str = k.part(k.LABEL)


@dataclass(frozen=True, slots=True)
class AddEntity(Operation):
    """Adds a kind of record with its fields, and a table of it."""

    op: ClassVar[str] = "add_entity"
    label: str = k.part(k.LABEL)
    fields: tuple[NewField, ...] = k.part(k.Kind({"type": "array", "minItems": 1, "maxItems": n.MAX_FIELDS}, tuple))
    name: str = k.part(k.LABEL, "")


@dataclass(frozen=True, slots=True)
class RenameEntity(Operation):
    """Gives a kind of record another label, and a name after it; its records stay."""

    op: ClassVar[str] = "rename_entity"
    entity: str = k.part(k.ENTITY)
    label: str = k.part(k.LABEL)
    name: str = k.part(k.LABEL, "")


@dataclass(frozen=True, slots=True)
class RemoveEntity(Operation):
    """Removes a kind of record with what shows it; its records are kept aside."""

    op: ClassVar[str] = "remove_entity"
    entity: str = k.part(k.ENTITY)


@dataclass(frozen=True, slots=True)
class AddView(Operation):
    """Adds a view; a chart or metric without an aggregate counts records."""

    op: ClassVar[str] = "add_view"
    type: str = k.part(k.one_of(tuple(k.VIEW_TYPES)))
    entity: str = k.part(k.ENTITY)
    by: str = k.part(k.NAME, "")
    aggregate: str = k.part(k.NAME, "")
    title: str = k.part(k.LABEL, "")
    name: str = k.part(k.LABEL, "")
    fields: tuple[str, ...] = k.part(k.NAMES, ())
    sort_by: str = k.part(k.NAME, "")
    descending: bool = k.part(k.FLAG, False)
    script: str = k.part(k.text(n.MAX_SCRIPT), "")


@dataclass(frozen=True, slots=True)
class ChangeView(Operation):
    """Changes a view."""

    op: ClassVar[str] = "change_view"
    view: str = k.part(k.VIEW)
    type: str | None = k.part(k.one_of(tuple(k.VIEW_TYPES)), None)
    by: str | None = k.part(k.NAME, None)
    aggregate: str | None = k.part(k.NAME, None)
    title: str | None = k.part(k.LABEL, None)
    fields: tuple[str, ...] | None = k.part(k.NAMES, None)
    sort_by: str | None = k.part(k.NAME, None)
    descending: bool | None = k.part(k.FLAG, None)
    script: str | None = k.part(k.text(n.MAX_SCRIPT), None)


@dataclass(frozen=True, slots=True)
class RemoveView(Operation):
    """Removes a view; no data goes with it."""

    op: ClassVar[str] = "remove_view"
    view: str = k.part(k.VIEW)


@dataclass(frozen=True, slots=True)
class AddAggregate(Operation):
    """Adds a figure: a function over a field, or an expression over other figures."""

    op: ClassVar[str] = "add_aggregate"
    label: str = k.part(k.LABEL)
    entity: str = k.part(k.ENTITY, "")
    function: str = k.part(k.one_of(tuple(k.FUNCTIONS)), "")
    field: str = k.part(k.NAME, "")
    name: str = k.part(k.LABEL, "")
    group_by: str = k.part(k.NAME, "")
    bucket: str = k.part(k.one_of(n.BUCKETS), "")
    where: str = k.part(k.EXPRESSION, "")
    expression: str = k.part(k.EXPRESSION, "")
    days: int = k.part(k.whole(0, n.MAX_DAYS), 0)
    unit: str = k.part(k.UNIT, "")


@dataclass(frozen=True, slots=True)
class ChangeAggregate(Operation):
    """Changes a figure."""

    op: ClassVar[str] = "change_aggregate"
    aggregate: str = k.part(k.AGGREGATE)
    label: str | None = k.part(k.LABEL, None)
    function: str | None = k.part(k.one_of(tuple(k.FUNCTIONS)), None)
    field: str | None = k.part(k.NAME, None)
    group_by: str | None = k.part(k.NAME, None)
    bucket: str | None = k.part(k.one_of(n.BUCKETS), None)
    where: str | None = k.part(k.EXPRESSION, None)
    expression: str | None = k.part(k.EXPRESSION, None)
    days: int | None = k.part(k.whole(0, n.MAX_DAYS), None)
    unit: str | None = k.part(k.UNIT, None)


@dataclass(frozen=True, slots=True)
class RemoveAggregate(Operation):
    """Removes a figure with the views that show nothing else."""

    op: ClassVar[str] = "remove_aggregate"
    aggregate: str = k.part(k.AGGREGATE)


@dataclass(frozen=True, slots=True)
class AddAutomation(Operation):
    """Adds a reminder or post: on a record, on a schedule (cron), or before the date in a field."""

    op: ClassVar[str] = "add_automation"
    trigger: str = k.part(k.one_of(n.TRIGGERS))
    action: str = k.part(k.one_of(n.ACTIONS))
    text: str = k.part(k.WORDS)
    name: str = k.part(k.LABEL, "")
    entity: str = k.part(k.ENTITY, "")
    field: str = k.part(k.NAME, "")
    days_before: int = k.part(k.whole(0, n.MAX_DAYS_BEFORE), 0)
    at: str = k.part(k.text(5), "")
    schedule: str = k.part(k.text(80), "")
    condition: str = k.part(k.EXPRESSION, "")


@dataclass(frozen=True, slots=True)
class ChangeAutomation(Operation):
    """Changes an automation."""

    op: ClassVar[str] = "change_automation"
    automation: str = k.part(k.AUTOMATION)
    action: str | None = k.part(k.one_of(n.ACTIONS), None)
    text: str | None = k.part(k.WORDS, None)
    field: str | None = k.part(k.NAME, None)
    days_before: int | None = k.part(k.whole(0, n.MAX_DAYS_BEFORE), None)
    at: str | None = k.part(k.text(5), None)
    schedule: str | None = k.part(k.text(80), None)
    condition: str | None = k.part(k.EXPRESSION, None)


@dataclass(frozen=True, slots=True)
class RemoveAutomation(Operation):
    """Removes an automation."""

    op: ClassVar[str] = "remove_automation"
    automation: str = k.part(k.AUTOMATION)


@dataclass(frozen=True, slots=True)
class AddRule(Operation):
    """Adds what must hold for every record."""

    op: ClassVar[str] = "add_rule"
    entity: str = k.part(k.ENTITY)
    expression: str = k.part(k.EXPRESSION)
    message: str = k.part(k.WORDS)


@dataclass(frozen=True, slots=True)
class RemoveRule(Operation):
    """Removes the rule with this expression or message."""

    op: ClassVar[str] = "remove_rule"
    entity: str = k.part(k.ENTITY)
    rule: str = k.part(k.EXPRESSION)


@dataclass(frozen=True, slots=True)
class SetPermission(Operation):
    """Says what a role may do with an entity's records (all of them, without an entity)."""

    op: ClassVar[str] = "set_permission"
    role: str = k.part(k.one_of(n.ROLES))
    entity: str = k.part(k.ENTITY, "")
    add: bool = k.part(k.FLAG, False)
    change_own: bool = k.part(k.FLAG, False)
    change_any: bool = k.part(k.FLAG, False)
    remove_own: bool = k.part(k.FLAG, False)
    remove_any: bool = k.part(k.FLAG, False)
    locked_fields: tuple[str, ...] = k.part(k.NAMES, ())


@dataclass(frozen=True, slots=True)
class RemovePermission(Operation):
    """Lets a role do again what its name says."""

    op: ClassVar[str] = "remove_permission"
    role: str = k.part(k.one_of(n.ROLES))
    entity: str = k.part(k.ENTITY, "")


OPERATIONS: dict[str, type[Operation]] = {
    kind.op: kind
    for kind in (
        SetApp,
        AddField,
        RemoveField,
        RenameField,
        ChangeField,
        AddChoice,
        RenameChoice,
        RemoveChoice,
        AddEntity,
        RenameEntity,
        RemoveEntity,
        AddView,
        ChangeView,
        RemoveView,
        AddAggregate,
        ChangeAggregate,
        RemoveAggregate,
        AddAutomation,
        ChangeAutomation,
        RemoveAutomation,
        AddRule,
        RemoveRule,
        SetPermission,
        RemovePermission,
    )
}
