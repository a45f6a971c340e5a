"""Durable pull consumers whose effect happens once, whatever is delivered twice, late or out of order."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Sequence

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError
from prometheus_client import Counter as Count
from prometheus_client import Histogram

from madeleine_common.bus.delivery import PERSON_ERASED, Delivery, Receiver
from madeleine_common.bus.effect import Effects, Outcome
from madeleine_common.bus.letters import DeadLetters, State
from madeleine_common.bus.payloads import Payloads
from madeleine_common.bus.pull import ConsumerLost, Pull
from madeleine_common.bus.retry import LetterCarrier
from madeleine_common.bus.stopping import stop_if_cancelled
from madeleine_common.bus.streams import stream_name
from madeleine_common.bus.subscription import Subscription
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Pool, transient
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.types import UnknownEvent
from madeleine_common.telemetry import where

__all__ = ["ACK_WAIT_S", "PERSON_ERASED", "Consumer", "Subscription"]

log = logging.getLogger(__name__)

_HANDLED = Count("madeleine_events_handled_total", "Events by what became of them", ["consumer", "outcome"])
_LAG = Histogram(
    "madeleine_events_lag_seconds",
    "From an event's occurrence until its effect was committed",
    ["consumer"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600),
)

# How long after a SIGKILL another replica gets what was in hand; longer work says meanwhile that it goes on.
ACK_WAIT_S = 10.0
_MAX_ACK_PENDING = 256
_BATCH = 64
_RESUBSCRIBE_S = 1.0
_HOUSE_DELAY_S = 1.0
_RETRY_DELAYS_S = (0.2, 1.0, 5.0, 15.0)
# How long a version is held that came before the one before it, and how often it is looked at: less than ACK_WAIT_S.
_HOLD_S, _HELD_POLL_S = 5.0, 0.05
# After that the version before is not late but lost on its way.
_GAP_PATIENCE_S = 30.0


class Consumer:
    """Runs one subscription until cancelled."""

    def __init__(
        self, subscription: Subscription, pool: Pool, nats: Client, codec: EventCodec, keyring: Keyring
    ) -> None:
        self._sub = subscription
        self._nats = nats
        self._js = nats.jetstream()
        self._receiver = Receiver(self._js, codec, keyring)
        self._letters = DeadLetters(pool, subscription.name, ordered=subscription.projection)
        self._effects = Effects(subscription, pool, self._letters)
        # By event id, as this process has met them: the server's count of deliveries grows with every outage.
        self._failures: Counter[str] = Counter()
        self._early_since: dict[str, float] = {}
        self._carrier = LetterCarrier(subscription.name, pool, Payloads(self._js), codec, self._letters, self._effects)

    async def run(self) -> None:
        """Pulls and handles; subscribes anew whenever the pull subscription dies or its server restarts."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._carrier.run())
            tasks.create_task(self._run())

    async def _run(self) -> None:
        stream = stream_name(self._sub.context)
        while True:
            stop_if_cancelled()
            try:
                await self._declare()
                async with Pull(self._nats, stream, self._sub.name, 1 if self._sub.react else _BATCH) as pull:
                    await (self._react_loop(pull) if self._sub.react else self._apply_loop(pull))
            except (ConsumerLost, nats.errors.Error, APIError) as error:
                log.warning("consumer %s subscribes anew: %s", self._sub.name, error or type(error).__name__)
            except Exception as error:
                if not transient(error):
                    log.error("consumer %s subscribes anew: %s", self._sub.name, where(error))
                else:
                    log.warning("consumer %s subscribes anew: %s", self._sub.name, error or type(error).__name__)
            await asyncio.sleep(_RESUBSCRIBE_S)

    async def _declare(self) -> None:
        names = [t.rsplit(".", 1)[-1] for t in self._sub.types] or ["*"]
        config = ConsumerConfig(
            durable_name=self._sub.name,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_S,
            max_deliver=-1,
            # Back-pressure: what a slow consumer has not acknowledged; the rest stays in the stream.
            max_ack_pending=_MAX_ACK_PENDING,
            deliver_policy=DeliverPolicy.ALL if self._sub.from_start else DeliverPolicy.NEW,
            filter_subjects=[f"madeleine.{self._sub.context}.evt.{name}.>" for name in names],
        )
        # Makes it, or brings one that exists to this configuration.
        await self._js.add_consumer(stream_name(self._sub.context), config)

    async def _apply_loop(self, pull: Pull) -> None:
        held: list[Delivery] = []
        while True:
            stop_if_cancelled()
            messages = await pull.batch(_HELD_POLL_S if held else None)
            held = await self._handle_many(messages, held)

    async def _react_loop(self, pull: Pull) -> None:
        slots = asyncio.Semaphore(self._sub.concurrency)
        reactions: set[asyncio.Task[None]] = set()
        try:
            while True:
                stop_if_cancelled()
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
            await self._handle_many([message], [])
        except asyncio.CancelledError:
            # We stop in the middle of it: another replica shall take over now, not when the server gives up on us.
            with contextlib.suppress(nats.errors.Error):
                await message.nak()
            raise
        except Exception as error:
            # Not acknowledged, so it comes again.
            log.warning("consumer %s: %s", self._sub.name, error or type(error).__name__)
        finally:
            heart.cancel()

    async def _handle_many(self, messages: Sequence[Msg], held: Sequence[Delivery]) -> list[Delivery]:
        """Handles messages, and those held from before; what is still too early for its stream comes back.

        Another replica may have the versions before it in hand: it is held for a while, not handed back.
        """
        deliveries = [await self._receiver.receive(message) for message in messages]
        try:
            await self._receiver.open(deliveries)
        except Exception as error:
            # The keyring is out of reach: nothing is known of these events yet.
            log.warning("consumer %s cannot open events: %s", self._sub.name, error or type(error).__name__)
            for delivery in deliveries:
                await delivery.message.nak(delay=_HOUSE_DELAY_S)
            return list(held)
        early = {delivery.stream_id for delivery in held}
        ready = [d for d in deliveries if d.stream_id not in early]
        others = [d for d in deliveries if d.stream_id in early]
        batch = [(d.event, d.digest) for d in ready if d.event is not None]
        if len(batch) == len(ready) > 1 and await self._at_once(batch):
            for delivery in ready:
                await self._done(delivery)
        else:
            others += ready
        still: list[Delivery] = []
        early = set()
        for delivery in sorted([*held, *others], key=lambda d: d.message.metadata.sequence.stream):
            if delivery.stream_id in early or not await self._handle(delivery):
                early.add(delivery.stream_id)
                still.append(delivery)
        return [delivery for delivery in still if not await self._late(delivery)]

    async def _late(self, delivery: Delivery) -> bool:
        """Hands back, or sets aside in the end, what was held for long enough; True if so."""
        if time.monotonic() - delivery.since < _HOLD_S:
            return False
        since = self._early_since.setdefault(delivery.headers.get("ce-id", ""), delivery.since)
        if time.monotonic() - since >= _GAP_PATIENCE_S:
            await self._bury(delivery, State.BEHIND, "gap: a version before it has not come")
        else:
            await delivery.message.nak(delay=_HOUSE_DELAY_S)
        return True

    async def _at_once(self, batch: Sequence[tuple[RecordedEvent, bytes]]) -> bool:
        try:
            return await self._effects.at_once(batch)
        except Exception as error:
            # One of them may be poison; which, shows when each is taken by itself.
            log.debug("consumer %s takes a batch apart: %s", self._sub.name, error)
            return False

    async def _handle(self, delivery: Delivery) -> bool:
        """Takes one event, sets it aside or hands it back; False if a version before it has not come yet."""
        message = delivery.message
        if delivery.event is None:
            await self._unreadable(delivery)
            return True
        event = delivery.event
        try:
            outcome = await self._effects.one(event, delivery.digest)
        except Exception as error:
            if transient(error):
                log.warning("consumer %s waits: %s", self._sub.name, error or type(error).__name__)
                # What came too early may have waited for the house.
                self._early_since.clear()
                await message.nak(delay=_HOUSE_DELAY_S)
                return True
            self._failures[event.event_id] += 1
            failures = self._failures[event.event_id]
            log.error("consumer %s failed on %s %s: %s", self._sub.name, event.type, event.event_id, where(error))
            if failures < self._sub.max_deliveries:
                await message.nak(delay=_RETRY_DELAYS_S[min(failures, len(_RETRY_DELAYS_S)) - 1])
            else:
                await self._bury(delivery, State.DEAD, f"{type(error).__name__} after {failures} deliveries")
            return True
        if outcome is Outcome.DONE:
            await self._done(delivery)
        elif outcome is Outcome.BEHIND:
            await self._bury(delivery, State.BEHIND, "waits for an earlier event of its stream")
        elif outcome is Outcome.CONFLICT:
            await self._bury(delivery, State.DEAD, "conflict: its id or version was taken before with other bytes")
        return outcome is not Outcome.GAP

    async def _unreadable(self, delivery: Delivery) -> None:
        state = State.PARKED if isinstance(delivery.error, UnknownEvent) else State.DEAD
        if delivery.sealed is not None:
            # What was taken, or discarded, before comes once more.
            outcome = await self._effects.why_not(delivery.sealed.event, delivery.digest)
            if outcome is Outcome.DONE:
                await self._done(delivery)
                return
            if outcome is Outcome.BEHIND:
                state = State.BEHIND
        await self._bury(delivery, state, f"unreadable: {delivery.error}")

    def _forget(self, delivery: Delivery) -> None:
        event_id = delivery.headers.get("ce-id", "")
        self._failures.pop(event_id, None)
        self._early_since.pop(event_id, None)

    async def _done(self, delivery: Delivery) -> None:
        self._forget(delivery)
        await delivery.message.ack()
        _HANDLED.labels(self._sub.name, "done").inc()
        if delivery.event is not None:
            age = utc_now() - delivery.event.metadata.occurred_at
            _LAG.labels(self._sub.name).observe(max(0.0, age.total_seconds()))

    async def _bury(self, delivery: Delivery, state: State, reason: str) -> None:
        """Moves an event aside, still sealed, so that it never blocks other streams."""
        log.error("consumer %s sets aside %s (%s): %s", self._sub.name, delivery.headers.get("ce-id"), state, reason)
        await self._letters.bury(
            delivery.headers,
            delivery.message.subject,
            delivery.payload,
            delivery.digest,
            state,
            reason,
            delivery.message.metadata.num_delivered,
        )
        self._forget(delivery)
        await delivery.message.term()
        _HANDLED.labels(self._sub.name, str(state)).inc()
