"""Writes the index of words by which messages are found."""

from __future__ import annotations

from datetime import datetime

from madeleine_chat.domain.words import searchable
from madeleine_common.db import Connection

_LEXEMES = "to_tsvector('english', $2) || array_to_tsvector($3::text[])"


def room(conversation_id: str) -> str:
    """The lexeme that all messages of a conversation have, and no text."""
    return f"room:{conversation_id}"


async def find(
    connection: Connection,
    message_id: str,
    text: str,
    conversation_id: str,
    version: int,
    sender_id: str | None,
    sent_at: datetime,
) -> None:
    """Has a message found by its words."""
    search = searchable(text)
    await connection.execute(
        "INSERT INTO message_words (message_id, lexemes, conversation_id, version, sender_id, ordered_at)"  # noqa: S608 (constants only)
        f" SELECT $1, {_LEXEMES}, $4, $5, $6, greatest($7::timestamptz, (SELECT w.ordered_at FROM message_words w"
        " WHERE w.conversation_id = $4 ORDER BY w.version DESC LIMIT 1))",
        message_id,
        search.words,
        [*search.grams, room(conversation_id)],
        conversation_id,
        version,
        sender_id,
        sent_at,
    )


async def find_by(connection: Connection, message_id: str, text: str) -> None:
    """Has a message found by its new words, and by the old ones no longer."""
    search = searchable(text)
    await connection.execute(
        "UPDATE message_words SET lexemes = to_tsvector('english', $2)"
        " || array_to_tsvector($3::text[] || ('room:' || conversation_id)) WHERE message_id = $1",
        message_id,
        search.words,
        list(search.grams),
    )


async def forget_words(connection: Connection, message_id: str) -> None:
    """Has a message no longer found."""
    await connection.execute("DELETE FROM message_words WHERE message_id = $1", message_id)
