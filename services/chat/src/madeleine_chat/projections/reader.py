"""Reads the read models (`application.ports.ReadModel`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.judging import stream_of
from madeleine_chat.application.ports import Change, Changes, WaitingTurn
from madeleine_chat.projections.writer import PROJECTION
from madeleine_common.db import Pool

_MESSAGES = """
SELECT m.message_id, m.conversation_id, m.version, m.sender_id, m.sender_name, m.text, m.sent_at, m.in_reply_to,
       m.edited, m.edits, m.deleted, m.off_the_record, m.mention_ids, m.answer, m.attachments, m.reminder_id, m.app_id,
       r.rating
FROM messages m LEFT JOIN ratings r ON r.message_id = m.message_id AND r.person_id = $1
"""
# What was first put on a message stands first.
_REACTIONS = """
SELECT message_id, emoji, array_agg(person_id ORDER BY version) AS people FROM reactions
WHERE message_id = ANY($1::uuid[]) GROUP BY message_id, emoji ORDER BY message_id, min(version)
"""
_CONVERSATION = """
SELECT c.conversation_id, c.kind, c.title, c.assistant_mode, c.created_at, c.last_activity_at, c.memory_off,
       c.speak_threshold, c.branched_from, c.branched_at_message, n.until AS notifications_muted_until,
       (SELECT count(*) FROM (
           SELECT FROM messages u WHERE u.conversation_id = c.conversation_id AND u.sender_id IS DISTINCT FROM $1
           AND NOT u.deleted AND (c.branched_from IS NULL OR u.sent_at >= c.created_at) AND u.version > coalesce((
               SELECT r.cursor FROM reads r WHERE r.conversation_id = c.conversation_id AND r.person_id = $1), 0)
           LIMIT 999) few) AS unread
