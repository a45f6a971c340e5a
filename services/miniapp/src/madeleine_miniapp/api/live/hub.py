"""One app's sockets in this process, and who is where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from madeleine_common.auth import Principal
from madeleine_miniapp.application.live.keeper import Peer
from madeleine_miniapp.application.live.presence import Presence
from madeleine_miniapp.application.live.room import Room
from madeleine_miniapp.application.live.rooms import Rooms


class Member(Peer, Protocol):
    """A socket."""

    def present(self, states: bytes) -> None:
        """Hands over where others are."""
        ...


class Hub:
    """Relays presence among an app's sockets, here and at other replicas."""

    def __init__(self, app_id: str, rooms: Rooms, relay: Callable[[str, bytes], None]) -> None:
        """`relay` tells other replicas."""
        self.app_id = app_id
        self.presence = Presence()
        self.members: set[Member] = set()
        # With those that are not let in yet.
        self.sessions = 0
        self._rooms = rooms
        self._relay = relay

    @property
    def room(self) -> Room:
        """The app's room."""
        return self._rooms.of(self.app_id)

    def join(self, member: Member) -> None:
        """Somebody came."""
        self.members.add(member)

    def leave(self, member: Member) -> None:
        """Somebody went: the others see it at once."""
        self.members.discard(member)
        self.room.peers.discard(member)
        if gone := self.presence.leave(member):
            self._tell(gone, member)
            self._relay(self.app_id, gone)

    def present(self, member: Member, caller: Principal, update: bytes) -> None:
        """Somebody says where they are; raises Malformed."""
        if states := self.presence.take(member, caller.person_id, caller.name, update):
            self._tell(states, member)
            self._relay(self.app_id, states)

    def heard(self, states: bytes) -> None:
        """Another replica says where its people are; raises Malformed."""
        self.presence.hear("elsewhere", states)
        self._tell(states, None)

    def _tell(self, states: bytes, but: Member | None) -> None:
        for member in list(self.members):
            if member is not but:
                member.present(states)
