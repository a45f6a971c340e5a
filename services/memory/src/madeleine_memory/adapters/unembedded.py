"""Memories that wait for their vector, in PostgreSQL."""

from __future__ import annotations

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Pool
from madeleine_memory.adapters.ranking_sql import NEAR_FROM
from madeleine_memory.adapters.vectors import vector_literal
from madeleine_memory.application.ports import Embedder
from madeleine_memory.domain.lexemes import as_unit


class PostgresUnembedded:
    """The queue of memories without a vector; replicas never take the same ones."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def fill(self, embedder: Embedder, batch: int) -> int:
        """Gives up to `batch` memories their vector, oldest first, and returns how many; raises Unavailable.

        The rows stay locked meanwhile, so that an edit or an erasure comes after and nothing stale is written.
        """
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
            rows = await connection.fetch(
                "SELECT m.memory_id, m.speaker_name, m.text, m.occurred_at, u.near_index AS near"
                " FROM memory_vector v JOIN memory m USING (memory_id) JOIN space_use u ON u.space = v.space"
                " WHERE v.embedding IS NULL ORDER BY v.queued_at LIMIT $1 FOR UPDATE OF v SKIP LOCKED",
                batch,
            )
            if not rows:
                return 0
            made = await embedder.passages([as_unit(r["speaker_name"], r["text"], r["occurred_at"]) for r in rows])
            await connection.execute(
                "UPDATE memory_vector v SET embedding = n.embedding::halfvec, model = $3, near = n.near"
                " FROM unnest($1::uuid[], $2::text[], $4::boolean[]) AS n (memory_id, embedding, near)"
                " WHERE v.memory_id = n.memory_id",
                [row["memory_id"] for row in rows],
                [vector_literal(vector) for vector in made.values],
                made.model,
                [row["near"] for row in rows],
            )
        return len(rows)

    async def index_near(self, batch: int) -> int:
        """Takes up to `batch` vectors of large spaces into the index over vectors; returns how many.

        A space is searched by it once all its vectors are in.
        """
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
            space = await connection.fetchval(
                "SELECT space FROM space_use WHERE memories >= $1 AND NOT near_index LIMIT 1 FOR UPDATE SKIP LOCKED",
                NEAR_FROM,
            )
            if space is None:
                return 0
            taken = await connection.fetchval(
                "WITH taken AS (UPDATE memory_vector SET near = true WHERE memory_id IN ("
                "  SELECT memory_id FROM memory_vector"
                "  WHERE space = $1 AND embedding IS NOT NULL AND NOT near LIMIT $2)"
                " RETURNING 1) SELECT count(*) FROM taken",
                space,
                batch,
            )
            if not taken:
                await connection.execute("UPDATE space_use SET near_index = true WHERE space = $1", space)
        return max(taken, 1)
