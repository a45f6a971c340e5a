"""All rooms of a process: opened when somebody comes or writes, closed when nobody was there for a while."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

from madeleine_common.db import DATABASE_ERRORS
from madeleine_common.errors import DomainError
from madeleine_miniapp.application.live.keeper import House
from madeleine_miniapp.application.live.room import Room
from madeleine_miniapp.domain.recording import Facts

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 2.0
_IDLE_S = 120.0
# Beyond so many, those that were idle for longest are closed at once.
_MOST_IDLE = 64


class Rooms:
    """Rooms by app."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rooms: OrderedDict[str, Room] = OrderedDict()
        self._used: dict[str, float] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def __len__(self) -> int:
        return len(self._rooms)

    def of(self, app_id: str) -> Room:
        """The app's room."""
        room = self._rooms.get(app_id)
        if room is None:
            room = self._rooms[app_id] = Room(app_id, self._house)
        self._rooms.move_to_end(app_id)
        self._used[app_id] = time.monotonic()
        return room

    async def woken(self, app_id: str) -> None:
        """Another replica says that it stored something."""
        if (room := self._rooms.get(app_id)) is None:
            return
        self._again.add(app_id)
        if app_id not in self._looking:
            # Not waited for: a large document must not hold up words about others.
            task = self._looking[app_id] = asyncio.create_task(self._follow(room))
            task.add_done_callback(lambda _: self._looking.pop(app_id, None))

    async def _follow(self, room: Room) -> None:
        while room.app_id in self._again:
            self._again.discard(room.app_id)
            await self._look(room, None)

    async def run(self) -> None:
        """Looks after the rooms until cancelled: words of other replicas may be lost, and idle rooms are closed."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                self._tidy()
                await self._look_at_all()
            except DATABASE_ERRORS as error:
                log.warning("rooms are not looked after now: %s", type(error).__name__)

    async def _look_at_all(self) -> None:
        rooms = {app_id: room for app_id, room in self._rooms.items() if room.place.epoch}
        if not rooms:
            return
        found = await self._house.present(list(rooms))
        for app_id, room in rooms.items():
            epoch, seq, facts = found.get(app_id, (0, 0, None))
            place = room.place
            old = facts is not None and facts.spec_version > place.spec_version
            if facts is None or epoch != place.epoch or seq > place.seq or old:
                await self._look(room, facts)

    async def _look(self, room: Room, facts: Facts | None) -> None:
        try:
            await room.catch_up(facts)
        except (DomainError, *DATABASE_ERRORS) as error:
            log.warning("app %s is not caught up with: %s", room.app_id, type(error).__name__)

    def _tidy(self) -> None:
        idle = [app_id for app_id, room in self._rooms.items() if room.idle]
        for number, app_id in enumerate(idle):
            if len(idle) - number > _MOST_IDLE or time.monotonic() - self._used[app_id] > _IDLE_S:
                self._rooms.pop(app_id).close()
                del self._used[app_id]
