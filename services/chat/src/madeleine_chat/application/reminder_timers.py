"""Keeps the timers of reminders as the events say."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import sealed
from madeleine_chat.application.ports import Timers
from madeleine_chat.application.reminders import ACTOR
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.reminders import cancel_of
from madeleine_common.commands import caused_by
from madeleine_common.events import RecordedEvent, Repository

HEARD = tuple(
    kind.DESCRIPTOR.full_name
    for kind in (events.ReminderSet, events.ReminderSnoozed, events.ReminderCancelled, events.MemberRemoved)
)


@dataclass(frozen=True, slots=True)
class TimerKeeper:
    """Reacts to what happens to reminders, and to members who leave; bears repetition."""

    repository: Repository[Conversation]
    timers: Timers

    async def react(self, event: RecordedEvent) -> None:
        """Sets what the stream says now, so that events which come twice or late do no harm; raises Unavailable."""
        match event.message:
            case events.MemberRemoved():
                await self._left(event, event.message.person_id)
            case events.ReminderSet():
                await self._keep(event, event.message.reminder.reminder_id)
            case events.ReminderSnoozed() | events.ReminderCancelled():
                await self._keep(event, event.message.reminder_id)
            case _:
                # Its author was erased: `application.erasure` has stopped the timer.
                return

    async def _keep(self, event: RecordedEvent, reminder_id: str) -> None:
        loaded = await self.repository.load(event.stream_id)
        known = loaded.state.reminders.get(reminder_id)
        if known is not None and known.waits:
            await self.timers.set(loaded.state.conversation_id, reminder_id, known.due_at, loaded.version)
        else:
            await self.timers.stop(reminder_id, loaded.version)

    async def _left(self, event: RecordedEvent, person_id: str) -> None:
        """Cancels their reminders there; these events stop the timers."""
        await self.repository.execute(
            event.stream_id,
            sealed(lambda state: cancel_of(state, person_id=person_id, actor=ACTOR)),
            caused_by(event, ACTOR),
        )
