"""A room: one app's document in one process, and those who edit it now."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from madeleine_common.errors import NotFound
from madeleine_common.events.model import CommandKey, Metadata, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_miniapp.application.live.actions import Action, Done, carry_out
from madeleine_miniapp.application.live.lib0 import Malformed
from madeleine_miniapp.application.live.ports import NOTHING, Document, Documents, Gap, Place, Turn
from madeleine_miniapp.application.live.sheet import Sheet, Taken
from madeleine_miniapp.domain.errors import REFUSALS
from madeleine_miniapp.domain.recording import Author, Facts
from madeleine_miniapp.domain.records import Surroundings

log = logging.getLogger(__name__)

# Updates that are committed together.
_MOST_TOGETHER = 64
_SELF = "service:miniapp"


class Peer(Protocol):
    """Somebody with the document open."""

    def updated(self, update: bytes) -> None:
        """Hands over what was accepted of others."""
        ...

    def renewed(self) -> None:
        """Says that the document is another one now: theirs is to be thrown away."""
        ...

    def informed(self, place: Place) -> None:
        """Says that the app's spec is another one now."""
        ...


class Renewed(Exception):
    """The document was made anew meanwhile."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes, when, in which surroundings."""

    author: Author
    metadata: Metadata
    around: Surroundings


@dataclass(frozen=True, slots=True)
class House:
    """What rooms share.

    `facts`, `present` (epoch, last update and facts of several apps) and `wait_for` ask the read model; `told` lets
    other replicas know of a commit.
    """

    documents: Documents
    open_document: Callable[[Sequence[bytes]], Document]
    facts: Callable[[str], Awaitable[Facts | None]]
    present: Callable[[Collection[str]], Awaitable[Mapping[str, tuple[int, int, Facts]]]]
    wait_for: Callable[[str], Awaitable[None]]
    told: Callable[[str], Awaitable[None]]
    now: Callable[[], datetime]


@dataclass(slots=True)
class _Waiting:
    update: bytes
    writing: Writing
    peer: Peer | None
    done: asyncio.Future[Taken] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True)
class _Turning:
    """A turn under way: what is to be handed out once it is committed, and to whom not."""

    sheet: Sheet
    turn: Turn
    told: list[tuple[bytes, Peer | None]] = field(default_factory=list[tuple[bytes, Peer | None]])


