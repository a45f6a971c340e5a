"""Writes of memories; every one happens inside the transaction that marks its event as handled."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.db import Connection
from madeleine_memory.domain.ids import memory_id_of
from madeleine_memory.domain.lexemes import as_unit, searchable
from madeleine_memory.domain.ranking import learned
from madeleine_memory.domain.salience import tells_time
from madeleine_memory.projections.holding import POST, drop

# All of a memory in one statement: none comes about without its provenance, and its space's row, which is locked here,
# tells whether it fits.
_INSERT = f"""
WITH new AS (
    SELECT to_tsvector('english', $10) || array_to_tsvector($11::text[]) AS lexemes, octet_length($6) AS bytes
    WHERE NOT EXISTS (SELECT FROM memory WHERE memory_id = $1)
), use AS (
    INSERT INTO space_use (space, memories, bytes, words, pinned_bytes, changed_at)
    SELECT $3, 1, bytes, length(lexemes), CASE WHEN $9 THEN bytes ELSE 0 END, $8 FROM new
    ON CONFLICT (space) DO UPDATE SET memories = space_use.memories + 1, bytes = space_use.bytes + excluded.bytes,
        words = space_use.words + excluded.words, pinned_bytes = space_use.pinned_bytes + excluded.pinned_bytes,
        changed_at = greatest(space_use.changed_at, excluded.changed_at)
    RETURNING bytes > coalesce(budget_bytes, (SELECT bytes FROM default_budget), 1::bigint << 62)
        OR memories > coalesce(budget_items, 1::bigint << 62) AS full_up
), made AS (
    INSERT INTO memory (memory_id, kind, space, speaker_id, speaker_name, text, record, occurred_at, last_seen_at,
                        pinned, lexemes, salience, dated, waits, follows)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8, $9, lexemes, $14, $15, full_up, (
        SELECT m.memory_id FROM memory m
        WHERE m.space = $3 AND m.kind = ANY (ARRAY[1, 3]::smallint[]) AND m.state = 'active'
          AND $2 = ANY (ARRAY[1, 3]::smallint[]) AND (m.occurred_at, m.memory_id) < ($8, $1)
          AND m.occurred_at >= $8 - interval '1 hour' ORDER BY m.occurred_at DESC, m.memory_id DESC LIMIT 1)
    FROM new CROSS JOIN use
    RETURNING memory_id, space, lexemes
), posted AS ({POST.format(rows="made")}), queued AS (
    INSERT INTO memory_vector (memory_id, space, text_md5, queued_at) SELECT $1, $3, md5($6)::uuid, $8 FROM made
)
INSERT INTO memory_source (memory_id, event_id, origin, person_id) VALUES ($1, $12, $13, $4) ON CONFLICT DO NOTHING
"""  # noqa: S608 (constants only)


# The last eight times, in order, are what activation counts.
_SAID_AGAIN = """
UPDATE memory SET times_seen = times_seen + 1, last_seen_at = greatest(last_seen_at, $4),
                  touches = (SELECT array_agg(t ORDER BY t) FROM (
                      SELECT t FROM unnest(touches || $4::timestamptz) t ORDER BY t DESC LIMIT 8) last_ones)
WHERE memory_id = (SELECT memory_id FROM memory WHERE space = $1 AND speaker_id = $2 AND kind = 1 AND valid_to IS NULL
                   AND state = 'active' AND md5(text) = md5($3) AND text = $3 ORDER BY memory_id LIMIT 1)
RETURNING memory_id
"""
_USED = """
INSERT INTO memory_use (memory_id, event_id, space, used_at, people)
SELECT memory_id, $2, space, $3, $4 FROM memory WHERE memory_id = ANY ($1::uuid[]) ON CONFLICT DO NOTHING
"""


class PersonUnknown(TimeoutError):
    """The sign-up has not arrived yet, so nobody knows whether they want to be remembered.

    A TimeoutError, because the house waits those out: the event comes again until identity's stream has caught up.
    """


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed up."""

    person_id: str
    name: str
    remembers: bool

    @property
    def erased(self) -> bool:
        """Whether nothing of theirs may be kept or made any more."""
        return not self.name and not self.remembers


