"""Processes really killed after commit, after publish and before ack: the effect happens once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Consumer, Subscription, consumer
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import transient
from madeleine_common.events import CommandKey, EventStore, Metadata, NewEvent, Repository
from madeleine_common.events.codec import EventCodec
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_common.testing.backbone import Backbone, background, open_backbone
from madeleine_common.testing.chaos.effects import EACH, MANY, PLAIN, REACTION, ROWS, TABLES, FileKeys, subscriptions

_CRASHING = Path(__file__).with_name("crashing.py")


class House:
    """The parts in this process, and processes beside it, on the same servers and keys."""

    def __init__(self, backbone: Backbone, nats_url: str, key_file: Path) -> None:
        self.backbone, self.pool, self.nats = backbone, backbone.pool, backbone.nats
        self.environment = {
            **os.environ,
            "CHAOS_DATABASE_URL": backbone.url,
            "CHAOS_NATS_URL": nats_url,
            "CHAOS_KEY_FILE": str(key_file),
        }
        self.keyring = Keyring(FileKeys(key_file))
        self.codec = EventCodec(self.keyring)
        self.store = EventStore(self.pool, self.codec)

    async def say(self, version: int, *texts: str) -> None:
        events = [NewEvent(MessageSent(text=text), "person:ana") for text in texts]
        await self.store.append("conversation-1", version, events, Metadata("person:ana", utc_now(), new_id()))

    async def start(self, *argv: str) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, *argv, env=self.environment, stderr=asyncio.subprocess.DEVNULL
        )

    def subscription(self, name: str) -> Subscription:
        return next(s for s in subscriptions(self.pool) if s.name == name)

    def consumer(self, name: str) -> Consumer:
        return Consumer(self.subscription(name), self.pool, self.nats, self.codec, self.keyring)

    def relay(self) -> OutboxRelay:
        return OutboxRelay(self.backbone.url, self.nats, "chat")

    async def effects(self, name: str) -> list[tuple[int, str]]:
        rows = await self.pool.fetch(f"SELECT version, text FROM {ROWS[name]} ORDER BY ctid")  # noqa: S608
        return [(row["version"], row["text"]) for row in rows]

    async def published(self) -> int:
        return (await self.nats.jetstream().stream_info("CHAT")).state.messages

    async def quiet(self, name: str) -> None:
        """Waits until nothing is on its way to a consumer that could come twice."""

        async def probe() -> bool:
            info = await self.nats.jetstream().consumer_info("CHAT", name)
            return not info.num_pending and not info.num_ack_pending

        await eventually(probe)


@pytest.fixture
async def house(postgres_url: str, nats_url: str, tmp_path: Path) -> AsyncIterator[House]:
    key_file = tmp_path / "secret"
    key_file.write_bytes(b"k" * 32)
    async with open_backbone(postgres_url, nats_url) as backbone:
        await backbone.pool.execute(TABLES)
        yield House(backbone, nats_url, key_file)


async def test_killed_after_the_commit_the_event_is_published_once_and_the_retry_is_told(house: House) -> None:
    writer = await house.start(str(_CRASHING), "commit")
    assert await writer.wait() == -signal.SIGKILL
    assert await house.pool.fetchval("SELECT count(*) FROM outbox") == 1
    repository = Repository(house.store, int, lambda state, _: state + 1)
    again = await repository.execute(
        "conversation-1",
        lambda _: [NewEvent(MessageSent(text="hold this"), "person:ana")],
        Metadata("person:ana", utc_now(), new_id()),
        command=CommandKey("person:ana", "key", b"x" * 32),
    )
    assert again.repeated
    assert again.version == 1
    async with background(house.relay().run(), house.consumer(EACH).run()):
        await eventually(lambda: house.effects(EACH))
        await house.quiet(EACH)
    assert await house.effects(EACH) == [(1, "hold this")]
    assert await house.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_relay_killed_after_it_published_leads_to_one_message_and_one_effect(house: House) -> None:
    await house.say(0, "one", "two", "three")
    blocker = await asyncpg.connect(house.backbone.url)
    async with blocker.transaction():
        # Held up where it would delete what JetStream has acknowledged.
        await blocker.execute("LOCK TABLE outbox IN SHARE MODE")
        relay = await house.start("-m", "madeleine_common.testing.chaos.member", "relay")

        async def deleting() -> int | None:
            return await house.pool.fetchval(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'madeleine relay'"
                " AND wait_event_type = 'Lock' AND query LIKE 'DELETE%' AND datname = current_database()"
            )

        pid = await eventually(deleting)
        assert await house.published() == 3
        relay.kill()
        await relay.wait()
        # The server would go on with the statement of a client that is gone: a crash of the whole machine stops both.
        await house.pool.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    await blocker.close()
    assert await house.pool.fetchval("SELECT count(*) FROM outbox") == 3
    await house.say(3, "four")
    async with background(house.relay().run(), house.consumer(EACH).run()):
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 0 FROM outbox"))
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 4 FROM chaos_each"))
        await house.quiet(EACH)
    assert await house.published() == 4
    assert await house.effects(EACH) == [(1, "one"), (2, "two"), (3, "three"), (4, "four")]


@pytest.mark.parametrize("name", [EACH, MANY, PLAIN, REACTION])
async def test_a_consumer_killed_before_it_acknowledges_has_one_effect(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(consumer, "ACK_WAIT_S", 1.0)
    # Reactions run side by side: another one could be cut off before its mark, and rightly come again.
    texts = ["one"] if name == REACTION else ["one", "two"]
    await house.say(0, *texts)
    async with background(house.relay().run()):
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    dying = await house.start(str(_CRASHING), "ack", name)
    assert await dying.wait() == -signal.SIGKILL
    assert len(await house.effects(name)) > 0
    info = await house.nats.jetstream().consumer_info("CHAT", name)
    assert (info.num_ack_pending or 0) > 0
    async with background(house.consumer(name).run()):
        await eventually(lambda: house.pool.fetchval(f"SELECT count(*) = $1 FROM {ROWS[name]}", len(texts)))  # noqa: S608
        await house.quiet(name)
    assert await house.effects(name) == list(enumerate(texts, 1))
    # The second delivery was told from the first by what the database holds.
    assert await house.pool.fetchval("SELECT count(*) FROM dead_letters") == 0
    if name == REACTION:
        assert await house.pool.fetchval("SELECT times FROM chaos_reaction") == 1


async def test_a_reaction_killed_between_its_effect_and_the_mark_comes_again(house: House) -> None:
    await house.say(0, "one")
    async with background(house.relay().run(), house.consumer(REACTION).run()):
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 1 FROM processed"))
        await house.quiet(REACTION)
    # As a crash before the mark leaves it: the effect without the mark.
    await house.pool.execute("DELETE FROM processed")
    await house.backbone.publish(await house.backbone.wire("conversation-1", 1))
    async with background(house.consumer(REACTION).run()):
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 1 FROM processed"))
    assert await house.pool.fetchval("SELECT times FROM chaos_reaction") == 2


def test_what_a_server_says_that_dies_in_mid_statement_is_no_fault_of_the_handlers() -> None:
    assert transient(asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"))
    assert transient(asyncpg.CannotConnectNowError("the database system is starting up"))
    assert not transient(asyncpg.UniqueViolationError("twice"))
