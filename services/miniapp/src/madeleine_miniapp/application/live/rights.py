"""What takes rights in apps from people: word of it goes to every process that holds their sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from madeleine.chat.v1.events_pb2 import MemberRemoved
from madeleine.miniapp.v1.events_pb2 import AppRoleSet
from madeleine_common.events.model import RecordedEvent

LEFT: tuple[str, ...] = (MemberRemoved.DESCRIPTOR.full_name,)
GIVEN_A_ROLE: tuple[str, ...] = (AppRoleSet.DESCRIPTOR.full_name,)


@dataclass(frozen=True, slots=True)
class RightsWatch:
    """Reacts to members who go, roles that are given, and people who are erased."""

    # Told of a person whose rights may have changed.
    tell: Callable[[str], Awaitable[None]]

    async def react(self, event: RecordedEvent) -> None:
        """Passes on whom a removal or a role is about."""
        match event.message:
            case MemberRemoved() | AppRoleSet():
                await self.tell(event.message.person_id)
            case _:
                pass

    async def erased(self, event: RecordedEvent) -> None:
        """Passes on who was erased."""
        await self.tell(event.stream_id.removeprefix("person-"))
