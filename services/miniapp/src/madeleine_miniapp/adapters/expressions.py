"""Expressions of the query language as SQL: fixed fragments, generated column names, and parameters for all else.

Numbers are `numeric`, from the shortest decimal that stands for a double: 0.1 + 0.2 is 0.3. A quotient has at least 40
decimals, and where one is compared or grouped by, 20 of them count: a third times three is one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.adapters.statements import Held, Scope, Statement, comparable, sortable
from madeleine_miniapp.domain.checking import literal
from madeleine_miniapp.domain.columns import DATE, MOMENT, result

_SIGNS = {
    q.FUNCTION_EQUAL: "=",
    q.FUNCTION_NOT_EQUAL: "<>",
    q.FUNCTION_LESS: "<",
    q.FUNCTION_LESS_OR_EQUAL: "<=",
    q.FUNCTION_GREATER: ">",
    q.FUNCTION_GREATER_OR_EQUAL: ">=",
}
# A run of more digits is no amount that somebody wrote down; commas between thousands belong to the number.
_NUMBER_IN_TEXT = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_LONGEST_NUMBER = 20


def compile_expression(given: q.Expression, scope: Scope, to: Statement) -> Held:
    """SQL of a checked expression, and its type."""
    match given.WhichOneof("kind"):
        case "column":
            return scope[given.column]
        case "date":
            return to.put(given.date, "text::date"), DATE
        case "moment":
            # By way of text: a moment in the year 1 may have no datetime in UTC.
            return to.put(datetime.fromisoformat(given.moment).isoformat(), "text::timestamptz"), MOMENT
        case "call":
            return _call(given.call, scope, to)
        case _:
            return _literal(given.literal, to), literal(given.literal)


def quotient(over: str, under: str) -> str:
    """SQL of a division; missing where the divisor is zero."""
    return f"(round({over}, 40) / nullif({under}, 0))"


def _literal(value: Value, to: Statement) -> str:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        return to.put(repr(value.number_value), "text::numeric")
    return to.put(value.bool_value, "boolean") if kind == "bool_value" else to.put(value.string_value)


def _call(call: q.Call, scope: Scope, to: Statement) -> Held:
    function = call.function
    # What is a literal by rule is no parameter of its own.
    given = call.arguments[:1] if function in (q.FUNCTION_IN, q.FUNCTION_ROUND) else call.arguments
    held = [compile_expression(argument, scope, to) for argument in given]
    column = result(function, [c for _, c in held])
    if function in _SIGNS:
        left, right = held
        compare = sortable if function not in (q.FUNCTION_EQUAL, q.FUNCTION_NOT_EQUAL) else comparable
        return f"({compare(left)} {_SIGNS[function]} {compare(right)})", column
    if function == q.FUNCTION_IN:
        return _in(held[0], call.arguments[1].literal, to), column
    if function == q.FUNCTION_CONTAINS:
        return _contains(held[0], held[1][0]), column
    if function == q.FUNCTION_ROUND:
        digits = int(call.arguments[1].literal.number_value) if len(call.arguments) == 2 else 0
        # By way of 20 decimals: 0.005 that came as 0.00499... is 0.005.
        return f"round({comparable(held[0])}, {digits})", column
    if function in _TIMES:
        return _TIMES[function](to.local(held[0])), column
    if function == q.FUNCTION_DAYS_BETWEEN:
        return f"({held[0][0]} - {held[1][0]})::numeric", column
    if function == q.FUNCTION_HOURS_BETWEEN:
        return quotient(f"extract(epoch FROM {held[0][0]} - {held[1][0]})", "3600"), column
    if function == q.FUNCTION_NUMBER_IN:
        found = f"substring({held[0][0]} FROM {to.put(_NUMBER_IN_TEXT)})"
        return f"CASE WHEN length({found}) <= {_LONGEST_NUMBER} THEN replace({found}, ',', '')::numeric END", column
    return _PLAIN[function]([sql for sql, _ in held]), column


def _in(held: Held, listed: Value, to: Statement) -> str:
    values = listed.list_value.values
    if held[1].base == "number":
        numbers = to.put([repr(v.number_value) for v in values], "text[]::numeric[]")
        return f"({comparable(held)} = ANY({numbers}))"
    texts = [v.string_value for v in values]
    if held[1].type == "list":
        return f"({held[0]} ?| {to.put(texts, 'text[]')})"
    cast = "text[]::date[]" if held[1].type == "date" else "text[]"
    return f"({held[0]} = ANY({to.put(texts, cast)}))"


def _contains(held: Held, needle: str) -> str:
    def within(text: str) -> str:
        # The house's languages in any case, also where the database's own is C.
        return f"strpos(lower({text} COLLATE pg_c_utf8), lower({needle} COLLATE pg_c_utf8)) > 0"

    if held[1].type != "list":
        return f"({within(held[0])})"
    some = f"EXISTS (SELECT FROM jsonb_array_elements_text({held[0]}) AS held (one) WHERE {within('one')})"
    # EXISTS is false, not missing, for what is missing.
    return f"(CASE WHEN {held[0]} IS NOT NULL AND {needle} IS NOT NULL THEN {some} END)"


_TIMES: dict[q.Function.ValueType, Callable[[str], str]] = {
    q.FUNCTION_DAY: lambda local: f"{local}::date",
    q.FUNCTION_WEEK: lambda local: f"date_trunc('week', {local})::date",
    q.FUNCTION_MONTH: lambda local: f"date_trunc('month', {local})::date",
    q.FUNCTION_YEAR: lambda local: f"date_trunc('year', {local})::date",
    q.FUNCTION_WEEKDAY: lambda local: f"extract(isodow FROM {local})",
    q.FUNCTION_MONTH_OF_YEAR: lambda local: f"extract(month FROM {local})",
    q.FUNCTION_HOUR: lambda local: quotient(f"extract(epoch FROM {local}::time)", "3600"),
}
_PLAIN: dict[q.Function.ValueType, Callable[[list[str]], str]] = {
    q.FUNCTION_AND: lambda a: f"({' AND '.join(a)})",
    q.FUNCTION_OR: lambda a: f"({' OR '.join(a)})",
    q.FUNCTION_NOT: lambda a: f"(NOT {a[0]})",
    q.FUNCTION_IS_MISSING: lambda a: f"({a[0]} IS NULL)",
    q.FUNCTION_COALESCE: lambda a: f"coalesce({', '.join(a)})",
    q.FUNCTION_ADD: lambda a: f"({' + '.join(a)})",
    q.FUNCTION_SUBTRACT: lambda a: f"({a[0]} - {a[1]})",
    q.FUNCTION_MULTIPLY: lambda a: f"({' * '.join(a)})",
    q.FUNCTION_DIVIDE: lambda a: quotient(a[0], a[1]),
    q.FUNCTION_ABS: lambda a: f"abs({a[0]})",
    q.FUNCTION_LENGTH: lambda a: f"jsonb_array_length({a[0]})::numeric",
    # Missing where the condition is.
    q.FUNCTION_IF: lambda a: f"(CASE WHEN {a[0]} THEN {a[1]} WHEN NOT {a[0]} THEN {a[2]} END)",
}
