"""Relations on a real PostgreSQL: equal to a plain evaluation in Python, within limits, and never a guess."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_common.db import Pool, create_pool
from madeleine_common.testing.rig import service_database
from madeleine_miniapp.adapters.figures import PostgresFigures
from madeleine_miniapp.domain.relations import check_relation

from .drawn import SPEC, record, relations
from .reference import Ambiguous, Reference

ZONE = "Europe/Berlin"


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
                await self.pool.executemany("INSERT INTO records VALUES ($1, $2, $3, $4, $5, $6, $7)", rows)

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
    deadline=None,
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