@dataclass(frozen=True, slots=True)
class Source:
    """An event that a memory comes from, and whose it was."""

    event_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A memory to be: what was said or recorded, and the event that it comes from."""

    event_id: str
    origin: str
    kind: MemoryKind.ValueType
    space: str
    speaker_id: str
    speaker_name: str
    text: str
    occurred_at: datetime
    record: Mapping[str, object] | None = None
    pinned: bool = False
    # Empty: made from the event's id.
    memory_id: str = ""
    # Earlier events about the same origin, and whose they were: an edited memory stems from all of them.
    earlier: Sequence[Source] = ()


async def see_all_spaces(connection: Connection) -> None:
    """Lifts row-level security for the rest of the transaction: a handler writes to whatever space its event names."""
    await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")


async def person(connection: Connection, person_id: str) -> Person:
    """Who somebody is; raises PersonUnknown.

    Locked until the transaction ends: an erasure meanwhile comes before it and is seen, or after it and drops what it
    made.
    """
    row = await connection.fetchrow(
        "SELECT display_name, remembers FROM person WHERE person_id = $1 FOR SHARE", person_id
    )
    if row is None:
        raise PersonUnknown(f"person {person_id} has not been heard of yet")
    return Person(person_id, row["display_name"], row["remembers"])


async def people(connection: Connection, person_ids: Collection[str]) -> dict[str, Person]:
    """Those of them who have been heard of, locked as by `person`."""
    rows = await connection.fetch(
        "SELECT person_id, display_name, remembers FROM person WHERE person_id = ANY ($1::text[])"
        " ORDER BY person_id FOR SHARE",
        list(person_ids),
    )
    return {r["person_id"]: Person(r["person_id"], r["display_name"], r["remembers"]) for r in rows}


async def remember(connection: Connection, new: NewMemory) -> None:
    """Keeps a memory; the same words of the same speaker in the same space only touch what is there."""
    if await connection.fetchval("SELECT true FROM forgotten_origin WHERE origin = $1", new.origin):
        return
    # Two equal meals are two meals, and a statement is kept as it was stated: only talk repeats itself idly.
    if new.kind == MemoryKind.MEMORY_KIND_EPISODE and await _touch(connection, new):
        return
    await keep(connection, new)


async def keep(connection: Connection, new: NewMemory) -> None:
    """Keeps a memory that nobody had forgotten and that says nothing again."""
    memory_id = new.memory_id or memory_id_of(new.event_id)
    search = searchable(as_unit(new.speaker_name, new.text, new.occurred_at))
    await connection.execute(
        _INSERT,
        memory_id,
        new.kind,
        new.space,
        new.speaker_id,
        new.speaker_name,
        new.text.replace("\x00", " "),
        None if new.record is None else _as_json(new.record),
        new.occurred_at,
        new.pinned,
        search.words,
        list(search.grams),
        new.event_id,
        new.origin,
        learned().salience_of(new.text),
        tells_time(new.text),
    )
    if new.earlier:
        await _add_sources(connection, memory_id, new.origin, new.earlier)


async def _touch(connection: Connection, new: NewMemory) -> bool:
    known = await connection.fetchval(
        _SAID_AGAIN,
        new.space,
        new.speaker_id,
        new.text.replace("\x00", " "),
        new.occurred_at,
    )
    if known is None:
        return False
    await _add_sources(connection, known, new.origin, [*new.earlier, Source(new.event_id, new.speaker_id)])
    return True


async def _add_sources(connection: Connection, memory_id: str, origin: str, sources: Sequence[Source]) -> None:
    await connection.executemany(
        "INSERT INTO memory_source (memory_id, event_id, origin, person_id) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        [(memory_id, source.event_id, origin, source.person_id) for source in sources],
    )


@dataclass(frozen=True, slots=True)
class Retracted:
    """What an origin's memory was before it was taken back."""

    memory_id: str
    space: str
    speaker_id: str
    speaker_name: str
    occurred_at: datetime
    pinned: bool
    # Other messages said the same, so the memory stays for them.
    survives: bool
    sources: tuple[Source, ...]


async def retract(connection: Connection, origin: str) -> Retracted | None:
    """Takes an origin out of the memory that came from it, and the memory too unless others gave it as well."""
    row = await connection.fetchrow(
        "SELECT memory_id, space, speaker_id, speaker_name, occurred_at, pinned FROM memory"
        " WHERE kind <> 3 AND memory_id IN (SELECT memory_id FROM memory_source WHERE origin = $1) FOR UPDATE",
        origin,
    )
    if row is None:
        return None
    sources = await connection.fetch(
        "SELECT event_id, person_id FROM memory_source WHERE origin = $1 AND memory_id = $2", origin, row["memory_id"]
    )
    others = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM memory_source WHERE memory_id = $2 AND origin <> $1)", origin, row["memory_id"]
    )
    if others:
        facts = await connection.fetch(
            "SELECT DISTINCT m.memory_id::text FROM memory m JOIN memory_source s USING (memory_id)"
            " WHERE m.kind = 3 AND s.event_id = ANY ($1::uuid[])",
            [r["event_id"] for r in sources],
        )
        await drop(connection, [r["memory_id"] for r in facts])
        await connection.execute(
            "DELETE FROM memory_source WHERE origin = $1 AND memory_id = $2", origin, row["memory_id"]
        )
    else:
        await drop(connection, [str(row["memory_id"])])
    return Retracted(
        str(row["memory_id"]),
        row["space"],
        row["speaker_id"],
        row["speaker_name"],
        row["occurred_at"],
        row["pinned"],
        survives=others,
        sources=tuple(Source(str(r["event_id"]), r["person_id"]) for r in sources),
    )


def _as_json(record: Mapping[str, object]) -> str:
    # PostgreSQL's jsonb cannot hold U+0000.
    return json.dumps(record, ensure_ascii=False).replace("\\u0000", " ")


async def use(
    connection: Connection, memory_ids: Sequence[str], event_id: str, at: datetime, people: Sequence[str]
) -> None:
    """Notes that memories were shown to the model for an answer, which holds words of these people."""
    await connection.execute(_USED, list(memory_ids), event_id, at, list(people))
