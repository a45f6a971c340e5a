"""Durable pull consumers whose effect happens once, whatever is delivered twice, late or out of order."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError
from opentelemetry import propagate, trace

from madeleine_common.bus.pull import ConsumerLost, Pull
from madeleine_common.bus.streams import from_message, stream_name
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.errors import Unavailable
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.types import UnreadableEvent
from madeleine_common.events.model import RecordedEvent

log = logging.getLogger(__name__)
_TRACER = trace.get_tracer(__name__)

# How long after a SIGKILL another replica gets what was in hand; longer work says meanwhile that it goes on.
ACK_WAIT_S = 10.0
_BATCH = 64
_GAP_DELAY_S = 0.2
_RETRY_DELAYS_S = (0.2, 1.0, 5.0, 15.0)
PERSON_ERASED = "madeleine.identity.v1.PersonErased"

Apply = Callable[[Connection, RecordedEvent], Awaitable[None]]
React = Callable[[RecordedEvent], Awaitable[None]]
# Failures of the house, not of the event: they are waited out, never counted against it.
_TRANSIENT = (
    Unavailable,
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    TimeoutError,
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a service wants to hear of one context's stream.

    Exactly one of two: `apply` writes to the database in the transaction that marks the event as processed;
    `react` acts outside (calls a model, starts a workflow) and must itself bear repetition.
    `projection`: take every stream's events gapless in order of version (no filter by type then).
    """

    name: str
    context: str
    apply: Apply | None = None
    react: React | None = None
    types: tuple[str, ...] = ()
    projection: bool = False
    # How many reactions run at once; effects in the database always come one by one.
    concurrency: int = 1
    max_deliveries: int = 5
    # False: only what is published from the consumer's first start on.
    from_start: bool = True

    def __post_init__(self) -> None:
        if (self.apply is None) == (self.react is None):
            raise ValueError(f"{self.name}: give one of apply and react")
        if self.projection and (self.types or self.apply is None):
            raise ValueError(f"{self.name}: a projection applies every event of its streams")


