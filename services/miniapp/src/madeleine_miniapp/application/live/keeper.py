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
from madeleine_common.events.model import CommandKey, Metadata, NewEvent
from madeleine_common.ids import new_id
from madeleine_miniapp.application.live.pieces import Piece
from madeleine_miniapp.application.live.ports import NOTHING, Document, Documents, Place, Turn
from madeleine_miniapp.application.live.sheet import Sheet
from madeleine_miniapp.application.live.stock import Stock, is_outgrown
from madeleine_miniapp.domain.recording import Facts

log = logging.getLogger(__name__)

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
class House:
    """What rooms share.

    `open_document` reads stored updates, and lets others run meanwhile; `merge` makes one of several. `facts`,
    `present` (epoch, last update and facts of several apps) and `wait_for` ask the read model; `told` lets other
    replicas know of a commit.
    """

    documents: Documents
    open_document: Callable[[Sequence[bytes]], Awaitable[Document]]
    merge: Callable[[Sequence[bytes]], bytes]
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
    told: list[tuple[Piece, Peer | None]] = field(default_factory=list[tuple[Piece, Peer | None]])

    def store(
        self,
        update: bytes,
        events: Sequence[NewEvent],
        metadata: Metadata,
        command: CommandKey | None = None,
        *,
        spec_version: int = 0,
        sender: Peer | None = None,
    ) -> None:
        """Notes an update and the events that it means."""
        self.turn.store(update, events, metadata, command, spec_version)
        self.told.append((Piece(self.turn.place.seq, update), sender))


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
        # All up to the place.
        self._stock = Stock()
        self._compaction: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[tuple[Sheet, int]] | None = None

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
            self.let_go()
            raise
        was, self.place = self.place, place
        for piece, sender in turning.told:
            self._stock.add(piece)
            self._hand_out(piece.update, sender)
        if was.spec_version != place.spec_version:
            for peer in list(self.peers):
                peer.informed(place)
        if was.seq != place.seq:
            self._merge_what_is_much()
            await self._house.told(self.app_id)

    async def catch_up(self) -> None:
        """Is where the stored document is, or in its present epoch."""
        try:
            async with self.turn():
                pass
        except Renewed:
            await self.loaded()

    async def arrive(self) -> None:
        """Is where the stored document is, and reads it only if there is something to do in it."""
        if self.sheet is None:
            facts = await self._facts()
            if not self._stock.pieces:
                await self._fetch()
            else:
                try:
                    async with self._house.documents.turn(self.app_id) as turn:
                        await self._follow(turn)
                except Renewed:
                    self.let_go()
                    await self._fetch()
            if facts.spec_version <= self.place.spec_version:
                return
        await self.catch_up()

    async def loaded(self) -> Sheet:
        """The document."""
        if self.sheet is not None:
            return self.sheet
        reading = await self.reading()
        try:
            sheet, seq = await asyncio.shield(reading)
        finally:
            if reading.done():
                self._reading = None
        # It may have been begun some time ago.
        for piece in self._stock.pieces:
            if piece.seq > seq:
                sheet.catch_up(piece.update)
        self.sheet = sheet
        self._merge_what_is_much()
        return sheet

    async def reading(self) -> asyncio.Task[tuple[Sheet, int]]:
        """Reads a document that is not in memory, beside the lock: that of a large app takes a second or two."""
        if self._reading is None:
            await self._fetch()
            self._reading = asyncio.create_task(self._read(tuple(self._stock.pieces)))
        return self._reading

    async def _read(self, pieces: Sequence[Piece]) -> tuple[Sheet, int]:
        facts = await self._facts()
        sheet = Sheet(await self._house.open_document([piece.update for piece in pieces]), facts)
        await sheet.read()
        return sheet, pieces[-1].seq

    async def pieces(self) -> list[bytes]:
        """All of the document, as updates in order."""
        await self._fetch()
        return self._stock.pack(self._house.merge)

    def let_go(self) -> None:
        """Forgets the document, which is fetched again when it is wanted."""
        self.sheet = None
        self._stock.pieces = []
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    async def _fetch(self) -> None:
        """Has in hand what is stored; hands out what others stored since it was in hand last."""
        if self._stock.pieces:
            return
        stored = await self._house.documents.load(self.app_id)
        if not self.peers and await is_outgrown(self.app_id, stored, self._house.documents):
            await self._house.documents.renew(self.app_id, stored.place)
            stored = await self._house.documents.load(self.app_id)
        was, self.place = self.place, stored.place
        self._stock.fill(stored)
        if was.epoch not in (0, stored.place.epoch):
            for peer in list(self.peers):
                peer.renewed()
        elif was.epoch:
            for piece in stored.pieces:
                if piece.seq > was.seq:
                    self._hand_out(piece.update, None)

    async def _enter(self, turning: Turning) -> None:
        """Brings the document to where the stored one is, and to the app's present spec."""
        sheet, turn = turning.sheet, turning.turn
        await self._follow(turn)
        if sheet.facts.spec_version < turn.place.spec_version:
            sheet.facts = await self._facts()
        if sheet.facts.spec_version > turn.place.spec_version:
            await self._realign(turning)

    async def _follow(self, turn: Turn) -> None:
        """Takes what others have stored; raises Renewed."""
        if turn.place.epoch != self.place.epoch:
            raise Renewed
        if turn.place.seq > self.place.seq:
            for piece in await turn.missed(self.place.seq):
                if self.sheet is not None:
                    self.sheet.catch_up(piece.update)
                self._stock.add(piece)
                self._hand_out(piece.update, None)
            self.place = turn.place

    async def _facts(self) -> Facts:
        facts = await self._house.facts(self.app_id)
        if facts is None:
            raise NotFound("there is no such app")
        return facts

    async def _realign(self, turning: Turning) -> None:
        """Lets the records follow a change of the spec, as the read model's did."""
        sheet = turning.sheet
        await self._house.wait_for(self.app_id)
        sheet.facts = await self._facts()
        update = sheet.follow(await self._house.documents.rows(self.app_id)) or NOTHING
        metadata = Metadata(_SELF, self._house.now(), new_id())
        turning.store(update, (), metadata, spec_version=sheet.facts.spec_version)

    def _hand_out(self, update: bytes, sender: Peer | None) -> None:
        for peer in list(self.peers):
            if peer is not sender:
                peer.updated(update)

    def _merge_what_is_much(self) -> None:
        if self._stock.much and (self._compaction is None or self._compaction.done()):
            self._compaction = asyncio.create_task(self._compact())

    async def _compact(self) -> None:
        """Merges what is stored into fewer pieces, while others go on writing."""
        async with self.lock:
            if self.sheet is None:
                return
            began, place = time.perf_counter(), self.place
            snapshot, whole_bytes = self._stock.settle(self.sheet.document.whole), self._stock.whole_bytes
            count = len(self._stock.pack(self._house.merge))
        documents = self._house.documents
        try:
            if snapshot:
                await documents.compact(self.app_id, place, snapshot)
            else:
                await documents.merge(self.app_id, place.epoch, whole_bytes)
        except Exception as error:
            log.warning("the document of app %s was not compacted: %s", self.app_id, type(error).__name__)
            return
        log.info("app %s: merged into %d pieces in %.3f s", self.app_id, count, time.perf_counter() - began)
