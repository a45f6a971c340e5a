"""The relay: who is active, what it does when JetStream is full or servers restart; and a pull that was forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from madeleine_common.bus import Subscription, pull
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.stopping import stop_if_cancelled
from madeleine_common.bus.streams import StreamLimits, declare_stream
from madeleine_common.embedded.nats import nats
from madeleine_common.embedded.postgres import postgres
from madeleine_common.embedded.process import free_port
from madeleine_common.errors import Exhausted
from madeleine_common.events import EventStore, outbox
from madeleine_common.testing import eventually
from madeleine_common.testing.backbone import Backbone, background, open_backbone
from madeleine_common.testing.chaos.children import Child

_HOLDERS = """
SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'madeleine relay'
    AND a.datname = current_database()
"""


@pytest.fixture
async def house(postgres_url: str, nats_url: str) -> AsyncIterator[Backbone]:
    async with open_backbone(postgres_url, nats_url) as backbone:
        yield backbone


def projection(house: Backbone) -> Subscription:
    return Subscription("seen", "chat", apply=house.record, projection=True)


def relay(house: Backbone) -> OutboxRelay:
    return OutboxRelay(house.url, house.nats, "chat")


async def published(house: Backbone) -> list[int]:
    """Versions in the stream, in its order (of one aggregate)."""
    js = house.nats.jetstream()
    state = (await js.stream_info("CHAT")).state
    if not state.messages:
        return []
    messages = [await js.get_msg("CHAT", seq) for seq in range(state.first_seq, state.last_seq + 1)]
    return [int((message.headers or {})["ce-streamversion"]) for message in messages]


async def drained(house: Backbone) -> None:
    await eventually(lambda: house.pool.fetchval("SELECT count(*) = 0 FROM outbox"), within_s=15)


async def relay_process(house: Backbone, nats_url: str) -> Process:
    environment = {**os.environ, "CHAOS_DATABASE_URL": house.url, "CHAOS_NATS_URL": nats_url}
    argv = ("-m", "madeleine_common.testing.chaos.member", "relay")
    return await asyncio.create_subprocess_exec(
        sys.executable, *argv, env=environment, stderr=asyncio.subprocess.DEVNULL
    )


async def test_a_relay_that_stands_still_is_replaced_within_10_s_and_overtakes_nobody_when_it_goes_on(
    house: Backbone, nats_url: str
) -> None:
    active = await relay_process(house, nats_url)
    try:
        await eventually(lambda: house.pool.fetchval(_HOLDERS))
        other = await relay_process(house, nats_url)
        try:
            await house.say("a", 0, "one")
            await drained(house)
            active.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            await house.say("a", 1, "two", "three")
            await drained(house)
            assert time.monotonic() - began < 10
            # It still believes that it is active, and finds its lock gone.
            active.send_signal(signal.SIGCONT)
            for version in range(3, 23):
                await house.say("a", version, f"{version}")
            await drained(house)
            assert await house.pool.fetchval(_HOLDERS) == 1
            assert await published(house) == list(range(1, 24))
        finally:
            other.kill()
            await other.wait()
    finally:
        active.kill()
        await active.wait()


@pytest.mark.parametrize("limits", [StreamLimits(max_messages=5), StreamLimits(max_bytes=4096)])
async def test_a_full_stream_holds_the_outbox_and_its_writers_until_there_is_room(
    house: Backbone, limits: StreamLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_LOOK_EVERY_S", 0.0)
    js = house.nats.jetstream()
    await declare_stream(js, "chat", limits)
    house.store = EventStore(house.pool, house.codec, outbox_most=10)
    async with background(relay(house).run(), house.consumer(projection(house)).run()):
        await house.say("a", 0, *(f"{version}" for version in range(1, 21)))
        taken = await eventually(lambda: published(house))
        assert 0 < len(taken) < 20
        with pytest.raises(Exhausted, match="more than 10 events wait to be published"):
            await house.say("a", 20, "more")
        assert await house.store.head("a") == 20
        await declare_stream(js, "chat", StreamLimits())
        await drained(house)
        await house.say("a", 20, "more")
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 21 FROM seen"))
    assert await published(house) == list(range(1, 22))
    assert [version for _, version in await house.seen()] == list(range(1, 22))
    assert await house.letters() == []


@dataclass
class Own:
    """Servers that a test may kill."""

    house: Backbone
    postgres: Child
    nats: Child


@pytest.fixture
async def own() -> AsyncIterator[Own]:
    with tempfile.TemporaryDirectory(prefix="madeleine-relay-") as name:
        folder = Path(name)
        database, bus = postgres(folder / "postgres", free_port()), nats(folder / "nats", free_port(), free_port())
        servers = Child(database.spec, folder), Child(bus.spec, folder)
        try:
            for server in servers:
                await server.start()
            # The session that would drop the database may be gone with the server; all of it goes in any case.
            with contextlib.suppress(asyncpg.InterfaceError):
                async with open_backbone(database.url(), bus.url) as house:
                    yield Own(house, *servers)
        finally:
            for server in servers:
                await server.kill()


async def test_relay_and_consumer_outlive_restarts_and_a_pull_that_the_server_forgot_is_made_anew(
    own: Own, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The server has no word of a pull from before its restart: only silence tells.
    monkeypatch.setattr(pull, "_HEARTBEAT_S", 1)
    monkeypatch.setattr(pull, "_SILENCE_S", 2.0)
    house = own.house

    async def one_more(version: int) -> None:
        await house.say("a", version, "more")
        await eventually(lambda: house.pool.fetchval("SELECT count(*) > $1 FROM seen", version), within_s=20)

    with caplog.at_level(logging.WARNING, "madeleine_common.bus"):
        async with background(relay(house).run(), house.consumer(projection(house)).run()):
            await one_more(0)
            caplog.clear()
            await own.nats.kill()
            await own.nats.start()
            await one_more(1)
            assert "consumer seen subscribes anew: no heartbeat for 2 s" in caplog.messages
            await own.nats.kill()
            await house.say("a", 2, "while NATS is away")
            await own.nats.start()
            await one_more(3)
            await own.postgres.kill()
            await own.postgres.start()
            await eventually(lambda: house.pool.fetchval("SELECT 1"))
            await one_more(4)
    assert [version for _, version in await house.seen()] == [1, 2, 3, 4, 5]
    assert await house.letters() == []


async def test_a_relay_waits_for_a_database_that_is_away_as_it_starts(own: Own) -> None:
    await own.house.say("a", 0, "one")
    await own.postgres.kill()
    async with background(relay(own.house).run()):
        await own.postgres.start()

        async def arrived() -> bool:
            return await published(own.house) == [1]

        await eventually(arrived)


async def test_a_relay_begins_anew_when_asyncpg_itself_stumbles_over_a_server_that_died(
    house: Backbone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # One crash of PostgreSQL in six ends so, as the moment has it.
    stumble = "cannot switch to state 12; another operation (2) is in progress"
    publish, died = OutboxRelay.publish_batch, False

    async def dies_once(self: OutboxRelay, connection: asyncpg.Connection[asyncpg.Record]) -> int:
        nonlocal died
        if not died:
            died = True
            raise asyncpg.InternalClientError(stumble)
        return await publish(self, connection)

    monkeypatch.setattr(OutboxRelay, "publish_batch", dies_once)
    await house.say("a", 0, "one")
    with caplog.at_level(logging.WARNING, "madeleine_common.bus"):
        async with background(relay(house).run()):
            await drained(house)
    assert f"relay of chat begins anew: {stumble}" in caplog.messages


async def test_a_cancellation_that_was_dropped_is_noticed_at_the_next_round() -> None:
    rounds = 0

    async def deaf() -> None:
        nonlocal rounds
        while True:
            stop_if_cancelled()
            rounds += 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                # As wait_for does when what it waits for is done in the same moment.
                continue

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert rounds == 1
