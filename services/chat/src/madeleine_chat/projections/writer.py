"""Writes the read models, event by event, each stream in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.turns import turn_of
from madeleine_common.bus import Subscription
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection

PROJECTION = "chat-read-model"
COMMITTED = "chat_committed"
_ANSWER = events.AnswerCompleted.DESCRIPTOR.full_name


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Takes one event into the read models."""
    message = event.message
    if message is None:
        if event.type == _ANSWER:
            # It can no longer be read, but it was given: nobody is to give another one.
            await connection.execute("DELETE FROM open_turns WHERE event_id = $1", event.metadata.causation_id or None)
        return
    if not await _still_there(connection, event):
        return
    if write := _WRITERS.get(type(message)):
        await write(connection, event, message)
    conversation_id = event.stream_id.removeprefix("conversation-")
    if turn := turn_of(message):
        await connection.execute(
            "INSERT INTO open_turns (conversation_id, version, answer_id, asked_by, event_id)"
            " VALUES ($1, $2, $3, $4, $5)",
            conversation_id,
            event.version,
            turn.answer_id,
            turn.asked_by,
            event.event_id,
        )


async def announce(connection: Connection, event: RecordedEvent) -> None:
    """Wakes the watchers of an event's conversation; PostgreSQL tells them after the commit, never before."""
    conversation_id = event.stream_id.removeprefix("conversation-")
    await connection.execute("SELECT pg_notify($1, $2)", COMMITTED, conversation_id)


async def clear(connection: Connection, stream_id: str) -> None:
    """Deletes what is held of one conversation."""
    conversation_id = stream_id.removeprefix("conversation-")
    await connection.execute("DELETE FROM conversations WHERE conversation_id = $1", conversation_id)


async def _still_there(connection: Connection, event: RecordedEvent) -> bool:
    """False when the conversation itself was erased: what is left of its stream has nothing to belong to."""
    return event.version == 1 or await connection.fetchval(
        "SELECT EXISTS (SELECT FROM conversations WHERE conversation_id = $1)",
        event.stream_id.removeprefix("conversation-"),
    )


async def _created(connection: Connection, event: RecordedEvent, created: events.ConversationCreated) -> None:
    await connection.execute(
        "INSERT INTO conversations (conversation_id, kind, title, assistant_mode, created_at, last_activity_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        created.conversation_id,
        created.kind,
        created.title,
        created.assistant_mode,
        created.creator.joined_at.ToDatetime(UTC),
        event.metadata.occurred_at,
    )
    await _changed(connection, event, created.conversation_id)


async def _member_added(connection: Connection, event: RecordedEvent, added: events.MemberAdded) -> None:
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
    await _changed(connection, event, added.conversation_id)


async def _member_removed(connection: Connection, event: RecordedEvent, removed: events.MemberRemoved) -> None:
    await connection.execute(
        "DELETE FROM members WHERE conversation_id = $1 AND person_id = $2", removed.conversation_id, removed.person_id
    )
    await _changed(connection, event, removed.conversation_id)


async def _mode_changed(connection: Connection, event: RecordedEvent, changed: events.AssistantModeChanged) -> None:
    await connection.execute(
        "UPDATE conversations SET assistant_mode = $2 WHERE conversation_id = $1", changed.conversation_id, changed.mode
    )
    await _changed(connection, event, changed.conversation_id)


async def _sent(connection: Connection, event: RecordedEvent, sent: events.MessageSent) -> None:
    await _insert(connection, event, sent, sent.sender_id, sent.sender_name, sent.text, None)


async def _answered(connection: Connection, event: RecordedEvent, done: events.AnswerCompleted) -> None:
    answer = pb.Answer(
        state=pb.ANSWER_STATE_COMPLETE,
        revision=done.trace.revision,
        memory_ids=done.memory_ids,
        citations=done.citations,
        prompt_tokens=done.prompt_tokens,
        completion_tokens=done.completion_tokens,
        replaces=done.replaces,
    )
    await _insert(connection, event, done, None, "", done.text, answer)


async def _failed(connection: Connection, event: RecordedEvent, failed: events.AnswerFailed) -> None:
    answer = pb.Answer(state=pb.ANSWER_STATE_FAILED, failure=failed.reason, replaces=failed.replaces)
    await _insert(connection, event, failed, None, "", "", answer)


async def _insert(
    connection: Connection,
    event: RecordedEvent,
    said: events.MessageSent | events.AnswerCompleted | events.AnswerFailed,
    sender_id: str | None,
    sender_name: str,
    text: str,
    answer: pb.Answer | None,
) -> None:
    await connection.execute(
        "INSERT INTO messages (message_id, conversation_id, version, event_id, sender_id, sender_name, text, sent_at,"
        " in_reply_to, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        said.message_id,
        said.conversation_id,
        event.version,
        event.event_id,
        sender_id,
        sender_name,
        text,
        event.metadata.occurred_at,
        said.in_reply_to or None,
        answer.SerializeToString() if answer else None,
    )
    if answer:
        await connection.execute("DELETE FROM open_turns WHERE answer_id = $1", said.message_id)
    await _changed(connection, event, said.conversation_id, said.message_id)


async def _edited(
    connection: Connection, event: RecordedEvent, edited: events.MessageEdited | events.AnswerEdited
) -> None:
    known = await connection.fetchval(
        "UPDATE messages SET text = $2, edited = true WHERE message_id = $1 RETURNING true",
        edited.message_id,
        edited.text,
    )
    if known:
        await _changed(connection, event, edited.conversation_id, edited.message_id)


async def _rated(connection: Connection, event: RecordedEvent, rated: events.AnswerRated) -> None:
    known = await connection.fetchval(
        "INSERT INTO ratings (message_id, person_id, rating) SELECT message_id, $2, $3 FROM messages"
        " WHERE message_id = $1 ON CONFLICT (message_id, person_id) DO UPDATE SET rating = excluded.rating"
        " RETURNING true",
        rated.message_id,
        rated.rated_by,
        rated.rating,
    )
    if known:
        await connection.execute(
            "INSERT INTO changes (conversation_id, version, message_id, viewer_id) VALUES ($1, $2, $3, $4)",
            rated.conversation_id,
            event.version,
            rated.message_id,
            rated.rated_by,
        )


async def _changed(
    connection: Connection, event: RecordedEvent, conversation_id: str, message_id: str | None = None
) -> None:
    """Notes a change that every member sees; it counts as activity."""
    await connection.execute(
        "INSERT INTO changes (conversation_id, version, message_id) VALUES ($1, $2, $3)",
        conversation_id,
        event.version,
        message_id,
    )
    await connection.execute(
        "UPDATE conversations SET last_activity_at = $2 WHERE conversation_id = $1",
        conversation_id,
        event.metadata.occurred_at,
    )


# Events without a line here (a wish to regenerate, reminders) show in no table of their own.
_WRITERS: dict[type[Message], Callable[[Connection, RecordedEvent, Any], Awaitable[None]]] = {
    events.ConversationCreated: _created,
    events.MemberAdded: _member_added,
    events.MemberRemoved: _member_removed,
    events.AssistantModeChanged: _mode_changed,
    events.MessageSent: _sent,
    events.AnswerCompleted: _answered,
    events.AnswerFailed: _failed,
    events.MessageEdited: _edited,
    events.AnswerRated: _rated,
    events.AnswerEdited: _edited,
}

READ_MODEL = Subscription(PROJECTION, "chat", apply=apply, announce=announce, projection=True)
CONVERSATIONS = Projection(
    PROJECTION, ("conversations", "members", "messages", "ratings", "changes", "open_turns"), (READ_MODEL,)
)
