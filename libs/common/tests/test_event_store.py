"""The event store, the relay and the consumers on real PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from nats.aio.client import Client

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Consumer, Subscription
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import connect, declare_stream
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import KeyDestroyed, Keyring
from madeleine_common.db import Connection, Pool, create_pool, migrate
from madeleine_common.errors import ConcurrencyError, Conflict, Denied
from madeleine_common.events import CommandKey, EventStore, Metadata, NewEvent, RecordedEvent, Repository
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.reading import EventReader
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_common.testing.local_identity import LocalKeys
from madeleine_common.testing.rig import fresh_database


class House:
    """The parts under test, on a database of their own."""

    def __init__(self, url: str, pool: Pool, keys: LocalKeys) -> None:
        self.url, self.pool, self.keys = url, pool, keys
        self.keyring = Keyring(keys, max_age_s=0)
        self.codec = EventCodec(self.keyring)
        self.store = EventStore(pool, self.codec)

    async def say(
        self, stream: str, version: int, *texts: str, subject: str = "person:ana", command: CommandKey | None = None
    ):
        events = [NewEvent(MessageSent(text=text), subject) for text in texts]
        return await self.store.append(stream, version, events, metadata(), command=command)


def metadata() -> Metadata:
    return Metadata("person:ana", utc_now(), new_id())


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, None)
        assert await migrate(connection, None) == []
        await connection.close()
        pool = await create_pool(url, 8)
        yield House(url, pool, LocalKeys())
        await pool.close()


@pytest.fixture
async def nats(nats_url: str) -> AsyncIterator[Client]:
    client = await connect(nats_url, "test")
    await declare_stream(client.jetstream(), "chat")
    await client.jetstream().purge_stream("CHAT")
    yield client
    await client.close()


async def texts(events: AsyncIterator[RecordedEvent]) -> list[str]:
    return [e.message.text if isinstance(e.message, MessageSent) else "(erased)" async for e in events]


async def test_what_was_appended_is_read_back_in_order(house: House) -> None:
    await house.say("conversation-1", 0, "one", "two")
    await house.say("conversation-1", 2, "three")
    assert await texts(house.store.read_stream("conversation-1", page=2)) == ["one", "two", "three"]
    assert await texts(house.store.read_stream("conversation-1", 1, 2)) == ["two"]
    assert await house.store.head("conversation-1") == 3
    pages = [page async for page in EventReader(house.pool).pages(rows=2)]
    assert [len(page.events) for page in pages] == [2, 1]
    opened = [event for page in pages for event in await house.codec.open_all(page.events)]
    assert [event.message.text for event in opened if isinstance(event.message, MessageSent)] == ["one", "two", "three"]


async def test_of_two_writers_on_one_version_one_wins_and_the_other_leaves_nothing(house: House) -> None:
    outcomes = await asyncio.gather(
        *(house.say("conversation-1", 0, f"writer {n}") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(o, list) for o in outcomes) == 1
    assert sum(isinstance(o, ConcurrencyError) for o in outcomes) == 7
    assert await house.pool.fetchval("SELECT count(*) FROM events") == 1
    assert await house.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_payloads_are_sealed_and_an_erased_person_cannot_be_read_or_written(house: House) -> None:
    await house.say("conversation-1", 0, "a secret of Ana")
    await house.say("conversation-1", 1, "a word of Ben", subject="person:ben")
    stored = await house.pool.fetchval("SELECT payload FROM events WHERE version = 1")
    assert b"secret" not in stored
    house.keys.destroy("person:ana")
    assert await texts(house.store.read_stream("conversation-1")) == ["(erased)", "a word of Ben"]
    with pytest.raises(KeyDestroyed):
        await house.say("conversation-1", 2, "more")


async def test_a_payload_moved_to_another_event_does_not_open(house: House) -> None:
    await house.say("conversation-1", 0, "one", "two")
    await house.pool.execute(
        "UPDATE events SET payload = (SELECT payload FROM events WHERE version = 1) WHERE version = 2"
    )
    with pytest.raises(Exception, match="does not open"):
        await texts(house.store.read_stream("conversation-1"))


class Count:
    """The simplest aggregate: how many messages there are; five is full."""

    @staticmethod
    def evolve(state: int, _: object) -> int:
        return state + 1

    @staticmethod
    def decide(state: int) -> list[NewEvent]:
        if state >= 5:
            raise Denied("full")
        return [NewEvent(MessageSent(text=f"number {state + 1}"), "person:ana")]


async def test_repeated_commands_append_once_and_racing_ones_decide_anew(house: House) -> None:
    # Two replicas: within one, writers of a stream take turns.
    repository, other = (Repository(house.store, int, Count.evolve) for _ in range(2))
    keys = [CommandKey("person:ana", f"key-{n}", b"x" * 32) for n in range(5)]
    runs = [
        chosen.execute("s", Count.decide, metadata(), command=key)
        for key in keys
        for chosen in (repository, other, repository)
    ]
    done = await asyncio.gather(*runs)
    assert await house.store.head("s") == 5
    assert sum(not d.repeated for d in done) == 5
    by_key = [{d.events[0].version for d in done[i : i + 3]} for i in range(0, 15, 3)]
    assert sorted(v for versions in by_key for v in versions) == [1, 2, 3, 4, 5]
    with pytest.raises(Denied):
        await repository.execute("s", Count.decide, metadata())
    with pytest.raises(Conflict):
        await repository.execute("s", Count.decide, metadata(), command=CommandKey("person:ana", "key-1", b"y" * 32))


async def test_many_writers_at_one_stream_all_get_their_turn(house: House) -> None:
    repository = Repository(house.store, int, Count.evolve)

    def decide(state: int) -> list[NewEvent]:
        return [NewEvent(MessageSent(text=f"number {state + 1}"), "person:ana")]

    done = await asyncio.gather(*(repository.execute("s", decide, metadata()) for _ in range(50)))
    assert sorted(d.events[0].version for d in done) == list(range(1, 51))
    said = await texts(house.store.read_stream("s"))
    assert said == [f"number {n}" for n in range(1, 51)]


def consumer(house: House, nats: Client, subscription: Subscription) -> Consumer:
    return Consumer(subscription, house.pool, nats, house.codec, house.keyring)


async def test_a_projection_gets_every_event_once_in_order_though_relay_and_messages_repeat(
    house: House, nats: Client
) -> None:
    await house.pool.execute("CREATE TABLE seen (n bigserial, stream text, version bigint)")

    async def apply(connection: Connection, event: RecordedEvent) -> None:
        await connection.execute("INSERT INTO seen (stream, version) VALUES ($1, $2)", event.stream_id, event.version)

    relays = [asyncio.create_task(OutboxRelay(house.url, nats, "chat").run()) for _ in range(2)]
    projection = Subscription("seen", "chat", apply=apply, projection=True)
    consumers = [asyncio.create_task(consumer(house, nats, projection).run()) for _ in range(2)]
    try:
        for version in range(50):
            await asyncio.gather(*(house.say(f"s-{stream}", version, f"{version}") for stream in range(4)))
        # What a crash between publishing and deleting leads to: the same rows are published again, past the window too.
        await house.pool.execute("INSERT INTO outbox SELECT position, tx_id FROM events ON CONFLICT DO NOTHING")
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 200 FROM seen"))
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    finally:
        for task in (*relays, *consumers):
            task.cancel()
        await asyncio.gather(*relays, *consumers, return_exceptions=True)
    rows = await house.pool.fetch("SELECT stream, array_agg(version ORDER BY n) AS versions FROM seen GROUP BY stream")
    assert [row["versions"] for row in rows] == [list(range(1, 51))] * 4


async def test_a_poison_event_is_set_aside_and_those_behind_it_go_on(house: House, nats: Client) -> None:
    handled: list[str] = []

    async def apply(_: Connection, event: RecordedEvent) -> None:
        assert isinstance(event.message, MessageSent)
        if event.message.text == "poison":
            raise ValueError("cannot")
        handled.append(event.message.text)

    await house.say("s", 0, "poison", "good")
    relay = asyncio.create_task(OutboxRelay(house.url, nats, "chat").run())
    running = asyncio.create_task(
        consumer(house, nats, Subscription("picky", "chat", apply=apply, max_deliveries=2)).run()
    )
    try:
        row = await eventually(lambda: house.pool.fetchrow("SELECT * FROM dead_letters"))
        assert row is not None
        assert row["reason"] == "ValueError after 2 deliveries"
        assert b"poison" not in row["payload"]
        assert handled == ["good"]
    finally:
        for task in (relay, running):
            task.cancel()
        await asyncio.gather(relay, running, return_exceptions=True)
