"""One process's copy of an app's document: loaded, kept up with the stored one, merged and made anew."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from madeleine_common.errors import NotFound
from madeleine_common.events.model import Metadata
from madeleine_common.ids import new_id
from madeleine_miniapp.application.live.ports import NOTHING, Document, Documents, Place, Stored, Turn
from madeleine_miniapp.application.live.sheet import Sheet
from madeleine_miniapp.domain.recording import Facts

log = logging.getLogger(__name__)

_SELF = "service:miniapp"
# So many updates, or bytes (or half of the snapshot, if that is more), are merged.
_UNMERGED, _UNMERGED_BYTES = 1000, 256 * 1024
# A document of at least so many bytes, and so many times what it holds, is made anew when nobody wrote for long.
_OUTGROWN_BYTES, _OUTGROWN = 1024 * 1024, 4


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
class Turning:
    """A turn under way: what is to be handed out once it is committed, and to whom not."""

    sheet: Sheet
    turn: Turn
    told: list[tuple[bytes, Peer | None]] = field(default_factory=list[tuple[bytes, Peer | None]])


class Keeper:
    """The document and its place; whoever uses it holds the room's lock.

    A turn that fails leaves changes behind that are stored nowhere: the document is thrown away and loaded again.
    """

    def __init__(self, app_id: str, house: House) -> None:
        self.app_id = app_id
        self.peers: set[Peer] = set()
        self.sheet: Sheet | None = None
        # The epoch is 0 before it was loaded.
        self.place = Place(0, 0, 0, 0)
        # To let merging in.
        self.lock = asyncio.Lock()
        self._house = house
        # Updates since the snapshot, their bytes, and those of the snapshot.
        self._unmerged = self._unmerged_bytes = self._merged_bytes = 0
        self._compaction: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turning]:
        """Nobody writes meanwhile, here or elsewhere; commits at its end, and hands out what was committed."""
        sheet = await self.loaded()
        try:
            async with self._house.documents.turn(self.app_id) as turn:
                turning = Turning(sheet, turn)
                await self._enter(turning)
                yield turning
                place = turn.place
        except BaseException:
            self.sheet = None
            raise
        was, self.place = self.place, place
        for update, sender in turning.told:
            self._hand_out(update, sender)
        if was.spec_version != place.spec_version:
            for peer in list(self.peers):
                peer.informed(place)
        if was.seq != place.seq:
            self._weigh([update for update, _ in turning.told])
            await self._house.told(self.app_id)

    async def catch_up(self) -> None:
        """Is where the stored document is, or in its present epoch."""
        try:
            async with self.turn():
                pass
        except Renewed:
            await self.loaded()

    async def loaded(self) -> Sheet:
        if self.sheet is not None:
            return self.sheet
        facts = await self._house.facts(self.app_id)
        if facts is None:
            raise NotFound("there is no such app")
        stored, was = await self._house.documents.load(self.app_id), self.place
        self.sheet = Sheet(self._house.open_document([stored.snapshot, *stored.updates]), facts)
        if await self._outgrown(stored, self.sheet):
            stored = await self._house.documents.load(self.app_id)
            self.sheet = Sheet(self._house.open_document([stored.snapshot, *stored.updates]), facts)
        self.place = stored.place
        self._unmerged, self._unmerged_bytes, self._merged_bytes = 0, 0, len(stored.snapshot)
        self._weigh(stored.updates)
        if was.epoch not in (0, stored.place.epoch):
            for peer in list(self.peers):
                peer.renewed()
        elif missed := stored.place.seq - was.seq if was.epoch else 0:
            # What others stored while ours was thrown away.
            enough = missed <= len(stored.updates)
            for update in stored.updates[-missed:] if enough else [self.sheet.document.whole()]:
                self._hand_out(update, None)
        return self.sheet

    async def _enter(self, turning: Turning) -> None:
        """Brings the document to where the stored one is, and to the app's present spec."""
        sheet, turn = turning.sheet, turning.turn
        if turn.place.epoch != self.place.epoch:
            raise Renewed
        if turn.place.seq > self.place.seq:
            for update in await turn.missed(self.place.seq):
                sheet.catch_up(update)
                self._hand_out(update, None)
            self.place = turn.place
        if sheet.facts.spec_version < turn.place.spec_version:
            await self._refresh(sheet)
        if sheet.facts.spec_version > turn.place.spec_version:
            await self._realign(turning)

    async def _refresh(self, sheet: Sheet) -> None:
        facts = await self._house.facts(self.app_id)
        if facts is None:
            raise NotFound("there is no such app")
        sheet.facts = facts

    async def _realign(self, turning: Turning) -> None:
        """Lets the records follow a change of the spec, as the read model's did."""
        sheet = turning.sheet
        await self._house.wait_for(self.app_id)
        await self._refresh(sheet)
        update = sheet.ready().follow(await self._house.documents.rows(self.app_id)) or NOTHING
        metadata = Metadata(_SELF, self._house.now(), new_id())
        turning.turn.store(update, (), metadata, spec_version=sheet.facts.spec_version)
        turning.told.append((update, None))

    def _hand_out(self, update: bytes, sender: Peer | None) -> None:
        for peer in list(self.peers):
            if peer is not sender:
                peer.updated(update)

    def _weigh(self, updates: Sequence[bytes]) -> None:
        """Counts what is stored since the snapshot, and has it merged when that is much."""
        self._unmerged += len(updates)
        self._unmerged_bytes += sum(len(update) for update in updates)
        much = self._unmerged_bytes > max(_UNMERGED_BYTES, self._merged_bytes // 2)
        if (self._unmerged > _UNMERGED or much) and (self._compaction is None or self._compaction.done()):
            self._compaction = asyncio.create_task(self._compact())

    async def _compact(self) -> None:
        """Merges what is stored into a new snapshot, while others go on writing."""
        async with self.lock:
            if self.sheet is None:
                return
            began = time.perf_counter()
            place, snapshot = self.place, self.sheet.document.whole()
            merged, self._unmerged, self._unmerged_bytes = self._unmerged, 0, 0
            self._merged_bytes = len(snapshot)
        try:
            await self._house.documents.compact(self.app_id, place, snapshot)
        except Exception as error:
            log.warning("the document of app %s was not compacted: %s", self.app_id, type(error).__name__)
            return
        took = time.perf_counter() - began
        log.info("app %s: %d updates merged into %d bytes in %.3f s", self.app_id, merged, len(snapshot), took)

    async def _outgrown(self, stored: Stored, sheet: Sheet) -> bool:
        """Whether a document was made anew, since what was deleted from it outweighed what it holds by far.

        Whoever was away for longer than that begins with an empty one.
        """
        weight = len(stored.snapshot) + sum(len(update) for update in stored.updates)
        if self.peers or not stored.quiet or weight < _OUTGROWN_BYTES or weight < _OUTGROWN * sheet.ready().weight:
            return False
        fresh = self._house.open_document(())
        with fresh.writing():
            for record_id in sheet.ids():
                if kept := sheet.kept(record_id):
                    fresh.put(record_id, kept)
        await self._house.documents.renew(self.app_id, stored.place, fresh.whole())
        return True
