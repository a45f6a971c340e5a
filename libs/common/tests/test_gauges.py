"""Gauges move with what they measure; streams and their limits follow the settings. On real PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from nats.aio.client import Client
from prometheus_client import REGISTRY

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Consumer, Subscription
from madeleine_common.bus.gauges import Gauges
from madeleine_common.bus.payloads import BUCKET, declare_bucket
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import LimitsRefused, StreamLimits, connect, declare_stream
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Connection, Pool, create_pool, migrate
from madeleine_common.events import EventStore, Metadata, NewEvent, RecordedEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_common.testing.local_identity import LocalKeys
from madeleine_common.testing.rig import fresh_database


@pytest.fixture
async def nats(nats_url: str) -> AsyncIterator[Client]:
    client = await connect(nats_url, "test")
    for stream in await client.jetstream().streams_info():
        await client.jetstream().delete_stream(str(stream.config.name))
    yield client
    await client.close()


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[str]:
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, None)
        await connection.close()
        yield url


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    opened = await create_pool(database, 4)
    yield opened
    await opened.close()


def gauge(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"madeleine_{name}", labels)


async def test_what_waits_is_measured_where_it_waits(nats: Client, database: str, pool: Pool) -> None:
    async def apply(_: Connection, event: RecordedEvent) -> None:
        assert isinstance(event.message, MessageSent)
        if event.message.text == "poison":
            raise ValueError("cannot")

    await declare_stream(nats.jetstream(), "chat", StreamLimits(max_bytes=2**20))
    codec = EventCodec(Keyring(LocalKeys(), max_age_s=0))
    store = EventStore(pool, codec)
    wants = Subscription("gauged", "chat", apply=apply, projection=True, max_deliveries=1)
    gauges = Gauges(pool, nats.jetstream(), "chat", [wants], 1.0)
    said = [NewEvent(MessageSent(text=text), "person:ana") for text in ("one", "poison", "three")]
    await store.append("s", 0, said, Metadata("person:ana", utc_now(), new_id()))

    await gauges.measure()
    assert gauge("outbox_rows", context="chat") == 3
    assert (gauge("outbox_oldest_seconds", context="chat") or 0) > 0
    assert gauge("stream_limit_bytes", stream="CHAT") == 2**20
    consumer = Consumer(wants, pool, nats, codec, Keyring(LocalKeys()))
    await consumer._declare()  # pyright: ignore[reportPrivateUsage] (as one that was stopped has left it)
    relay = asyncio.create_task(OutboxRelay(database, nats, "chat").run())
    await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM outbox"))

    await gauges.measure()
    assert gauge("outbox_rows", context="chat") == 0
    assert gauge("outbox_oldest_seconds", context="chat") == 0
    assert gauge("stream_messages", stream="CHAT") == 3
    assert gauge("consumer_pending", consumer="gauged") == 3
    assert (gauge("consumer_lag_seconds", consumer="gauged") or 0) > 0
    running = asyncio.create_task(consumer.run())
    await eventually(lambda: pool.fetchval("SELECT count(*) = 2 FROM dead_letters"))

    async def finished() -> bool:
        await gauges.measure()
        return gauge("consumer_pending", consumer="gauged") == gauge("consumer_unacknowledged", consumer="gauged") == 0

    await eventually(finished)
    assert gauge("consumer_lag_seconds", consumer="gauged") == 0
    assert gauge("dead_letters", consumer="gauged", state="dead") == 1
    assert gauge("dead_letters", consumer="gauged", state="behind") == 1
    await pool.execute("DELETE FROM dead_letters")
    await gauges.measure()
    assert gauge("dead_letters", consumer="gauged", state="dead") is None
    for task in (relay, running):
        task.cancel()
    await asyncio.gather(relay, running, return_exceptions=True)


async def test_changed_limits_reach_streams_that_exist(nats: Client) -> None:
    js = nats.jetstream()
    await declare_stream(js, "chat")
    await declare_bucket(js)
    limits = StreamLimits(max_age_days=30, max_bytes=10**6, max_messages=1000)
    await declare_stream(js, "chat", limits)
    await declare_bucket(js, limits)
    config = (await js.stream_info("CHAT")).config
    assert (config.max_age, config.max_bytes, config.max_msgs) == (30 * 86400, 10**6, 1000)
    assert (await js.stream_info(f"OBJ_{BUCKET}")).config.max_age == 30 * 86400
    await declare_stream(js, "chat")
    config = (await js.stream_info("CHAT")).config
    assert (config.max_age or 0, config.max_bytes, config.max_msgs) == (0, -1, -1)


async def test_limits_that_jetstream_refuses_name_their_settings(nats: Client) -> None:
    with pytest.raises(LimitsRefused, match=r"CHAT with MADELEINE_NATS_REPLICAS=3.*replicas"):
        await declare_stream(nats.jetstream(), "chat", StreamLimits(replicas=3))
