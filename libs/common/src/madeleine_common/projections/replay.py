"""Takes stored events into a projection's tables as its consumers would: in order, once, stopping where they stop."""

from __future__ import annotations

import gc
import heapq
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from madeleine_common.bus.positions import Run, digest_of, take_positions
from madeleine_common.bus.subscription import Subscription
from madeleine_common.collecting import collecting_by_hand
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import RecordedEvent, SealedEvent
from madeleine_common.events.reading import START, Cursor, EventReader
from madeleine_common.events.types import UnreadableEvent
from madeleine_common.projections import Projection
from madeleine_common.telemetry import where

_RUN = 2000
# Pages: looking through each takes a twentieth of all the time, and hardly any leaves something to collect.
_COLLECT_EVERY = 8


class HandlerFailed(Exception):
    """A handler failed on an event that no consumer has set aside; says which."""


class NotNext(Exception):
    """Stored versions of a stream do not follow each other: somebody wrote to the table `events` by hand."""


@dataclass(slots=True)
class Letters:
    """What consumers have set aside, by (subscription, stream, version)."""

    discarded: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])
    failed: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])


@dataclass(slots=True)
class _Source:
    """One subscription's events, and where reading them has come to."""

    subscription: Subscription
    reader: EventReader
    cursor: Cursor = START


class Replay:
    """Brings a shadow up to what its sources hold; may be run again for what has come since."""

    def __init__(
        self,
        connection: asyncpg.Connection[asyncpg.Record],
        projection: Projection,
        readers: Mapping[str, EventReader],
        codec: EventCodec,
        letters: Letters,
        until: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        """`readers` by subscription; `until`: last versions to take by (subscription, stream), None: all there are."""
        self._connection = connection
        self._projection = projection
        self._codec = codec
        self._letters = letters
        self._until = until
        self._sources = [_Source(s, readers[s.name]) for s in projection.subscriptions]
        # Streams whose next event cannot be taken: live, the events behind it wait as letters.
        self._stopped: set[tuple[str, str]] = set()
        self.events = 0

    async def run(self) -> AsyncIterator[int]:
        """Takes all that is settled now; yields after each page how many events it had."""
        pages = self._in_order() if len(self._sources) == 1 else self._merged()
        number = 0
        with collecting_by_hand():
            async for source, events in pages:
                await self.take(source.subscription, events)
                self.events += len(events)
                number += 1
                if number % _COLLECT_EVERY == 0:
                    gc.collect(0)
                yield len(events)

    async def _in_order(self) -> AsyncIterator[tuple[_Source, Sequence[SealedEvent]]]:
        (source,) = self._sources
        async for page in source.reader.pages(after=source.cursor):
            source.cursor = page.last
            yield source, page.events

    async def _merged(self) -> AsyncIterator[tuple[_Source, Sequence[SealedEvent]]]:
        """Events of several contexts by the time at which they happened; runs from one source stay together."""
        iterators = [self._keyed(number, source) for number, source in enumerate(self._sources)]
        firsts = [await anext(iterator, None) for iterator in iterators]
        heap = [first for first in firsts if first is not None]
        heapq.heapify(heap)
        run: list[SealedEvent] = []
        running = -1
        while heap:
            _, number, event = heap[0]
            if run and (number != running or len(run) >= _RUN):
                yield self._sources[running], run
                run = []
            running = number
            run.append(event)
            if (following := await anext(iterators[number], None)) is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, following)
        if run:
            yield self._sources[running], run

    @staticmethod
    async def _keyed(number: int, source: _Source) -> AsyncIterator[tuple[datetime, int, SealedEvent]]:
        latest: datetime | None = None
        async for page in source.reader.pages(after=source.cursor):
            for sealed, cursor in zip(page.events, page.cursors, strict=True):
                happened = sealed.event.metadata.occurred_at
                # Clocks of writers differ; within a source the order of commits stands.
                latest = happened if latest is None else max(latest, happened)
                yield latest, number, sealed
                source.cursor = cursor

    async def take(self, subscription: Subscription, page: Sequence[SealedEvent]) -> None:
        """Takes given events, each stream's in order; raises HandlerFailed, NotNext."""
        sealed = self._wanted(subscription, page)
        opened = await self._codec.open_each(sealed)
        runs, events, ended = self._runs(subscription, sealed, opened)
        try:
            if runs:
                async with self._connection.transaction():
                    await self._move(subscription, runs)
                    await subscription.take(self._connection, events)
        except Exception as error:
            if len(page) == 1 or isinstance(error, (asyncpg.PostgresConnectionError, NotNext)):
                raise
            # One of them makes its handler fail; which, shows when each is taken by itself.
            for one in page:
                await self._take_one(subscription, one)
        else:
            self._stopped |= ended

    async def _take_one(self, subscription: Subscription, sealed: SealedEvent) -> None:
        try:
            await self.take(subscription, [sealed])
        except (asyncpg.PostgresConnectionError, NotNext):
            raise
        except Exception as error:
            event = sealed.event
            if (subscription.name, event.stream_id, event.version) not in self._letters.failed:
                raise HandlerFailed(
                    f"{subscription.name} failed on {event.type} {event.event_id} ({event.stream_id}/{event.version}):"
                    f" {where(error)}"
                ) from error
            self._stopped.add((subscription.name, event.stream_id))

    def _wanted(self, subscription: Subscription, page: Sequence[SealedEvent]) -> Sequence[SealedEvent]:
        until = self._until
        if until is None:
            return page
        name = subscription.name
        return [s for s in page if s.event.version <= until.get((name, s.event.stream_id), 0)]

    def _runs(
        self,
        subscription: Subscription,
        sealed: Sequence[SealedEvent],
        opened: Sequence[RecordedEvent | UnreadableEvent],
    ) -> tuple[list[Run], list[RecordedEvent], set[tuple[str, str]]]:
        """How far each stream moves, the events to apply, and the streams that end here.

        Those before the first that cannot be taken; a page that is taken apart ends nothing yet.
        """
        name, discarded = subscription.name, self._letters.discarded
        stopped, ended = self._stopped, set[tuple[str, str]]()
        last: dict[str, SealedEvent] = {}
        firsts: dict[str, int] = {}
        events: list[RecordedEvent] = []
        for item, event in zip(sealed, opened, strict=True):
            stream_id, version = item.event.stream_id, item.event.version
            if (stopped and (name, stream_id) in stopped) or (ended and (name, stream_id) in ended):
                continue
            if discarded and (name, stream_id, version) in discarded:
                pass
            elif isinstance(event, UnreadableEvent):
                ended.add((name, stream_id))
                continue
            else:
                events.append(event)
            if stream_id not in firsts:
                firsts[stream_id] = version
            last[stream_id] = item
        runs = [
            Run(stream_id, firsts[stream_id], s.event.version, s.event.event_id, digest_of(s.event.type, s.payload))
            for stream_id, s in last.items()
        ]
        return runs, events, ended

    async def _move(self, subscription: Subscription, runs: Sequence[Run]) -> None:
        if not await take_positions(self._connection, subscription.name, runs):
            raise NotNext(f"{subscription.name}: a stored stream has a gap in its versions")
