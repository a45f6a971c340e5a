"""Writes who is in a conversation and what it is, into the read models."""

from __future__ import annotations

from datetime import UTC

from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.projections.changes import changed, changed_for
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent


async def created(connection: Connection, event: RecordedEvent, made: events.ConversationCreated) -> None:
    """A new conversation."""
    await connection.execute(
        "INSERT INTO conversations (conversation_id, kind, title, assistant_mode, created_at, last_activity_at,"
        " branched_from, branched_at_message) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        made.conversation_id,
        made.kind,
        made.title,
        made.assistant_mode,
        made.creator.joined_at.ToDatetime(UTC),
        event.metadata.occurred_at,
        made.branched_from or None,
        made.branched_at_message or None,
    )
    await changed(connection, event, made.conversation_id)


async def member_added(connection: Connection, event: RecordedEvent, added: events.MemberAdded) -> None:
    """Somebody is in, or has another role."""
    member = added.member
    await connection.execute(
        "INSERT INTO members (conversation_id, person_id, display_name, role, joined_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (conversation_id, person_id) DO UPDATE SET display_name = excluded.display_name,"
        " role = excluded.role",
        added.conversation_id,
        member.person_id,
        member.display_name,
        member.role,
        member.joined_at.ToDatetime(UTC),
    )
    await changed(connection, event, added.conversation_id)


async def member_removed(connection: Connection, event: RecordedEvent, removed: events.MemberRemoved) -> None:
    """Somebody is out; their own wishes go, a mute stays."""
    for table in ("members", "notifications"):
        await connection.execute(
            f"DELETE FROM {table} WHERE conversation_id = $1 AND person_id = $2",  # noqa: S608 (constants only)
            removed.conversation_id,
            removed.person_id,
        )
    await changed(connection, event, removed.conversation_id)


async def member_muted(connection: Connection, event: RecordedEvent, muted: events.MemberMuted) -> None:
    """Somebody may not write for a while, or may again."""
    await _until(connection, "mutes", muted)
    await changed(connection, event, muted.conversation_id)


async def notifications_muted(connection: Connection, event: RecordedEvent, muted: events.NotificationsMuted) -> None:
    """Somebody does not want to be notified for a while, or does again."""
    await _until(connection, "notifications", muted)
    await changed_for(connection, event, muted.conversation_id, muted.person_id)


async def mode_changed(connection: Connection, event: RecordedEvent, told: events.AssistantModeChanged) -> None:
    """The AI speaks at other times."""
    await connection.execute(
        "UPDATE conversations SET assistant_mode = $2, speak_threshold = $3 WHERE conversation_id = $1",
        told.conversation_id,
        told.mode,
        told.speak_threshold,
    )
    await changed(connection, event, told.conversation_id)


async def renamed(connection: Connection, event: RecordedEvent, told: events.ConversationRenamed) -> None:
    """A new title."""
    await connection.execute(
        "UPDATE conversations SET title = $2 WHERE conversation_id = $1", told.conversation_id, told.title
    )
    await changed(connection, event, told.conversation_id)


async def memory_changed(connection: Connection, event: RecordedEvent, told: events.ConversationMemoryChanged) -> None:
    """Memory is switched off or on."""
    await connection.execute(
        "UPDATE conversations SET memory_off = $2 WHERE conversation_id = $1", told.conversation_id, told.memory_off
    )
    await changed(connection, event, told.conversation_id)


async def _until(connection: Connection, table: str, muted: events.MemberMuted | events.NotificationsMuted) -> None:
    if muted.HasField("until"):
        await connection.execute(
            f"INSERT INTO {table} (conversation_id, person_id, until) VALUES ($1, $2, $3)"  # noqa: S608 (constants only)
            " ON CONFLICT (conversation_id, person_id) DO UPDATE SET until = excluded.until",
            muted.conversation_id,
            muted.person_id,
            muted.until.ToDatetime(UTC),
        )
    else:
        await connection.execute(
            f"DELETE FROM {table} WHERE conversation_id = $1 AND person_id = $2",  # noqa: S608 (constants only)
            muted.conversation_id,
            muted.person_id,
        )
