"""Memories read from PostgreSQL, each statement in a transaction that has named its spaces (row-level security)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.projections import caught_up
from madeleine_memory.adapters.ranking_sql import FOUND
from madeleine_memory.adapters.vectors import vector_literal
from madeleine_memory.application.ports import After, Filters, Kept, Query, Use
from madeleine_memory.domain.lexemes import as_words, searchable
from madeleine_memory.domain.ranking import Candidate

OWN_PROJECTION = "memory-own"

_KEPT = """
SELECT m.memory_id::text, m.kind, m.space, m.text, m.speaker_id, m.speaker_name, m.occurred_at, m.valid_to, m.pinned,
       m.bytes, m.record, m.times_seen, m.last_seen_at, m.state, m.waits, m.reason, m.covered_by::text,
       m.superseded_by::text, m.value, m.decided_at,
       (SELECT count(*) FROM memory_use u WHERE u.memory_id = m.memory_id) AS uses,
       (SELECT jsonb_object_agg(d.doubted_by::text, d.probability)::text FROM memory_doubt d
        WHERE d.memory_id = m.memory_id) AS doubts,
       coalesce(v.model, '') AS embedding_model,
       ARRAY(SELECT s.event_id::text FROM memory_source s WHERE s.memory_id = m.memory_id ORDER BY 1) AS sources
FROM memory m LEFT JOIN memory_vector v USING (memory_id)
"""
# One by one by their key, whatever the planner thinks of how many there are.
_BY_IDS = f"""
SELECT k.* FROM unnest($2::uuid[]) AS i (id)
CROSS JOIN LATERAL ({_KEPT} WHERE m.memory_id = i.id AND m.space = ANY ($1) OFFSET 0) k
"""  # noqa: S608 (constants only)
_OF_SPEAKER = _KEPT + "WHERE m.memory_id = $2 AND (m.speaker_id = $1 OR m.space = 'person:' || $1)"
_HISTORY = f"""
WITH RECURSIVE later AS (
    SELECT memory_id, superseded_by FROM memory WHERE space = $1 AND memory_id = $2
    UNION SELECT m.memory_id, m.superseded_by FROM memory m JOIN later l ON m.memory_id = l.superseded_by
    WHERE m.space = $1
), earlier AS (
    SELECT memory_id FROM later
    UNION SELECT m.memory_id FROM memory m JOIN earlier e ON m.superseded_by = e.memory_id WHERE m.space = $1
)
{_KEPT} WHERE m.memory_id IN (SELECT memory_id FROM earlier) ORDER BY m.occurred_at, m.memory_id
"""  # noqa: S608 (constants only)
_DERIVED = f"""
{_KEPT}
WHERE m.memory_id <> ALL ($2) AND m.memory_id IN (
    SELECT d.memory_id FROM memory_source d JOIN memory_source s USING (event_id)
    JOIN memory o ON o.memory_id = s.memory_id WHERE o.space = ANY ($1) AND s.memory_id = ANY ($2))
"""  # noqa: S608 (constants only)
_PAGE = (
    _KEPT
    + "WHERE m.space = $1 AND ($2::timestamptz IS NULL OR (m.occurred_at, m.memory_id) < ($2, $3))"
    + " AND ($5 OR m.state = 'active') ORDER BY m.occurred_at DESC, m.memory_id DESC LIMIT $4"
)


# At least half of the words asked for: cold storage has no postings, and is searched only for what is to be forgotten.
_COLD = f"""
WITH asked AS (
    SELECT tsvector_to_array(to_tsvector('english', $3) || array_to_tsvector($4::text[])) AS lexemes
)
{_KEPT} CROSS JOIN asked
WHERE m.space = $1 AND m.speaker_id = $2 AND m.state = 'cold' AND cardinality(asked.lexemes) > 0
  AND 2 * (SELECT count(*) FROM unnest(asked.lexemes) l WHERE l = ANY (tsvector_to_array(m.lexemes)))
      >= cardinality(asked.lexemes)
ORDER BY m.occurred_at DESC, m.memory_id LIMIT 200
"""  # noqa: S608 (constants only)
_USE = """
SELECT u.memories, u.bytes, u.pinned_bytes, u.budget_items,
       coalesce(u.budget_bytes, (SELECT bytes FROM default_budget)) AS budget_bytes,
       cold.memories AS cold_memories, cold.bytes AS cold_bytes,
       waiting.memories AS waiting_memories, waiting.bytes AS waiting_bytes
FROM (SELECT $1 AS space) asked LEFT JOIN space_use u USING (space)
CROSS JOIN LATERAL (SELECT count(*) AS memories, coalesce(sum(bytes), 0)::bigint AS bytes FROM memory m
                    WHERE m.space = $1 AND m.state = 'cold') cold
