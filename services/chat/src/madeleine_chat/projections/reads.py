"""How far people have read: written from the streams reading-<conversation>-<person>, and read."""

from __future__ import annotations

import contextlib

from madeleine.chat.v1 import events_pb2 as events
from madeleine_common.bus import Subscription
from madeleine_common.db import Connection, Pool
from madeleine_common.errors import Unavailable
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection, caught_up

STREAMS = "reading-"
_NAME = "chat-reads"
_ID = 36


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Moves a person's cursor on."""
    read = event.message
    if isinstance(read, events.MessagesRead):
        await connection.execute(
            "INSERT INTO reads (conversation_id, person_id, cursor) VALUES ($1, $2, $3)"
            " ON CONFLICT (conversation_id, person_id) DO UPDATE SET cursor = excluded.cursor",
            read.conversation_id,
            read.person_id,
            read.cursor,
        )


async def clear(connection: Connection, stream_id: str) -> None:
    """Deletes what is held of one stream."""
    ids = stream_id.removeprefix(STREAMS)
    await connection.execute(
        "DELETE FROM reads WHERE conversation_id = $1 AND person_id = $2", ids[:_ID], ids[_ID + 1 :]
    )


READING = Subscription(_NAME, "chat", apply=apply, projection=True)
READS = Projection(_NAME, ("reads",), (READING,))


class PostgresReads:
    """The rows (`application.message_ports.ReadRows`)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def shown(self, stream_id: str) -> None:
        """Waits, for two seconds at most, until everybody is shown what stands in a stream."""
        # What was read is committed: it shows a moment later.
        with contextlib.suppress(Unavailable):
            await caught_up(self._pool, _NAME, [stream_id], within_s=2.0)
