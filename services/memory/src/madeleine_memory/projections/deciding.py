"""What memory's own events do to its rows: what people asked for, and what was decided to keep within the budget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from madeleine.memory.v1 import events_pb2 as own
from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_memory.projections.holding import admit, cool, drop, pin, retire, revive, squeeze
from madeleine_memory.projections.rows import NewMemory, Source, person, remember, see_all_spaces

# A fact stands where its source stood: after the same turn, before the same turn, and as salient as the whole was.
_TAKE_PLACE = """
WITH source AS (
    SELECT follows, salience, dated, touches, times_seen, last_seen_at FROM memory WHERE memory_id = $2
), moved AS (UPDATE memory SET follows = $1 WHERE follows = $2 AND memory_id <> $1), used AS (
    INSERT INTO memory_use (memory_id, event_id, space, used_at, people)
    SELECT $1, event_id, space, used_at, people FROM memory_use WHERE memory_id = $2
), doubted AS (
    INSERT INTO memory_doubt (memory_id, doubted_by, space, probability)
    SELECT $1, doubted_by, space, probability FROM memory_doubt WHERE memory_id = $2
    UNION ALL SELECT memory_id, $1, space, probability FROM memory_doubt WHERE doubted_by = $2
    ON CONFLICT DO NOTHING
)
UPDATE memory f SET follows = s.follows, salience = s.salience, dated = s.dated, touches = s.touches,
                    times_seen = s.times_seen, last_seen_at = s.last_seen_at, judged = true
FROM source s WHERE f.memory_id = $1
"""
_DOUBT = """
INSERT INTO memory_doubt (memory_id, doubted_by, space, probability)
SELECT m.memory_id, n.memory_id, m.space, $4 FROM memory m JOIN memory n ON n.space = m.space
WHERE m.memory_id = $1 AND n.memory_id = $2 AND m.space = $3 ON CONFLICT DO NOTHING
"""
# What repeats an earlier memory is told by that one from now on: its sources and its times are also the other's.
_COVER = """
WITH covered AS (
    SELECT m.memory_id, m.occurred_at, m.times_seen, m.touches, c.by FROM memory m
    JOIN unnest($1::uuid[], $2::uuid[]) AS c (memory_id, by) USING (memory_id) WHERE m.state = 'active'
), sources AS (
    INSERT INTO memory_source (memory_id, event_id, origin, person_id)
    SELECT c.by, s.event_id, c.memory_id::text, s.person_id FROM covered c JOIN memory_source s USING (memory_id)
    WHERE EXISTS (SELECT FROM memory m WHERE m.memory_id = c.by)
    ON CONFLICT DO NOTHING
)
UPDATE memory m SET times_seen = m.times_seen + c.times_seen, last_seen_at = greatest(m.last_seen_at, c.latest),
    touches = (SELECT array_agg(t ORDER BY t) FROM (
        SELECT t FROM unnest(m.touches || c.times) t ORDER BY t DESC LIMIT 8) last_ones)
FROM (SELECT c.by, sum(c.times_seen) AS times_seen, max(c.occurred_at) AS latest,
             array_agg(t.at) AS times FROM covered c CROSS JOIN LATERAL unnest(c.touches || c.occurred_at) AS t (at)
      GROUP BY c.by) c
WHERE m.memory_id = c.by
"""


async def hear_own(connection: Connection, event: RecordedEvent) -> None:
    """Makes of memory's own events the rows that are read."""
    await see_all_spaces(connection)
    match event.message:
        case own.StatementRemembered() as stated:
            # Consent was checked when it was stated; after an erasure the event itself cannot be read.
            await _keep_statement(connection, event, stated, [])
        case own.MemoryShared() as shared if await _all_there(connection, shared.source_event_ids):
            await _keep_statement(connection, event, shared, shared.source_event_ids)
        case own.MemoryPinnedChanged() as changed:
            await pin(connection, changed.memory_id, changed.pinned)
        case own.MemoryForgotten() as forgotten:
            await connection.execute(
                "INSERT INTO forgotten_origin (origin)"
                " SELECT DISTINCT origin FROM memory_source WHERE memory_id = $1 ON CONFLICT DO NOTHING",
                forgotten.memory_id,
            )
            await drop(connection, [forgotten.memory_id])
        case own.MemorySuperseded() as closed:
            await connection.execute(
                "UPDATE memory SET valid_to = $2, superseded_by = $3, decided_at = $4 WHERE memory_id = $1",
                closed.memory_id,
                closed.valid_to.ToDatetime(UTC),
                closed.superseded_by,
                event.metadata.occurred_at,
            )
        case own.MemoryDoubted() as doubted:
            await connection.execute(_DOUBT, doubted.memory_id, doubted.doubted_by, doubted.space, doubted.probability)
        case own.FactsConsolidated() as consolidated:
            for fact in consolidated.facts:
                await _consolidate(connection, fact)
        case own.MemoriesCooled() as cooled:
            await _cool(connection, cooled, event.metadata.occurred_at)
        case own.MemoriesRevived() as revived:
            await revive(connection, revived.memory_ids, revived.reason, event.metadata.occurred_at)
        case own.BudgetChanged() as changed:
            await connection.execute(
                "INSERT INTO space_use (space, budget_bytes, budget_items, changed_at) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (space) DO UPDATE SET budget_bytes = $2, budget_items = $3",
                changed.space,
                changed.bytes or None,
                changed.items or None,
                event.metadata.occurred_at,
            )
            await squeeze(connection, changed.space)
        case _:
            pass


