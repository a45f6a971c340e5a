"""Random records and random sound relations over them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.columns import Column
from madeleine_miniapp.domain.relations import check_relation

PEOPLE = ("ana", "ben", "cleo")
CHOICES = ("run", "swim", "瑜伽")
TEXTS = ("", "soup", "Soup of Tomás", "TOMÁS", "3晚 in 大理", "12.5 km", "1,250 or 7", "b", "a", "Ä")
NUMBERS = (0, 1, 2, -3, 0.1, 0.2, 0.3, 2.5, 1000.7, 12, 33.333, -0.05)
FIRST = date(2026, 3, 20)
FIELDS = {
    "n": s.FIELD_TYPE_NUMBER,
    "k": s.FIELD_TYPE_MONEY,
    "t": s.FIELD_TYPE_TEXT,
    "c": s.FIELD_TYPE_CHOICE,
    "d": s.FIELD_TYPE_DATE,
    "m": s.FIELD_TYPE_DATETIME,
    "b": s.FIELD_TYPE_BOOLEAN,
    "l": s.FIELD_TYPE_MULTI_CHOICE,
    "p": s.FIELD_TYPE_PERSON,
}
SPEC = s.AppSpec(
    title="Log",
    currency="EUR",
    entities=[
        s.Entity(name=name, fields=[s.Field(name=n, type=t, choices=CHOICES) for n, t in FIELDS.items()])
        for name in ("one", "two")
    ],
)
days = st.integers(0, 24).map(lambda n: FIRST + timedelta(days=n))
# Around the change to summer time, in seconds, with offsets of several places.
moments = st.builds(
    lambda seconds, offset: (datetime(2026, 3, 20, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(
        timezone(timedelta(minutes=offset))
    ),
    st.integers(0, 24 * 86_400),
    st.sampled_from((0, 60, 120, 480, -300)),
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "n": st.sampled_from(NUMBERS),
    "k": st.sampled_from(NUMBERS),
    "t": st.sampled_from(TEXTS),
    "c": st.sampled_from(CHOICES),
    "d": days.map(date.isoformat),
    "m": moments.map(datetime.isoformat),
    "b": st.booleans(),
    "l": st.lists(st.sampled_from(CHOICES), unique=True, max_size=3),
    "p": st.sampled_from(PEOPLE),
}
record = st.tuples(
    st.sampled_from(("one", "two")),
    st.fixed_dictionaries({}, optional=VALUES),
    st.sampled_from(PEOPLE),
    moments,
)


NUMERIC_2 = (q.FUNCTION_SUBTRACT, q.FUNCTION_DIVIDE)
COMPARING = (
    q.FUNCTION_EQUAL,
    q.FUNCTION_NOT_EQUAL,
    q.FUNCTION_LESS,
    q.FUNCTION_LESS_OR_EQUAL,
    q.FUNCTION_GREATER,
    q.FUNCTION_GREATER_OR_EQUAL,
)
DATES = (q.FUNCTION_DAY, q.FUNCTION_WEEK, q.FUNCTION_MONTH, q.FUNCTION_YEAR)
LITERALS = {
    "number": st.sampled_from(NUMBERS),
    "text": st.sampled_from((*TEXTS, *CHOICES, *PEOPLE)),
    "boolean": st.booleans(),
    "date": days,
    "moment": moments,
}


@st.composite
def expressions(draw: st.DrawFn, columns: Mapping[str, Column], kind: str, depth: int = 2) -> q.Expression:
    """An expression of a type over columns."""
    own = [name for name, column in columns.items() if column.base == kind]
    options = ["column"] * (3 if own else 0) + ["literal"] * (1 if kind in LITERALS else 0)
    if depth and kind != "list":
        options += ["call"] * 3
    if not options:
        return terms.column(own[0]) if own else draw(st.nothing())
    chosen = draw(st.sampled_from(options))
    if chosen == "column":
        return terms.column(draw(st.sampled_from(own)))
    if chosen == "literal":
        return terms.value(draw(LITERALS[kind]))

    def of(wanted: str) -> q.Expression:
        return draw(expressions(columns, wanted, depth - 1))

    has_list = any(c.type == "list" for c in columns.values())
    if kind == "boolean":
        return draw(st.sampled_from(_BOOLEAN))(draw, of, has_list)
    if kind == "number":
        return draw(st.sampled_from(_NUMBER))(draw, of, has_list)
    function = draw(st.sampled_from((q.FUNCTION_IF, q.FUNCTION_COALESCE, *(DATES if kind == "date" else ()))))
    if function in DATES:
        return terms.call(function, of(draw(st.sampled_from(("date", "moment")))))
    if function == q.FUNCTION_IF:
        return terms.call(function, of("boolean"), of(kind), of(kind))
    return terms.call(function, of(kind), of(kind))


def _compare(draw: st.DrawFn, of: Any, _: bool) -> q.Expression:
    kind = draw(st.sampled_from(("number", "text", "date", "moment")))
    return terms.call(draw(st.sampled_from(COMPARING)), of(kind), of(kind))


def _in(draw: st.DrawFn, of: Any, has_list: bool) -> q.Expression:
    kind: str = draw(st.sampled_from(["number", "text", "date", *(["list"] if has_list else [])]))
    values: st.SearchStrategy[Any] = {"number": st.sampled_from(NUMBERS), "date": days.map(date.isoformat)}.get(
        kind, LITERALS["text"]
    )
    return terms.one_of(of(kind), draw(st.lists(values, min_size=1, max_size=3)))


def _contains(draw: st.DrawFn, of: Any, has_list: bool) -> q.Expression:
    kind = "list" if has_list and draw(st.booleans()) else "text"
    return terms.call(q.FUNCTION_CONTAINS, of(kind), terms.value(draw(st.sampled_from(("tom", "Á", "u", "")))))


def _logic(draw: st.DrawFn, of: Any, _: bool) -> q.Expression:
    return terms.call(draw(st.sampled_from((q.FUNCTION_AND, q.FUNCTION_OR))), of("boolean"), of("boolean"))


def _missing(draw: st.DrawFn, of: Any, _: bool) -> q.Expression:
    kind = draw(st.sampled_from(("number", "text", "boolean", "date", "moment")))
    return terms.call(q.FUNCTION_IS_MISSING, of(kind))


_BOOLEAN = (
    _compare,
    _in,
    _contains,
    _logic,
    _missing,
    lambda draw, of, _: terms.call(q.FUNCTION_NOT, of("boolean")),
    lambda draw, of, _: terms.call(q.FUNCTION_IF, of("boolean"), of("boolean"), of("boolean")),
)
_NUMBER = (
    lambda draw, of, _: terms.call(draw(st.sampled_from((q.FUNCTION_ADD, q.FUNCTION_MULTIPLY))), *[of("number")] * 2),
    lambda draw, of, _: terms.call(draw(st.sampled_from(NUMERIC_2)), of("number"), of("number")),
    lambda draw, of, _: terms.call(q.FUNCTION_ABS, of("number")),
    lambda draw, of, _: terms.call(q.FUNCTION_ROUND, of("number"), terms.value(draw(st.integers(0, 2)))),
    lambda draw, of, _: terms.call(q.FUNCTION_COALESCE, of("number"), of("number")),
    lambda draw, of, _: terms.call(q.FUNCTION_IF, of("boolean"), of("number"), of("number")),
    lambda draw, of, has: terms.call(q.FUNCTION_LENGTH, of("list")) if has else of("number"),
    lambda draw, of, _: terms.call(q.FUNCTION_DAYS_BETWEEN, of("date"), of("date")),
    lambda draw, of, _: terms.call(q.FUNCTION_HOURS_BETWEEN, of("moment"), of("moment")),
    lambda draw, of, _: terms.call(q.FUNCTION_HOUR, of("moment")),
    lambda draw, of, _: terms.call(
        draw(st.sampled_from((q.FUNCTION_WEEKDAY, q.FUNCTION_MONTH_OF_YEAR))),
        of(draw(st.sampled_from(("date", "moment")))),
    ),
    lambda draw, of, _: terms.call(q.FUNCTION_NUMBER_IN, of("text")),
)
MEASURES = {
    "number": [f for f in q.MeasureFunction.values() if f != q.MEASURE_FUNCTION_UNSPECIFIED],
    "text": [
        q.MEASURE_FUNCTION_COUNT_DISTINCT,
        q.MEASURE_FUNCTION_MIN,
        q.MEASURE_FUNCTION_MAX,
        q.MEASURE_FUNCTION_LIST,
    ],
    "date": [q.MEASURE_FUNCTION_COUNT, q.MEASURE_FUNCTION_MIN, q.MEASURE_FUNCTION_MAX, q.MEASURE_FUNCTION_LIST],
    "moment": [q.MEASURE_FUNCTION_COUNT_DISTINCT, q.MEASURE_FUNCTION_MIN, q.MEASURE_FUNCTION_MAX],
    "boolean": [q.MEASURE_FUNCTION_COUNT, q.MEASURE_FUNCTION_COUNT_DISTINCT],
}
SCALAR = tuple(MEASURES)
BUCKETS = (q.BUCKET_DAY, q.BUCKET_WEEK, q.BUCKET_MONTH, q.BUCKET_YEAR)
JOINS = (q.JOIN_KIND_INNER, q.JOIN_KIND_OUTER, q.JOIN_KIND_SEMI, q.JOIN_KIND_ANTI)


@st.composite
def relations(draw: st.DrawFn, depth: int = 4) -> q.Relation:
    """A sound relation over the apps "a" and "b"."""
    if not depth:
        return terms.records(draw(st.sampled_from(("a", "b"))), draw(st.sampled_from(("one", "two"))))
    kinds = ["filter", "extend", "group", "sort", "join", "unnest", "runs", "union", "records", "calendar"]
    kind = draw(st.sampled_from(kinds))
    if kind == "records":
        return draw(relations(depth=0))
    if kind == "calendar":
        first = draw(days)
        return terms.calendar(first, first + timedelta(days=draw(st.integers(0, 20))), draw(st.sampled_from(BUCKETS)))
    below = draw(relations(depth=depth - 1))
    columns = check_relation(below, {"a": SPEC, "b": SPEC}).columns

    def of(wanted: str, size: int = 2, among: Mapping[str, Column] = columns) -> q.Expression:
        return draw(expressions(among, wanted, size))

    def keys(names: str) -> list[q.Named]:
        return [q.Named(name=n, value=of(draw(st.sampled_from(SCALAR)), 1)) for n in names]

    if kind == "filter":
        return terms.filtered(below, of("boolean", 3))
    if kind == "extend":
        return terms.extended(below, keys(draw(st.sampled_from(("x", "xy", "nx")))), only=draw(st.booleans()))
    if kind == "group":
        measures: list[q.Measure] = []
        for name in draw(st.sampled_from(("", "u", "uvw"))):
            of_kind = draw(st.sampled_from(SCALAR))
            where = of("boolean") if draw(st.booleans()) else None
            if draw(st.integers(0, 4)):
                measures.append(terms.measure(name, draw(st.sampled_from(MEASURES[of_kind])), of(of_kind), where))
            else:
                measures.append(terms.measure(name, q.MEASURE_FUNCTION_COUNT, None, where))
        return terms.grouped(below, keys(draw(st.sampled_from(("g", "gh", "") if measures else ("g", "gh")))), measures)
    if kind == "sort":
        by = [terms.order(of(draw(st.sampled_from(SCALAR)), 1), descending=draw(st.booleans())) for _ in range(2)]
        limit = draw(st.integers(0, 6))
        return terms.ordered(below, *by, limit=limit, with_ties=bool(limit) and draw(st.booleans()))
    if kind == "runs":
        return terms.runs(below, of("date"), keys(draw(st.sampled_from(("", "g")))), draw(st.sampled_from(BUCKETS)))
    if kind == "unnest":
        lists = [name for name, column in columns.items() if column.type == "list"]
        return terms.unnested(below, draw(st.sampled_from(lists))) if lists else below
    if kind == "union":
        other = terms.filtered(draw(st.sampled_from((below, draw(relations(depth=0))))), terms.value(True))
        theirs = check_relation(other, {"a": SPEC, "b": SPEC}).columns
        same = {n: c.base for n, c in theirs.items()} == {n: c.base for n, c in columns.items()}
        return terms.united(below, other) if same else terms.united(below, terms.filtered(below, of("boolean")))
    right = draw(relations(depth=max(0, depth - 2)))
    theirs = check_relation(right, {"a": SPEC, "b": SPEC}).columns
    key_kind = draw(st.sampled_from(SCALAR))
    pair = (of(key_kind, 1), of(key_kind, 1, theirs))
    return terms.joined(below, right, draw(st.sampled_from(JOINS)), pair)
