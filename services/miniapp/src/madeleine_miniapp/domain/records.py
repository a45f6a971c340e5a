"""Checks a record's values against its entity and gives them their stored form."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from google.protobuf.struct_pb2 import Struct, Value

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.formulas import Engine, Json, broken_rules, computed

MAX_TEXT = 10_000
MAX_CHOICES_HELD = 50
# Beyond this a double no longer holds every whole number.
_MAX_WHOLE = 2**53
_MAX_NUMBER = 1e15
_MAX_OFFSET = timedelta(hours=14)
_EMPTY: tuple[Json | None, ...] = (None, "", [])


def _nobody() -> dict[str, str]:
    return {}


def _nothing() -> dict[str, Container[str]]:
    return {}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What values are read against: the caller's time zone, who may be named, which records exist.

    `people`: person id by id and by casefolded name. `records`: record ids by entity. `engine`: computes formulas and
    rules; without one an entity may have neither.
    """

    zone: tzinfo
    people: Mapping[str, str] = field(default_factory=_nobody)
    records: Mapping[str, Container[str]] = field(default_factory=_nothing)
    engine: Engine | None = None


class _Unfit(Exception):
    """The value does not fit its field; the message is the reason."""


def coerce(entity: s.Entity, values: Struct, around: Surroundings) -> dict[str, Json]:
    """A new record's values in stored form, defaults filled in; raises Bad with a path for each bad one."""
    given: dict[str, Value] = {f.name: f.default_value for f in entity.fields if f.HasField("default_value")}
    return _check(entity, {}, {**given, **values.fields}, around, [f.name for f in entity.fields])


def change(entity: s.Entity, before: Mapping[str, Json], values: Struct, around: Surroundings) -> dict[str, Json]:
    """All values after a change of some, null clearing; raises Bad.

    A required field that was missing before (it is newer than the record) may stay so until somebody fills it.
    """
    return _check(entity, before, dict(values.fields), around, [*before, *values.fields])


def default_problem(field: s.Field) -> str:
    """Why a field cannot have its default; empty when it can."""
    if not field.HasField("default_value") or field.default_value.WhichOneof("kind") == "null_value":
        return ""
    try:
        _READERS[field.type](field, field.default_value, Surroundings(UTC))
    except _Unfit as error:
        return str(error)
    return ""


def _check(
    entity: s.Entity,
    before: Mapping[str, Json],
    given: Mapping[str, Value],
    around: Surroundings,
    asked: Collection[str],
) -> dict[str, Json]:
    fields = {f.name: f for f in entity.fields}
    after = dict(before)
    bad: list[Violation] = []
    for name, value in given.items():
        known = fields.get(name)
        if known is None:
            bad.append(Violation(f"values.{name}", f"is not a field of {entity.name}"))
        elif known.formula:
            bad.append(Violation(f"values.{name}", "is computed, never entered"))
        elif value.WhichOneof("kind") in (None, "null_value"):
            after.pop(name, None)
        else:
            try:
                after[name] = _READERS[known.type](known, value, around)
            except _Unfit as error:
                bad.append(Violation(f"values.{name}", str(error)))
    missing = [f.name for f in entity.fields if f.required and f.name in asked and after.get(f.name) in _EMPTY]
    reported = {violation.field for violation in bad}
    bad += [Violation(f"values.{n}", "is required") for n in missing if f"values.{n}" not in reported]
    if bad:
        raise Bad(bad)
    return _ruled(entity, after, around.engine)


def _ruled(entity: s.Entity, values: dict[str, Json], engine: Engine | None) -> dict[str, Json]:
    if not entity.rules and not any(f.formula for f in entity.fields):
        return values
    if engine is None:
        raise TypeError(f"{entity.name} has formulas or rules: an engine is needed")
    after = computed(entity, values, engine)
    if broken := broken_rules(entity, after, engine):
        raise Bad(broken)
    return after


def _text(known: s.Field, value: Value, around: Surroundings) -> str:
    text = _string(value, "must be text")
    if len(text) > MAX_TEXT:
        raise _Unfit(f"must have at most {MAX_TEXT} characters; it has {len(text)}")
    if "\x00" in text:
        raise _Unfit("must not hold the character U+0000")
    return text


def _number(known: s.Field, value: Value, around: Surroundings) -> float | int:
    if value.WhichOneof("kind") != "number_value":
        raise _Unfit("must be a number")
    number = value.number_value
    if not math.isfinite(number):
        raise _Unfit("must be a finite number")
    if abs(number) > _MAX_NUMBER:
        raise _Unfit(f"must lie within {-_MAX_NUMBER:g} and {_MAX_NUMBER:g}")
    if known.HasField("min") and number < known.min:
        raise _Unfit(f"must be at least {known.min:g}")
    if known.HasField("max") and number > known.max:
        raise _Unfit(f"must be at most {known.max:g}")
    return int(number) if number.is_integer() else number


