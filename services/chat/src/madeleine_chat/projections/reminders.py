"""Reminders as rows: written event by event, read soonest first."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.projections.changes import changed
from madeleine_chat.projections.finding import find
from madeleine_common.db import Connection, Pool
from madeleine_common.events import RecordedEvent


async def was_set(connection: Connection, event: RecordedEvent, was: events.ReminderSet) -> None:
    """A new one waits."""
    reminder = was.reminder
    await connection.execute(
        "INSERT INTO reminders (reminder_id, conversation_id, person_id, text, due_at, state, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        reminder.reminder_id,
        reminder.conversation_id,
        reminder.person_id,
        reminder.text,
        reminder.due_at.ToDatetime(UTC),
        pb.REMINDER_STATE_WAITING,
        reminder.created_at.ToDatetime(UTC),
    )


async def snoozed(connection: Connection, event: RecordedEvent, put_off: events.ReminderSnoozed) -> None:
    """It waits for another time."""
    await connection.execute(
        "UPDATE reminders SET due_at = $2, state = $3 WHERE reminder_id = $1",
        put_off.reminder_id,
        put_off.due_at.ToDatetime(UTC),
        pb.REMINDER_STATE_WAITING,
    )


async def cancelled(connection: Connection, event: RecordedEvent, was: events.ReminderCancelled) -> None:
    """It waits no more."""
    await connection.execute(
        "UPDATE reminders SET state = $2 WHERE reminder_id = $1", was.reminder_id, pb.REMINDER_STATE_CANCELLED
    )


async def fired(connection: Connection, event: RecordedEvent, told: events.ReminderFired) -> None:
    """It is a message of the AI's now."""
    await connection.execute(
        "UPDATE reminders SET state = $2, message_id = $3 WHERE reminder_id = $1",
        told.reminder_id,
        pb.REMINDER_STATE_FIRED,
        told.message_id,
    )
    await connection.execute(
        "INSERT INTO messages (message_id, conversation_id, version, event_id, sender_name, text, sent_at, reminder_id,"
        " words_of) VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8)",
        told.message_id,
        told.conversation_id,
        event.version,
        event.event_id,
        told.text,
        event.metadata.occurred_at,
        told.reminder_id,
        [told.person_id],
    )
    at = event.metadata.occurred_at
    await find(connection, told.message_id, told.text, told.conversation_id, event.version, None, at)
    await changed(connection, event, told.conversation_id, told.message_id, of_text=True)


class PostgresReminders:
    """The rows (`application.ports.ReminderList`)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self, conversation_id: str, after: tuple[str, str] | None, limit: int, *, every: bool
    ) -> list[pb.Reminder]:
        """Those that wait, or every one, soonest first, after a (due time in ISO, id)."""
        time, last_id = after or (None, None)
        rows = await self._pool.fetch(
            "SELECT * FROM reminders WHERE conversation_id = $1 AND ($2 OR state = $3)"
            " AND ($4::timestamptz IS NULL OR (due_at, reminder_id) > ($4, $5::uuid))"
            " ORDER BY due_at, reminder_id LIMIT $6",
            conversation_id,
            every,
            pb.REMINDER_STATE_WAITING,
            datetime.fromisoformat(time) if time else None,
            last_id,
            limit,
        )
        return [_reminder(row) for row in rows]


def _reminder(row: asyncpg.Record) -> pb.Reminder:
    reminder = pb.Reminder(
        reminder_id=str(row["reminder_id"]),
        conversation_id=str(row["conversation_id"]),
        person_id=str(row["person_id"]),
        text=row["text"],
        state=row["state"],
        message_id=str(row["message_id"] or ""),
    )
    reminder.due_at.FromDatetime(row["due_at"])
    reminder.created_at.FromDatetime(row["created_at"])
    return reminder
