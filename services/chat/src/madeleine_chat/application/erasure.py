"""What the chat does when a person was erased: it forgets what it derived from them, and no group is left ownerless."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.identity.v1 import events_pb2 as identity
from madeleine_chat.application.judging import sealed, stream_of
from madeleine_chat.application.ports import PersonRows, Timers
from madeleine_chat.domain import membership
from madeleine_chat.domain.conversation import Conversation
from madeleine_common.commands import caused_by
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.events import RecordedEvent, Repository

_ACTOR = "service:chat"
# Later than any version of a stream.
FOR_GOOD = 2**62


@dataclass(frozen=True, slots=True)
class Erasure:
    """Reacts to PersonErased; bears repetition, since the rows that lead it go last."""

    repository: Repository[Conversation]
    rows: PersonRows
    keyring: Keyring
    timers: Timers

    async def react(self, event: RecordedEvent) -> None:
        """Forgets one person."""
        erased = event.message
        if not isinstance(erased, identity.PersonErased):
            return
        for reminder_id in await self.rows.reminders_of(erased.person_id):
            await self.timers.stop(reminder_id, FOR_GOOD)
        for conversation_id in await self.rows.conversations_of(erased.person_id):
            self.repository.forget(stream_of(conversation_id))
            left = await self.repository.execute(
                stream_of(conversation_id),
                sealed(lambda state: membership.appoint_owner(state, actor=_ACTOR)),
                caused_by(event, _ACTOR),
            )
            if not left.state.members:
                # What the AI said there is about people who are gone, and nobody's to read.
                await self.keyring.destroy([f"conversation:{conversation_id}"])
                self.repository.forget(stream_of(conversation_id))
        await self.rows.erase(erased.person_id)
