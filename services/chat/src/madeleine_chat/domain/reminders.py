"""Reminders of a conversation: what is known of them, and deciders about them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.refusals import Refused, role_required

if TYPE_CHECKING:
    from madeleine_chat.domain.conversation import Conversation

MOST_TEXT = 1000
MOST_WAITING = 200
SOONEST = timedelta(seconds=5)
LATEST = timedelta(days=5 * 366)
_FIRED = uuid.UUID("6d61646c-0000-5000-8000-72656d696e64")
_LEADERS = (pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN)


@dataclass(frozen=True, slots=True)
class KnownReminder:
    """One reminder: who set it, and when it is due."""

    reminder_id: str
    person_id: str
    text: str
    # Aware, UTC.
    due_at: datetime
    created_at: datetime
    state: pb.ReminderState.ValueType = pb.REMINDER_STATE_WAITING
    # The message by which it fired last.
    message_id: str = ""

    @property
    def waits(self) -> bool:
        """True until it fires or is cancelled."""
        return self.state == pb.REMINDER_STATE_WAITING


Reminders = Mapping[str, KnownReminder]


def reminders_after(reminders: Reminders, event: Message) -> Reminders:
    """The reminders after an event; one whose setter was erased is not known, and nothing happens to it."""
    match event:
        case events.ReminderSet():
            told = event.reminder
            known = KnownReminder(
                told.reminder_id,
                told.person_id,
                told.text,
                told.due_at.ToDatetime(UTC),
                told.created_at.ToDatetime(UTC),
            )
        case events.ReminderFired() if event.reminder_id in reminders:
            known = replace(reminders[event.reminder_id], state=pb.REMINDER_STATE_FIRED, message_id=event.message_id)
        case events.ReminderSnoozed() if event.reminder_id in reminders:
            known = replace(
                reminders[event.reminder_id],
                state=pb.REMINDER_STATE_WAITING,
                due_at=event.due_at.ToDatetime(UTC),
            )
        case events.ReminderCancelled() if event.reminder_id in reminders:
            known = replace(reminders[event.reminder_id], state=pb.REMINDER_STATE_CANCELLED)
        case _:
            return reminders
    return {**reminders, known.reminder_id: known}


def set_reminder(
    state: Conversation, *, actor: str, reminder_id: str, text: str, due_at: datetime, now: datetime, field: str
) -> list[Message]:
    """A member who may write sets one; `field` names where the time came from, for refusals."""
    state.writer(actor, now)
    _in_time(due_at, now, field)
    _room(state, actor)
    reminder = pb.Reminder(
        reminder_id=reminder_id,
        conversation_id=state.conversation_id,
        person_id=actor,
        text=text,
        state=pb.REMINDER_STATE_WAITING,
    )
    reminder.due_at.FromDatetime(due_at)
    reminder.created_at.FromDatetime(now)
    return [events.ReminderSet(reminder=reminder)]


def snooze(
    state: Conversation, *, actor: str, reminder_id: str, due_at: datetime, now: datetime, field: str
) -> list[Message]:
    """It fires then instead, or once more; by its setter, owners and admins."""
    known = _theirs(state, actor, reminder_id)
    if known.state == pb.REMINDER_STATE_CANCELLED:
        raise Refused("precondition", "this reminder was cancelled; set another", reason="REMINDER_CANCELLED")
    _in_time(due_at, now, field)
    if not known.waits:
        _room(state, known.person_id)
    if known.waits and known.due_at == due_at:
        return []
    snoozed = events.ReminderSnoozed(conversation_id=state.conversation_id, reminder_id=reminder_id, snoozed_by=actor)
    snoozed.due_at.FromDatetime(due_at)
    return [snoozed]


def cancel(state: Conversation, *, actor: str, reminder_id: str) -> list[Message]:
    """It fires no more; by its setter, owners and admins; nothing happens when it was cancelled already."""
    known = _theirs(state, actor, reminder_id)
    if known.state == pb.REMINDER_STATE_FIRED:
        raise Refused("precondition", "this reminder has fired already", reason="REMINDER_FIRED")
    return [_cancelled(state, known, actor)] if known.waits else []


def cancel_of(state: Conversation, *, person_id: str, actor: str) -> list[Message]:
    """Cancels what waits of somebody who is no longer a member."""
    if person_id in state.members:
        return []
    return [_cancelled(state, r, actor) for r in state.reminders.values() if r.waits and r.person_id == person_id]


def fire(state: Conversation, *, reminder_id: str, until: datetime, chinese: bool, actor: str) -> list[Message]:
    """A reminder that is due by then becomes a message of the AI's, once for each time that it is due."""
    known = state.reminders.get(reminder_id)
    if known is None or not known.waits or known.due_at > until:
        return []
    setter = state.members.get(known.person_id)
    if setter is None:
        return [_cancelled(state, known, actor)]
    fired = events.ReminderFired(
        conversation_id=state.conversation_id,
        reminder_id=reminder_id,
        message_id=str(uuid.uuid5(_FIRED, f"{reminder_id} {known.due_at.isoformat()}")),
        person_id=known.person_id,
        text=_told(setter.display_name, known.text, chinese=chinese),
    )
    fired.due_at.FromDatetime(known.due_at)
    return [fired]


def _told(name: str, text: str, *, chinese: bool) -> str:
    if chinese:
        return f"{name}，提醒你：{text}" if name else f"提醒：{text}"
    return f"{name}, a reminder: {text}" if name else f"A reminder: {text}"


def _cancelled(state: Conversation, known: KnownReminder, actor: str) -> events.ReminderCancelled:
    return events.ReminderCancelled(
        conversation_id=state.conversation_id, reminder_id=known.reminder_id, cancelled_by=actor
    )


def _theirs(state: Conversation, actor: str, reminder_id: str) -> KnownReminder:
    acting = state.member(actor)
    known = state.reminders.get(reminder_id)
    if known is None:
        raise Refused("missing", "there is no such reminder in this conversation", reason="REMINDER_NOT_FOUND")
    if known.person_id != actor and acting.role not in _LEADERS:
        raise role_required("only who set it, owners and admins change a reminder")
    return known


def _in_time(due_at: datetime, now: datetime, field: str) -> None:
    if due_at < now + SOONEST:
        told = "must be at least 5 seconds from now"
    elif due_at > now + LATEST:
        told = "must be at most 5 years from now"
    else:
        return
    raise Refused("invalid", f"{told}; it is {due_at.isoformat(timespec='seconds')}", reason="INVALID", field=field)


def _room(state: Conversation, person_id: str) -> None:
    waiting = sum(r.waits and r.person_id == person_id for r in state.reminders.values())
    if waiting >= MOST_WAITING:
        raise Refused(
            "precondition", f"at most {MOST_WAITING} reminders of a person wait here", reason="TOO_MANY_REMINDERS"
        )
