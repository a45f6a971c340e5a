"""Projections are rebuilt beside the live ones, swapped in, and proven equal, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Subscription
from madeleine_common.bus.effect import Effects, Outcome
from madeleine_common.bus.letters import DeadLetters
from madeleine_common.bus.positions import digest_of
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Connection, Pool, create_pool, migrate
from madeleine_common.events import EventStore, Metadata, NewEvent, RecordedEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.reading import EventReader
from madeleine_common.ids import new_id
from madeleine_common.projections import Projection
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.projections.replay import HandlerFailed
from madeleine_common.projections.reproject import reproject, streams_of
from madeleine_common.projections.shadow import AlreadyRunning, NotRebuildable, Shadow
from madeleine_common.testing.local_identity import LocalKeys
from madeleine_common.testing.rig import fresh_database

_TABLES = """
CREATE TABLE talks (stream_id text PRIMARY KEY, messages bigint NOT NULL);
CREATE TABLE lines (
    stream_id text NOT NULL REFERENCES talks ON DELETE CASCADE, version bigint NOT NULL, text text NOT NULL,
    mood text, CONSTRAINT lines_in_order PRIMARY KEY (stream_id, version), CHECK (version > 0)
);
CREATE INDEX lines_by_text ON lines (lower(text)) WHERE text <> '';
ALTER TABLE lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON lines USING (true);
"""


async def apply(connection: Connection, event: RecordedEvent) -> None:
    if not isinstance(event.message, MessageSent):
        return
    if event.message.text == "poison":
        raise ValueError("cannot")
    await connection.execute(
        "INSERT INTO talks VALUES ($1, 1) ON CONFLICT (stream_id) DO UPDATE SET messages = talks.messages + 1",
        event.stream_id,
    )
    await connection.execute(
        "INSERT INTO lines VALUES ($1, $2, $3)", event.stream_id, event.version, event.message.text
    )


LINES = Subscription("lines", "chat", apply=apply, projection=True)
PROJECTION = Projection("lines", ("talks", "lines"), (LINES,), elsewhere={"lines": ("mood",)})


class House:
    """A service's database with its live projection."""

    def __init__(self, url: str, pool: Pool) -> None:
        self.url, self.pool, self.keys = url, pool, LocalKeys()
        self.codec = EventCodec(Keyring(self.keys, max_age_s=0))
        self.store = EventStore(pool, self.codec)
        self.letters = DeadLetters(pool, "lines", ordered=True)
        self.effects = Effects(LINES, pool, self.letters)
        self.rebuilder = Rebuilder(PROJECTION, url, {"chat": url}, self.codec)

    async def say(self, stream: str, after: int, *texts: str, subject: str = "person:ana") -> None:
        events = [NewEvent(MessageSent(text=text), subject) for text in texts]
        await self.store.append(stream, after, events, Metadata("person:ana", utc_now(), new_id()))

    async def live(self, stream: str, after: int = 0) -> list[Outcome]:
        """The consumer takes what a stream holds."""
        outcomes: list[Outcome] = []
        for sealed in await EventReader(self.pool).stream(stream, after, 2**62):
            (event,) = await self.codec.open_all([sealed])
            outcomes.append(await self.effects.one(event, digest_of(event.type, sealed.payload)))
        return outcomes

    async def lines(self) -> list[tuple[str, int, str]]:
        rows = await self.pool.fetch("SELECT stream_id, version, text FROM lines ORDER BY 1, 2")
        return [tuple(row) for row in rows]

    async def bury(self, stream: str, version: int, state: str) -> None:
        await self.pool.execute(
            "INSERT INTO dead_letters (consumer, event_id, subject, headers, payload, reason, deliveries, state,"
            " stream_id, version) VALUES ('lines', $1, '', '{}', '', 'test', 1, $2, $3, $4)",
            new_id(),
            state,
            stream,
            version,
        )


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, None)
        await connection.execute(_TABLES)
        await connection.close()
        pool = await create_pool(url, 8)
        yield House(url, pool)
        await pool.close()


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


async def shape(pool: Pool) -> Sequence[tuple[str, str]]:
    """Names and definitions of everything that hangs on the tables."""
    rows = await pool.fetch("""
        SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('talks', 'lines') AND schemaname = 'public'
        UNION ALL SELECT conname, conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid IN ('talks'::regclass, 'lines'::regclass)
        UNION ALL SELECT policyname, qual FROM pg_policies WHERE tablename IN ('talks', 'lines') ORDER BY 1, 2""")
    return [tuple(row) for row in rows]


async def test_a_rebuild_mends_what_was_damaged_and_keeps_every_name(house: House) -> None:
    await house.say("s-1", 0, "one", "two")
    await house.say("s-2", 0, "three")
    await house.live("s-1")
    await house.live("s-2")
    before, was = await house.lines(), await shape(house.pool)
    await house.pool.execute("UPDATE lines SET mood = 'calm'")
    assert (await house.rebuilder.verify(quiet)).equal
    await house.pool.execute("UPDATE lines SET text = 'lie' WHERE version = 2; UPDATE talks SET messages = 99")
    found = await house.rebuilder.verify(quiet)
    assert not found.equal
    assert [(h.table, h.rows) for h in found.live] == [("talks", 2), ("lines", 3)]
    done = await house.rebuilder.rebuild(quiet)
    assert done.events == 3
    assert await house.lines() == before
    assert await shape(house.pool) == was
    assert (await house.rebuilder.verify(quiet)).equal
    # What a model made stays where nothing else has changed.
    assert await house.pool.fetch("SELECT text, mood FROM lines ORDER BY text") == [
        ("one", "calm"),
        ("three", "calm"),
        ("two", None),
    ]
    assert await house.pool.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'rebuild%'") == 0


