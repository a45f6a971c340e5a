"""Conditions in CEL as expressions of the query language, where the two mean the same.

What a field's value is to a condition: a box that was not ticked is false, empty text is missing, and so is what is
computed from something missing. The rest of CEL is evaluated record by record, by its engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.checking import Faults, check
from madeleine_miniapp.domain.columns import Column, type_of
from madeleine_miniapp.domain.expressions.syntax import Call, Literal, Name, Node, parse
from madeleine_miniapp.domain.expressions.tokens import Unreadable

_SAME = {
    "&&": q.FUNCTION_AND,
    "||": q.FUNCTION_OR,
    "!": q.FUNCTION_NOT,
    "?:": q.FUNCTION_IF,
    "==": q.FUNCTION_EQUAL,
    "!=": q.FUNCTION_NOT_EQUAL,
    "<": q.FUNCTION_LESS,
    "<=": q.FUNCTION_LESS_OR_EQUAL,
    ">": q.FUNCTION_GREATER,
    ">=": q.FUNCTION_GREATER_OR_EQUAL,
    "+": q.FUNCTION_ADD,
    "-": q.FUNCTION_SUBTRACT,
    "*": q.FUNCTION_MULTIPLY,
    "/": q.FUNCTION_DIVIDE,
    "abs": q.FUNCTION_ABS,
    "coalesce": q.FUNCTION_COALESCE,
    "is_missing": q.FUNCTION_IS_MISSING,
}
_FREE_TEXT = frozenset({s.FIELD_TYPE_TEXT, s.FIELD_TYPE_URL, s.FIELD_TYPE_IMAGE})


class _Untold(Exception):
    """The query language has no words for it."""


def expression_of(condition: str, entity: s.Entity) -> q.Expression | None:
    """The expression over an entity's records that a sound condition is; None for one that is not in the language."""
    fields = {field.name: field for field in entity.fields}
    try:
        made = _of(parse(condition), fields)
    except (_Untold, Unreadable):
        return None
    faults = Faults()
    columns = {name: Column(type_of(field)) for name, field in fields.items()}
    held = check(made, columns, "where", faults)
    return made if held is not None and held.type == "boolean" else None


def _of(node: Node, fields: Mapping[str, s.Field]) -> q.Expression:
    match node:
        case Literal() if node.value is not None:
            return terms.value(node.value)
        case Name():
            return _field(fields, node.name)
        case Call():
            return _call(node, fields)
        case _:
            raise _Untold


def _field(fields: Mapping[str, s.Field], name: str) -> q.Expression:
    known, held = fields.get(name), terms.column(name)
    if known is None:
        raise _Untold
    if known.type == s.FIELD_TYPE_BOOLEAN:
        return terms.call(q.FUNCTION_COALESCE, held, terms.value(False))
    if known.type in _FREE_TEXT:
        # Empty text is missing: IF is where its condition is, and so is a division by zero.
        filled = terms.call(
            q.FUNCTION_IF, terms.call(q.FUNCTION_EQUAL, held, terms.value("")), terms.value(0), terms.value(1)
        )
        there = terms.call(q.FUNCTION_EQUAL, terms.call(q.FUNCTION_DIVIDE, terms.value(1), filled), terms.value(1))
        return terms.call(q.FUNCTION_IF, there, held, held)
    return held


def _call(node: Call, fields: Mapping[str, s.Field]) -> q.Expression:
    arguments = node.arguments
    if node.function in ("==", "!=") and any(isinstance(a, Literal) and a.value is None for a in arguments):
        (held,) = [a for a in arguments if not (isinstance(a, Literal) and a.value is None)] or [arguments[0]]
        missing = terms.call(q.FUNCTION_IS_MISSING, _of(held, fields))
        return missing if node.function == "==" else terms.call(q.FUNCTION_NOT, missing)
    if node.function == "in":
        return _within(node, fields)
    if node.function == "-" and len(arguments) == 1:
        return terms.call(q.FUNCTION_SUBTRACT, terms.value(0), _of(arguments[0], fields))
    given = [_of(argument, fields) for argument in arguments]
    if node.function in _SAME:
        return terms.call(_SAME[node.function], *given)
    if node.function in _OWN and all(isinstance(a, Name) for a in arguments):
        kinds = {fields[a.name].type for a in arguments if isinstance(a, Name)}
        fitting, make = _OWN[node.function]
        if kinds == {fitting}:
            return make(given)
    raise _Untold


def _within(node: Call, fields: Mapping[str, s.Field]) -> q.Expression:
    item, holder = node.arguments
    if isinstance(holder, Call) and holder.function == "list":
        values = [a.value for a in holder.arguments if isinstance(a, Literal)]
        held = [v for v in values if isinstance(v, str | float)]
        if held and len(held) == len(holder.arguments):
            return terms.one_of(_of(item, fields), held)
    if isinstance(holder, Name) and isinstance(item, Literal) and isinstance(item.value, str):
        known = fields.get(holder.name)
        if known is not None and known.type == s.FIELD_TYPE_MULTI_CHOICE:
            ticked = terms.one_of(terms.column(holder.name), [item.value])
            return terms.call(q.FUNCTION_COALESCE, ticked, terms.value(False))
    raise _Untold


# Of fields of one type only: a date-time's own day is that of its offset, not of who asks.
_OWN: dict[str, tuple[s.FieldType.ValueType, Callable[[list[q.Expression]], q.Expression]]] = {
    "days_between": (s.FIELD_TYPE_DATE, lambda given: terms.call(q.FUNCTION_DAYS_BETWEEN, given[1], given[0])),
    "hours_between": (s.FIELD_TYPE_DATETIME, lambda given: terms.call(q.FUNCTION_HOURS_BETWEEN, given[1], given[0])),
    "weekday": (s.FIELD_TYPE_DATE, lambda given: terms.call(q.FUNCTION_WEEKDAY, *given)),
    "month": (s.FIELD_TYPE_DATE, lambda given: terms.call(q.FUNCTION_MONTH_OF_YEAR, *given)),
    "size": (
        s.FIELD_TYPE_MULTI_CHOICE,
        lambda given: terms.call(q.FUNCTION_COALESCE, terms.call(q.FUNCTION_LENGTH, *given), terms.value(0)),
    ),
}
