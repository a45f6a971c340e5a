"""Reads what was said in a time (`application.summaries.summaries.Said`)."""

from __future__ import annotations

from datetime import datetime

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.projections.reader import _MESSAGES, message_of
from madeleine_common.db import Pool


class PostgresSaid:
    """The read model's messages by time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def between(
        self,
        conversation_id: str,
        viewer: str,
        start: datetime,
        end: datetime,
        cursors: tuple[int, int | None],
        limit: int,
    ) -> list[pb.Message]:
        """The last messages of a time, oldest first."""
        rows = await self._pool.fetch(
            f"{_MESSAGES} WHERE m.conversation_id = $2 AND m.sent_at >= $3 AND m.sent_at < $4 AND m.version > $5"
            " AND ($6::bigint IS NULL OR m.version < $6) AND m.text <> '' ORDER BY m.version DESC LIMIT $7",
            viewer,
            conversation_id,
            start,
            end,
            cursors[0],
            cursors[1],
            limit,
        )
        found = [message_of(row) for row in reversed(rows)]
        return [message for message in found if not message.deleted and not message.off_the_record]

    async def seen(self, conversation_id: str, person_id: str, before: int | None) -> tuple[int, int]:
        """(read cursor, own last message's cursor)."""
        own = await self._pool.fetchval(
            "SELECT max(version) FROM messages WHERE conversation_id = $1 AND sender_id = $2"
            " AND ($3::bigint IS NULL OR version < $3)",
            conversation_id,
            person_id,
            before,
        )
        return 0, int(own or 0)
