"""Deletes what the read models hold of an erased person (`application.ports.PersonRows`)."""

from __future__ import annotations

import json

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Pool

ERASED = "chat_erased"


class PostgresPersonRows:
    """A person's rows in this service's database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def conversations_of(self, person_id: str) -> list[str]:
        """Conversations that they are in."""
        rows = await self._pool.fetch("SELECT conversation_id FROM members WHERE person_id = $1", person_id)
        return [str(row["conversation_id"]) for row in rows]

    async def erase(self, person_id: str) -> None:
        """Drops their words, memberships, thumbs and direct conversations; tells every process to forget its states."""
        conversations = await self.conversations_of(person_id)
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            await connection.execute(
                "DELETE FROM conversations USING members WHERE members.person_id = $1"
                " AND members.conversation_id = conversations.conversation_id AND conversations.kind = $2",
                person_id,
                pb.CONVERSATION_KIND_DIRECT,
            )
            await connection.execute("DELETE FROM messages WHERE sender_id = $1", person_id)
            await connection.execute("DELETE FROM ratings WHERE person_id = $1", person_id)
            await connection.execute("DELETE FROM changes WHERE viewer_id = $1", person_id)
            await connection.execute("DELETE FROM open_turns WHERE asked_by = $1", person_id)
            await connection.execute("DELETE FROM members WHERE person_id = $1", person_id)
            for conversation_id in conversations:
                news = json.dumps({"person": person_id, "conversation": conversation_id})
                await connection.execute("SELECT pg_notify($1, $2)", ERASED, news)
