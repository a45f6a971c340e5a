"""What a model may change: only what the request names, since nobody asked for anything else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.naming import meanings
from madeleine_miniapp.domain.editing.text import bare, tokens
from madeleine_miniapp.domain.editing.viewing import view_type
from madeleine_miniapp.domain.errors import Violation
from madeleine_miniapp.domain.language import is_chinese

# Operations that a model is offered; what the reader of sentences knows well enough is left to it.
FOR_MODELS = (
    "set_app",
    "add_field",
    "remove_field",
    "rename_field",
    "change_field",
    "add_choice",
    "rename_choice",
    "remove_choice",
    "add_view",
    "remove_view",
)
_REMINDING = re.compile(r"\b(?:remind|notif|alert|ping|tell|post)\w*|提醒|通知", re.I)


def unnamed(request: str, spec: s.AppSpec, operations: Sequence[ops.Operation]) -> list[Violation]:
    """The operations that change, or add, what the request does not name."""
    found: list[Violation] = []
    for index, operation in enumerate(operations):
        if not _named(request, spec, operation):
            found.append(Violation(f"operations[{index}]", "changes something that the request does not name"))
    return found


def _named(request: str, spec: s.AppSpec, operation: ops.Operation) -> bool:
    match operation:
        case ops.RemoveField() | ops.ChangeField() | ops.RenameField():
            said = _says(request, _field_words(spec, operation.entity, operation.field))
            return said and (not isinstance(operation, ops.RenameField) or _says(request, [operation.label]))
        case ops.AddField():
            return _says(request, [operation.label]) and not operation.formula
        case ops.AddChoice() | ops.RemoveChoice() | ops.RenameChoice():
            return _says(request, [operation.choice])
        case ops.AddView():
            return view_type(request) == s.ViewType.Value(f"VIEW_TYPE_{operation.type.upper()}")
        case ops.RemoveView():
            return any(v.name == operation.view and view_type(request) == v.type for v in spec.views)
        case ops.SetApp():
            words = [w for w in (operation.title, operation.theme, operation.description) if w]
            return bool(words) and all(_says(request, [w]) for w in words) and not operation.icon
        case ops.AddEntity() | ops.RenameEntity():
            return _says(request, [operation.label])
        case ops.AddAutomation():
            return bool(_REMINDING.search(request))
        case _:
            return False


def _field_words(spec: s.AppSpec, entity: str, field: str) -> list[str]:
    for kind in spec.entities:
        for known in kind.fields:
            if kind.name == entity and field in (known.name, known.label):
                plain = [known.label, known.name.replace("_", " ")]
                return plain + [w for p in plain for w in meanings(bare(p))]
    return [field]


def _says(request: str, words: Sequence[str]) -> bool:
    """Whether a text holds one of the phrases, or every telling word of one."""
    lowered, said = bare(request), set(tokens(request))
    for word in words:
        folded = bare(word)
        if not folded:
            continue
        if is_chinese(folded):
            if folded in lowered.replace(" ", ""):
                return True
        elif re.search(rf"(?<![^\W_]){re.escape(folded)}", lowered) or (tokens(folded) and set(tokens(folded)) <= said):
            return True
    return False