def _integer(known: s.Field, value: Value, around: Surroundings) -> int:
    number = _number(known, value, around)
    if not isinstance(number, int) or abs(number) > _MAX_WHOLE:
        raise _Unfit("must be a whole number")
    return number


def _rating(known: s.Field, value: Value, around: Surroundings) -> int:
    stars = _integer(known, value, around)
    most = int(known.max) if known.HasField("max") else 5
    if not 1 <= stars <= most:
        raise _Unfit(f"must be 1 to {most}")
    return stars


def _duration(known: s.Field, value: Value, around: Surroundings) -> float | int:
    seconds = _number(known, value, around)
    if seconds < 0:
        raise _Unfit("must not be negative; it is in seconds")
    return seconds


def _boolean(known: s.Field, value: Value, around: Surroundings) -> bool:
    if value.WhichOneof("kind") != "bool_value":
        raise _Unfit("must be true or false")
    return value.bool_value


def _date(known: s.Field, value: Value, around: Surroundings) -> str:
    text = _string(value, "must be a date such as 2026-03-15")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise _Unfit("must be a date such as 2026-03-15") from error


def _datetime(known: s.Field, value: Value, around: Surroundings) -> str:
    example = "must be a date and time such as 2026-03-15T20:00+01:00"
    text = _string(value, example)
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= len("2026-03-15"):
            raise _Unfit(example)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=around.zone)
        if abs(moment.utcoffset() or timedelta()) > _MAX_OFFSET:
            raise _Unfit("must have an offset within 14 hours of UTC")
        return moment.isoformat()
    except (ValueError, OverflowError) as error:
        raise _Unfit(example) from error


def _choice(known: s.Field, value: Value, around: Surroundings) -> str:
    return _one_choice(known, _string(value, "must be text"))


def _multi_choice(known: s.Field, value: Value, around: Surroundings) -> list[str]:
    if value.WhichOneof("kind") != "list_value":
        raise _Unfit("must be a list")
    held = [_one_choice(known, _string(item, "must be a list of text")) for item in value.list_value.values]
    if len(held) > MAX_CHOICES_HELD or len(set(held)) < len(held):
        raise _Unfit("must not name a choice twice")
    return held


def _person(known: s.Field, value: Value, around: Surroundings) -> str:
    text = _string(value, "must be a person's id or name")
    person = around.people.get(text) or around.people.get(text.casefold().strip())
    if person is None:
        raise _Unfit("must be the id or the name of a member")
    return person


def _url(known: s.Field, value: Value, around: Surroundings) -> str:
    text = _text(known, value, around)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise _Unfit("must be an http or https address") from error
    if parts.scheme not in {"http", "https"} or not parts.netloc or any(c.isspace() for c in text):
        raise _Unfit("must be an http or https address")
    return text


def _relation(known: s.Field, value: Value, around: Surroundings) -> str:
    text = _string(value, "must be the id of a record")
    if text not in around.records.get(known.relates_to, ()):
        raise _Unfit(f"must be the id of a record of {known.relates_to}")
    return text


def _string(value: Value, reason: str) -> str:
    if value.WhichOneof("kind") != "string_value":
        raise _Unfit(reason)
    return value.string_value


def _one_choice(known: s.Field, text: str) -> str:
    if text not in known.choices:
        raise _Unfit(f"must be one of {', '.join(known.choices)}")
    return text


_READERS: dict[s.FieldType.ValueType, Callable[[s.Field, Value, Surroundings], Json]] = {
    s.FIELD_TYPE_TEXT: _text,
    s.FIELD_TYPE_NUMBER: _number,
    s.FIELD_TYPE_INTEGER: _integer,
    s.FIELD_TYPE_BOOLEAN: _boolean,
    s.FIELD_TYPE_DATE: _date,
    s.FIELD_TYPE_DATETIME: _datetime,
    s.FIELD_TYPE_CHOICE: _choice,
    s.FIELD_TYPE_MULTI_CHOICE: _multi_choice,
    s.FIELD_TYPE_PERSON: _person,
    s.FIELD_TYPE_RATING: _rating,
    s.FIELD_TYPE_DURATION: _duration,
    s.FIELD_TYPE_MONEY: _number,
    s.FIELD_TYPE_URL: _url,
    s.FIELD_TYPE_IMAGE: _url,
    s.FIELD_TYPE_RELATION: _relation,
}