class Room:
    """Takes updates one by one, commits them with their events, and tells the others afterwards.

    Nothing of an update is shown before it is committed. When that fails the document, which has it already, is thrown
    away and loaded again: what is stored is the truth.
    """

    def __init__(self, app_id: str, house: House) -> None:
        self.app_id = app_id
        self.peers: set[Peer] = set()
        # Changes that were undone, since it was opened.
        self.refused = 0
        self._house = house
        self._lock = asyncio.Lock()
        self._sheet: Sheet | None = None
        self._place = Place(0, 0, 0, 0)
        self._waiting: deque[_Waiting] = deque()
        self._pump: asyncio.Task[None] | None = None

    @property
    def place(self) -> Place:
        """Where the document stands; the epoch is 0 before it was loaded."""
        return self._place

    @property
    def idle(self) -> bool:
        """Whether nobody is in it and nothing is under way."""
        return not self.peers and not self._waiting and not self._lock.locked()

    async def enter(self, peer: Peer) -> Place:
        """Lets somebody in; where the document stands, as of now."""
        async with self._lock:
            async with self._turn():
                pass
            self.peers.add(peer)
            return self._place

    async def missing(self, state: bytes) -> bytes:
        """What one with this state vector lacks; raises Malformed."""
        async with self._lock:
            document = (await self._loaded()).document
            try:
                return document.since(state)
            except ValueError as error:
                raise Malformed("the state vector cannot be read") from error

    async def state(self) -> bytes:
        """The document's own state vector."""
        async with self._lock:
            return (await self._loaded()).document.state()

    async def submit(self, update: bytes, writing: Writing, peer: Peer | None = None) -> Taken:
        """Takes a client's update; returns once it is committed.

        Raises Malformed or Gap for an update that cannot be taken, Renewed when the document was made anew meanwhile,
        and whatever keeps it from being stored.
        """
        waiting = _Waiting(update, writing, peer)
        self._waiting.append(waiting)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())
        return await waiting.done

    async def write(
        self, actions: Sequence[Action], writing: Writing, command: CommandKey | None = None, *, partly: bool = False
    ) -> tuple[Done, list[RecordedEvent]]:
        """Carries out a caller's actions; raises what `carry_out` raises, ConcurrencyError for a command done twice."""
        author, metadata = writing.author, writing.metadata
        done, recorded, refusal = Done(), list[RecordedEvent](), None
        async with self._lock, self._turn() as turning:
            try:
                done = carry_out(turning.sheet, actions, author, metadata.occurred_at, writing.around, partly=partly)
            except REFUSALS as error:
                # The document is as it was: the turn need not fail.
                refusal = error
            if done.events:
                recorded = await turning.turn.store(done.update, done.events, metadata, command)
                turning.told.append((done.update, None))
        if refusal is not None:
            raise refusal
        return done, recorded

    async def catch_up(self, facts: Facts | None = None) -> None:
        """Takes what other replicas have stored and, if they are given, newer facts of the app."""
        async with self._lock:
            if self._sheet is None and not self.peers:
                return
            sheet = await self._loaded()
            if facts is not None and facts.spec_version >= sheet.facts.spec_version:
                sheet.facts = facts
            async with self._turn():
                pass

    def close(self) -> None:
        """Lets go of the document."""
        self._sheet = None

    async def _run(self) -> None:
        while self._waiting:
            async with self._lock:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]
                try:
                    await self._take(group)
                except Exception as error:
                    await self._one_by_one(group, error)

    async def _one_by_one(self, group: Sequence[_Waiting], error: Exception) -> None:
        """After a failure of all: whose fault it was shows when each is taken by itself."""
        for waiting in group:
            try:
                if len(group) == 1:
                    raise error
                await self._take([waiting])
            except Exception as own:
                log.warning("an update of app %s was not stored: %s", self.app_id, type(own).__name__)
                if not waiting.done.done():
                    waiting.done.set_exception(own)

    async def _take(self, group: Sequence[_Waiting]) -> None:
        results: list[Taken | Exception] = []
        async with self._turn() as turning:
            for waiting in group:
                result = await self._judge(turning, waiting)
                results.append(result)
        for waiting, result in zip(group, results, strict=True):
            if waiting.done.done():
                continue
            if isinstance(result, Exception):
                waiting.done.set_exception(result)
            else:
                waiting.done.set_result(result)

    async def _judge(self, turning: _Turning, waiting: _Waiting) -> Taken | Exception:
        sheet, writing = turning.sheet, waiting.writing
        try:
            made = sheet.document.apply(waiting.update)
        except (Malformed, Gap) as error:
            return error
        if not made.update:
            return Taken()
        unknown = sheet.unknown(made.touched)
        elsewhere = await self._house.documents.elsewhere(self.app_id, unknown) if unknown else frozenset[str]()
        taken = sheet.judge(made, writing.author, writing.metadata.occurred_at, writing.around, elsewhere)
        self.refused += len(taken.refusals)
        await turning.turn.store(taken.update, taken.events, writing.metadata)
        turning.told.append((taken.update, waiting.peer))
        return taken

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[_Turning]:
        """Nobody writes meanwhile, here or elsewhere; commits at its end, and hands out what was committed."""
        sheet = await self._loaded()
        try:
            async with self._house.documents.turn(self.app_id) as turn:
                turning = _Turning(sheet, turn)
                await self._enter(turning)
                yield turning
                place = turn.place
        except BaseException:
            self._sheet = None
            raise
        was, self._place = self._place, place
        for update, sender in turning.told:
            self._hand_out(update, sender)
        if was.spec_version != place.spec_version:
            for peer in list(self.peers):
                peer.informed(place)
        if was.seq != place.seq:
            await self._house.told(self.app_id)

    async def _loaded(self) -> Sheet:
        if self._sheet is not None:
            return self._sheet
        facts = await self._house.facts(self.app_id)
        if facts is None:
            raise NotFound("there is no such app")
        stored, was = await self._house.documents.load(self.app_id), self._place
        self._sheet = Sheet(self._house.open_document([stored.snapshot, *stored.updates]), facts)
        self._place = stored.place
        if was.epoch not in (0, stored.place.epoch):
            for peer in list(self.peers):
                peer.renewed()
        elif missed := stored.place.seq - was.seq if was.epoch else 0:
            # What others stored while ours was thrown away.
            enough = missed <= len(stored.updates)
            for update in stored.updates[-missed:] if enough else [self._sheet.document.whole()]:
                self._hand_out(update, None)
        return self._sheet

    async def _enter(self, turning: _Turning) -> None:
        """Brings the document to where the stored one is, and to the app's present spec."""
        sheet, turn = turning.sheet, turning.turn
        if turn.place.epoch != self._place.epoch:
            raise Renewed
        if turn.place.seq > self._place.seq:
            for update in await turn.missed(self._place.seq):
                sheet.catch_up(update)
                self._hand_out(update, None)
            self._place = turn.place
        if sheet.facts.spec_version < turn.place.spec_version:
            await self._refresh(sheet)
        if sheet.facts.spec_version > turn.place.spec_version:
            await self._realign(turning)

    async def _refresh(self, sheet: Sheet) -> None:
        facts = await self._house.facts(self.app_id)
        if facts is None:
            raise NotFound("there is no such app")
        sheet.facts = facts

    async def _realign(self, turning: _Turning) -> None:
        """Lets the records follow a change of the spec, as the read model's did."""
        sheet = turning.sheet
        await self._house.wait_for(self.app_id)
        await self._refresh(sheet)
        update = sheet.follow(await self._house.documents.rows(self.app_id)) or NOTHING
        metadata = Metadata(_SELF, self._house.now(), new_id())
        await turning.turn.store(update, (), metadata, spec_version=sheet.facts.spec_version)
        turning.told.append((update, None))

    def _hand_out(self, update: bytes, sender: Peer | None) -> None:
        for peer in list(self.peers):
            if peer is not sender:
                peer.updated(update)
