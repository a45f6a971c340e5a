"""Memories read from PostgreSQL, each statement in a transaction that has named its spaces (row-level security)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.projections import caught_up
from madeleine_memory.adapters.ranking_sql import RANKED
from madeleine_memory.application.ports import After, Filters, Kept, Vectors
from madeleine_memory.domain.lexemes import as_words, searchable
from madeleine_memory.domain.ranking import Ranked, Weights, learned
from madeleine_memory.domain.salience import asks_when

OWN_PROJECTION = "memory-own"

_KEPT = """
SELECT m.memory_id::text, m.kind, m.space, m.text, m.speaker_id, m.speaker_name, m.occurred_at, m.valid_to, m.pinned,
       m.bytes, m.record, m.times_seen, m.last_seen_at, m.embedding_model,
       ARRAY(SELECT s.event_id::text FROM memory_source s WHERE s.memory_id = m.memory_id ORDER BY 1) AS sources
FROM memory m
"""


class PostgresMemories:
    """The memories of this service's database."""

    def __init__(self, pool: Pool, weights: Weights | None = None) -> None:
        """`weights`: other ones than those that are shipped, to measure with."""
        self._pool = pool
        self._weights = weights or learned()

    async def ranked(self, query: str, vectors: Vectors | None, filters: Filters, limit: int) -> list[Ranked]:
        """The best memories within the filters, best first."""
        search = searchable(query)
        weights = self._weights
        async with self._seeing(filters.spaces) as connection:
            # A plan for any query joins row by row; compiling one costs more than it gains.
            await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off")
            rows = await connection.fetch(
                RANKED,
                search.words,
                list(search.grams),
                list(filters.spaces),
                filters.before,
                filters.after,
                list(filters.excluded_events),
                vector_literal(vectors.values[0]) if vectors else None,
                vectors.model if vectors else None,
                asks_when(query),
                as_words(query),
                [weights.meaning, weights.words, weights.thread, weights.reply, weights.named, weights.when],
                limit,
            )
        return [Ranked(**r) for r in rows]

    async def by_ids(self, spaces: Sequence[str], memory_ids: Sequence[str]) -> dict[str, Kept]:
        """Memories by id; those elsewhere or gone are absent."""
        async with self._seeing(spaces) as connection:
            rows = await connection.fetch(
                _KEPT + "WHERE m.space = ANY ($1) AND m.memory_id = ANY ($2)", list(spaces), list(memory_ids)
            )
        return {r["memory_id"]: _kept(r) for r in rows}

    async def page(self, space: str, after: After | None, size: int) -> list[Kept]:
        """The next memories of a space, newest first."""
        occurred_at, memory_id = after or (None, None)
        async with self._seeing([space]) as connection:
            rows = await connection.fetch(
                _KEPT + "WHERE m.space = $1 AND ($2::timestamptz IS NULL OR (m.occurred_at, m.memory_id) < ($2, $3))"
                " ORDER BY m.occurred_at DESC, m.memory_id DESC LIMIT $4",
                space,
                occurred_at,
                memory_id,
                size,
            )
        return [_kept(r) for r in rows]

    async def totals(self, space: str) -> tuple[int, int]:
        """(memories, bytes of text) in a space."""
        async with self._seeing([space]) as connection:
            row = await connection.fetchrow(
                "SELECT count(*) AS memories, coalesce(sum(bytes), 0)::bigint AS bytes FROM memory WHERE space = $1",
                space,
            )
        return (row["memories"], row["bytes"]) if row else (0, 0)

    async def remembers(self, person_id: str) -> bool | None:
        """Whether a person consents to being remembered; None when they are not known yet."""
        return await self._pool.fetchval("SELECT remembers FROM person WHERE person_id = $1", person_id)

    async def shown(self, stream_id: str) -> None:
        """Waits until the rows show all that stands in one of our own streams; raises Unavailable."""
        await caught_up(self._pool, OWN_PROJECTION, [stream_id])

    @asynccontextmanager
    async def _seeing(self, spaces: Sequence[str]) -> AsyncIterator[Connection]:
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT set_config('madeleine.spaces', $1, true)", ",".join(spaces))
            yield connection


def vector_literal(vector: Sequence[float]) -> str:
    """pgvector's text form."""
    return "[" + ",".join(f"{x:.7g}" for x in vector) + "]"


def _kept(row: asyncpg.Record) -> Kept:
    return Kept(
        row["memory_id"],
        row["kind"],
        row["space"],
        row["text"],
        row["speaker_id"],
        row["speaker_name"],
        row["occurred_at"],
        row["valid_to"],
        row["pinned"],
        row["bytes"],
        json.loads(row["record"]) if row["record"] is not None else None,
        row["times_seen"],
        row["last_seen_at"],
        row["embedding_model"],
        tuple(row["sources"]),
    )
