"""Types of the query language's expressions: which there are, what each function takes, and what it gives.

A type is "number", "text", "boolean", "date", "moment", "list" (of text) or "person": a person's id, which everywhere
counts as text and tells readers of a table to show a name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain.errors import Violation

MAX_DEPTH, MAX_EXPRESSIONS, MAX_IN, MAX_LITERAL, MAX_NUMBER = 24, 2_000, 200, 2_000, 1e15
MAX_DIGITS = 10
_SHOWN = 40


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


@dataclass(slots=True)
class Faults:
    """What is wrong with a relation, and how much of it was looked at."""

    bad: list[Violation] = field(default_factory=list[Violation])
    expressions: int = 0

    def add(self, path: str, reason: str) -> None:
        """Notes one fault."""
        self.bad.append(Violation(path, reason))


def check(given: q.Expression, columns: Columns, path: str, faults: Faults, depth: int = 1) -> Column | None:
    """What an expression over these columns holds; None, with the faults noted, when it is not sound."""
    faults.expressions += 1
    if faults.expressions > MAX_EXPRESSIONS:
        if faults.expressions == MAX_EXPRESSIONS + 1:
            faults.add(path, f"must be at most {MAX_EXPRESSIONS} expressions in all")
        return None
    if depth > MAX_DEPTH:
        faults.add(path, f"must be nested at most {MAX_DEPTH} deep")
        return None
    try:
        match given.WhichOneof("kind"):
            case "column":
                if given.column not in columns:
                    raise Unfit(f"is not a column here; there are: {', '.join(list(columns)[:_SHOWN])}")
                return columns[given.column]
            case "literal":
                return literal(given.literal)
            case "date":
                if date.fromisoformat(given.date).isoformat() != given.date:
                    raise Unfit("must be an ISO date")
                return DATE
            case "moment":
                if datetime.fromisoformat(given.moment).utcoffset() is None:
                    raise Unfit("must have an offset")
                return MOMENT
            case "call":
                return _call(given.call, columns, f"{path}.call", faults, depth)
            case _:
                raise Unfit("must be set")
    except ValueError:
        faults.add(path, "must be an ISO 8601 date, with time and offset for a moment")
    except Unfit as error:
        faults.add(path, str(error))
    return None


def literal(value: Value) -> Column:
    """What a literal holds; raises Unfit."""
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        if not math.isfinite(value.number_value) or abs(value.number_value) > MAX_NUMBER:
            raise Unfit(f"must be a number within {-MAX_NUMBER:g} and {MAX_NUMBER:g}")
        return NUMBER
    if kind == "string_value":
        if len(value.string_value) > MAX_LITERAL or "\x00" in value.string_value:
            raise Unfit(f"must be text of at most {MAX_LITERAL} characters without U+0000")
        return TEXT
    if kind == "bool_value":
        return BOOLEAN
    raise Unfit("must be a number, text or a boolean" if kind != "list_value" else "may be a list only in IN")


def _call(call: q.Call, columns: Columns, path: str, faults: Faults, depth: int) -> Column | None:
    if call.function not in _RULES:
        faults.add(f"{path}.function", "must be one of the known functions")
        return None
    given = list(call.arguments)
    listed: q.Expression | None = None
    if call.function == q.FUNCTION_IN and len(given) == 2:
        listed = given.pop()
    arguments = [
        check(argument, columns, f"{path}.arguments[{index}]", faults, depth + 1)
        for index, argument in enumerate(given)
    ]
    known = [argument for argument in arguments if argument is not None]
    if len(known) < len(arguments):
        return None
    if call.function == q.FUNCTION_ROUND and len(given) == 2:
        digits = given[1].literal.number_value
        if given[1].WhichOneof("kind") != "literal" or digits not in range(MAX_DIGITS + 1):
            faults.add(f"{path}.arguments[1]", f"must be a whole number of digits from 0 to {MAX_DIGITS}")
            return None
    try:
        if listed is not None:
            _in_list(known[0], listed)
        return result(call.function, known)
    except Unfit as error:
        faults.add(path if listed is None else f"{path}.arguments[1]", str(error))
        return None


def _in_list(held: Column, listed: q.Expression) -> None:
    if listed.literal.WhichOneof("kind") != "list_value":
        raise Unfit("must be a literal list")
    values = listed.literal.list_value.values
    if not 1 <= len(values) <= MAX_IN:
        raise Unfit(f"must hold 1 to {MAX_IN} values")
    expected = "number" if held.base == "number" else "text"
    for value in values:
        if literal(value).type != expected:
            raise Unfit(f"must hold {'numbers' if expected == 'number' else 'texts'} only")
        if held.base == "date":
            try:
                date.fromisoformat(value.string_value)
            except ValueError as error:
                raise Unfit("must hold ISO dates only") from error


def result(function: q.Function.ValueType, arguments: Sequence[Column]) -> Column:
    """What a function gives for arguments of these types (for IN: the first only); raises Unfit."""
    return _RULES[function](arguments)


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
_RULES: dict[q.Function.ValueType, Callable[[Sequence[Column]], Column]] = {
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
