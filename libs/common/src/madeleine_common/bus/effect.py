"""How an event takes effect once, whatever is delivered twice, late or out of order."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import Enum, auto

from opentelemetry import propagate, trace

from madeleine_common.bus.letters import DeadLetters
from madeleine_common.bus.positions import Run, runs_of, take_positions
from madeleine_common.bus.subscription import React, Subscription
from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.events.model import RecordedEvent

log = logging.getLogger(__name__)
_TRACER = trace.get_tracer(__name__)

Received = tuple[RecordedEvent, bytes]


class Outcome(Enum):
    """What became of an event."""

    # Its effect has happened, now or before.
    DONE = auto()
    # An earlier version of its stream has not come yet.
    GAP = auto()
    # An earlier version of its stream lies among the dead letters.
    BEHIND = auto()
    # Its id or version was taken before with other bytes.
    CONFLICT = auto()


class _NotNext(Exception):
    """Rolls a transaction back: some event of a batch is not what comes next."""


class Effects:
    """Takes events into one subscription's effect."""

    def __init__(self, subscription: Subscription, pool: Pool, letters: DeadLetters) -> None:
        self._sub = subscription
        self._pool = pool
        self._letters = letters

    async def at_once(self, batch: Sequence[Received]) -> bool:
        """Takes a whole batch in one transaction; False, and nothing has happened, if not each of them is new and next.

        Raises what the handler raises; nothing has happened then either.
        """
        events = [event for event, _ in batch]
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
                if self._sub.projection:
                    runs = runs_of(batch)
                    if runs is None or not await take_positions(connection, self._sub.name, runs):
                        raise _NotNext
                elif await self._mark(connection, batch) < len(batch):
                    raise _NotNext
                await self._sub.take(connection, events)
                await self._sub.tell(connection, events)
        except _NotNext:
            return False
        return True

    async def one(self, event: RecordedEvent, digest: bytes) -> Outcome:
        """Takes one event, or says why not; raises what the handler raises, and nothing has happened then."""
        # What follows belongs to the trace of the call that caused the event.
        cause = propagate.extract({"traceparent": event.metadata.traceparent})
        with _TRACER.start_as_current_span(self._sub.name, cause, trace.SpanKind.CONSUMER):
            if self._sub.react is not None:
                return await self._react(self._sub.react, event, digest)
            if await self.at_once([(event, digest)]):
                return Outcome.DONE
            return await self.why_not(event, digest)

    async def pass_over(self, event: RecordedEvent, digest: bytes) -> Outcome:
        """Moves a projection past an event that was discarded, without applying it."""
        run = Run(event.stream_id, event.version, event.version, event.event_id, digest)
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            taken = await take_positions(connection, self._sub.name, [run])
        return Outcome.DONE if taken else await self.why_not(event, digest)

    async def why_not(self, event: RecordedEvent, digest: bytes) -> Outcome:
        """Why an event is not what comes next: DONE if it was taken before."""
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            if not self._sub.projection:
                known = await connection.fetchrow(
                    "SELECT digest FROM processed WHERE consumer = $1 AND event_id = $2", self._sub.name, event.event_id
                )
                if known is None:
                    return Outcome.GAP
                return Outcome.DONE if known["digest"] in (None, digest) else Outcome.CONFLICT
            position = await connection.fetchrow(
                "SELECT version, event_id, digest FROM stream_positions WHERE projection = $1 AND stream_id = $2",
                self._sub.name,
                event.stream_id,
            )
            taken = position["version"] if position else 0
            if position and event.version == taken and position["digest"] is not None:
                same = position["digest"] == digest and str(position["event_id"]) == event.event_id
                return Outcome.DONE if same else Outcome.CONFLICT
            if event.version <= taken:
                return Outcome.DONE
            blocked = await self._letters.block(connection, event.stream_id, taken, event.version)
            return Outcome.BEHIND if blocked else Outcome.GAP

    async def _react(self, react: React, event: RecordedEvent, digest: bytes) -> Outcome:
        outcome = await self.why_not(event, digest)
        if outcome is not Outcome.GAP:
            return outcome
        try:
            await react(event)
        except KeyDestroyed:
            log.info("%s leaves %s: whom it is about was erased meanwhile", self._sub.name, event.event_id)
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            await self._mark(connection, [(event, digest)])
        return Outcome.DONE

    async def _mark(self, connection: Connection, batch: Sequence[Received]) -> int:
        """Marks events as taken; returns how many were not before."""
        rows = await connection.fetch(
            "INSERT INTO processed (consumer, event_id, digest)"
            " SELECT $1, event_id, digest FROM unnest($2::uuid[], $3::bytea[]) AS e (event_id, digest)"
            " ON CONFLICT DO NOTHING RETURNING event_id",
            self._sub.name,
            [event.event_id for event, _ in batch],
            [digest for _, digest in batch],
        )
        return len(rows)