CROSS JOIN LATERAL (SELECT count(*) AS memories, coalesce(sum(bytes), 0)::bigint AS bytes FROM memory m
                    WHERE m.space = $1 AND m.waits) waiting
"""


class PostgresMemories:
    """The memories of this service's database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def found(self, query: Query, filters: Filters) -> list[Candidate]:
        """Some hundred memories within the filters that may be relevant, in no order."""
        search = searchable(query.text)
        vectors, span = query.vectors, query.span
        async with self._seeing(filters.spaces) as connection:
            # Compiling the plan, or starting workers for it, takes longer than carrying it out. The index over vectors
            # goes on until it has enough of the space that is asked for.
            await connection.execute(
                "SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0;"
                " SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.ef_search = 200"
            )
            rows = await connection.fetch(
                FOUND,
                search.words,
                list(search.grams),
                list(filters.spaces),
                filters.before,
                filters.after,
                list(filters.excluded_events),
                vector_literal(vectors.values[0]) if vectors else None,
                vectors.model if vectors else None,
                as_words(query.text),
                span.start if span else None,
                span.end if span else None,
                filters.history,
            )
        return [Candidate(**r) for r in rows]

    async def by_ids(self, spaces: Sequence[str], memory_ids: Sequence[str]) -> dict[str, Kept]:
        """Memories by id; those elsewhere or gone are absent."""
        async with self._seeing(spaces) as connection:
            rows = await connection.fetch(_BY_IDS, list(spaces), list(memory_ids))
        return {r["memory_id"]: _kept(r) for r in rows}

    async def of_speaker(self, person_id: str, memory_id: str) -> Kept | None:
        """A memory of any space if this person said it, or if it is of their private space."""
        async with self._seeing(["*"]) as connection:
            row = await connection.fetchrow(_OF_SPEAKER, person_id, memory_id)
        return None if row is None else _kept(row)

    async def page(self, space: str, after: After | None, size: int, cold: bool) -> list[Kept]:
        """The next memories of a space, newest first; with `cold`, also what no budget has room for."""
        occurred_at, memory_id = after or (None, None)
        async with self._seeing([space]) as connection:
            rows = await connection.fetch(_PAGE, space, occurred_at, memory_id, size, cold)
        return [_kept(r) for r in rows]

    async def history(self, space: str, memory_id: str) -> list[Kept]:
        """The memories that one superseded, in turn, and those that superseded it; oldest first, itself included."""
        async with self._seeing([space]) as connection:
            rows = await connection.fetch(_HISTORY, space, memory_id)
        return [_kept(r) for r in rows]

    async def cold_about(self, space: str, person_id: str, query: str) -> list[Kept]:
        """What a person said that lies in cold storage and has at least half of the query's words, newest first."""
        search = searchable(query)
        async with self._seeing([space]) as connection:
            rows = await connection.fetch(_COLD, space, person_id, search.words, list(search.grams))
        return [_kept(r) for r in rows]

    async def derived(self, spaces: Sequence[str], memory_ids: Sequence[str]) -> list[Kept]:
        """The other memories of any space that come from an event which one of these comes from."""
        async with self._seeing(["*"]) as connection:
            rows = await connection.fetch(_DERIVED, list(spaces), list(memory_ids))
        return [_kept(r) for r in rows]

    async def use(self, space: str) -> Use:
        """What a space holds and may hold."""
        async with self._seeing([space]) as connection:
            row = await connection.fetchrow(_USE, space)
        if row is None:
            raise RuntimeError("a row of constants is always there")
        return Use(
            (row["memories"] or 0) - row["waiting_memories"],
            (row["bytes"] or 0) - row["waiting_bytes"],
            row["pinned_bytes"] or 0,
            row["cold_memories"],
            row["cold_bytes"],
            row["waiting_memories"],
            row["budget_bytes"] or 0,
            row["budget_items"],
        )

    async def known_as(self, person_id: str) -> tuple[str, bool]:
        """(display name, whether they want to be remembered) of a person; ("", False) for somebody unknown."""
        row = await self._pool.fetchrow("SELECT display_name, remembers FROM person WHERE person_id = $1", person_id)
        return (row["display_name"], row["remembers"]) if row else ("", False)

    async def set_default_budget(self, size: int) -> None:
        """Sets what a space may hold unless it has a budget of its own, in bytes: event handlers know no settings."""
        await self._pool.execute(
            "INSERT INTO default_budget (bytes) VALUES ($1) ON CONFLICT (one) DO UPDATE SET bytes = $1"
            " WHERE default_budget.bytes <> $1",
            size,
        )

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


def _kept(row: asyncpg.Record) -> Kept:
    values = dict(row.items())
    record, doubts, sources = values.pop("record"), values.pop("doubts"), values.pop("sources")
    return Kept(
        **values,
        record=json.loads(record) if record is not None else None,
        doubts=json.loads(doubts) if doubts is not None else {},
        source_event_ids=tuple(sources),
    )