FROM conversations c
LEFT JOIN notifications n ON n.conversation_id = c.conversation_id AND n.person_id = $1 AND n.until > now()
"""


def message_of(row: asyncpg.Record) -> pb.Message:
    """A row of `_MESSAGES` as the contract has it."""
    message = pb.Message(
        message_id=str(row["message_id"]),
        conversation_id=str(row["conversation_id"]),
        sender=f"person:{row['sender_id']}" if row["sender_id"] else "assistant",
        sender_name=row["sender_name"],
        text=row["text"],
        in_reply_to=str(row["in_reply_to"] or ""),
        cursor=row["version"],
        edited=row["edited"],
        reminder_id=str(row["reminder_id"] or ""),
        app_id=str(row["app_id"] or ""),
        edits=row["edits"],
        deleted=row["deleted"],
        off_the_record=row["off_the_record"],
        mention_ids=map(str, row["mention_ids"]),
    )
    message.sent_at.FromDatetime(row["sent_at"])
    for attachment in row["attachments"]:
        message.attachments.add().ParseFromString(attachment)
    if row["answer"] is not None:
        message.answer.ParseFromString(row["answer"])
        message.answer.my_rating = row["rating"] or pb.RATING_UNSPECIFIED
    return message


class PostgresReadModel:
    """The read models in this service's database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def reached(self, conversation_id: str) -> int:
        """The stream version that the tables are filled up to; 0 before the first."""
        version = await self._pool.fetchval(
            "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2",
            PROJECTION,
            stream_of(conversation_id),
        )
        return int(version or 0)

    async def conversation(self, conversation_id: str, viewer: str) -> pb.Conversation | None:
        """One conversation with its members, and what is the viewer's own in it."""
        rows = await self._pool.fetch(f"{_CONVERSATION} WHERE c.conversation_id = $2", viewer, conversation_id)
        found = await self._with_members(rows)
        return found[0] if found else None

    async def conversations(
        self, person_id: str, before: tuple[str, str] | None, limit: int
    ) -> list[tuple[pb.Conversation, str]]:
        """A person's conversations, latest activity first, each with its sort key (ISO time)."""
        time, last_id = before or (None, None)
        rows = await self._pool.fetch(
            f"{_CONVERSATION} JOIN members m ON m.conversation_id = c.conversation_id AND m.person_id = $1"
            " WHERE ($2::timestamptz IS NULL OR (c.last_activity_at, c.conversation_id) < ($2, $3::uuid))"
            " ORDER BY c.last_activity_at DESC, c.conversation_id DESC LIMIT $4",
            person_id,
            datetime.fromisoformat(time) if time else None,
            last_id,
            limit,
        )
        found = await self._with_members(rows)
        return [(c, row["last_activity_at"].isoformat()) for c, row in zip(found, rows, strict=True)]

    async def _with_members(self, rows: Sequence[asyncpg.Record]) -> list[pb.Conversation]:
        found: dict[str, pb.Conversation] = {}
        for row in rows:
            conversation = pb.Conversation(
                conversation_id=str(row["conversation_id"]),
                kind=row["kind"],
                title=row["title"],
                assistant_mode=row["assistant_mode"],
                memory_off=row["memory_off"],
                speak_threshold=row["speak_threshold"],
                branched_from=str(row["branched_from"] or ""),
                branched_at_message=str(row["branched_at_message"] or ""),
                unread=row["unread"],
            )
            if row["notifications_muted_until"]:
                conversation.notifications_muted_until.FromDatetime(row["notifications_muted_until"])
            conversation.created_at.FromDatetime(row["created_at"])
            conversation.last_activity_at.FromDatetime(row["last_activity_at"])
            found[conversation.conversation_id] = conversation
        members = await self._pool.fetch(
            "SELECT m.conversation_id, m.person_id, m.display_name, m.role, m.joined_at, u.until, r.cursor"
            " FROM members m"
            " LEFT JOIN reads r ON r.conversation_id = m.conversation_id AND r.person_id = m.person_id"
            " LEFT JOIN mutes u ON u.conversation_id = m.conversation_id AND u.person_id = m.person_id"
            " AND u.until > now()"
            " WHERE m.conversation_id = ANY($1::uuid[]) ORDER BY m.joined_at, m.role, m.person_id",
            list(found),
        )
        for row in members:
            member = found[str(row["conversation_id"])].members.add(
                person_id=str(row["person_id"]),
                display_name=row["display_name"],
                role=row["role"],
                read_cursor=row["cursor"] or 0,
            )
            member.joined_at.FromDatetime(row["joined_at"])
            if row["until"]:
                member.muted_until.FromDatetime(row["until"])
        return list(found.values())

    async def messages(self, conversation_id: str, viewer: str, before: int | None, limit: int) -> list[pb.Message]:
        """Messages below a cursor, newest first, with the viewer's own thumbs."""
        return await self._messages(
            "m.conversation_id = $2 AND ($3::bigint IS NULL OR m.version < $3) ORDER BY m.version DESC LIMIT $4",
            viewer,
            conversation_id,
            before,
            limit,
        )

    async def messages_after(self, conversation_id: str, viewer: str, after: int, limit: int) -> list[pb.Message]:
        """Messages above a cursor, oldest first, with the viewer's own thumbs."""
        return await self._messages(
            "m.conversation_id = $2 AND m.version > $3 ORDER BY m.version LIMIT $4",
            viewer,
            conversation_id,
            after,
            limit,
        )

    async def message(self, message_id: str, viewer: str) -> pb.Message | None:
        """One message."""
        found = await self._messages("m.message_id = $2", viewer, message_id)
        return found[0] if found else None

    async def messages_of(self, message_ids: Sequence[str], viewer: str | None) -> dict[str, pb.Message]:
        """Messages by id."""
        found = await self._messages("m.message_id = ANY($2::uuid[])", viewer, list(message_ids))
        return {message.message_id: message for message in found}

    async def _messages(self, condition: str, viewer: str | None, *arguments: object) -> list[pb.Message]:
        """Messages that meet a condition over $2 and so on, with what is on them."""
        rows = await self._pool.fetch(f"{_MESSAGES} WHERE {condition}", viewer, *arguments)
        messages = [message_of(row) for row in rows]
        by_id = {message.message_id: message for message in messages}
        for row in await self._pool.fetch(_REACTIONS, list(by_id)):
            by_id[str(row["message_id"])].reactions.add(emoji=row["emoji"], person_ids=map(str, row["people"]))
        return messages

    async def text_versions(self, message_id: str) -> list[int]:
        """Versions of the events that gave a message its texts, in order."""
        sql = "SELECT version FROM changes WHERE message_id = $1 AND of_text ORDER BY version"
        return [row["version"] for row in await self._pool.fetch(sql, message_id)]

    async def event_of(self, message_id: str) -> str:
        """The id of the event that a message came with; "" when it is not known."""
        return str(await self._pool.fetchval("SELECT event_id FROM messages WHERE message_id = $1", message_id) or "")

    async def changes(self, conversation_id: str, viewer: str | None, after: int, limit: int) -> Changes:
        """Changes after a cursor, in order: those that the viewer may see, or, for None, that everybody may see."""
        # One statement, so that no change before `reached` is missing.
        rows = await self._pool.fetch(
            "SELECT p.version AS reached, c.version, c.message_id, c.viewer_id, c.waiting_id FROM stream_positions p"
            " LEFT JOIN LATERAL (SELECT * FROM changes WHERE conversation_id = $3 AND version > $4"
            " AND ($5::uuid IS NULL OR viewer_id IS NULL OR viewer_id = $5) ORDER BY version LIMIT $6) c ON true"
            " WHERE p.projection = $1 AND p.stream_id = $2 ORDER BY c.version",
            PROJECTION,
            stream_of(conversation_id),
            conversation_id,
            after,
            viewer,
            limit,
        )
        reached = rows[0]["reached"] if rows else 0
        rows = [row for row in rows if row["version"] is not None]
        ids = [row["message_id"] for row in rows if row["message_id"]]
        own = viewer is None and any(row["viewer_id"] for row in rows)
        waiting: dict[str, pb.AnswerWaiting] = {}
        if any(row["waiting_id"] for row in rows):
            waiting = {w.message_id: w for w in await self.waiting(conversation_id)}
        messages = await self.messages_of([str(message_id) for message_id in ids], viewer) if ids else {}
        if viewer is None and not own and any(message.HasField("answer") for message in messages.values()):
            rated = "SELECT EXISTS (SELECT FROM ratings WHERE message_id = ANY($1::uuid[]))"
            own = bool(await self._pool.fetchval(rated, ids))
        changes = [
            Change(
                row["version"],
                messages.get(str(row["message_id"])),
                waiting.get(str(row["waiting_id"])),
                row["waiting_id"] is not None,
            )
            for row in rows
        ]
        return Changes(changes, reached, own)

    async def waiting(self, conversation_id: str) -> list[pb.AnswerWaiting]:
        """Answers that wait for the model, in order."""
        rows = await self._pool.fetch(
            "SELECT answer_id, question_id, waits_for FROM open_turns WHERE conversation_id = $1"
            " AND waits_for IS NOT NULL ORDER BY version",
            conversation_id,
        )
        return [
            pb.AnswerWaiting(
                message_id=str(row["answer_id"]),
                in_reply_to=str(row["question_id"] or ""),
                reason=row["waits_for"],
            )
            for row in rows
        ]

    async def waiting_turns(self, longest_s: float) -> list[WaitingTurn]:
        """Conversations in which turns wait for the model, those that have waited longest first."""
        rows = await self._pool.fetch(
            "SELECT conversation_id, max(version) AS version, bool_or(asked_at <= now() - make_interval(secs => $1))"
            " AS overdue FROM open_turns WHERE waits_for IS NOT NULL GROUP BY conversation_id ORDER BY min(asked_at)",
            longest_s,
        )
        return [WaitingTurn(str(row["conversation_id"]), row["version"], bool(row["overdue"])) for row in rows]

    async def positions(self, conversation_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """(version that the read model holds, last version) of conversations that have any."""
        rows = await self._pool.fetch(
            "SELECT s.stream_id, coalesce(p.version, 0) AS reached,"
            " (SELECT max(version) FROM events e WHERE e.stream_id = s.stream_id) AS head"
            " FROM unnest($2::text[]) AS s (stream_id)"
            " LEFT JOIN stream_positions p ON p.projection = $1 AND p.stream_id = s.stream_id",
            PROJECTION,
            [stream_of(conversation_id) for conversation_id in conversation_ids],
        )
        return {
            row["stream_id"].removeprefix("conversation-"): (row["reached"], row["head"])
            for row in rows
            if row["head"] is not None
        }

    async def open_turns(self, conversation_id: str, up_to: int) -> list[int]:
        """Versions of the events whose turn of the AI has no outcome yet, in order."""
        rows = await self._pool.fetch(
            "SELECT version FROM open_turns WHERE conversation_id = $1 AND version <= $2 ORDER BY version",
            conversation_id,
            up_to,
        )
        return [row["version"] for row in rows]
