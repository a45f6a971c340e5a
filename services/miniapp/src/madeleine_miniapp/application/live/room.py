"""A room: one app's document in one process, and those who edit it now."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from madeleine_common.events.model import CommandKey, Metadata, RecordedEvent
from madeleine_miniapp.application.live.actions import Action, Done, carry_out
from madeleine_miniapp.application.live.keeper import House, Keeper, Peer, Renewed, Turning
from madeleine_miniapp.application.live.lib0 import Malformed
from madeleine_miniapp.application.live.ports import EMPTY, Gap, Place
from madeleine_miniapp.application.live.sheet import Taken
from madeleine_miniapp.domain.errors import REFUSALS
from madeleine_miniapp.domain.recording import Author, Facts
from madeleine_miniapp.domain.records import Surroundings

log = logging.getLogger(__name__)

# Updates that are committed together.
_MOST_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes, when, in which surroundings."""

    author: Author
    metadata: Metadata
    around: Surroundings


@dataclass(slots=True)
class _Waiting:
    update: bytes
    writing: Writing
    peer: Peer | None
    done: asyncio.Future[Taken] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Room:
    """Takes updates one by one, commits them with their events, and tells the others afterwards.

    Nothing of an update is shown before it is committed. When that fails the document, which has it already, is thrown
    away and loaded again: what is stored is the truth.
    """

    def __init__(self, app_id: str, house: House) -> None:
        self.app_id = app_id
        # Changes that were undone, since it was opened.
        self.refused = 0
        self._house = house
        self._keeper = Keeper(app_id, house)
        self._lock = self._keeper.lock
        self._waiting: deque[_Waiting] = deque()
        self._pump: asyncio.Task[None] | None = None

    @property
    def peers(self) -> set[Peer]:
        """Those who are in it."""
        return self._keeper.peers

    @property
    def place(self) -> Place:
        """Where the document stands; the epoch is 0 before it was loaded."""
        return self._keeper.place

    @property
    def read(self) -> bool:
        """Whether the document is in memory."""
        return self._keeper.sheet is not None

    @property
    def idle(self) -> bool:
        """Whether nobody is in it and nothing is under way."""
        return not self.peers and not self._waiting and not self._lock.locked()

    async def enter(self, peer: Peer) -> Place:
        """Lets somebody in; where the document stands, as of now."""
        async with self._lock:
            await self._keeper.arrive()
            self.peers.add(peer)
            return self._keeper.place

    async def missing(self, state: bytes) -> list[bytes]:
        """What one with this state vector lacks, as updates in order; raises Malformed."""
        async with self._lock:
            if state == EMPTY:
                return await self._keeper.pieces()
            document = (await self._keeper.loaded()).document
            try:
                return [document.since(state)]
            except ValueError as error:
                raise Malformed("the state vector cannot be read") from error

    async def state(self) -> bytes:
        """The document's own state vector."""
        async with self._lock:
            reading = None if self.read else await self._keeper.reading()
        if reading is not None:
            # Others come and look meanwhile.
            await asyncio.wait({reading})
        async with self._lock:
            return (await self._keeper.loaded()).document.state()

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
        async with self._lock:
            try:
                return await self._write(actions, writing, command, partly)
            except Renewed:
                return await self._write(actions, writing, command, partly)

    async def catch_up(self, facts: Facts | None = None) -> None:
        """Takes what other replicas have stored and, if they are given, newer facts of the app."""
        async with self._lock:
            if self._keeper.sheet is None and not self.peers:
                return
            sheet = await self._keeper.loaded()
            if facts is not None and facts.spec_version >= sheet.facts.spec_version:
                sheet.facts = facts
            await self._keeper.catch_up()

    def close(self) -> None:
        """Lets go of the document."""
        self._keeper.let_go()

    async def _write(
        self, actions: Sequence[Action], writing: Writing, command: CommandKey | None, partly: bool
    ) -> tuple[Done, list[RecordedEvent]]:
        author, metadata = writing.author, writing.metadata
        done, recorded, refusal = Done(), list[RecordedEvent](), None
        async with self._keeper.turn() as turning:
            try:
                done = carry_out(turning.sheet, actions, author, metadata.occurred_at, writing.around, partly=partly)
            except REFUSALS as error:
                # The document is as it was: the turn need not fail.
                refusal = error
            if done.events:
                turning.store(done.update, done.events, metadata, command)
                recorded = await turning.turn.flush()
        if refusal is not None:
            raise refusal
        return done, recorded

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
        async with self._keeper.turn() as turning:
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

    async def _judge(self, turning: Turning, waiting: _Waiting) -> Taken | Exception:
        sheet, writing = turning.sheet, waiting.writing
        try:
            made = sheet.apply(waiting.update, writing.author.person_id)
        except (Malformed, Gap) as error:
            return error
        if not made.update:
            return Taken()
        unknown = sheet.unknown(made.touched)
        elsewhere = await self._house.documents.elsewhere(self.app_id, unknown) if unknown else frozenset[str]()
        taken = sheet.judge(made, writing.author, writing.metadata.occurred_at, writing.around, elsewhere)
        self.refused += len(taken.refusals)
        turning.store(taken.update, taken.events, writing.metadata, sender=waiting.peer)
        return taken
