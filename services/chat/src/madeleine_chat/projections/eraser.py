"""Deletes what the read models hold of an erased person (`application.ports.PersonRows`)."""

from __future__ import annotations

import json

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.judging import stream_of
from madeleine_chat.projections import reads
from madeleine_chat.projections.writer import READ_MODEL, clear
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Pool
from madeleine_common.events.codec import EventCodec
from madeleine_common.projections.reproject import reproject, streams_of

ERASED = "chat_erased"


class PostgresPersonRows:
    """A person's rows in this service's database."""

    def __init__(self, pool: Pool, codec: EventCodec) -> None:
        self._pool = pool
        self._codec = codec

    async def conversations_of(self, person_id: str) -> list[str]:
        """Conversations that they are in."""
        rows = await self._pool.fetch("SELECT conversation_id FROM members WHERE person_id = $1", person_id)
        return [str(row["conversation_id"]) for row in rows]

    async def reminders_of(self, person_id: str) -> list[str]:
        """Reminders that they set and that wait."""
        rows = await self._pool.fetch(
            "SELECT reminder_id FROM reminders WHERE person_id = $1 AND state = $2",
            person_id,
            pb.REMINDER_STATE_WAITING,
        )
        return [str(row["reminder_id"]) for row in rows]

    async def erase(self, person_id: str) -> None:
        """Makes every conversation anew that they had a part in or that holds their words, of what can still be read.

        Every process is told to forget the states that it keeps.
        """
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            answers = await connection.fetch(
                "SELECT DISTINCT conversation_id FROM messages WHERE words_of @> ARRAY[$1::uuid]", person_id
            )
            held = {stream_of(str(row["conversation_id"])) for row in answers}
            own = await streams_of(connection, f"person:{person_id}")
            read = [stream_id for stream_id in own if stream_id.startswith(reads.STREAMS)]
            await reproject(connection, self._codec, reads.READING, read, reads.clear)
            streams = sorted({*own, *held} - set(read))
            await reproject(connection, self._codec, READ_MODEL, streams, clear)
            for stream_id in streams:
                news = json.dumps({"person": person_id, "conversation": stream_id.removeprefix("conversation-")})
                await connection.execute("SELECT pg_notify($1, $2)", ERASED, news)
