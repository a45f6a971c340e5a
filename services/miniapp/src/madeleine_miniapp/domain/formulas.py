"""Formulas, rules and conditions of an app: are they sound, in which order they depend, and what they come to.

Evaluating is an engine's, behind a port; what an engine cannot compute is missing, never an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol, cast

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Violation
from madeleine_miniapp.domain.expressions import functions as f
from madeleine_miniapp.domain.expressions.checking import FIELD, Compiled, check
from madeleine_miniapp.domain.expressions.functions import as_date
from madeleine_miniapp.domain.expressions.tokens import Unreadable, names

Json = str | int | float | bool | list[str]
TYPES: Mapping[int, str] = {
    s.FIELD_TYPE_TEXT: f.TEXT,
    s.FIELD_TYPE_NUMBER: f.NUMBER,
    s.FIELD_TYPE_INTEGER: f.NUMBER,
    s.FIELD_TYPE_BOOLEAN: f.BOOLEAN,
    s.FIELD_TYPE_DATE: f.DATE,
    s.FIELD_TYPE_DATETIME: f.MOMENT,
    s.FIELD_TYPE_CHOICE: f.TEXT,
    s.FIELD_TYPE_MULTI_CHOICE: f.LIST,
    s.FIELD_TYPE_PERSON: f.TEXT,
    s.FIELD_TYPE_RATING: f.NUMBER,
    s.FIELD_TYPE_DURATION: f.NUMBER,
    s.FIELD_TYPE_MONEY: f.NUMBER,
    s.FIELD_TYPE_URL: f.TEXT,
    s.FIELD_TYPE_IMAGE: f.TEXT,
    s.FIELD_TYPE_RELATION: f.TEXT,
}
# What a formula may be computed into: the others hold what only people can give.
COMPUTABLE = frozenset(
    {
        s.FIELD_TYPE_TEXT,
        s.FIELD_TYPE_NUMBER,
        s.FIELD_TYPE_INTEGER,
        s.FIELD_TYPE_BOOLEAN,
        s.FIELD_TYPE_DATE,
        s.FIELD_TYPE_DATETIME,
        s.FIELD_TYPE_CHOICE,
        s.FIELD_TYPE_RATING,
        s.FIELD_TYPE_DURATION,
        s.FIELD_TYPE_MONEY,
    }
)
_WHOLE = frozenset({s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_RATING})
# Binary noise (0.1 + 0.2) lies below this; no figure of a person's does.
_DECIMALS = 9
_MAX_TEXT, _MAX_NUMBER = 10_000, 1e15


class Engine(Protocol):
    """Computes what `expressions.checking` wrote for it."""

    def evaluate(self, engine_text: str, values: Mapping[str, Any]) -> Any:
        """The value; None for what cannot be computed. Never raises, never hangs."""
        ...


def scope_of(entity: s.Entity) -> dict[str, str]:
    """The types of what expressions over an entity's records may name."""
    return {field.name: TYPES[field.type] for field in entity.fields if field.type in TYPES}


def formula_problems(entity: s.Entity, path: str) -> Iterator[Violation]:
    """What is wrong with an entity's formulas and rules, cycles among them."""
    scope = scope_of(entity)
    for index, field in enumerate(entity.fields):
        if not field.formula:
            continue
        where = f"{path}.fields[{index}]"
        if field.type not in COMPUTABLE:
            yield Violation(f"{where}.type", "cannot be computed by a formula")
            continue
        if field.required or field.HasField("default_value"):
            yield Violation(f"{where}.formula", "is computed: the field can neither be required nor have a default")
        if reason := unsound(field.formula, scope, (TYPES[field.type],)):
            yield Violation(f"{where}.formula", reason)
        elif cycle := _cycle(entity, field.name):
            yield Violation(f"{where}.formula", f"rests on itself: {' -> '.join(cycle)}")
    for index, rule in enumerate(entity.rules):
        if reason := unsound(rule.expression, scope, (f.BOOLEAN,)):
            yield Violation(f"{path}.rules[{index}].expression", reason)


def unsound(expression: str, scope: Mapping[str, str], wanted: Sequence[str]) -> str:
    """Why an expression cannot be used; empty when it can."""
    try:
        check(expression, scope, wanted)
    except Unreadable as error:
        return str(error)
    return ""


def in_order(entity: s.Entity) -> list[s.Field]:
    """An entity's computed fields, each after those that it rests on; those on a cycle are left out."""
    waiting = {field.name: field for field in entity.fields if field.formula}
    ordered: list[s.Field] = []
    while ready := [field for field in waiting.values() if not names(field.formula) & waiting.keys()]:
        ordered += ready
        for field in ready:
            del waiting[field.name]
    return ordered


def computed(entity: s.Entity, values: Mapping[str, Json], engine: Engine) -> dict[str, Json]:
    """A record's values with all computed fields computed anew; what is missing is left out."""
    prepared = _prepared(entity)
    after = {n: v for n, v in values.items() if n not in prepared.computed}
    for field, compiled in prepared.formulas:
        value = _stored(field, prepared.value(compiled, after, engine))
        if value is not None:
            after[field.name] = value
    return after


