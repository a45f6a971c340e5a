"""A typed query over one entity as a relation, and the table of that as the query's result."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.query import ENTERED_BY, field_of, time_field

FUNCTIONS = {
    s.AGGREGATE_FUNCTION_COUNT: q.MEASURE_FUNCTION_COUNT,
    s.AGGREGATE_FUNCTION_SUM: q.MEASURE_FUNCTION_SUM,
    s.AGGREGATE_FUNCTION_MEAN: q.MEASURE_FUNCTION_MEAN,
    s.AGGREGATE_FUNCTION_MIN: q.MEASURE_FUNCTION_MIN,
    s.AGGREGATE_FUNCTION_MAX: q.MEASURE_FUNCTION_MAX,
    s.AGGREGATE_FUNCTION_MEDIAN: q.MEASURE_FUNCTION_MEDIAN,
}
_COMPARISONS = {
    m.COMPARISON_EQUAL: q.FUNCTION_EQUAL,
    m.COMPARISON_NOT_EQUAL: q.FUNCTION_NOT_EQUAL,
    m.COMPARISON_LESS: q.FUNCTION_LESS,
    m.COMPARISON_LESS_OR_EQUAL: q.FUNCTION_LESS_OR_EQUAL,
    m.COMPARISON_GREATER: q.FUNCTION_GREATER,
    m.COMPARISON_GREATER_OR_EQUAL: q.FUNCTION_GREATER_OR_EQUAL,
    m.COMPARISON_CONTAINS: q.FUNCTION_CONTAINS,
}
_BUCKETS = {
    "": q.FUNCTION_DAY,
    "day": q.FUNCTION_DAY,
    "week": q.FUNCTION_WEEK,
    "month": q.FUNCTION_MONTH,
    "year": q.FUNCTION_YEAR,
}
GROUP, _VALUE = "group", "value"


def relation_of(app_id: str, entity: s.Entity, query: m.Query, zone: tzinfo) -> q.Relation:
    """The relation that a checked query stands for; a date in it stands for its midnight in `zone`."""
    conditions = [condition(field_of(entity, given.field) or ENTERED_BY, given) for given in query.filters]
    conditions += time_range(entity, query, zone)
    group = field_of(entity, query.group_by) if query.group_by else None
    rows = terms.filtered(terms.records(app_id, entity.name), *conditions)
    return aggregated(rows, query.function, query.field, group)


def aggregated(
    rows: q.Relation, function: s.AggregateFunction.ValueType, field: str, by: s.Field | None, bucket: str = ""
) -> q.Relation:
    """One figure of rows, or one for each group: columns "group" and "value"."""
    value = terms.column(field) if field else None
    if value is not None:
        rows = terms.filtered(rows, terms.present(value))
    keys: list[q.Named] = []
    if by is not None:
        rows = _with_group(rows, by, value, bucket)
        keys = terms.named(group=terms.column(GROUP))
        value = terms.column(_VALUE) if value is not None else None
    return terms.grouped(rows, keys, [terms.measure(_VALUE, FUNCTIONS[function], value)])


def result_of(table: q.Table, entity: s.Entity, query: m.Query) -> m.QueryResult:
    """The table of a query's relation as the query's result."""
    known = field_of(entity, query.field) if query.field else None
    counting = query.function == s.AGGREGATE_FUNCTION_COUNT
    return as_result(table, known.unit if known is not None and not counting else "")


def as_result(table: q.Table, unit: str) -> m.QueryResult:
    """The table of what `aggregated` made; groups in order, "" for records without one."""
    result = m.QueryResult(unit=unit)
    rows = [(_label(row.values[0]) if len(row.values) > 1 else "", row.values[-1]) for row in table.rows]
    for label, value in sorted(rows, key=lambda row: row[0]):
        made = result.rows.add(group=label)
        if value.WhichOneof("kind") == "number_value":
            made.value = value.number_value
    result.record_ids.extend(table.record_ids)
    return result


def condition(known: s.Field, given: m.Filter) -> q.Expression:
    """A checked filter as an expression."""
    held = terms.column(known.name)
    kind = given.value.WhichOneof("kind") or "string_value"
    value = getattr(given.value, kind)
    if known.type == s.FIELD_TYPE_MULTI_CHOICE and given.comparison != m.COMPARISON_CONTAINS:
        holds = terms.one_of(held, [value])
        return holds if given.comparison == m.COMPARISON_EQUAL else terms.call(q.FUNCTION_NOT, holds)
    if known.type == s.FIELD_TYPE_DATE:
        value = date.fromisoformat(value)
    elif known.type == s.FIELD_TYPE_DATETIME:
        value = datetime.fromisoformat(value)
    return terms.call(_COMPARISONS[given.comparison], held, terms.value(value))


def time_range(entity: s.Entity, query: m.Query, zone: tzinfo) -> list[q.Expression]:
    """The query's half-open range over the entity's time field, or over the time of entry."""
    timed = time_field(entity)
    held = terms.column(timed.name if timed else "entered_at")
    by_day = timed is not None and timed.type == s.FIELD_TYPE_DATE
    conditions: list[q.Expression] = []
    if query.HasField("from"):
        start = getattr(query, "from").ToDatetime(tzinfo=UTC)
        bound = terms.value(first_day(start, zone) if by_day else start)
        conditions.append(terms.call(q.FUNCTION_GREATER_OR_EQUAL, held, bound))
    if query.HasField("to"):
        end = query.to.ToDatetime(tzinfo=UTC)
        conditions.append(terms.call(q.FUNCTION_LESS, held, terms.value(first_day(end, zone) if by_day else end)))
    return conditions


def first_day(moment: datetime, zone: tzinfo) -> date:
    """The first day whose midnight is not before a moment."""
    day = moment.astimezone(zone).date()
    return day if datetime.combine(day, time(), zone) >= moment else day + timedelta(days=1)


def _with_group(rows: q.Relation, by: s.Field, value: q.Expression | None, bucket: str) -> q.Relation:
    """The values with what they are grouped by: days of date-times, each choice of several, "" where there is none."""
    held, none = terms.column(by.name), terms.value("")
    values = [q.Named(name=_VALUE, value=value)] if value is not None else []

    def with_group(given: q.Relation, group: q.Expression) -> q.Relation:
        return terms.extended(given, [*terms.named(group=group), *values], only=True)

    if by.type == s.FIELD_TYPE_MULTI_CHOICE:
        empty = terms.call(q.FUNCTION_EQUAL, terms.call(q.FUNCTION_LENGTH, held), terms.value(0))
        without = terms.filtered(rows, terms.call(q.FUNCTION_OR, terms.call(q.FUNCTION_IS_MISSING, held), empty))
        return terms.united(terms.unnested(with_group(rows, held), GROUP), with_group(without, none))
    if by.type in TEMPORAL:
        held = terms.call(_BUCKETS[bucket], held)
    elif by.type not in NUMERIC | {s.FIELD_TYPE_BOOLEAN}:
        held = terms.call(q.FUNCTION_COALESCE, held, none)
    return with_group(rows, held)


def _label(value: Value) -> str:
    kind = value.WhichOneof("kind")
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind == "number_value":
        number = value.number_value
        return str(int(number)) if number.is_integer() else repr(number)
    return value.string_value
