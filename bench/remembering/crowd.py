"""Spaces with many memories, made in SQL: how long a recall takes there, without the query's embedding."""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from madeleine_common.db import Connection, Pool
from madeleine_common.ids import new_id
from madeleine_memory.adapters.memories import PostgresMemories
from madeleine_memory.adapters.ranking_sql import NEAR_FROM
from madeleine_memory.adapters.unembedded import PostgresUnembedded
from madeleine_memory.application.ports import Filters, Vectors
from madeleine_memory.application.recall import Recall
from madeleine_memory.projections.holding import POST
from remembering.locomo import Given
from remembering.peers import p95

_DIMENSIONS = 384
_MODEL = "made-up"
_RECALLS = 100
# Words of Zipf's law over 20,000, ten in a memory; one memory in a minute; vectors around a thousand topics, their
# cosines within a topic about 0.9: independent numbers would all be equally far, and an index over them meaningless.
_FILL = f"""
WITH topic AS MATERIALIZED (
    SELECT t, array_agg(random() - 0.5) AS centre
    FROM generate_series(0, 999) t CROSS JOIN generate_series(1, {_DIMENSIONS}) GROUP BY t
), made AS (
    INSERT INTO memory (memory_id, kind, space, speaker_id, speaker_name, text, occurred_at, last_seen_at, lexemes,
                        salience, judged, follows)
    SELECT md5(s.space || n)::uuid, 1, s.space, 'p' || n % 5, 'P' || n % 5, words, at, at,
           to_tsvector('english', words),
           random(), true, md5(s.space || n + 1)::uuid
    FROM unnest($1::text[]) AS s (space) CROSS JOIN generate_series(1, $2) AS n
    CROSS JOIN LATERAL (
        SELECT string_agg('w' || floor(exp(random() * ln(20000.0)))::int || 'x', ' ') AS words
        FROM generate_series(1, 10) WHERE n > 0 AND s.space <> '') AS said
    CROSS JOIN LATERAL (SELECT now() - n * interval '1 minute' AS at) AS told
    RETURNING memory_id, space, text, words, bytes, occurred_at, lexemes
), used AS (
    INSERT INTO space_use (space, memories, bytes, words, changed_at)
    SELECT space, count(*), sum(bytes), sum(words), now() FROM made GROUP BY space
), posted AS ({POST.format(rows="made")})
INSERT INTO memory_vector (memory_id, space, text_md5, queued_at, model, embedding)
SELECT memory_id, space, md5(text)::uuid, occurred_at, '{_MODEL}', (
    SELECT l2_normalize(array_agg(c + (random() - 0.5) * 0.33)::vector)::halfvec FROM unnest(topic.centre) c
    WHERE made.memory_id IS NOT NULL)
FROM made JOIN topic ON topic.t = abs(hashtext(made.memory_id::text)) % 1000
"""  # noqa: S608 (constants only)


async def fill(pool: Pool, spaces: int, each: int) -> list[str]:
    """Makes spaces with so many memories, their vectors indexed as the service would; returns their names."""
    names = [f"conversation:{new_id()}" for _ in range(spaces)]
    # In portions: a statement holds its rows until it ends.
    for at in range(0, spaces, max(1, 50_000 // each)):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
            await connection.execute(_FILL, names[at : at + max(1, 50_000 // each)], each, timeout=3600)
    async with pool.acquire() as connection:
        await _index_at_once(connection)
    indexing = PostgresUnembedded(pool)
    while await indexing.index_near(2000):
        pass
    async with pool.acquire() as connection:
        # What autovacuum does in a house in use.
        for table in ("memory", "memory_vector", "posting", "space_use", "memory_source"):
            await connection.execute(f"VACUUM ANALYZE {table}", timeout=600)
    return names


async def _index_at_once(connection: Connection) -> None:
    """Takes the vectors of large spaces into the service's own index, built again over all: minutes, not hours."""
    definition = await connection.fetchval("SELECT pg_get_indexdef('memory_vector_near'::regclass)")
    async with connection.transaction():
        await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
        await connection.execute("SET LOCAL maintenance_work_mem = '3GB'")
        await connection.execute("DROP INDEX memory_vector_near")
        await connection.execute(
            "UPDATE memory_vector v SET near = true FROM space_use u WHERE u.space = v.space AND u.memories >= $1",
            NEAR_FROM,
            timeout=3600,
        )
        await connection.execute(definition, timeout=3600)


async def recalls(pool: Pool, spaces: list[str], name: str) -> dict[str, Any]:
    """Milliseconds of recalls of ten, each in one of the spaces, with a query of six words."""
    rng = random.Random(len(spaces))  # noqa: S311 (made-up queries)
    memories = PostgresMemories(pool)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
        rows = await connection.fetch(
            "SELECT space, embedding::text AS vector FROM memory_vector WHERE space = ANY ($1) LIMIT 200",
            rng.sample(spaces, min(len(spaces), 200)),
        )
    seconds: list[float] = []
    for number in range(_RECALLS):
        row = rows[number % len(rows)]
        near = [float(x) + rng.gauss(0, 0.01) for x in row["vector"].strip("[]").split(",")]
        recall = Recall(memories, Given(Vectors(_MODEL, [near])))
        query = " ".join(f"w{int(20000 ** rng.random())}x" for _ in range(6))
        began = time.perf_counter()
        await recall(query, Filters((row["space"],), datetime.now(UTC)), 10)
        seconds.append(time.perf_counter() - began)
    warm = seconds[_RECALLS // 10 :]
    return {
        f"recall_p50_ms_{name}": round(1000 * statistics.median(warm), 1),
        f"recall_p95_ms_{name}": round(1000 * p95(warm), 1),
    }
