"""Types of the query language's expressions: which there are, what each function takes, and what it gives.

A type is "number", "text", "boolean", "date", "moment", "list" (of text) or "person": a person's id, which everywhere
counts as text and tells readers of a table to show a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC


@dataclass(frozen=True, slots=True)
class Column:
    """What a column or an expression holds; `exact` is false for what a division may have cut at 40 decimals."""

    type: str
    unit: str = ""
    exact: bool = True

    @property
    def base(self) -> str:
        """The type that it is compared as."""
        return "text" if self.type == "person" else self.type


Columns = Mapping[str, Column]
NUMBER, TEXT, BOOLEAN, DATE, MOMENT = map(Column, ("number", "text", "boolean", "date", "moment"))


class Unfit(Exception):
    """A function does not take these arguments; the message is the reason."""


_TYPES = {
    **dict.fromkeys(NUMERIC, "number"),
    s.FIELD_TYPE_BOOLEAN: "boolean",
    s.FIELD_TYPE_DATE: "date",
    s.FIELD_TYPE_DATETIME: "moment",
    s.FIELD_TYPE_MULTI_CHOICE: "list",
    s.FIELD_TYPE_PERSON: "person",
}


def result(function: q.Function.ValueType, arguments: Sequence[Column]) -> Column:
    """What a function gives for arguments of these types (for IN: the first only); raises Unfit."""
    return RULES[function](arguments)


def measured(function: q.MeasureFunction.ValueType, held: Column | None) -> Column:
    """What an aggregate of such a column (None: of rows) holds; raises Unfit."""
    if function == q.MEASURE_FUNCTION_COUNT:
        return NUMBER
    if function not in q.MeasureFunction.values() or function == q.MEASURE_FUNCTION_UNSPECIFIED:
        raise Unfit("function must be one of the known functions")
    if held is None or held.type == "list":
        raise Unfit("value must be a single value, not a list" if held else "value must be set")
    if function == q.MEASURE_FUNCTION_COUNT_DISTINCT:
        return NUMBER
    if function == q.MEASURE_FUNCTION_LIST:
        if held.base not in ("text", "number", "date"):
            raise Unfit(f"value must be text, a number or a date; it is {held.type}")
        return TEXT
    if function in (q.MEASURE_FUNCTION_MIN, q.MEASURE_FUNCTION_MAX):
        if held.type == "boolean":
            raise Unfit("value must have an order")
        return held
    if held.type != "number":
        raise Unfit(f"value must be a number; it is {held.type}")
    return Column("number", held.unit, exact=held.exact and function != q.MEASURE_FUNCTION_MEAN)


def unit_of(spec: s.AppSpec, known: s.Field) -> str:
    """The unit of a field's values: its own, the app's currency for money, seconds for durations."""
    if known.unit or known.type not in (s.FIELD_TYPE_MONEY, s.FIELD_TYPE_DURATION):
        return known.unit
    return spec.currency if known.type == s.FIELD_TYPE_MONEY else "s"


def type_of(known: s.Field) -> str:
    """The type of a field's values."""
    return _TYPES.get(known.type, "text")


def _take(arguments: Sequence[Column], *bases: str, least: int | None = None) -> None:
    """Raises Unfit unless there are as many arguments as types (or at least `least` of the one type)."""
    if least is not None:
        if len(arguments) < least:
            raise Unfit(f"needs at least {least} arguments")
        bases *= len(arguments)
    if len(arguments) != len(bases):
        raise Unfit(f"needs {len(bases)} arguments")
    for place, (argument, allowed) in enumerate(zip(arguments, bases, strict=True), start=1):
        if argument.base not in allowed.split("|"):
            raise Unfit(f"argument {place} must be {allowed.replace('|', ' or ')}; it is {argument.type}")


def _fixed(gives: Column, *bases: str, least: int | None = None) -> Callable[[Sequence[Column]], Column]:
    def rule(arguments: Sequence[Column]) -> Column:
        _take(arguments, *bases, least=least)
        return gives

    return rule


def _compared(bases: str) -> Callable[[Sequence[Column]], Column]:
    def rule(arguments: Sequence[Column]) -> Column:
        _take(arguments, bases, bases)
        if arguments[0].base != arguments[1].base:
            raise Unfit(f"compares {arguments[0].type} with {arguments[1].type}")
        return BOOLEAN

    return rule


