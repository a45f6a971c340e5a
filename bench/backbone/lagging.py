"""From just before an append until the consumer's effect is committed, at a steady rate.

When an effect has been committed is told by PostgreSQL, for both sides alike: the transaction that writes it also
notifies, and a notification is delivered after the commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from nats.js.api import ConsumerConfig, StreamConfig

from backbone.rig import PAYLOAD_BYTES, House, message, metadata, person, texts
from madeleine_common.bus import Consumer, Subscription
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import connect, declare_stream
from madeleine_common.bus.wake import Waker
from madeleine_common.crypto.seal import seal
from madeleine_common.db import Connection
from madeleine_common.events import EventStore, NewEvent, RecordedEvent
from madeleine_common.ids import new_id

_CHANNEL = "committed"
# The effect and its notification, in one round trip for both sides.
_HEARD = "WITH h AS (INSERT INTO {table} VALUES ($1, $2) RETURNING 1) SELECT pg_notify('{channel}', $1) FROM h"
_WARM_UP = 100
_PATIENCE_S = 30.0
Send = Callable[[int, str], Coroutine[None, None, None]]


@dataclass
class Clock:
    """When each event set out, and how long it took; seconds."""

    began: dict[str, float] = field(default_factory=dict[str, float])
    took: list[float] = field(default_factory=list[float])

    def arrived(self, *news: object) -> None:
        """PostgreSQL says that an effect was committed."""
        began = self.began.pop(str(news[-1]), None)
        if began is not None:
            self.took.append(time.perf_counter() - began)


@asynccontextmanager
async def _listening(url: str) -> AsyncIterator[Clock]:
    clock = Clock()
    connection = await asyncpg.connect(url)
    await connection.add_listener(_CHANNEL, clock.arrived)
    try:
        yield clock
    finally:
        await connection.close()


async def _at_a_rate(clock: Clock, send: Send, rate: float, count: int) -> list[float]:
    """Sends that many beyond the warm-up, on time whether or not earlier ones have arrived; sorted seconds."""
    tasks: list[asyncio.Task[None]] = []
    start = time.perf_counter()
    for number in range(_WARM_UP + count):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        name = new_id()
        clock.began[name] = time.perf_counter()
        tasks.append(asyncio.create_task(send(number, name)))
    await asyncio.gather(*tasks)
    end = time.perf_counter() + _PATIENCE_S
    while clock.began and time.perf_counter() < end:  # noqa: ASYNC110 (what arrives, arrives by a callback)
        await asyncio.sleep(0.01)
    if clock.began:
        raise RuntimeError(f"{len(clock.began)} events did not arrive within {_PATIENCE_S:g} s")
    return sorted(clock.took[_WARM_UP:])


async def ours(house: House, nats_url: str, rate: float, count: int) -> list[float]:
    """Sorted seconds through store, outbox, relay, JetStream and a projection's consumer."""
    client = await connect(nats_url, "bench")
    await declare_stream(client.jetstream(), "chat")
    await house.pool.execute("CREATE TABLE IF NOT EXISTS heard (message_id text PRIMARY KEY, characters integer)")

    async def apply(connection: Connection, event: RecordedEvent) -> None:
        heard = event.message
        await connection.execute(_HEARD.format(table="heard", channel=_CHANNEL), heard.message_id, len(heard.text))  # type: ignore[union-attr]

    store = EventStore(house.pool, house.codec, Waker(client, "chat"))
    wants = Subscription("bench-lag", "chat", apply=apply, projection=True)
    running = [
        asyncio.create_task(OutboxRelay(house.url, client, "chat").run()),
        asyncio.create_task(Consumer(wants, house.pool, client, house.codec, house.keyring).run()),
    ]
    words = texts(1, PAYLOAD_BYTES)[0]

    async def send(number: int, name: str) -> None:
        sent = message(new_id(), words)
        sent.message_id = name
        await store.append(f"conversation-{name}", 0, [NewEvent(sent, person(number))], metadata())

    try:
        async with _listening(house.url) as clock:
            return await _at_a_rate(clock, send, rate, count)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await client.close()


async def bare(house: House, nats_url: str, rate: float, count: int) -> list[float]:
    """Sorted seconds of the bare path: insert with asyncpg, publish and wait for the ack, fetch, write, ack.

    One statement each for the insert and for the effect, and fetch(1), which hands a message over as it comes. No
    outbox (an event is lost when the process dies between insert and publish), no deduplication, no order, nothing
    decrypted.
    """
    client = await connect(nats_url, "bare")
    js = client.jetstream()
    await js.add_stream(StreamConfig(name="BARE", subjects=["bare.>"]))
    pulled = await js.pull_subscribe("bare.>", "bare", "BARE", config=ConsumerConfig(max_ack_pending=256))
    await house.pool.execute(
        "CREATE TABLE IF NOT EXISTS bare_events (name text PRIMARY KEY, payload bytea);"
        "CREATE TABLE IF NOT EXISTS bare_heard (name text PRIMARY KEY, characters integer)"
    )
    cipher = (await house.keyring.for_subjects(["person:1"]))["person:1"].cipher
    words = texts(1, PAYLOAD_BYTES)[0]

    async def consume() -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                for got in await pulled.fetch(1, timeout=5):
                    name = (got.headers or {})["name"]
                    await house.pool.execute(_HEARD.format(table="bare_heard", channel=_CHANNEL), name, len(got.data))
                    await got.ack()

    async def send(_: int, name: str) -> None:
        payload = seal(cipher, message(new_id(), words).SerializeToString(), name.encode())
        await house.pool.execute("INSERT INTO bare_events VALUES ($1, $2)", name, payload)
        await js.publish(f"bare.{name}", payload, headers={"name": name})

    running = asyncio.create_task(consume())
    try:
        async with _listening(house.url) as clock:
            return await _at_a_rate(clock, send, rate, count)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await js.delete_stream("BARE")
        await client.close()
