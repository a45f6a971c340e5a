"""Writes of memories; every one happens inside the transaction that marks its event as handled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.db import Connection
from madeleine_memory.domain.ids import memory_id_of
from madeleine_memory.domain.lexemes import as_unit, searchable
from madeleine_memory.domain.ranking import learned
from madeleine_memory.domain.salience import tells_time

# The row and its source in one statement: a memory without provenance cannot come about.
_INSERT = """
WITH made AS (
    INSERT INTO memory (memory_id, kind, space, speaker_id, speaker_name, text, record, occurred_at, last_seen_at,
                        pinned, lexemes, salience, dated)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9,
            to_tsvector('english', $10) || array_to_tsvector($11::text[]), $14, $15)
    ON CONFLICT (memory_id) DO NOTHING
)
INSERT INTO memory_source (memory_id, event_id, origin, person_id) VALUES ($1, $12, $13, $4) ON CONFLICT DO NOTHING
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
    """Who somebody is; raises PersonUnknown."""
    row = await connection.fetchrow("SELECT display_name, remembers FROM person WHERE person_id = $1", person_id)
    if row is None:
        raise PersonUnknown(f"person {person_id} has not been heard of yet")
    return Person(person_id, row["display_name"], row["remembers"])


async def remember(connection: Connection, new: NewMemory) -> None:
    """Keeps a memory; the same words of the same speaker in the same space only touch what is there."""
    if await connection.fetchval("SELECT true FROM forgotten_origin WHERE origin = $1", new.origin):
        return
    # Two equal meals are two meals, and a statement is kept as it was stated: only talk repeats itself idly.
    if new.kind == MemoryKind.MEMORY_KIND_EPISODE and await _touch(connection, new):
        return
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
    await _add_sources(connection, memory_id, new.origin, new.earlier)


async def _touch(connection: Connection, new: NewMemory) -> bool:
    known = await connection.fetchval(
        "UPDATE memory SET times_seen = times_seen + 1, last_seen_at = greatest(last_seen_at, $4)"
        " WHERE memory_id = (SELECT memory_id FROM memory WHERE space = $1 AND speaker_id = $2 AND kind = 1"
        "                    AND md5(text) = md5($3) AND text = $3 LIMIT 1)"
        " RETURNING memory_id",
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
        " WHERE memory_id = (SELECT memory_id FROM memory_source WHERE origin = $1 LIMIT 1)",
        origin,
    )
    if row is None:
        return None
    sources = await connection.fetch(
        "DELETE FROM memory_source WHERE origin = $1 RETURNING event_id, person_id", origin
    )
    gone = await connection.fetchval(
        "DELETE FROM memory m WHERE memory_id = $1"
        " AND NOT EXISTS (SELECT FROM memory_source s WHERE s.memory_id = m.memory_id) RETURNING true",
        row["memory_id"],
    )
    return Retracted(
        str(row["memory_id"]),
        row["space"],
        row["speaker_id"],
        row["speaker_name"],
        row["occurred_at"],
        row["pinned"],
        survives=not gone,
        sources=tuple(Source(str(r["event_id"]), r["person_id"]) for r in sources),
    )


def _as_json(record: Mapping[str, object]) -> str:
    # PostgreSQL's jsonb cannot hold U+0000.
    return json.dumps(record, ensure_ascii=False).replace("\\u0000", " ")
