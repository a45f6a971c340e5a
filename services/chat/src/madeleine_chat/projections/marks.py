"""Writes what is done to messages that are there: edits, emoji, thumbs, deletes."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.projections.changes import changed, changed_for
from madeleine_chat.projections.finding import find_by, forget_words
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent

# Only whom the conversation knows: nobody who was erased is named by what others wrote.
MENTIONED = """
ARRAY(SELECT i.person_id FROM unnest($2::uuid[]) WITH ORDINALITY AS i (person_id, place)
      JOIN members m ON m.conversation_id = $1 AND m.person_id = i.person_id ORDER BY i.place)
"""


async def edited(
    connection: Connection, event: RecordedEvent, edited: events.MessageEdited | events.AnswerEdited
) -> None:
    """Another text; one of somebody who was erased is no longer there to be edited."""
    mentions = list(edited.mention_ids) if isinstance(edited, events.MessageEdited) else []
    known = await connection.fetchrow(
        f"UPDATE messages SET text = $4, edited = true, edits = edits + 1, mention_ids = {MENTIONED}"  # noqa: S608 (constants only)
        " WHERE message_id = $3 RETURNING off_the_record",
        edited.conversation_id,
        mentions,
        edited.message_id,
        edited.text,
    )
    if known is None:
        return
    if not known["off_the_record"]:
        await find_by(connection, edited.message_id, edited.text)
    await changed(connection, event, edited.conversation_id, edited.message_id, of_text=True)


async def rated(connection: Connection, event: RecordedEvent, rated: events.AnswerRated) -> None:
    """A thumb, which its giver alone sees."""
    known = await connection.fetchval(
        "INSERT INTO ratings (message_id, person_id, rating) SELECT message_id, $2, $3 FROM messages"
        " WHERE message_id = $1 ON CONFLICT (message_id, person_id) DO UPDATE SET rating = excluded.rating"
        " RETURNING true",
        rated.message_id,
        rated.rated_by,
        rated.rating,
    )
    if known:
        await changed_for(connection, event, rated.conversation_id, rated.rated_by, rated.message_id)


async def reacted(connection: Connection, event: RecordedEvent, reacted: events.MessageReacted) -> None:
    """An emoji more or less."""
    mark = (reacted.message_id, reacted.emoji, reacted.person_id)
    if reacted.removed:
        known = await connection.fetchval(
            "DELETE FROM reactions WHERE message_id = $1 AND emoji = $2 AND person_id = $3 RETURNING true", *mark
        )
    else:
        known = await connection.fetchval(
            "INSERT INTO reactions (message_id, emoji, person_id, version) SELECT message_id, $2, $3, $4 FROM messages"
            " WHERE message_id = $1 ON CONFLICT DO NOTHING RETURNING true",
            *mark,
            event.version,
        )
    if known:
        await changed(connection, event, reacted.conversation_id, reacted.message_id)


async def deleted(connection: Connection, event: RecordedEvent, deleted: events.MessageDeleted) -> None:
    """All that it said goes; who sent it and when stays."""
    row = await connection.fetchrow("SELECT answer FROM messages WHERE message_id = $1", deleted.message_id)
    if row is None:
        return
    answer: pb.Answer | None = None
    if row["answer"] is not None:
        said = pb.Answer.FromString(row["answer"])
        answer = pb.Answer(state=said.state, revision=said.revision, replaces=said.replaces, asked_by=said.asked_by)
    await connection.execute(
        "UPDATE messages SET text = '', deleted = true, mention_ids = '{}', attachments = '{}',"
        " answer = $2 WHERE message_id = $1",
        deleted.message_id,
        answer.SerializeToString() if answer else None,
    )
    await forget_words(connection, deleted.message_id)
    for table in ("reactions", "ratings"):
        await connection.execute(f"DELETE FROM {table} WHERE message_id = $1", deleted.message_id)  # noqa: S608 (constants only)
    await changed(connection, event, deleted.conversation_id, deleted.message_id, of_text=True)
