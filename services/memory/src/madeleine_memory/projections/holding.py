"""What changes with a memory's state: its postings, its place in the queue for vectors, and what its space holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madeleine_common.db import Connection

# $1: rows whose lexemes are to be found by BM25 again, or no longer.
_UNPOST = """
DELETE FROM posting p USING (
    SELECT hashtextextended(space, 0) AS space_key, lexeme, memory_id FROM {rows} CROSS JOIN LATERAL unnest(lexemes) l
) g WHERE p.space_key = g.space_key AND p.lexeme = g.lexeme AND p.memory_id = g.memory_id
"""
POST = """
INSERT INTO posting (space_key, lexeme, memory_id, times, words)
SELECT hashtextextended(m.space, 0), l.lexeme, m.memory_id, coalesce(cardinality(l.positions), 1), length(m.lexemes)
FROM {rows} m CROSS JOIN LATERAL unnest(m.lexemes) AS l (lexeme, positions, weights)
"""
_LESS = """
UPDATE space_use u SET memories = u.memories - g.memories, bytes = u.bytes - g.bytes, words = u.words - g.words,
                       pinned_bytes = u.pinned_bytes - g.pinned_bytes
FROM (SELECT space, count(*) AS memories, sum(bytes) AS bytes, sum(words) AS words,
             coalesce(sum(bytes) FILTER (WHERE pinned), 0) AS pinned_bytes FROM {rows} GROUP BY space) g
WHERE u.space = g.space
"""
# A space that holds nothing, and has no budget of its own, is as if it had never been: an erasure leaves what a rebuild
# without the erased makes.
_TIDY_USE = """
DELETE FROM space_use u WHERE space = ANY ($1::text[]) AND memories = 0 AND budget_bytes IS NULL
  AND budget_items IS NULL AND NOT EXISTS (SELECT FROM memory m WHERE m.space = u.space)
"""
# What was cold has no postings and counts for nothing.
_DROP = f"""
WITH gone AS (
    DELETE FROM memory WHERE memory_id = ANY ($1::uuid[])
    RETURNING memory_id, space, state, bytes, words, pinned, lexemes
), active AS (SELECT * FROM gone WHERE state = 'active'),
unposted AS ({_UNPOST.format(rows="active")}), counted AS ({_LESS.format(rows="active")})
SELECT count(*) AS gone, coalesce(array_agg(DISTINCT space), '{{}}') AS spaces FROM gone
"""  # noqa: S608 (constants only)
_COOL = f"""
WITH cooled AS (
    UPDATE memory m SET state = 'cold', waits = false, covered_by = d.covered_by, reason = $4, value = d.value,
                        decided_at = $5
    FROM unnest($1::uuid[], $2::uuid[], $3::real[]) AS d (memory_id, covered_by, value)
    WHERE m.memory_id = d.memory_id AND m.state = 'active' AND NOT m.pinned
      AND (d.covered_by IS NULL OR EXISTS (SELECT FROM memory c WHERE c.memory_id = d.covered_by))
    RETURNING m.memory_id, m.space, m.bytes, m.words, m.pinned, m.lexemes
), unposted AS ({_UNPOST.format(rows="cooled")}), counted AS ({_LESS.format(rows="cooled")}),
unembedded AS (DELETE FROM memory_vector v USING cooled c WHERE v.memory_id = c.memory_id)
SELECT array_agg(memory_id::text) FROM cooled
"""  # noqa: S608 (constants only)
_REVIVE = f"""
WITH back AS (
    UPDATE memory m SET state = 'active', waits = true, judged = false, covered_by = NULL, reason = $2, decided_at = $3
    WHERE m.memory_id = ANY ($1::uuid[]) AND m.state = 'cold'
    RETURNING m.memory_id, m.space, m.bytes, m.words, m.pinned, m.lexemes, m.text, m.occurred_at
), posted AS ({POST.format(rows="back")}), queued AS (
    INSERT INTO memory_vector (memory_id, space, text_md5, queued_at)
    SELECT memory_id, space, md5(text)::uuid, occurred_at FROM back
), counted AS (
    UPDATE space_use u SET memories = u.memories + g.memories, bytes = u.bytes + g.bytes, words = u.words + g.words,
                           pinned_bytes = u.pinned_bytes + g.pinned_bytes
    FROM (SELECT space, count(*) AS memories, sum(bytes) AS bytes, sum(words) AS words,
                 coalesce(sum(bytes) FILTER (WHERE pinned), 0) AS pinned_bytes FROM back GROUP BY space) g
    WHERE u.space = g.space
)
SELECT array_agg(DISTINCT space) FROM back
"""  # noqa: S608 (constants only)
# What came after something that is no longer there comes after what was before that, if it did so within the hour.
_BYPASS = """
WITH RECURSIVE walk AS (
    SELECT memory_id, follows FROM memory WHERE follows = ANY ($1::uuid[])
    UNION ALL
    SELECT w.memory_id, m.follows FROM walk w JOIN memory m ON m.memory_id = w.follows
    WHERE w.follows = ANY ($1::uuid[])
)
UPDATE memory m SET follows = CASE WHEN NOT EXISTS (
    SELECT FROM memory b WHERE b.memory_id = w.follows AND b.occurred_at < m.occurred_at - interval '1 hour'
) THEN w.follows END FROM walk w
WHERE w.memory_id = m.memory_id AND (w.follows IS NULL OR w.follows <> ALL ($1::uuid[]))
"""
# And the other way round.
_STEP_BETWEEN = """
UPDATE memory m SET follows = b.memory_id FROM memory b
WHERE b.memory_id = ANY ($1::uuid[]) AND m.follows = b.follows AND m.space = b.space AND m.memory_id <> b.memory_id
  AND m.memory_id <> ALL ($1::uuid[]) AND (m.occurred_at, m.memory_id) > (b.occurred_at, b.memory_id)
