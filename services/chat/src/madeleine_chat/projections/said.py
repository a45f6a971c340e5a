"""Reads what was said in a time (`application.summaries.summaries.Said`)."""

from __future__ import annotations

from datetime import datetime

from madeleine_chat.domain.minutes import Line
from madeleine_common.db import Pool

# Never what was deleted or said off the record; an answer that failed has no text.
_LINES = """
SELECT message_id, sender_id, sender_name, text, sent_at, in_reply_to FROM messages
WHERE conversation_id = $1 AND sent_at >= $2 AND sent_at < $3 AND version > $4
  AND ($5::bigint IS NULL OR version < $5) AND NOT deleted AND NOT off_the_record AND text <> ''
ORDER BY version DESC LIMIT $6
"""
_SEEN = """
SELECT coalesce((SELECT cursor FROM reads WHERE conversation_id = $1 AND person_id = $2), 0) AS read,
       coalesce((SELECT max(version) FROM messages WHERE conversation_id = $1 AND sender_id = $2
                 AND ($3::bigint IS NULL OR version < $3)), 0) AS own
"""


class PostgresSaid:
    """The read model's messages by time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def between(
        self, conversation_id: str, start: datetime, end: datetime, cursors: tuple[int, int | None], limit: int
    ) -> list[Line]:
        """The last lines of a time, oldest first."""
        rows = await self._pool.fetch(_LINES, conversation_id, start, end, *cursors, limit)
        return [
            Line(
                message_id=str(row["message_id"]),
                sender_id=str(row["sender_id"] or ""),
                name=row["sender_name"],
                text=row["text"],
                at=row["sent_at"],
                in_reply_to=str(row["in_reply_to"] or ""),
                by_assistant=row["sender_id"] is None,
            )
            for row in reversed(rows)
        ]

    async def seen(self, conversation_id: str, person_id: str, before: int | None) -> tuple[int, int]:
        """(read cursor, own last message's cursor)."""
        row = await self._pool.fetchrow(_SEEN, conversation_id, person_id, before)
        return (row["read"], row["own"]) if row else (0, 0)
