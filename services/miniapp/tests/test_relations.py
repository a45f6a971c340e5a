"""Relations on a real PostgreSQL: equal to a plain evaluation in Python, within limits, and never a guess."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.db import Pool, create_pool
from madeleine_common.errors import Exhausted, Invalid
from madeleine_common.testing.rig import service_database
from madeleine_miniapp.adapters.figures import PostgresFigures
from madeleine_miniapp.domain import terms as t
from madeleine_miniapp.domain.relations import check_relation

from .drawn import SPEC, record, relations
from .reference import Ambiguous, Reference

ZONE = "Europe/Berlin"
_RECORD = """
INSERT INTO records (record_id, app_id, entity, data, entered_by, entered_at, changed_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class Base:
    """A database with records, called without async: hypothesis draws in between."""

    def __init__(self, runner: asyncio.Runner, pool: Pool) -> None:
        self.runner = runner
        self.pool = pool
        self.figures = PostgresFigures(pool)

    def fill(self, records: dict[str, list[tuple[str, str, Any, str, datetime]]]) -> None:
        """These records, by app, and no others."""
        rows = [
            (record_id, app_id, entity, json.dumps(values), by, at, by)
            for app_id, held in records.items()
            for record_id, entity, values, by, at in held
        ]

        async def run() -> None:
            await self.pool.execute("DELETE FROM records")
            if rows:
                await self.pool.executemany(_RECORD, rows)

        self.runner.run(run())

    def table(self, relation: q.Relation, zone: str = ZONE) -> q.Table:
        """The table of a relation over the apps "a" and "b"."""
        return self.runner.run(self.figures.table(check_relation(relation, {"a": SPEC, "b": SPEC}), zone))


@pytest.fixture(scope="module")
def base(postgres_url: str) -> Iterator[Base]:
    with asyncio.Runner() as runner:
        url = runner.run(service_database(postgres_url, "miniapp"))
        pool = runner.run(create_pool(url, 2))
        yield Base(runner, pool)
        runner.run(pool.close())


def told(value: Any, zone: ZoneInfo) -> Any:
    """A value of the reference as a table gives it."""
    if isinstance(value, Fraction):
        return f"{float(value):.12g}" if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return tuple(value) if isinstance(value, list) else value


def held(table: q.Table) -> list[tuple[Any, ...]]:
    """The rows of a table, comparable."""
    rows: list[tuple[Any, ...]] = []
    for row in table.rows:
        cells: list[Any] = []
        for value in row.values:
            kind = value.WhichOneof("kind")
            if kind == "number_value":
                cells.append(f"{value.number_value:.12g}" if value.number_value else "0")
            elif kind == "list_value":
                cells.append(tuple(one.string_value for one in value.list_value.values))
            else:
                cells.append(None if kind == "null_value" else getattr(value, str(kind)))
        rows.append(tuple(cells))
    return rows


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(st.lists(record, max_size=14), relations(), st.sampled_from((ZONE, "Asia/Shanghai", "America/St_Johns")))
def test_a_table_is_what_a_plain_evaluation_gives(base: Base, drawn: Any, relation: q.Relation, zone: str) -> None:
    records: dict[str, list[Any]] = {"a": [], "b": []}
    for number, (entity, values, by, at) in enumerate(drawn):
        records["ab"[number % 3 == 0]].append((f"r{number:03}", entity, values, by, at))
    base.fill(records)
    reference = Reference({"a": SPEC, "b": SPEC}, records, ZoneInfo(zone))
    try:
        expected = reference.table(relation)
    except Ambiguous:
        reject()
    if len(expected) > 1000:
        reject()
    table = base.table(relation, zone)
    names = [column.name for column in table.columns]
    wanted = [tuple(told(row[name], ZoneInfo(zone)) for name in names) for row in expected]
    assert Counter(held(table)) == Counter(wanted)
    assert set(table.record_ids) == reference.noted
    assert table.record_count == len(reference.noted)


ONE = t.records("a", "one")
AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


def filled(base: Base, *values: dict[str, Any]) -> None:
    base.fill({"a": [(f"r{n:05}", "one", held, "ana", AT) for n, held in enumerate(values)]})


def total(base: Base, relation: q.Relation) -> Any:
    return held(base.table(t.grouped(relation, [], [t.measure("x", q.MEASURE_FUNCTION_SUM, t.column("n"))])))[0][0]


def test_decimals_are_added_as_people_write_them(base: Base) -> None:
    filled(base, *[{"n": 0.1}] * 3, *[{"n": 1e15}, {"n": -1e15}])
    table = base.table(t.grouped(ONE, [], [t.measure("x", q.MEASURE_FUNCTION_SUM, t.column("n"))]))
    assert table.rows[0].values[0].number_value == 0.3
    third = t.call(q.FUNCTION_DIVIDE, t.value(1), t.value(3))
    whole = t.call(q.FUNCTION_EQUAL, t.call(q.FUNCTION_MULTIPLY, third, t.value(3)), t.value(1))
    assert len(base.table(t.filtered(ONE, whole)).rows) == 5


def test_values_from_before_a_field_had_its_type_are_missing(base: Base) -> None:
    filled(
        base,
        {"n": "many", "d": "yesterday", "m": "tomorrow", "b": "yes", "l": "run", "t": 5},
        {"n": 2, "d": "2026-02-29", "m": "noon", "b": 1, "l": {"run": 1}},
        {"n": None, "d": None, "l": None},
    )
    missing = t.named(**{name: t.call(q.FUNCTION_IS_MISSING, t.column(name)) for name in "ndmbl"})
    table = base.table(t.extended(ONE, missing, only=True))
    assert held(table) == [(True,) * 5, (False, True, True, True, True), (True,) * 5]
    assert total(base, ONE) == "2"


def test_what_people_wrote_and_named_is_never_part_of_the_statement(base: Base) -> None:
    hostile = "'; DROP TABLE records; -- $1 %s \\ \" 瑜伽"
    spec = s.AppSpec(entities=[s.Entity(name=hostile, fields=[s.Field(name=hostile, type=s.FIELD_TYPE_TEXT)])])
    base.fill({hostile: [("r1", hostile, {hostile: hostile}, "ana", AT)]})
    same = t.call(q.FUNCTION_EQUAL, t.column(hostile), t.value(hostile))
    within = t.call(q.FUNCTION_CONTAINS, t.column(hostile), t.value(hostile))
    kept = t.filtered(t.records(hostile, hostile), same, within, t.one_of(t.column(hostile), [hostile]))
    relation = t.extended(kept, [q.Named(name=hostile, value=t.column(hostile))], only=True)
    table = base.runner.run(base.figures.table(check_relation(relation, {hostile: spec}), ZONE))
    assert held(table) == [(hostile,)]
    assert base.runner.run(base.pool.fetchval("SELECT count(*) FROM records")) == 1


def test_a_query_that_takes_too_long_ends_and_says_so(base: Base) -> None:
    filled(base, *[{"n": n, "t": "x"} for n in range(4000)])
    pairs = t.joined(ONE, ONE, q.JOIN_KIND_INNER, (t.column("t"), t.column("t")))
    all_pairs = t.joined(pairs, ONE, q.JOIN_KIND_INNER, (t.column("t"), t.column("t")))
    checked = check_relation(t.grouped(all_pairs, [], [t.measure("x", q.MEASURE_FUNCTION_COUNT)]), {"a": SPEC})
    hasty = PostgresFigures(base.pool, timeout_s=0.3)
    with pytest.raises(Exhausted, match="narrow it") as refusal:
        base.runner.run(hasty.table(checked, ZONE))
    assert refusal.value.reason == "QUERY_TOO_LONG"
    # The connection is as it was for whoever comes next.
    assert base.runner.run(base.pool.fetchval("SHOW statement_timeout")) == "0"
    assert total(base, ONE) == "7998000"


def test_a_number_that_no_double_holds_is_refused(base: Base) -> None:
    filled(base, {"n": 1e15})
    squared = ONE
    for _ in range(6):
        squared = t.extended(squared, t.named(n=t.call(q.FUNCTION_MULTIPLY, t.column("n"), t.column("n"))))
    with pytest.raises(Invalid, match="too large"):
        base.table(squared)
    for _ in range(10):
        squared = t.extended(squared, t.named(n=t.call(q.FUNCTION_MULTIPLY, t.column("n"), t.column("n"))))
    with pytest.raises((Invalid, Exhausted)):
        base.table(squared)


def test_a_table_has_at_most_a_thousand_rows_and_a_megabyte_and_says_so(base: Base) -> None:
    filled(base, *[{"n": n} for n in range(1001)])
    table = base.table(ONE)
    assert (len(table.rows), table.truncated) == (1000, True)
    assert (len(table.record_ids), table.record_count) == (200, 1001)
    assert table.record_ids[0] == "r01000"
    assert not base.table(t.filtered(ONE, t.call(q.FUNCTION_LESS, t.column("n"), t.value(1000)))).truncated
    filled(base, *[{"t": "x" * 10_000} for _ in range(200)])
    table = base.table(ONE)
    assert table.truncated
    assert table.ByteSize() < 1 << 20


def test_a_table_keeps_the_order_that_was_asked_for(base: Base) -> None:
    filled(base, {"n": 2, "t": "b"}, {"t": "a"}, {"n": 3, "t": "é"}, {"n": 2, "t": "A"}, {"n": 1})
    by = (t.order(t.column("n"), descending=True), t.order(t.column("t")))
    told = t.extended(t.ordered(ONE, *by), t.named(n=t.column("n"), t=t.column("t")), only=True)
    assert held(base.table(told)) == [("3", "é"), ("2", "A"), ("2", "b"), ("1", None), (None, "a")]
    top = t.ordered(ONE, by[0], limit=2, with_ties=True)
    assert len(base.table(top).rows) == 3
    # Missing values come last either way.
    assert held(base.table(t.extended(t.ordered(ONE, t.order(t.column("n"))), t.named(n=t.column("n")), only=True)))[
        -1
    ] == (None,)


def test_who_pays_whom_rests_on_what_was_paid(base: Base) -> None:
    filled(base, {"p": "ana", "k": 10}, {"p": "ben", "k": -7.5}, {"p": "cleo", "k": -2.5}, {"p": "dan"})
    settled = t.settled(ONE, t.column("p"), t.column("k"))
    table = base.table(settled)
    assert held(table) == [("ben", "ana", "7.5"), ("cleo", "ana", "2.5")]
    assert [(c.name, c.type, c.unit) for c in table.columns] == [
        ("from", "person", ""),
        ("to", "person", ""),
        ("amount", "number", "EUR"),
    ]
    assert table.record_count == 3
    mine = t.filtered(settled, t.call(q.FUNCTION_EQUAL, t.column("from"), t.value("cleo")))
    assert held(base.table(mine)) == [("cleo", "ana", "2.5")]
    assert base.table(mine).record_count == 3


def test_who_has_a_row_is_nothing_that_their_figures_rest_on(base: Base) -> None:
    filled(base, {"p": "ana", "c": "run"}, {"p": "ben", "c": "swim"}, {"p": "ana", "c": "swim"}, {"p": "ana"})
    everybody = t.grouped(ONE, t.named(p=t.column("p")), [])
    runs = t.filtered(ONE, t.call(q.FUNCTION_EQUAL, t.column("c"), t.value("run")))
    counted = t.grouped(runs, t.named(who=t.column("p")), [t.measure("x", q.MEASURE_FUNCTION_COUNT)])
    table = base.table(t.joined(everybody, counted, q.JOIN_KIND_OUTER, (t.column("p"), t.column("who"))))
    assert sorted(held(table)) == [("ana", "ana", "1"), ("ben", None, None)]
    assert list(table.record_ids) == ["r00000"]
    # By itself, or with the days of a calendar, it is all that there is.
    assert base.table(everybody).record_count == 4
    days = t.calendar(date(2026, 3, 20), date(2026, 3, 21), q.BUCKET_DAY)
    dated = t.grouped(ONE, t.named(day=t.call(q.FUNCTION_DAY, t.column("entered_at"))), [])
    table = base.table(t.joined(dated, days, q.JOIN_KIND_OUTER, (t.column("day"), t.column("from"))))
    assert (held(table), table.record_count) == ([("2026-03-20", "2026-03-20", "2026-03-20")], 4)


def test_days_are_those_of_the_query_where_clocks_change(base: Base) -> None:
    # 2026-03-29 has 23 hours in Berlin.
    filled(base, {"m": "2026-03-28T23:30:00+00:00"}, {"m": "2026-03-29T22:30:00+00:00"})
    day = t.named(day=t.call(q.FUNCTION_DAY, t.column("m")), hour=t.call(q.FUNCTION_HOUR, t.column("m")))
    days = t.extended(ONE, day, only=True)
    assert held(base.table(days)) == [("2026-03-29", "0.5"), ("2026-03-30", "0.5")]
    assert held(base.table(days, "UTC")) == [("2026-03-28", "23.5"), ("2026-03-29", "22.5")]
