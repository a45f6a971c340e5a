"""Are expressions of the query language sound over given columns?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain.columns import BOOLEAN, DATE, MOMENT, NUMBER, RULES, TEXT, Column, Columns, Unfit, result
from madeleine_miniapp.domain.errors import Violation

MAX_DEPTH, MAX_EXPRESSIONS, MAX_IN, MAX_LITERAL, MAX_NUMBER = 24, 2_000, 200, 2_000, 1e15
MAX_DIGITS = 10
_SHOWN = 40


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
    if call.function not in RULES:
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