def broken_rules(entity: s.Entity, values: Mapping[str, Json], engine: Engine) -> list[Violation]:
    """The rules that do not hold; one that cannot be decided, since a value is missing, holds."""
    prepared = _prepared(entity)
    return [
        Violation(f"values.{name}", message)
        for name, message, compiled in prepared.rules
        if prepared.value(compiled, values, engine) is False
    ]


def holds(entity: s.Entity, condition: str, values: Mapping[str, Json], engine: Engine) -> bool:
    """Whether a condition over a record is true; unknown is not, and an empty one always is."""
    return not condition or evaluate(entity, condition, values, engine) is True


def evaluate(entity: s.Entity, expression: str, values: Mapping[str, Json], engine: Engine) -> Any:
    """What a sound expression comes to over a record; None where that is missing, or the expression is not sound."""
    prepared = _prepared(entity)
    compiled = _compiled(expression, prepared.scope)
    return prepared.value(compiled, values, engine) if compiled else None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An entity's expressions, compiled: records come by the ten thousand."""

    scope: Mapping[str, str]
    computed: frozenset[str]
    formulas: tuple[tuple[s.Field, Compiled], ...]
    # (field that a violation names, message, the rule).
    rules: tuple[tuple[str, str, Compiled], ...]

    def value(self, compiled: Compiled, values: Mapping[str, Json], engine: Engine) -> Any:
        """What an expression comes to."""
        bound = {FIELD + name: _bound(self.scope[name], values.get(name)) for name in compiled.names}
        return engine.evaluate(compiled.engine_text, bound)


def _prepared(entity: s.Entity) -> _Prepared:
    return _prepared_of(entity.SerializeToString())


@lru_cache(maxsize=256)
def _prepared_of(serialized: bytes) -> _Prepared:
    entity = s.Entity.FromString(serialized)
    scope = scope_of(entity)
    formulas = [(field, _compiled(field.formula, scope)) for field in in_order(entity)]
    rules = [
        (_first_named(entity, rule.expression), rule.message, _compiled(rule.expression, scope))
        for rule in entity.rules
    ]
    return _Prepared(
        scope,
        frozenset(field.name for field in entity.fields if field.formula),
        tuple((field, compiled) for field, compiled in formulas if compiled),
        tuple((name, message, compiled) for name, message, compiled in rules if compiled),
    )


def _compiled(expression: str, scope: Mapping[str, str]) -> Compiled | None:
    try:
        return check(expression, scope)
    except Unreadable:
        return None


def _cycle(entity: s.Entity, start: str) -> list[str]:
    formulas = {field.name: names(field.formula) for field in entity.fields if field.formula}
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for name in sorted(formulas.get(way[-1], frozenset())):
            if name == start:
                return [*way, start]
            if name in formulas and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _first_named(entity: s.Entity, expression: str) -> str:
    named = names(expression)
    return next((field.name for field in entity.fields if field.name in named), "")


def _bound(kind: str, value: Any) -> Any:
    """A stored value as expressions see it: numbers as floats, dates as midnight UTC, no tick as false."""
    if kind == f.BOOLEAN:
        return value is True
    if kind == f.LIST:
        return cast(list[str], value) if isinstance(value, list) else []
    if value is None or value == "":
        return None
    try:
        match kind:
            case f.NUMBER:
                return float(value)
            case f.DATE:
                return as_date(value)
            case f.MOMENT:
                return datetime.fromisoformat(value)
            case _:
                return str(value)
    except (ValueError, TypeError):
        return None


def _stored(field: s.Field, value: Any) -> Json | None:
    """A result in its field's stored form; None when the field cannot hold it."""
    kind = TYPES[field.type]
    if kind == f.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return _number(field, float(value))
    if kind == f.BOOLEAN and isinstance(value, bool):
        return value
    if kind == f.TEXT and isinstance(value, str) and value and len(value) <= _MAX_TEXT and "\x00" not in value:
        return value if field.type != s.FIELD_TYPE_CHOICE or value in field.choices else None
    if kind == f.DATE and isinstance(value, datetime):
        return value.astimezone(UTC).date().isoformat()
    if kind == f.MOMENT and isinstance(value, datetime):
        return value.isoformat()
    return None


def _number(field: s.Field, number: float) -> int | float | None:
    if not math.isfinite(number) or abs(number) > _MAX_NUMBER:
        return None
    if field.type in _WHOLE:
        number = math.copysign(math.floor(abs(number) + 0.5), number)
    number = round(number, _DECIMALS)
    most = field.max if field.HasField("max") else 5
    if field.type == s.FIELD_TYPE_RATING and not 1 <= number <= most:
        return None
    if field.type == s.FIELD_TYPE_DURATION and number < 0:
        return None
    return int(number) if number.is_integer() else number
