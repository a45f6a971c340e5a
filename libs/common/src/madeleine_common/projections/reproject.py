"""Makes the rows of single streams anew, when some of their events can no longer be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from madeleine_common.bus.subscription import Subscription
from madeleine_common.db import Connection
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.reading import EventReader
from madeleine_common.events.types import UnreadableEvent

Clear = Callable[[Connection, str], Awaitable[None]]


async def streams_of(connection: Connection, subject: str) -> list[str]:
    """The service's own streams that hold events of a data subject."""
    rows = await connection.fetch(
        "SELECT DISTINCT stream_id FROM events WHERE subject = $1 AND subject <> '' ORDER BY stream_id", subject
    )
    return [row["stream_id"] for row in rows]


async def reproject(
    connection: Connection, codec: EventCodec, subscription: Subscription, streams: Sequence[str], clear: Clear
) -> None:
    """Clears what a projection holds of some streams, and applies what can still be read up to where it has come.

    What is left is then what a rebuild would make. In the caller's transaction; `clear` deletes one stream's rows.
    """
    for stream_id in sorted(streams):
        # The consumer waits for us, or we for it.
        version = await connection.fetchval(
            "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2 FOR UPDATE",
            subscription.name,
            stream_id,
        )
        if version is None:
            continue
        await clear(connection, stream_id)
        discarded = await connection.fetch(
            "SELECT version FROM dead_letters WHERE consumer = $1 AND stream_id = $2 AND state = 'discarded'",
            subscription.name,
            stream_id,
        )
        passed_over = {row["version"] for row in discarded}
        sealed = await EventReader(connection).stream(stream_id, 0, version)
        for event in await codec.open_each([s for s in sealed if s.event.version not in passed_over]):
            if isinstance(event, UnreadableEvent):
                break
            await subscription.take(connection, [event])