async def test_a_rebuild_goes_beyond_a_consumer_that_lags_and_it_goes_on_from_there(house: House) -> None:
    await house.say("s-1", 0, "one", "two")
    await house.live("s-1")
    await house.say("s-1", 2, "three")
    verified = await house.rebuilder.verify(quiet)
    assert verified.equal
    await house.rebuilder.rebuild(quiet)
    assert [text for *_, text in await house.lines()] == ["one", "two", "three"]
    assert await house.live("s-1") == [Outcome.DONE] * 3
    await house.say("s-1", 3, "four")
    assert await house.live("s-1", 3) == [Outcome.DONE]
    assert [text for *_, text in await house.lines()] == ["one", "two", "three", "four"]


async def test_events_that_are_not_settled_yet_are_not_lost_by_the_swap(house: House) -> None:
    """A transaction that is open elsewhere keeps later ones from settling; the live projection has them already."""
    holder = await asyncpg.connect(house.url)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT pg_current_xact_id()")
    try:
        await house.say("s-1", 0, "one", "two")
        await house.live("s-1")
        done = await house.rebuilder.rebuild(quiet)
        assert done.events == 0
        assert [text for *_, text in await house.lines()] == ["one", "two"]
    finally:
        await transaction.rollback()
        await holder.close()
    assert await house.live("s-1") == [Outcome.DONE] * 2
    assert (await house.rebuilder.verify(quiet)).equal


async def test_writers_go_on_while_it_is_rebuilt(house: House) -> None:
    await house.say("s-1", 0, *(f"line {n}" for n in range(300)))
    await house.live("s-1")

    async def write() -> None:
        for version in range(300, 400):
            await house.say("s-1", version, f"line {version}")
            assert await house.live("s-1", version) == [Outcome.DONE]

    await asyncio.gather(write(), house.rebuilder.rebuild(quiet), return_exceptions=False)
    assert len(await house.lines()) == 400
    assert (await house.rebuilder.verify(quiet)).equal


async def test_a_rebuild_stops_streams_where_consumers_stopped_and_passes_over_what_was_discarded(house: House) -> None:
    await house.say("s-1", 0, "one", "poison", "three")
    await house.say("s-2", 0, "fine")
    with pytest.raises(HandlerFailed, match=r"lines failed on madeleine.chat.v1.MessageSent .* \(s-1/2\): ValueError"):
        await house.rebuilder.rebuild(quiet)
    await house.bury("s-1", 2, "dead")
    await house.bury("s-1", 3, "behind")
    await house.rebuilder.rebuild(quiet)
    assert await house.lines() == [("s-1", 1, "one"), ("s-2", 1, "fine")]
    await house.pool.execute("UPDATE dead_letters SET state = 'discarded' WHERE version = 2")
    await house.rebuilder.rebuild(quiet)
    assert await house.lines() == [("s-1", 1, "one"), ("s-1", 3, "three"), ("s-2", 1, "fine")]
    # What was taken is no letter any more; what was discarded stays, for the next rebuild.
    assert await house.pool.fetch("SELECT version, state FROM dead_letters") == [(2, "discarded")]


async def test_a_page_that_is_taken_apart_keeps_what_came_before_an_unreadable_event(house: House) -> None:
    await house.say("s-1", 0, "poison")
    await house.say("s-2", 0, "good", "garbled", "behind")
    await house.pool.execute("UPDATE events SET payload = 'x' WHERE stream_id = 's-2' AND version = 2")
    await house.bury("s-1", 1, "dead")
    await house.rebuilder.rebuild(quiet)
    assert await house.lines() == [("s-2", 1, "good")]


async def test_what_is_left_of_an_erased_person_is_what_a_rebuild_makes(house: House) -> None:
    await house.say("s-1", 0, "mine")
    await house.say("s-1", 1, "yours", subject="person:ben")
    await house.say("s-2", 0, "mine alone")
    await house.live("s-1")
    await house.live("s-2")
    house.keys.destroy("person:ana")

    async def clear(connection: Connection, stream_id: str) -> None:
        await connection.execute("DELETE FROM talks WHERE stream_id = $1", stream_id)

    async with house.pool.acquire() as connection, connection.transaction():
        streams = await streams_of(connection, "person:ana")
        assert streams == ["s-1", "s-2"]
        await reproject(connection, house.codec, LINES, streams, clear)
    assert await house.lines() == [("s-1", 2, "yours")]
    assert (await house.rebuilder.verify(quiet)).equal


async def test_only_one_rebuild_at_a_time_and_only_of_tables_that_stand_alone(house: House) -> None:
    first, second = await asyncpg.connect(house.url), await asyncpg.connect(house.url)
    try:
        await Shadow(first, PROJECTION).create()
        with pytest.raises(AlreadyRunning, match="lines"):
            await house.rebuilder.verify(quiet)
        with pytest.raises(NotRebuildable, match="talks is referred to by lines"):
            await Shadow(second, Projection("talks", ("talks",), (LINES,))).create()
    finally:
        await first.close()
        await second.close()


async def test_events_of_a_restored_database_settle(house: House) -> None:
    await house.say("s-1", 0, "one", "two")
    await house.pool.execute("UPDATE events SET tx_id = '999999999999'; UPDATE outbox SET tx_id = '999999999999'")
    assert await EventReader(house.pool).count() == 0
    connection = await asyncpg.connect(house.url)
    await migrate(connection, None)
    await connection.close()
    assert await EventReader(house.pool).count() == 2
    assert await house.pool.fetchval("SELECT count(*) FROM outbox o JOIN events e USING (tx_id, position)") == 2
