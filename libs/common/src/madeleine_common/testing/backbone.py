"""Event store, relay and consumers on a database and a stream of their own; messages that are not as they should be."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
from nats.aio.client import Client

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Consumer, Subscription
from madeleine_common.bus.payloads import declare_bucket
from madeleine_common.bus.streams import MSG_ID, StreamLimits, connect, declare_stream, subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Connection, Pool, create_pool, migrate
from madeleine_common.events import CommandKey, EventStore, Metadata, NewEvent, RecordedEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.store import sealed_event
from madeleine_common.events.types import EventTypes
from madeleine_common.ids import new_id
from madeleine_common.testing.local_identity import LocalKeys
from madeleine_common.testing.rig import fresh_database

CONTEXT = "chat"


@dataclass(frozen=True, slots=True)
class Wire:
    """A message as it goes over the wire."""

    subject: str
    headers: dict[str, str]
    payload: bytes

    def but(self, payload: bytes | None = None, **headers: str | None) -> Wire:
        """The same with another payload, or other attributes ("keyid" for "ce-keyid"); None: without it."""
        changed = {f"ce-{name}": value for name, value in headers.items()}
        kept = {name: value for name, value in self.headers.items() if name not in changed}
        kept |= {name: value for name, value in changed.items() if value is not None}
        return replace(self, payload=self.payload if payload is None else payload, headers=kept)


@dataclass(slots=True)
class Backbone:
    """The parts under test."""

    url: str
    pool: Pool
    nats: Client
    keys: LocalKeys = field(default_factory=LocalKeys)
    keyring: Keyring = field(init=False)
    codec: EventCodec = field(init=False)
    store: EventStore = field(init=False)

    def __post_init__(self) -> None:
        self.keyring = Keyring(self.keys, max_age_s=0)
        self.codec = EventCodec(self.keyring)
        self.store = EventStore(self.pool, self.codec)

    async def say(
        self, stream: str, version: int, *texts: str, subject: str = "person:ana", command: CommandKey | None = None
    ) -> list[RecordedEvent]:
        """Appends messages after a version of a stream."""
        events = [NewEvent(MessageSent(text=text), subject) for text in texts]
        metadata = Metadata("person:ana", utc_now(), new_id())
        return await self.store.append(stream, version, events, metadata, command=command)

    async def wire(self, stream: str, version: int) -> Wire:
        """What the relay would publish for a stored event, if its payload is small."""
        row = await self.pool.fetchrow("SELECT * FROM events WHERE stream_id = $1 AND version = $2", stream, version)
        if row is None:
            raise KeyError(f"{stream}/{version}")
        event, payload = sealed_event(row)
        return Wire(subject_of(CONTEXT, event.type, event.stream_id), to_headers(event), payload)

    async def publish(self, *messages: Wire) -> None:
        """Puts messages into the stream, never as a repeat in JetStream's eyes."""
        js = self.nats.jetstream()
        for message in messages:
            headers: Mapping[str, str] = {**message.headers, MSG_ID: new_id()}
            await js.publish(message.subject, message.payload, headers=dict(headers), timeout=5)

    def consumer(self, subscription: Subscription, types: EventTypes | None = None) -> Consumer:
        """A consumer; `types`: what its release knows, if not what is known now."""
        codec = self.codec if types is None else EventCodec(self.keyring, types)
        return Consumer(subscription, self.pool, self.nats, codec, self.keyring)

    async def letters(self) -> list[tuple[str, int, str]]:
        """(stream, version, state) of the dead letters, in that order."""
        rows = await self.pool.fetch("SELECT * FROM dead_letters ORDER BY stream_id, version, letter_id")
        return [(row["stream_id"], row["version"], row["state"]) for row in rows]

    async def reasons(self) -> list[str]:
        """Why the letters lie there, in the same order."""
        rows = await self.pool.fetch("SELECT reason FROM dead_letters ORDER BY stream_id, version, letter_id")
        return [row["reason"] for row in rows]

    async def settle(self, state: str, stream: str, version: int) -> None:
        """What an operator does with a letter: "retry" or "discarded"."""
        await self.pool.execute(
            "UPDATE dead_letters SET state = $1 WHERE stream_id = $2 AND version = $3", state, stream, version
        )

    async def seen(self) -> list[tuple[str, int]]:
        """(stream, version) of the effects of `record`, in order."""
        return [(r["stream_id"], r["version"]) for r in await self.pool.fetch("SELECT * FROM seen ORDER BY n")]

    async def record(self, connection: Connection | Pool, event: RecordedEvent) -> None:
        """A handler: notes that an event took effect."""
        await connection.execute(
            "INSERT INTO seen (stream_id, version) VALUES ($1, $2)", event.stream_id, event.version
        )


@asynccontextmanager
async def open_backbone(
    postgres_url: str, nats_url: str, limits: StreamLimits | None = None
) -> AsyncGenerator[Backbone, None]:
    """A fresh database and a fresh stream on servers that run."""
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, None)
        await connection.execute("CREATE TABLE seen (n bigserial, stream_id text, version bigint)")
        await connection.close()
        pool = await create_pool(url, 8)
        client = await connect(nats_url, "test")
        js = client.jetstream()
        await declare_stream(js, CONTEXT, limits or StreamLimits())
        await declare_bucket(js)
        try:
            yield Backbone(url, pool, client)
        finally:
            await js.delete_stream("CHAT")
            await client.close()
            await pool.close()


@asynccontextmanager
async def background(*jobs: Coroutine[Any, Any, None]) -> AsyncGenerator[None, None]:
    """Runs jobs until the end of the block; when one of them fails, the block is cut off and the failure raised."""
    block = asyncio.current_task()
    tasks = [asyncio.create_task(job) for job in jobs]
    failed: list[BaseException] = []

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            failed.append(error)
            if block is not None:
                block.cancel()

    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if not failed or block is None:
            raise
        block.uncancel()
    finally:
        for task in tasks:
            task.remove_done_callback(ended)
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in (*failed, *outcomes):
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            raise outcome
