"""Applies operations to a copy of a spec: all of them, or none with the path of each fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from madeleine.miniapp.v1.events_pb2 import Migration
from madeleine.miniapp.v1.miniapp_pb2 import Change
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.operations import choices, fields, showing
from madeleine_miniapp.domain.operations import model as o
from madeleine_miniapp.domain.operations.editor import Editor
from madeleine_miniapp.domain.validation import problems

_HANDLERS: dict[type[o.Operation], Callable[[Editor, Any], None]] = {
    o.SetApp: showing.set_app,
    o.AddField: fields.add_field,
    o.RemoveField: fields.remove_field,
    o.RenameField: fields.rename_field,
    o.ChangeField: fields.change_field,
    o.AddChoice: choices.add_choice,
    o.RenameChoice: choices.rename_choice,
    o.RemoveChoice: choices.remove_choice,
    o.AddEntity: fields.add_entity,
    o.RenameEntity: fields.rename_entity,
    o.RemoveEntity: fields.remove_entity,
    o.AddView: showing.add_view,
    o.ChangeView: showing.change_view,
    o.RemoveView: showing.remove_view,
    o.AddAggregate: showing.add_aggregate,
    o.ChangeAggregate: showing.change_aggregate,
    o.RemoveAggregate: showing.remove_aggregate,
    o.AddAutomation: showing.add_automation,
    o.ChangeAutomation: showing.change_automation,
    o.RemoveAutomation: showing.remove_automation,
    o.AddRule: showing.add_rule,
    o.RemoveRule: showing.remove_rule,
    o.SetPermission: showing.set_permission,
    o.RemovePermission: showing.remove_permission,
}


@dataclass(frozen=True, slots=True)
class Applied:
    """The spec after the operations, how its records follow, and what people should know of it."""

    spec: AppSpec
    migrations: tuple[Migration, ...]
    changes: tuple[Change, ...]


def apply(spec: AppSpec, operations: Sequence[o.Operation], *, check: bool = True) -> Applied:
    """Applies operations one after another; raises Bad with every fault, and leaves `spec` as it was.

    A fault of an operation has the path "operations[2].field", one of the spec that comes of them that of the spec
    ("entities[0].fields[3].formula"). `check=False` leaves the latter out.
    """
    editor = Editor(spec)
    bad: list[Violation] = []
    for index, operation in enumerate(operations):
        editor.path = f"operations[{index}]"
        try:
            _HANDLERS[type(operation)](editor, operation)
        except Bad as error:
            bad.extend(error.violations)
    if not bad and check:
        bad.extend(problems(editor.spec))
    if bad:
        raise Bad(bad)
    return Applied(editor.spec, tuple(editor.migrations), tuple(editor.changes))