class Consumer:
    """Runs one subscription until cancelled."""

    def __init__(
        self, subscription: Subscription, pool: Pool, nats: Client, codec: EventCodec, keyring: Keyring
    ) -> None:
        self._sub = subscription
        self._pool = pool
        self._nats = nats
        self._js = nats.jetstream()
        self._codec = codec
        self._keyring = keyring

    async def run(self) -> None:
        """Pulls and handles; subscribes anew whenever the pull subscription dies or its server restarts."""
        while True:
            try:
                await self._declare()
                stream, batch = stream_name(self._sub.context), _BATCH if self._sub.apply else 1
                async with Pull(self._nats, stream, self._sub.name, batch) as pull:
                    await self._pull_loop(pull)
            except (ConsumerLost, nats.errors.Error, APIError, OSError, TimeoutError) as error:
                log.warning("consumer %s subscribes anew: %s", self._sub.name, error or type(error).__name__)
                await asyncio.sleep(1.0)

    async def _declare(self) -> None:
        names = [t.rsplit(".", 1)[-1] for t in self._sub.types] or ["*"]
        config = ConsumerConfig(
            durable_name=self._sub.name,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_S,
            max_deliver=-1,
            max_ack_pending=256,
            deliver_policy=DeliverPolicy.ALL if self._sub.from_start else DeliverPolicy.NEW,
            filter_subjects=[f"madeleine.{self._sub.context}.evt.{name}.>" for name in names],
        )
        # Makes it, or brings one that exists to this configuration.
        await self._js.add_consumer(stream_name(self._sub.context), config)

    async def _pull_loop(self, pull: Pull) -> None:
        if self._sub.apply:
            while True:
                await self._handle(await pull.next())
        slots = asyncio.Semaphore(self._sub.concurrency)
        reactions: set[asyncio.Task[None]] = set()
        try:
            while True:
                await slots.acquire()
                reaction = asyncio.create_task(self._handle_alive(await pull.next()))
                reactions.add(reaction)
                reaction.add_done_callback(reactions.discard)
                reaction.add_done_callback(lambda _: slots.release())
        finally:
            for reaction in reactions:
                reaction.cancel()
            await asyncio.gather(*reactions, return_exceptions=True)

    async def _handle_alive(self, message: Msg) -> None:
        """Handles while telling the server that work goes on, so that a long reaction is not delivered again."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(ACK_WAIT_S / 3)
                await message.in_progress()

        heart = asyncio.create_task(beat())
        try:
            await self._handle(message)
        except asyncio.CancelledError:
            # We stop in the middle of it: another replica shall take over now, not when the server gives up on us.
            with contextlib.suppress(nats.errors.Error):
                await message.nak()
            raise
        finally:
            heart.cancel()

    async def _handle(self, message: Msg) -> None:
        deliveries = message.metadata.num_delivered
        try:
            sealed = from_message(message.headers or {}, message.data)
            if sealed.event.type == PERSON_ERASED:
                self._keyring.forget(f"person:{sealed.event.stream_id.removeprefix('person-')}")
            event = (await self._codec.open_all([sealed]))[0]
        except (UnreadableEvent, KeyError, ValueError) as error:
            await self._bury(message, f"unreadable: {error}")
            return
        except Exception as error:
            # The keyring is out of reach: nothing is known of the event yet.
            log.warning("consumer %s cannot open events: %s", self._sub.name, error)
            await message.nak(delay=_RETRY_DELAYS_S[1])
            return
        try:
            done = await self._take_effect(event)
        except _TRANSIENT as error:
            log.warning("consumer %s waits: %s", self._sub.name, error)
            await message.nak(delay=_RETRY_DELAYS_S[1])
        except Exception as error:
            log.exception("consumer %s failed on %s %s", self._sub.name, event.type, event.event_id)
            if deliveries >= self._sub.max_deliveries:
                await self._bury(message, f"{type(error).__name__} after {deliveries} deliveries")
            else:
                await message.nak(delay=_RETRY_DELAYS_S[min(deliveries, len(_RETRY_DELAYS_S)) - 1])
        else:
            await (message.ack() if done else message.nak(delay=_GAP_DELAY_S))

    async def _take_effect(self, event: RecordedEvent) -> bool:
        """True once the effect has happened, now or before; False when an earlier version is still missing."""
        # What follows belongs to the trace of the call that caused the event.
        cause = propagate.extract({"traceparent": event.metadata.traceparent})
        with _TRACER.start_as_current_span(self._sub.name, cause, trace.SpanKind.CONSUMER):
            return await self._apply_or_react(event)

    async def _apply_or_react(self, event: RecordedEvent) -> bool:
        if self._sub.react is not None:
            await self._sub.react(event)
            return True
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            if self._sub.projection:
                return await project(connection, self._sub.name, event, self._sub.apply)
            fresh = await connection.fetchval(
                "INSERT INTO processed (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true",
                self._sub.name,
                event.event_id,
            )
            if fresh and self._sub.apply is not None:
                await self._sub.apply(connection, event)
        return True

    async def _bury(self, message: Msg, reason: str) -> None:
        """Moves a poison event aside, still sealed, so that it never blocks the ones behind it."""
        headers: dict[str, Any] = dict(message.headers or {})
        log.error("consumer %s gives up on %s: %s", self._sub.name, headers.get("ce-id"), reason)
        await self._pool.execute(
            "INSERT INTO dead_letters (consumer, event_id, subject, headers, payload, reason, deliveries)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            self._sub.name,
            headers.get("ce-id") or "00000000-0000-0000-0000-000000000000",
            message.subject,
            json.dumps(headers),
            message.data,
            reason,
            message.metadata.num_delivered,
        )
        await message.term()


async def project(connection: Connection, projection: str, event: RecordedEvent, apply: Apply | None) -> bool:
    """Applies an event to a projection if it is the next of its stream; False when one before it is missing."""
    # Taking the position first makes two replicas that got the same event wait for each other.
    taken = await connection.fetchval(
        "INSERT INTO stream_positions (projection, stream_id, version) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING RETURNING true"
        if event.version == 1
        else "UPDATE stream_positions SET version = $3"
        " WHERE projection = $1 AND stream_id = $2 AND version = $3 - 1 RETURNING true",
        projection,
        event.stream_id,
        event.version,
    )
    if taken:
        if apply is not None:
            await apply(connection, event)
        return True
    known = await connection.fetchval(
        "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2", projection, event.stream_id
    )
    return (known or 0) >= event.version
