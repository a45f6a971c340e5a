"""The event store on PostgreSQL: streams with an optimistic lock, and the outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from madeleine_common.db import Connection, Pool
from madeleine_common.errors import Conflict
from madeleine_common.events.appending import Append, Appender, SideWrite, as_append
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import CommandKey, Metadata, NewEvent, RecordedEvent, SealedEvent
from madeleine_common.events.outbox import OutboxLimit
from madeleine_common.ids import new_id

_COLUMNS = (
    "event_id, type, schema_version, stream_id, version, subject, actor, occurred_at,"
    " correlation_id, causation_id, traceparent, key_id, payload"
)
_READ_STREAM = f"""
SELECT {_COLUMNS} FROM events
WHERE stream_id = $1 AND version > $2 AND version <= $3
ORDER BY version LIMIT $4
"""  # noqa: S608 (our own column list)
_MAX_VERSION = 2**62
# What one command led to.
Doing = tuple[Sequence[NewEvent], Metadata, CommandKey | None]


@dataclass(frozen=True, slots=True)
class PastCommand:
    """Where the events of an earlier command with the same key stand."""

    stream_id: str
    first_version: int
    last_version: int


def sealed_event(row: asyncpg.Record) -> SealedEvent:
    """A row of `events` as a sealed event."""
    metadata = Metadata(
        row["actor"], row["occurred_at"], row["correlation_id"], row["causation_id"], row["traceparent"]
    )
    event = RecordedEvent(
        str(row["event_id"]),
        row["type"],
        row["schema_version"],
        row["stream_id"],
        row["version"],
        row["subject"],
        metadata,
        row["key_id"],
        None,
    )
    return SealedEvent(event, row["payload"])


class EventStore:
    """Streams of sealed events in one service's database."""

    def __init__(
        self, pool: Pool, codec: EventCodec, wake: Callable[[], None] | None = None, outbox_most: int = 0
    ) -> None:
        """`wake` is called after each commit, to tell the relay; `outbox_most`: 0, or when to refuse (see `append`)."""
        self._pool = pool
        self._codec = codec
        self._appender = Appender(pool)
        self._wake = wake
        self._full = OutboxLimit(pool, outbox_most) if outbox_most else None

    async def append(
        self,
        stream_id: str,
        expected_version: int,
        events: Sequence[NewEvent],
        metadata: Metadata,
        *,
        command: CommandKey | None = None,
        side_write: SideWrite | None = None,
    ) -> list[RecordedEvent]:
        """Appends after `expected_version` (0: a new stream) and queues for the relay, all in one transaction.

        `side_write` runs in the same transaction, for rows that must not be events (password hashes).
        Raises ConcurrencyError when the stream has moved on or the command's key was taken meanwhile, KeyDestroyed for
        an erased subject, Invalid for an event that is too large, Exhausted when more than `outbox_most` events wait to
        be published.
        """
        if not events:
            return []
        append, recorded = await self._sealed(stream_id, expected_version, events, metadata, command)
        if side_write is None:
            await self._appender.write(append)
        else:
            await self._appender.write_beside(append, side_write)
        self.wake()
        return recorded

    async def append_within(
        self, connection: Connection, stream_id: str, expected_version: int, doings: Sequence[Doing]
    ) -> list[RecordedEvent]:
        """Appends what several did, one after the other, in a transaction of the caller's, who calls `wake` after it.

        Raises what `append` raises.
        """
        appends: list[Append] = []
        recorded: list[RecordedEvent] = []
        for events, metadata, command in doings:
            if events:
                append, theirs = await self._sealed(
                    stream_id, expected_version + len(recorded), events, metadata, command
                )
                appends.append(append)
                recorded += theirs
        if appends:
            await self._appender.write_within(appends, connection)
        return recorded

    async def _sealed(
        self,
        stream_id: str,
        expected_version: int,
        events: Sequence[NewEvent],
        metadata: Metadata,
        command: CommandKey | None,
    ) -> tuple[Append, list[RecordedEvent]]:
        if self._full is not None:
            await self._full.check()
        ids = [new_id() for _ in events]
        first = expected_version + 1
        sealed = await self._codec.seal_all(events, ids, stream_id, first)
        append = as_append(stream_id, first, ids, [e.subject for e in events], sealed, metadata, command)
        return append, [
            RecordedEvent(event_id, row[0], row[1], stream_id, version, new.subject, metadata, row[2], new.message)
            for version, (event_id, row, new) in enumerate(zip(ids, sealed, events, strict=True), first)
        ]

    def wake(self) -> None:
        """Tells the relay that something was committed."""
        if self._wake is not None:
            self._wake()

    async def past_command(self, command: CommandKey) -> PastCommand | None:
        """Where this command's events stand if it was done before; raises Conflict for another request's key."""
        row = await self._pool.fetchrow(
            "SELECT fingerprint, stream_id, first_version, last_version FROM commands WHERE actor = $1 AND key = $2",
            command.actor,
            command.key,
        )
        if row is None:
            return None
        if row["fingerprint"] != command.fingerprint:
            raise Conflict("idempotency_key was used before with another request", reason="IDEMPOTENCY_KEY_REUSED")
        return PastCommand(row["stream_id"], row["first_version"], row["last_version"])

    async def read_stream(
        self, stream_id: str, after_version: int = 0, to_version: int = _MAX_VERSION, page: int = 1000
    ) -> AsyncIterator[RecordedEvent]:
        """The stream's events in order, after one version and up to another, both optional."""
        while True:
            rows = await self._pool.fetch(_READ_STREAM, stream_id, after_version, to_version, page)
            for event in await self._codec.open_all([sealed_event(row) for row in rows]):
                yield event
            if len(rows) < page:
                return
            after_version = rows[-1]["version"]

    async def head(self, stream_id: str) -> int:
        """The stream's last version; 0 if there is none."""
        value = await self._pool.fetchval("SELECT max(version) FROM events WHERE stream_id = $1", stream_id)
        return int(value or 0)