async def _keep_statement(
    connection: Connection,
    event: RecordedEvent,
    stated: own.StatementRemembered | own.MemoryShared,
    source_event_ids: Sequence[str],
) -> None:
    speaker = await person(connection, stated.speaker_id)
    # Its key may have been in a cache when the erasure came in between.
    if speaker.erased:
        return
    await remember(
        connection,
        NewMemory(
            event.event_id,
            stated.memory_id,
            MemoryKind.MEMORY_KIND_STATEMENT,
            stated.space,
            stated.speaker_id,
            speaker.name,
            stated.text,
            event.metadata.occurred_at,
            pinned=True,
            memory_id=stated.memory_id,
            earlier=[Source(event_id, stated.speaker_id) for event_id in source_event_ids],
        ),
    )


async def _all_there(connection: Connection, event_ids: Sequence[str]) -> bool:
    """Whether all sources are: one that was deleted meanwhile takes with it what was to be made of it."""
    known = await connection.fetchval(
        "SELECT count(DISTINCT event_id) FROM memory_source WHERE event_id = ANY ($1::uuid[])", list(event_ids)
    )
    return known == len(set(event_ids))


async def _consolidate(connection: Connection, fact: own.FactConsolidated) -> None:
    if (await person(connection, fact.speaker_id)).erased or not await _still_so(connection, fact):
        return
    rows = await connection.fetch(
        "SELECT DISTINCT event_id::text, person_id FROM memory_source WHERE event_id = ANY ($1::uuid[])",
        list(fact.source_event_ids),
    )
    sources = [Source(r["event_id"], r["person_id"]) for r in rows]
    # A source that went meanwhile takes with it what was to be made of it.
    if len({s.event_id for s in sources}) < len(set(fact.source_event_ids)) or not sources:
        return
    await remember(
        connection,
        NewMemory(
            sources[0].event_id,
            fact.memory_id,
            MemoryKind.MEMORY_KIND_FACT,
            fact.space,
            fact.speaker_id,
            fact.speaker_name,
            fact.text,
            fact.valid_from.ToDatetime(UTC),
            memory_id=fact.memory_id,
            earlier=sources,
        ),
    )
    await connection.execute(_TAKE_PLACE, fact.memory_id, fact.source_memory_ids[-1])


async def _still_so(connection: Connection, fact: own.FactConsolidated) -> bool:
    """Whether what a fact is made of may still make way for it: edited or pinned since it was decided, it stays itself.

    Locked until the transaction ends, so that an edit or an erasure meanwhile comes before it, or drops the fact.
    """
    text = await connection.fetchval(
        "SELECT text FROM memory WHERE memory_id = $1 AND state = 'active' AND NOT pinned FOR UPDATE",
        fact.source_memory_ids[-1],
    )
    return text is not None and (fact.method != "condensed" or all(word in text for word in fact.text.split()))


async def _cool(connection: Connection, cooled: own.MemoriesCooled, at: datetime) -> None:
    if cooled.reason == "repeats":
        await connection.execute(
            _COVER, [c.memory_id for c in cooled.cooled], [c.covered_by or None for c in cooled.cooled]
        )
    decisions = [(c.memory_id, c.covered_by or None, c.value) for c in cooled.cooled]
    others = set(await retire(connection, decisions, cooled.reason, at))
    await cool(connection, [d for d in decisions if d[0] in others], cooled.reason, at)
    await admit(connection, [cooled.space])
