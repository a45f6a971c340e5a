"""Writes the read models, event by event, each stream in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.turns import turn_of
from madeleine_chat.projections import app_posts, marks, membership, reminders
from madeleine_chat.projections.changes import changed
from madeleine_chat.projections.finding import find
from madeleine_common.bus import Subscription
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection

PROJECTION = "chat-read-model"
COMMITTED = "chat_committed"
_STREAMS = "conversation-"
_ANSWER = events.AnswerCompleted.DESCRIPTOR.full_name


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Takes one event into the read models."""
    if not event.stream_id.startswith(_STREAMS):
        # How far somebody has read is another projection's (`projections.reads`).
        return
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
    conversation_id = event.stream_id.removeprefix(_STREAMS)
    if turn := turn_of(message):
        await connection.execute(
            "INSERT INTO open_turns (conversation_id, version, answer_id, asked_by, event_id, asked_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            conversation_id,
            event.version,
            turn.answer_id,
            turn.asked_by,
            event.event_id,
            event.metadata.occurred_at,
        )


async def announce(connection: Connection, event: RecordedEvent) -> None:
    """Wakes the watchers of an event's conversation; PostgreSQL tells them after the commit, never before."""
    if event.stream_id.startswith(_STREAMS):
        conversation_id = event.stream_id.removeprefix(_STREAMS)
        await connection.execute("SELECT pg_notify($1, $2)", COMMITTED, f"{conversation_id} {event.version}")


async def clear(connection: Connection, stream_id: str) -> None:
    """Deletes what is held of one conversation."""
    conversation_id = stream_id.removeprefix(_STREAMS)
    await connection.execute("DELETE FROM conversations WHERE conversation_id = $1", conversation_id)


async def _still_there(connection: Connection, event: RecordedEvent) -> bool:
    """False when the conversation itself was erased: what is left of its stream has nothing to belong to."""
    return event.version == 1 or await connection.fetchval(
        "SELECT EXISTS (SELECT FROM conversations WHERE conversation_id = $1)",
        event.stream_id.removeprefix(_STREAMS),
    )


async def _sent(connection: Connection, event: RecordedEvent, sent: events.MessageSent) -> None:
    attachments = [attachment.SerializeToString() for attachment in sent.attachments]
    await _insert(connection, event, sent, sent.sender_id, sent.sender_name, sent.text, None, attachments=attachments)


async def _answered(connection: Connection, event: RecordedEvent, done: events.AnswerCompleted) -> None:
    answer = pb.Answer(
        state=pb.ANSWER_STATE_COMPLETE,
        revision=done.trace.revision,
        memory_ids=done.memory_ids,
        citations=done.citations,
        prompt_tokens=done.prompt_tokens,
        completion_tokens=done.completion_tokens,
        replaces=done.replaces,
        asked_by=done.asked_by,
        cards=done.cards,
    )
    await _insert(connection, event, done, None, "", done.text, answer, done.words_of)


async def _copied(connection: Connection, event: RecordedEvent, copied: events.MessageCopied) -> None:
    answer = None if copied.sender_id else pb.Answer(state=pb.ANSWER_STATE_COMPLETE)
    at = copied.sent_at.ToDatetime(UTC)
    sender_id, name, text = copied.sender_id or None, copied.sender_name, copied.text
    await _insert(connection, event, copied, sender_id, name, text, answer, copied.words_of, sent_at=at)


async def _failed(connection: Connection, event: RecordedEvent, failed: events.AnswerFailed) -> None:
    answer = pb.Answer(state=pb.ANSWER_STATE_FAILED, failure=failed.reason, replaces=failed.replaces)
    await _insert(connection, event, failed, None, "", "", answer)


async def _delayed(connection: Connection, event: RecordedEvent, delayed: events.AnswerDelayed) -> None:
    waits = await connection.fetchval(
        "UPDATE open_turns SET waits_for = $2, question_id = $3 WHERE answer_id = $1 RETURNING true",
        delayed.message_id,
        delayed.reason,
        delayed.in_reply_to or None,
    )
    if waits:
        await connection.execute(
            "INSERT INTO changes (conversation_id, version, waiting_id) VALUES ($1, $2, $3)",
            delayed.conversation_id,
            event.version,
            delayed.message_id,
        )


async def _insert(
    connection: Connection,
    event: RecordedEvent,
    said: events.MessageSent | events.MessageCopied | events.AnswerCompleted | events.AnswerFailed,
    sender_id: str | None,
    sender_name: str,
    text: str,
    answer: pb.Answer | None,
    words_of: Sequence[str] = (),
    attachments: Sequence[bytes] = (),
    sent_at: datetime | None = None,
) -> None:
    mentions = list(said.mention_ids) if isinstance(said, events.MessageSent) else []
    off_the_record = isinstance(said, events.MessageSent | events.AnswerCompleted) and said.off_the_record
    at = sent_at or event.metadata.occurred_at
    await connection.execute(
        "INSERT INTO messages (message_id, conversation_id, version, event_id, sender_id, sender_name, text, sent_at,"  # noqa: S608 (constants only)
        " in_reply_to, answer, words_of, attachments, off_the_record, mention_ids)"
        f" VALUES ($3, $1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, {marks.MENTIONED})",
        said.conversation_id,
        mentions,
        said.message_id,
        event.version,
        event.event_id,
        sender_id,
        sender_name,
        text,
        at,
        said.in_reply_to or None,
        answer.SerializeToString() if answer else None,
        [person_id for person_id in words_of if person_id],
        list(attachments),
        off_the_record,
    )
    if not off_the_record and not isinstance(said, events.AnswerFailed):
        await find(connection, said.message_id, text, said.conversation_id, event.version, sender_id, at)
    if answer:
        await connection.execute("DELETE FROM open_turns WHERE answer_id = $1", said.message_id)
    await changed(connection, event, said.conversation_id, said.message_id, of_text=True)


# Events without a line here (a wish to regenerate, bans, invites) show in no table of their own.
_WRITERS: dict[type[Message], Callable[[Connection, RecordedEvent, Any], Awaitable[None]]] = {
    events.ConversationCreated: membership.created,
    events.MemberAdded: membership.member_added,
    events.MemberRemoved: membership.member_removed,
    events.MemberMuted: membership.member_muted,
    events.NotificationsMuted: membership.notifications_muted,
    events.AssistantModeChanged: membership.mode_changed,
    events.ConversationRenamed: membership.renamed,
    events.ConversationMemoryChanged: membership.memory_changed,
    events.MessageSent: _sent,
    events.MessageCopied: _copied,
    events.AnswerCompleted: _answered,
    events.AnswerFailed: _failed,
    events.AnswerDelayed: _delayed,
    events.MessageEdited: marks.edited,
    events.AnswerEdited: marks.edited,
    events.AnswerRated: marks.rated,
    events.MessageReacted: marks.reacted,
    events.MessageDeleted: marks.deleted,
    events.ReminderSet: reminders.was_set,
    events.ReminderSnoozed: reminders.snoozed,
    events.ReminderCancelled: reminders.cancelled,
    events.ReminderFired: reminders.fired,
    events.AppPosted: app_posts.posted,
}

READ_MODEL = Subscription(PROJECTION, "chat", apply=apply, announce=announce, projection=True)
CONVERSATIONS = Projection(
    PROJECTION,
    (
        "conversations",
        "members",
        "mutes",
        "notifications",
        "messages",
        "ratings",
        "reactions",
        "changes",
        "message_words",
        "open_turns",
        "reminders",
    ),
    (READ_MODEL,),
)