def _same(arguments: Sequence[Column]) -> Column:
    if not arguments:
        raise Unfit("needs at least 1 arguments")
    first = arguments[0]
    if any(a.base != first.base for a in arguments):
        raise Unfit("arguments must be of one type")
    kind = first.type if all(a.type == first.type for a in arguments) else first.base
    return Column(kind, _unit(arguments), all(a.exact for a in arguments))


def _if(arguments: Sequence[Column]) -> Column:
    if len(arguments) != 3 or arguments[0].type != "boolean":
        raise Unfit("needs a condition and two values")
    return _same(arguments[1:])


def _added(arguments: Sequence[Column]) -> Column:
    _take(arguments, "number", least=2)
    return _same(arguments)


def _subtracted(arguments: Sequence[Column]) -> Column:
    _take(arguments, "number", "number")
    return _same(arguments)


def _divided(arguments: Sequence[Column]) -> Column:
    _take(arguments, "number", "number")
    over, under = (a.unit for a in arguments)
    unit = "" if over == under or not over else over if not under else f"{over}/{under}"
    return Column("number", unit, exact=False)


def _multiplied(arguments: Sequence[Column]) -> Column:
    made = _added(arguments)
    # An amount of times: square kilometres are nobody's question.
    return made if sum(bool(a.unit) for a in arguments) <= 1 else replace(made, unit="")


def _rounded(arguments: Sequence[Column]) -> Column:
    _take(arguments, *["number"] * max(1, min(2, len(arguments))))
    return replace(arguments[0], exact=True)


def _absolute(arguments: Sequence[Column]) -> Column:
    _take(arguments, "number")
    return arguments[0]


def _unit(arguments: Sequence[Column]) -> str:
    units = {a.unit for a in arguments if a.unit}
    return units.pop() if len(units) == 1 else ""


_ANY = "number|text|boolean|date|moment|list"
_ORDERED = "number|text|date|moment"
RULES: dict[q.Function.ValueType, Callable[[Sequence[Column]], Column]] = {
    q.FUNCTION_AND: _fixed(BOOLEAN, "boolean", least=1),
    q.FUNCTION_OR: _fixed(BOOLEAN, "boolean", least=1),
    q.FUNCTION_NOT: _fixed(BOOLEAN, "boolean"),
    q.FUNCTION_EQUAL: _compared(f"{_ORDERED}|boolean"),
    q.FUNCTION_NOT_EQUAL: _compared(f"{_ORDERED}|boolean"),
    q.FUNCTION_LESS: _compared(_ORDERED),
    q.FUNCTION_LESS_OR_EQUAL: _compared(_ORDERED),
    q.FUNCTION_GREATER: _compared(_ORDERED),
    q.FUNCTION_GREATER_OR_EQUAL: _compared(_ORDERED),
    q.FUNCTION_CONTAINS: _fixed(BOOLEAN, "text|list", "text"),
    q.FUNCTION_IN: _fixed(BOOLEAN, "text|number|date|list"),
    q.FUNCTION_IS_MISSING: _fixed(BOOLEAN, _ANY),
    q.FUNCTION_COALESCE: _same,
    q.FUNCTION_ADD: _added,
    q.FUNCTION_SUBTRACT: _subtracted,
    q.FUNCTION_MULTIPLY: _multiplied,
    q.FUNCTION_DIVIDE: _divided,
    q.FUNCTION_ABS: _absolute,
    q.FUNCTION_ROUND: _rounded,
    q.FUNCTION_LENGTH: _fixed(NUMBER, "list"),
    q.FUNCTION_IF: _if,
    q.FUNCTION_DAY: _fixed(DATE, "date|moment"),
    q.FUNCTION_WEEK: _fixed(DATE, "date|moment"),
    q.FUNCTION_MONTH: _fixed(DATE, "date|moment"),
    q.FUNCTION_YEAR: _fixed(DATE, "date|moment"),
    q.FUNCTION_WEEKDAY: _fixed(NUMBER, "date|moment"),
    q.FUNCTION_HOUR: _fixed(Column("number", exact=False), "moment"),
    q.FUNCTION_MONTH_OF_YEAR: _fixed(NUMBER, "date|moment"),
    q.FUNCTION_DAYS_BETWEEN: _fixed(Column("number", "days"), "date", "date"),
    q.FUNCTION_HOURS_BETWEEN: _fixed(Column("number", "h", exact=False), "moment", "moment"),
    q.FUNCTION_NUMBER_IN: _fixed(NUMBER, "text"),
}
