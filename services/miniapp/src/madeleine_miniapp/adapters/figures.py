"""Computes relations and the older typed queries in the database, within limits that no query can pass."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from google.protobuf.struct_pb2 import NULL_VALUE

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.db import Connection, Pool
from madeleine_common.errors import Exhausted, Invalid
from madeleine_miniapp.adapters.compiling import Transfers
from madeleine_miniapp.adapters.relations import compile_relation
from madeleine_miniapp.domain.querying import relation_of, result_of
from madeleine_miniapp.domain.relation_tree import Checked, balances_of, inner_settle
from madeleine_miniapp.domain.relations import check_relation
from madeleine_miniapp.domain.settling import settle

TIMEOUT_S = 5.0
# Of the pool's connections; the others stay free for everything else.
_AT_ONCE = 4
_PARTIES = 1_000
# The older query gives all of its groups and records.
_ALL = 100_000
# Compiling to machine code takes longer than these statements, and other queries want processors, too. All joins are of
# equal keys, and how many rows a step gives is not known before: one that loops over two large ones would never end.
_SETTINGS = """
SET LOCAL statement_timeout = {0}; SET LOCAL jit = off;
SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB'; SET LOCAL enable_nestloop = off
"""


@dataclass(frozen=True, slots=True)
class Most:
    """How much of a table is given: rows, ids of records that it rests on, bytes."""

    rows: int = 1_000
    ids: int = 200
    bytes: int = 1 << 20


MOST = Most()


class PostgresFigures:
    """Computes checked relations and queries."""

    def __init__(self, pool: Pool, timeout_s: float = TIMEOUT_S) -> None:
        self._pool = pool
        self._settings = _SETTINGS.format(int(timeout_s * 1000))
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def table(
        self, checked: Checked, time_zone: str, *, most: Most = MOST, only: Sequence[str] | None = None
    ) -> q.Table:
        """The table of a relation; days are those of `time_zone`, `only` the ids of the only records that are read.

        Raises Exhausted (QUERY_TOO_LONG) after 5 s, Invalid for a number that no double holds.
        """
        # Read-only, and of one moment where it takes two statements.
        async with self._turns:
            with _told():
                async with (
                    self._pool.acquire() as connection,
                    connection.transaction(isolation="repeatable_read", readonly=True),
                ):
                    await connection.execute(self._settings)
                    return await _table(connection, checked, time_zone, most, only)

    async def compute(self, app_id: str, entity: s.Entity, query: m.Query, time_zone: str) -> m.QueryResult:
        """The result of a query that `domain.query.check` passed; days are those of `time_zone`."""
        relation = relation_of(app_id, entity, query, ZoneInfo(time_zone))
        checked = check_relation(relation, {app_id: s.AppSpec(entities=[entity])}, "query")
        table = await self.table(checked, time_zone, most=Most(_ALL, _ALL, _ALL * 1000))
        return result_of(table, entity, query)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except asyncpg.QueryCanceledError as error:
        raise Exhausted(
            "the query takes too long; narrow it by a time or another condition",
            reason="QUERY_TOO_LONG",
        ) from error
    except (asyncpg.NumericValueOutOfRangeError, asyncpg.DatetimeFieldOverflowError, OverflowError) as error:
        raise Invalid("relation", "computes a number or a date that is too large") from error
    except (asyncpg.ProgramLimitExceededError, asyncpg.StatementTooComplexError) as error:
        raise Invalid("relation", "is too large to be computed") from error


async def _table(
    connection: Connection, checked: Checked, time_zone: str, most: Most, only: Sequence[str] | None
) -> q.Table:
    innermost = inner_settle(checked)
    if innermost is None:
        return await _run(connection, checked, time_zone, most, only=only)
    parties = await _run(connection, balances_of(innermost), time_zone, replace(most, rows=_PARTIES), only=only)
    if parties.truncated:
        raise Invalid("relation", f"settles more than {_PARTIES} people")
    table = await _run(connection, checked, time_zone, most, _settled(parties))
    # Nothing stands around a Settle but what is computed from it.
    table.record_ids.extend(parties.record_ids)
    table.record_count = parties.record_count
    return table


async def _run(
    connection: Connection,
    checked: Checked,
    time_zone: str,
    most: Most,
    settled: Transfers = (),
    only: Sequence[str] | None = None,
) -> q.Table:
    sql, arguments = compile_relation(checked, time_zone, rows=most.rows, ids=most.ids, settled=settled, only=only)
    (found,) = await connection.fetch(sql, *arguments)
    table = q.Table(record_ids=found["record_ids"], record_count=found["record_count"])
    columns = list(checked.columns.items())
    for name, column in columns:
        table.columns.add(name=name, type=column.type, unit=column.unit)
    zone, size = ZoneInfo(time_zone), 0
    for cells in json.loads(found["rows"] or "[]"):
        row = q.TableRow()
        for (_, column), cell in zip(columns, cells, strict=True):
            _put(row, column.type, cell, zone)
        size += row.ByteSize()
        if len(table.rows) == most.rows or size > most.bytes:
            table.truncated = True
            break
        table.rows.append(row)
    return table


def _put(row: q.TableRow, kind: str, cell: Any, zone: ZoneInfo) -> None:
    value = row.values.add()
    if cell is None:
        value.null_value = NULL_VALUE
    elif kind == "number":
        value.number_value = float(cell)
        if not math.isfinite(value.number_value):
            raise OverflowError
    elif kind == "boolean":
        value.bool_value = cell
    elif kind == "list":
        value.list_value.SetInParent()
        value.list_value.extend(cell)
    elif kind == "moment":
        try:
            value.string_value = datetime.fromisoformat(cell).replace(tzinfo=UTC).astimezone(zone).isoformat()
        except (ValueError, OverflowError):
            # A year that Python does not have.
            value.string_value = f"{cell}+00:00"
    else:
        value.string_value = cell


def _settled(parties: q.Table) -> Transfers:
    held = ((row.values[0], row.values[1]) for row in parties.rows)
    balances = {
        who.string_value: Decimal(repr(balance.number_value))
        for who, balance in held
        if who.WhichOneof("kind") == "string_value" and balance.WhichOneof("kind") == "number_value"
    }
    return settle(balances)