"""
_SOLE_FACTS = """
SELECT f.memory_id::text FROM memory f WHERE f.kind = 3
  AND f.memory_id IN (SELECT covered_by FROM memory WHERE memory_id = ANY ($1::uuid[]) AND state = 'cold')
  AND NOT EXISTS (SELECT FROM memory o WHERE o.covered_by = f.memory_id AND o.memory_id <> ALL ($1::uuid[]))
"""
# Everything that is active fits, so nothing waits any longer.
_ADMIT = """
UPDATE memory m SET waits = false FROM space_use u
WHERE m.space = ANY ($1::text[]) AND m.waits AND u.space = m.space
  AND u.bytes <= coalesce(u.budget_bytes, (SELECT bytes FROM default_budget), 1::bigint << 62)
  AND u.memories <= coalesce(u.budget_items, 1::bigint << 62)
"""

_SQUEEZE = """
UPDATE memory m SET waits = true FROM (
    SELECT memory_id, sum(bytes) OVER best AS bytes, row_number() OVER best AS items FROM memory
    WHERE space = $1 AND state = 'active' WINDOW best AS (ORDER BY pinned DESC, salience DESC, memory_id)
) held, space_use u
WHERE held.memory_id = m.memory_id AND u.space = $1
  AND (held.bytes > coalesce(u.budget_bytes, (SELECT bytes FROM default_budget), 1::bigint << 62)
       OR held.items > coalesce(u.budget_items, 1::bigint << 62))
