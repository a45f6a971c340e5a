"""What tidying reads of a space, in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_memory.adapters.vectors import vector_literal
from madeleine_memory.application.ports import Held

# 'tidy': one lock for each space, whoever tidies.
_LOCK = 0x74696479
_HELD = """
SELECT m.memory_id::text, m.kind, m.speaker_id, m.speaker_name, m.text, m.occurred_at, m.bytes, m.pinned, m.times_seen,
       m.touches || ARRAY(SELECT u.used_at FROM memory_use u WHERE u.memory_id = m.memory_id
                          ORDER BY u.used_at DESC LIMIT 8) AS touches,
       m.salience, m.superseded_by IS NOT NULL AS superseded,
       CASE WHEN v.model = $2 THEN -(v.embedding <#> $3::text::halfvec) END AS leaning,
       ARRAY(SELECT s.event_id::text FROM memory_source s WHERE s.memory_id = m.memory_id ORDER BY 1) AS sources
FROM memory m LEFT JOIN memory_vector v USING (memory_id)
"""
_FRESH = (
    _HELD
    + "WHERE m.space = $1 AND m.state = 'active' AND NOT m.judged AND v.embedding IS NOT NULL"
    + " ORDER BY m.occurred_at, m.memory_id LIMIT $4"
)
_ALL = _HELD + "WHERE m.space = $1 AND m.state = 'active' ORDER BY m.occurred_at, m.memory_id"
_COLD = (
    _HELD
    + "WHERE m.space = $1 AND m.state = 'cold' AND m.reason = 'budget' AND m.covered_by IS NULL AND m.valid_to IS NULL"
    + " ORDER BY m.value DESC NULLS LAST, m.memory_id LIMIT $4"
)
# The nearest by meaning among what was said or stated before and is still so, the same speaker's and others'.
_NEAREST = (
    _HELD
    + """JOIN memory f ON f.memory_id = $4 JOIN memory_vector fv ON fv.memory_id = f.memory_id
WHERE m.space = $1 AND m.state = 'active' AND m.speaker_id {same} f.speaker_id AND m.superseded_by IS NULL
  AND (m.occurred_at, m.memory_id) < (f.occurred_at, f.memory_id) AND v.model = fv.model AND m.kind IN (1, 3, 4)
ORDER BY v.embedding <=> fv.embedding LIMIT $5"""
)
_ALIKE = f"({_NEAREST.format(same='=')}) UNION ALL ({_NEAREST.format(same='<>')})"


_USUAL = """
SELECT avg(1 - (o.embedding <=> f.embedding)) FROM memory_vector f CROSS JOIN LATERAL (
    SELECT v.embedding FROM memory m JOIN memory_vector v USING (memory_id)
    WHERE m.space = $1 AND m.speaker_id = (SELECT speaker_id FROM memory WHERE memory_id = $2) AND m.memory_id <> $2
      AND m.state = 'active' AND v.model = f.model ORDER BY m.occurred_at DESC LIMIT 500) o
WHERE f.memory_id = $2
"""
# Where all that is left is pinned, there is nothing to tidy.
_FULL = """(u.bytes > u.pinned_bytes AND (
    u.bytes > 0.98 * coalesce(u.budget_bytes, (SELECT bytes FROM default_budget), 1::bigint << 62)
    OR u.memories > coalesce(u.budget_items, 1::bigint << 62)))"""
_DUE = f"""
SELECT u.space FROM space_use u
WHERE {_FULL} OR (u.changed_at < $1 AND EXISTS (
    SELECT FROM memory m JOIN memory_vector v USING (memory_id)
    WHERE m.space = u.space AND m.state = 'active' AND NOT m.judged AND v.embedding IS NOT NULL))
ORDER BY {_FULL} DESC, u.changed_at LIMIT $2
"""  # noqa: S608 (constants only)


class PostgresShelf:
    """Rows of a space as tidying judges them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        # Each tidying holds a connection for its lock and needs others besides: some must be left for those.
        self._at_once = asyncio.Semaphore(max(1, pool.get_max_size() // 4))

    @asynccontextmanager
    async def alone(self, space: str) -> AsyncIterator[None]:
        """Waits until nobody else tidies this space, in whichever process, and this one not too many others."""
        async with (
            self._at_once,
            self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection,
            connection.transaction(),
        ):
            await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", _LOCK, space, timeout=3600)
            yield

    async def due(self, quiet_since: datetime, most: int) -> list[str]:
        """Spaces that are full, first, and those where something new has rested since `quiet_since`."""
        async with self._seeing() as connection:
            rows = await connection.fetch(
                _DUE,
                quiet_since,
                most,
            )
        return [r["space"] for r in rows]

    async def fresh(self, space: str, most: int, model: str, direction: Sequence[float]) -> list[Held]:
        """What has its vector and has not been judged, oldest first."""
        return await self._rows(_FRESH, space, model, vector_literal(direction), most)

    async def alike(self, space: str, memory_id: str, most: int, model: str, direction: Sequence[float]) -> list[Held]:
        """Earlier memories that are still so, the nearest in meaning: `most` of the same speaker, and of others."""
        return await self._rows(_ALIKE, space, model, vector_literal(direction), memory_id, most)

    async def usual(self, space: str, memory_id: str) -> float | None:
        """The mean cosine of a memory and the latest 500 others of its speaker; None where there are none."""
        async with self._seeing() as connection:
            return await connection.fetchval(_USUAL, space, memory_id)

    async def held(self, space: str, model: str, direction: Sequence[float]) -> list[Held]:
        """All that is active in a space, oldest first."""
        return await self._rows(_ALL, space, model, vector_literal(direction))

    async def cold(self, space: str, most: int, model: str, direction: Sequence[float]) -> list[Held]:
        """What made way for the budget and nothing stands for, the most valuable first."""
        return await self._rows(_COLD, space, model, vector_literal(direction), most)

    async def vectors(self, space: str, memory_ids: Sequence[str]) -> dict[str, list[float]]:
        """The vectors of memories; those without one are absent."""
        async with self._seeing() as connection:
            rows = await connection.fetch(
                "SELECT memory_id::text, embedding::real[] AS vector FROM memory_vector"
                " WHERE space = $1 AND memory_id = ANY ($2) AND embedding IS NOT NULL",
                space,
                list(memory_ids),
            )
        return {r["memory_id"]: r["vector"] for r in rows}

    async def judged(self, memory_ids: Sequence[str]) -> None:
        """Notes that these need no second look."""
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
            await connection.execute("UPDATE memory SET judged = true WHERE memory_id = ANY ($1)", list(memory_ids))

    async def _rows(self, statement: str, *arguments: object) -> list[Held]:
        async with self._seeing() as connection:
            return [Held(**r) for r in await connection.fetch(statement, *arguments)]

    @asynccontextmanager
    async def _seeing(self) -> AsyncIterator[Connection]:
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
            yield connection
