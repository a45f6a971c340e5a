"""Memories that wait for their vector, in PostgreSQL."""

from __future__ import annotations

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Pool
from madeleine_memory.adapters.memories import vector_literal
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
                "SELECT memory_id, speaker_name, text, occurred_at FROM memory WHERE embedding IS NULL"
                " ORDER BY occurred_at LIMIT $1 FOR UPDATE SKIP LOCKED",
                batch,
            )
            if not rows:
                return 0
            made = await embedder.passages([as_unit(r["speaker_name"], r["text"], r["occurred_at"]) for r in rows])
            await connection.executemany(
                "UPDATE memory SET embedding = $2::text::vector, embedding_model = $3 WHERE memory_id = $1",
                [
                    (row["memory_id"], vector_literal(vector), made.model)
                    for row, vector in zip(rows, made.values, strict=True)
                ],
            )
        return len(rows)