"""


async def drop(connection: Connection, memory_ids: Sequence[str]) -> int:
    """Deletes memories, and the facts made of them; returns how many there were.

    What had made way for one of those (an original for its fact) comes back, unless it goes as well.
    """
    # Whoever makes a fact of them at the same time has done so, or will find them gone.
    held = "SELECT memory_id::text FROM memory WHERE memory_id = ANY ($1::uuid[]) ORDER BY memory_id FOR UPDATE"
    ids = [r["memory_id"] for r in await connection.fetch(held, list(memory_ids))]
    derived = await connection.fetch(
        "SELECT DISTINCT m.memory_id::text FROM memory_source s JOIN memory_source o USING (event_id)"
        " JOIN memory m ON m.memory_id = s.memory_id WHERE o.memory_id = ANY ($1::uuid[]) AND m.kind = 3",
        ids,
    )
    ids = list(dict.fromkeys([*ids, *(r["memory_id"] for r in derived)]))
    covered = await connection.fetch(
        "SELECT memory_id::text FROM memory WHERE covered_by = ANY ($1::uuid[]) AND state = 'cold'"
        " AND memory_id <> ALL ($1::uuid[])",
        ids,
    )
    # What another stood for is no longer a source of that one.
    await connection.execute("DELETE FROM memory_source WHERE origin = ANY ($1::text[])", ids)
    await bypass(connection, ids)
    dropped = await connection.fetchrow(_DROP, ids)
    if covered:
        await revive(connection, [r["memory_id"] for r in covered], "", None)
    if dropped is None or not dropped["gone"]:
        return 0
    await admit(connection, dropped["spaces"])
    await connection.execute(_TIDY_USE, dropped["spaces"])
    return dropped["gone"]


async def bypass(connection: Connection, memory_ids: Sequence[str]) -> None:
    """Ties together what was said before and after these, as if they had never been said."""
    await connection.execute(_BYPASS, list(memory_ids))


async def cool(
    connection: Connection,
    decisions: Sequence[tuple[str, str | None, float]],
    reason: str,
    decided_at: datetime,
) -> None:
    """Puts memories into cold storage: kept, but neither found nor counted.

    `decisions`: (memory id, id of what stands for it now or None, its value).
    """
    cooled: list[str] = await connection.fetchval(
        _COOL,
        [d[0] for d in decisions],
        [d[1] for d in decisions],
        [d[2] for d in decisions],
        reason,
        decided_at,
    )
    uncovered = {d[0] for d in decisions if d[1] is None}
    await bypass(connection, [memory_id for memory_id in cooled or [] if memory_id in uncovered])


async def retire(
    connection: Connection, decisions: Sequence[tuple[str, str | None, float]], reason: str, decided_at: datetime
) -> list[str]:
    """Deletes those of the given memories that are facts, and returns the ids of all others.

    A fact has nothing that its originals do not have: they lie in cold storage already, and are told by what stands for
    the fact now, if anything does.
    """
    facts = await connection.fetch(
        "UPDATE memory m SET covered_by = d.covered_by, reason = $4, value = d.value, decided_at = $5"
        " FROM unnest($1::uuid[], $2::uuid[], $3::real[]) AS d (memory_id, covered_by, value)"
        " JOIN memory f ON f.memory_id = d.memory_id AND f.kind = 3 WHERE m.covered_by = d.memory_id"
        " AND (d.covered_by IS NULL OR EXISTS (SELECT FROM memory c WHERE c.memory_id = d.covered_by))"
        " RETURNING d.memory_id::text",
        [d[0] for d in decisions],
        [d[1] for d in decisions],
        [d[2] for d in decisions],
        reason,
        decided_at,
    )
    ids = {r["memory_id"] for r in facts}
    if ids:
        await bypass(connection, list(ids))
        await connection.fetchrow(_DROP, list(ids))
    return [d[0] for d in decisions if d[0] not in ids]


async def revive(connection: Connection, memory_ids: Sequence[str], reason: str, at: datetime | None) -> None:
    """Brings memories back from cold storage; they wait if the budget has no room.

    A fact that stood for them alone goes: the whole tells what its words do.
    """
    facts = await connection.fetch(_SOLE_FACTS, list(memory_ids))
    if ids := [r["memory_id"] for r in facts]:
        await bypass(connection, ids)
        await connection.fetchrow(_DROP, ids)
    spaces = await connection.fetchval(_REVIVE, list(memory_ids), reason, at)
    await connection.execute(_STEP_BETWEEN, list(memory_ids))
    await admit(connection, spaces or [])


async def admit(connection: Connection, spaces: Sequence[str]) -> None:
    """Lets in what waited, in the spaces that are within their budget."""
    await connection.execute(_ADMIT, list(spaces))


async def has_room(connection: Connection, space: str, size: int) -> bool:
    """Whether so many bytes more could be pinned in a space: what is pinned must fit by itself."""
    room = await connection.fetchval(
        "SELECT coalesce(u.budget_bytes, (SELECT bytes FROM default_budget)) - coalesce(u.pinned_bytes, 0)"
        " FROM (SELECT $1 AS space) asked LEFT JOIN space_use u USING (space)",
        space,
    )
    return room is None or size <= room


async def squeeze(connection: Connection, space: str) -> None:
    """Has wait what a lowered budget has no room for, the least telling first, until tidying has decided."""
    await connection.execute(_SQUEEZE, space)
    await admit(connection, [space])


async def pin(connection: Connection, memory_id: str, pinned: bool) -> None:
    """Marks a memory; a cold one comes back, so that what is pinned is there."""
    if pinned:
        await revive(connection, [memory_id], "", None)
    await connection.execute(
        "WITH changed AS (UPDATE memory SET pinned = $2 WHERE memory_id = $1 AND pinned <> $2"
        " RETURNING space, bytes, state)"
        " UPDATE space_use u SET pinned_bytes = u.pinned_bytes + CASE WHEN $2 THEN c.bytes ELSE -c.bytes END"
        " FROM changed c WHERE u.space = c.space AND c.state = 'active'",
        memory_id,
        pinned,
    )
