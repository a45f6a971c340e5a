"""Load, decide, append: the only way in which aggregates change."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from google.protobuf.message import Message

from madeleine_common.errors import ConcurrencyError
from madeleine_common.events.appending import SideWrite
from madeleine_common.events.model import CommandKey, Metadata, NewEvent, RecordedEvent
from madeleine_common.events.store import EventStore, PastCommand

S = TypeVar("S")
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """An aggregate's state and the version of its stream."""

    state: S
    version: int


@dataclass(frozen=True, slots=True)
class Executed(Generic[S]):
    """What a command led to: the state after it and its own events, found again when it was a repeat."""

    state: S
    version: int
    events: tuple[RecordedEvent, ...]
    repeated: bool


class Repository(Generic[S]):
    """Aggregates of one kind; `evolve` must return a new state and leave the old one as it was.

    States are cached by stream and only newer events are read, so that long streams stay cheap.
    """

    def __init__(
        self, store: EventStore, initial: Callable[[], S], evolve: Callable[[S, Message], S], cached: int = 1024
    ) -> None:
        self._store = store
        self._initial = initial
        self._evolve = evolve
        self._cached = cached
        self._cache: OrderedDict[str, Loaded[S]] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # Counts calls of `forget`: a state that was read before one must not be kept after it.
        self._forgotten = 0

    async def load(self, stream_id: str) -> Loaded[S]:
        """The aggregate as of now; its initial state at version 0 if the stream is empty.

        Events of an erased person are passed over: what they did is no longer known.
        """
        forgotten = self._forgotten
        loaded = self._cache.get(stream_id) or Loaded(self._initial(), 0)
        state, version = loaded.state, loaded.version
        async for event in self._store.read_stream(stream_id, version):
            version = event.version
            if event.message is not None:
                state = self._evolve(state, event.message)
        return self._keep(stream_id, Loaded(state, version), forgotten)

    async def execute(
        self,
        stream_id: str,
        decide: Callable[[S], Sequence[NewEvent]],
        metadata: Metadata,
        *,
        command: CommandKey | None = None,
        side_write: SideWrite | None = None,
    ) -> Executed[S]:
        """Decides on the present state and appends; decides anew when a writer in another process came first.

        Raises what `decide` raises; ConcurrencyError after eight lost races; Conflict for a reused key.
        """
        lock = self._locks.setdefault(stream_id, asyncio.Lock())
        # Writers of one process take turns at a stream: of many that race, most would lose until they give up.
        async with lock:
            return await self._decide_and_append(stream_id, decide, metadata, command, side_write)

    async def _decide_and_append(
        self,
        stream_id: str,
        decide: Callable[[S], Sequence[NewEvent]],
        metadata: Metadata,
        command: CommandKey | None,
        side_write: SideWrite | None,
    ) -> Executed[S]:
        for attempt in range(_ATTEMPTS):
            forgotten = self._forgotten
            past: PastCommand | None = None
            if command is None:
                loaded = await self.load(stream_id)
            else:
                # At once: each takes a way to the database, and somebody waits for both.
                loaded, past = await asyncio.gather(self.load(stream_id), self._store.past_command(command))
            if past is not None:
                return await self._repeated(past)
            try:
                decided = decide(loaded.state)
            except Exception:
                # A twin that committed in between must not be judged against itself.
                if command is None or (past := await self._store.past_command(command)) is None:
                    raise
                return await self._repeated(past)
            try:
                recorded = await self._store.append(
                    stream_id, loaded.version, decided, metadata, command=command, side_write=side_write
                )
            except ConcurrencyError:
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            state = loaded.state
            for event in decided:
                state = self._evolve(state, event.message)
            after = self._keep(stream_id, Loaded(state, loaded.version + len(recorded)), forgotten)
            return Executed(after.state, after.version, tuple(recorded), repeated=False)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _repeated(self, past: PastCommand) -> Executed[S]:
        loaded = await self.load(past.stream_id)
        events = self._store.read_stream(past.stream_id, past.first_version - 1, past.last_version)
        return Executed(loaded.state, loaded.version, tuple([e async for e in events]), repeated=True)

    def forget(self, stream_id: str) -> None:
        """Drops a cached state, when events behind it were erased."""
        self._forgotten += 1
        self._cache.pop(stream_id, None)

    def _keep(self, stream_id: str, loaded: Loaded[S], forgotten: int) -> Loaded[S]:
        if forgotten != self._forgotten:
            return loaded
        self._cache[stream_id] = loaded
        self._cache.move_to_end(stream_id)
        while len(self._cache) > self._cached:
            self._cache.popitem(last=False)
        return loaded
