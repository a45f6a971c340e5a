"""Typed queries: are they sound for an app's spec?"""

from __future__ import annotations

import math
from datetime import date, datetime

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.limits import GROUPABLE, NUMERIC, TEMPORAL

ENTERED_BY = s.Field(name="entered_by", label="entered by", type=s.FIELD_TYPE_PERSON)
MAX_FILTERS = 10
_ORDERED = (m.COMPARISON_LESS, m.COMPARISON_LESS_OR_EQUAL, m.COMPARISON_GREATER, m.COMPARISON_GREATER_OR_EQUAL)
_KIND = {"number_value": "a number", "bool_value": "true or false", "string_value": "text"}


def time_field(entity: s.Entity) -> s.Field | None:
    """The field that time ranges go over: the first date or date-time; None: the time of entry."""
    return next((f for f in entity.fields if f.type in TEMPORAL), None)


def field_of(entity: s.Entity, name: str) -> s.Field | None:
    """A field that queries may use, the person who entered a record among them."""
    if name == ENTERED_BY.name:
        return ENTERED_BY
    return next((f for f in entity.fields if f.name == name), None)


def check(spec: s.AppSpec, query: m.Query, path: str = "query") -> s.Entity:
    """The query's entity; raises Bad with the path of each bad field."""
    entity = next((e for e in spec.entities if e.name == query.entity), None)
    if entity is None and not query.entity and len(spec.entities) == 1:
        entity = spec.entities[0]
    if entity is None:
        known = ", ".join(e.name for e in spec.entities)
        raise Bad([Violation(f"{path}.entity", f"must be one of {known}")])
    bad: list[Violation] = []
    _aggregated(bad, path, entity, query)
    if len(query.filters) > MAX_FILTERS:
        bad.append(Violation(f"{path}.filters", f"must be at most {MAX_FILTERS}"))
    for index, given in enumerate(query.filters):
        _filter(bad, f"{path}.filters[{index}]", entity, given)
    start, end = getattr(query, "from"), query.to
    for name, moment in (("from", start), ("to", end)):
        # What a timestamp may hold: years 1 to 9999. One that is not set is the epoch, and passes.
        if not (-62135596800 <= moment.seconds <= 253402300799 and 0 <= moment.nanos < 10**9):
            bad.append(Violation(f"{path}.{name}", "must be a time in the years 1 to 9999"))
    if query.HasField("from") and query.HasField("to") and (start.seconds, start.nanos) >= (end.seconds, end.nanos):
        bad.append(Violation(f"{path}.to", "must be after from"))
    if query.group_by:
        group = field_of(entity, query.group_by)
        if group is None or group.type not in GROUPABLE:
            bad.append(Violation(f"{path}.group_by", f"must name a field of {entity.name} that groups"))
    if bad:
        raise Bad(bad)
    return entity


def _aggregated(bad: list[Violation], path: str, entity: s.Entity, query: m.Query) -> None:
    if query.function not in s.AggregateFunction.values() or query.function == s.AGGREGATE_FUNCTION_UNSPECIFIED:
        bad.append(Violation(f"{path}.function", "must be one of the known functions"))
        return
    field = field_of(entity, query.field)
    if query.function == s.AGGREGATE_FUNCTION_COUNT:
        if query.field and field is None:
            bad.append(Violation(f"{path}.field", f"is not a field of {entity.name}"))
    elif field is None or field.type not in NUMERIC:
        bad.append(Violation(f"{path}.field", f"must name a field of {entity.name} that holds numbers"))


def _filter(bad: list[Violation], path: str, entity: s.Entity, given: m.Filter) -> None:
    field = field_of(entity, given.field)
    if field is None:
        bad.append(Violation(f"{path}.field", f"is not a field of {entity.name}"))
        return
    if given.comparison not in m.Comparison.values() or given.comparison == m.COMPARISON_UNSPECIFIED:
        bad.append(Violation(f"{path}.comparison", "must be one of the known comparisons"))
        return
    if given.comparison in _ORDERED and field.type not in NUMERIC | TEMPORAL:
        bad.append(Violation(f"{path}.comparison", f"{field.name} has no order"))
    if given.comparison == m.COMPARISON_CONTAINS and field.type in NUMERIC | TEMPORAL | {s.FIELD_TYPE_BOOLEAN}:
        bad.append(Violation(f"{path}.comparison", f"{field.name} is not text"))
    kind = given.value.WhichOneof("kind")
    if field.type in NUMERIC:
        expected = "number_value"
    elif field.type == s.FIELD_TYPE_BOOLEAN:
        expected = "bool_value"
    else:
        expected = "string_value"
    if kind != expected:
        bad.append(Violation(f"{path}.value", f"must be {_KIND[expected]}"))
    elif expected == "number_value" and not math.isfinite(given.value.number_value):
        bad.append(Violation(f"{path}.value", "must be a finite number"))
    elif "\x00" in given.value.string_value:
        bad.append(Violation(f"{path}.value", "must not hold the character U+0000"))
    elif field.type in TEMPORAL and not _is_time(field.type, given.value.string_value):
        bad.append(Violation(f"{path}.value", "must be an ISO 8601 date, with time and offset for a date-time"))


def _is_time(kind: s.FieldType.ValueType, text: str) -> bool:
    try:
        if kind == s.FIELD_TYPE_DATE:
            return date.fromisoformat(text).isoformat() == text
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False
