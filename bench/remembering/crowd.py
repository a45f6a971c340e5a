"""One space with many memories, made in SQL: how long a recall takes there, without the query's embedding."""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from madeleine_common.db import Pool
from madeleine_common.ids import new_id
from madeleine_memory.adapters.memories import PostgresMemories
from madeleine_memory.application.ports import Filters, Vectors

_DIMENSIONS = 384
_MODEL = "made-up"
_RECALLS = 40
# Words of Zipf's law over 20,000, ten in a memory; vectors of independent numbers; one memory in a minute.
_FILL = f"""
INSERT INTO memory (memory_id, kind, space, speaker_id, speaker_name, text, occurred_at, last_seen_at, lexemes,
                    embedding, embedding_model, salience)
SELECT gen_random_uuid(), 1, $1, 'p' || n % 5, 'P' || n % 5, words, at, at, to_tsvector('english', words),
       vector, '{_MODEL}', random()
FROM generate_series(1, $2) AS n
CROSS JOIN LATERAL (
    SELECT string_agg('w' || floor(exp(random() * ln(20000.0)))::int || 'x', ' ') AS words
    FROM generate_series(1, 10) WHERE n > 0) AS said
CROSS JOIN LATERAL (
    SELECT l2_normalize(array_agg(random() - 0.5)::vector) AS vector
    FROM generate_series(1, {_DIMENSIONS}) WHERE n > 0) AS meant
CROSS JOIN LATERAL (SELECT now() - n * interval '1 minute' AS at) AS told
"""  # noqa: S608 (constants only)


async def fill(pool: Pool, size: int) -> dict[str, Any]:
    """Milliseconds of a recall of ten among `size` memories of one space."""
    space = f"conversation:{new_id()}"
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
        await connection.execute(_FILL, space, size, timeout=600)
    await pool.execute("ANALYZE memory", timeout=600)
    memories = PostgresMemories(pool)
    rng = random.Random(size)  # noqa: S311 (made-up queries)
    filters = Filters((space,), datetime.now(UTC))
    seconds: list[float] = []
    for _ in range(_RECALLS):
        query = " ".join(f"w{int(20000 ** rng.random())}x" for _ in range(6))
        vector = [rng.gauss(0, 1) for _ in range(_DIMENSIONS)]
        began = time.perf_counter()
        ranked = await memories.ranked(query, Vectors(_MODEL, [vector]), filters, 10)
        await memories.by_ids([space], [r.memory_id for r in ranked])
        seconds.append(time.perf_counter() - began)
    ordered = sorted(seconds[_RECALLS // 10 :])
    name = f"{size // 1000}k"
    return {
        f"recall_p50_ms_{name}": round(1000 * statistics.median(ordered), 1),
        f"recall_p95_ms_{name}": round(1000 * ordered[int(0.95 * len(ordered))], 1),
    }
