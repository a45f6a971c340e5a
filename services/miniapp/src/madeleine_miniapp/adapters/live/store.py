"""Documents in PostgreSQL: a snapshot and the updates since, written in one transaction with the events they mean."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Protocol

import asyncpg

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.events.model import CommandKey, Metadata, NewEvent, RecordedEvent
from madeleine_common.events.store import Doing, EventStore
from madeleine_miniapp.adapters.live.ydoc import merged, written
from madeleine_miniapp.application.live.pieces import Piece, grouped
from madeleine_miniapp.application.live.ports import Place, Stored
from madeleine_miniapp.application.streams import records_stream
from madeleine_miniapp.domain.recording import Kept

_SELF = "service:miniapp"
_PLACE = "epoch, seq, version, spec_version"
_OF_APP = "FROM app_documents WHERE app_id = $1"
_BEGIN = """
INSERT INTO app_documents (app_id, epoch, seq, version, spec_version, snapshot, snapshot_seq)
VALUES ($1, 1, 0, 0, 0, NULL, 0) ON CONFLICT DO NOTHING
"""
_MAKE = """
WITH made AS (
    UPDATE app_documents SET snapshot = $2, snapshot_seq = seq, seq = seq + cardinality($3::bytea[]), version = $4,
        spec_version = $5, whole_bytes = $6
    WHERE app_id = $1 RETURNING app_id, snapshot_seq
)
INSERT INTO app_updates (app_id, seq, actor, update)
SELECT app_id, snapshot_seq + number, $7, piece FROM made, unnest($3::bytea[]) WITH ORDINALITY AS more (piece, number)
"""
_STORE = """
WITH moved AS (
    UPDATE app_documents SET seq = $6, version = $7, spec_version = $8, updated_at = now() WHERE app_id = $5
)
INSERT INTO app_updates (app_id, seq, actor, update)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[])
"""
# The writer's lock is held for no longer than this takes; updates that came meanwhile stay.
_COMPACT = """
WITH merged AS (
    UPDATE app_documents SET snapshot = $4::bytea, snapshot_seq = $3, whole_bytes = length($4::bytea)
    WHERE app_id = $1 AND epoch = $2 AND snapshot_seq < $3 RETURNING app_id
)
DELETE FROM app_updates USING merged WHERE app_updates.app_id = merged.app_id AND seq <= $3
"""
# Takes the writer's lock.
_WEIGHED = "UPDATE app_documents SET whole_bytes = $3 WHERE app_id = $1 AND epoch = $2 RETURNING true"
_SIZES = "SELECT seq, length(update) AS size FROM app_updates WHERE app_id = $1 ORDER BY seq"
_TAKE = "DELETE FROM app_updates WHERE app_id = $1 AND seq BETWEEN $2 AND $3 RETURNING seq, actor, actors, update"
_PUT = "INSERT INTO app_updates (app_id, seq, actor, actors, update) VALUES ($1, $2, $3, $4, $5)"
_QUIET = "updated_at < now() - interval '7 days'"
_RENEW = """
WITH renewed AS (
    UPDATE app_documents SET epoch = epoch + 1, snapshot = NULL, snapshot_seq = seq
    WHERE app_id = $1 AND epoch = $2 AND seq = $3 AND updated_at < now() - interval '7 days' RETURNING app_id
)
DELETE FROM app_updates USING renewed WHERE app_updates.app_id = renewed.app_id
"""
# With who entered a record and when.
_WEIGHT = (
    "SELECT coalesce(sum(octet_length(data::text) + 100), 0)::bigint FROM records WHERE app_id = $1 AND entity <> ''"
)
# The latest first, as far as ids tell: who opens the app sees those.
_ROWS = """
SELECT record_id, entity, data, entered_by, entered_at FROM records WHERE app_id = $1 AND entity <> ''
ORDER BY record_id DESC
"""
_UPDATES = "SELECT seq, update FROM app_updates WHERE app_id = $1 AND seq > $2 ORDER BY seq"
_SEEN = "SELECT coalesce(max(version), 0) FROM stream_positions WHERE projection = $1 AND stream_id = $2"
_SPEC = "SELECT coalesce(max(version), 0) FROM apps WHERE app_id = $1"


class Projected(Protocol):
    """The read model, waited for."""

    async def wait_for(self, app_id: str) -> None:
        """Waits until every committed event of an app is projected; raises Unavailable when that takes long."""
        ...


class PostgresTurn:
    """A writer's turn, while its transaction is open; what is stored goes to the database together, at its end."""

    def __init__(self, connection: Connection, events: EventStore, app_id: str, place: Place) -> None:
        self._connection = connection
        self._events = events
        self._app_id = app_id
        self._version = place.version
        self._doings: list[Doing] = []
        self._updates: list[tuple[str, int, str, bytes]] = []
        self.place = place

    async def missed(self, after_seq: int) -> Sequence[Piece]:
        """What others stored after that update; from the snapshot on, if those were merged into it already."""
        held = await self._connection.fetchrow(f"SELECT snapshot_seq {_OF_APP}", self._app_id)
        end: int = held["snapshot_seq"] if held else 0
        rows = await self._connection.fetch(_UPDATES, self._app_id, max(after_seq, end))
        found = [Piece(row["seq"], row["update"]) for row in rows]
        if end > after_seq:
            found.insert(0, Piece(end, await self._connection.fetchval(f"SELECT snapshot {_OF_APP}", self._app_id)))
        return found

    def store(
        self,
        update: bytes,
        events: Sequence[NewEvent],
        metadata: Metadata,
        command: CommandKey | None = None,
        spec_version: int = 0,
    ) -> None:
        """Notes an update and the events that it means."""
        was = self.place
        self.place = Place(was.epoch, was.seq + 1, was.version + len(events), spec_version or was.spec_version)
        self._doings.append((events, metadata, command))
        self._updates.append((self._app_id, self.place.seq, metadata.actor, update))

    async def flush(self) -> list[RecordedEvent]:
        """Stores what was noted since; raises ConcurrencyError for a command that was done."""
        if not self._updates:
            return []
        doings, updates, version, now = self._doings, self._updates, self._version, self.place
        self._doings, self._updates, self._version = [], [], now.version
        recorded = await self._events.append_within(self._connection, records_stream(self._app_id), version, doings)
        await self._connection.execute(
            _STORE, *zip(*updates, strict=True), self._app_id, now.seq, now.version, now.spec_version
        )
        return recorded


class PostgresDocuments:
    """The tables app_documents and app_updates."""

    def __init__(self, pool: Pool, events: EventStore, projected: Projected, projection: str) -> None:
        """`projection`: by whose rows a document begins."""
        self._pool = pool
        self._events = events
        self._projected = projected
        self._projection = projection
        # Whoever has a connection for a turn may need another one: they must not all wait for it.
        self._turns = asyncio.Semaphore(max(1, pool.get_max_size() - 2))

    @asynccontextmanager
    async def turn(self, app_id: str) -> AsyncIterator[PostgresTurn]:
        """A transaction in which nobody else writes to this document; commits at its end."""
        async with (
            self._turns,
            self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection,
            connection.transaction(),
        ):
            row = await connection.fetchrow(f"SELECT {_PLACE} {_OF_APP} FOR UPDATE", app_id)
            turn = PostgresTurn(connection, self._events, app_id, Place(*row) if row else Place(0, 0, 0, 0))
            before = turn.place.version
            yield turn
            await turn.flush()
        if turn.place.version > before:
            self._events.wake()

    async def load(self, app_id: str) -> Stored:
        """The document as stored, made from the read model when there is none."""
        while True:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
                row = await connection.fetchrow(
                    f"SELECT {_PLACE}, snapshot, snapshot_seq, whole_bytes, {_QUIET} AS quiet {_OF_APP} FOR SHARE",
                    app_id,
                )
                if row is not None and row["snapshot"] is not None:
                    updates = await connection.fetch(_UPDATES, app_id, row["snapshot_seq"])
                    place = Place(row["epoch"], row["seq"], row["version"], row["spec_version"])
                    begin = Piece(row["snapshot_seq"], row["snapshot"])
                    pieces = [begin, *(Piece(u["seq"], u["update"]) for u in updates)]
                    return Stored(place, pieces, row["whole_bytes"], row["quiet"])
            # Outside of any transaction: whoever projects must not wait for us.
            await self._projected.wait_for(app_id)
            await self._make(app_id)

    async def compact(self, app_id: str, place: Place, snapshot: bytes) -> None:
        """Stores all up to a place as one; what others store meanwhile stays as it is."""
        await self._pool.execute(_COMPACT, app_id, place.epoch, place.seq, snapshot)

    async def merge(self, app_id: str, epoch: int, whole_bytes: int) -> None:
        """Merges small updates of that epoch into pieces, and notes what the document weighs as a whole."""
        async with (
            self._turns,
            self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection,
            connection.transaction(),
        ):
            if not await connection.fetchval(_WEIGHED, app_id, epoch, whole_bytes):
                return
            rows = await connection.fetch(_SIZES, app_id)
            for group in grouped([row["size"] for row in rows]):
                first, last = rows[group[0]]["seq"], rows[group[-1]]["seq"]
                if first == last:
                    continue
                taken = sorted(await connection.fetch(_TAKE, app_id, first, last), key=lambda row: row["seq"])
                actors = sorted({actor for row in taken for actor in (row["actor"], *row["actors"])})
                await connection.execute(_PUT, app_id, last, _SELF, actors, merged([row["update"] for row in taken]))

    async def renew(self, app_id: str, place: Place) -> None:
        """Has the document made anew in another epoch, if it is quiet still."""
        await self._pool.execute(_RENEW, app_id, place.epoch, place.seq)

    async def weight(self, app_id: str) -> int:
        """What the app's records weigh in the read model, in bytes."""
        return await self._pool.fetchval(_WEIGHT, app_id)

    async def rows(self, app_id: str) -> dict[str, Kept]:
        """The app's records in the read model, which must be waited for."""
        return {row["record_id"]: kept_of(row) for row in await self._pool.fetch(_ROWS, app_id)}

    async def elsewhere(self, app_id: str, record_ids: Collection[str]) -> frozenset[str]:
        """Those of the ids that records of other apps have."""
        rows = await self._pool.fetch(
            "SELECT record_id FROM records WHERE record_id = ANY($2::text[]) AND app_id <> $1", app_id, list(record_ids)
        )
        return frozenset(row["record_id"] for row in rows)

    async def _make(self, app_id: str) -> None:
        """Makes the document from the read model, unless that is not up to the last event any more."""
        stream = records_stream(app_id)
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            await connection.execute(_BEGIN, app_id)
            if await connection.fetchval(f"SELECT snapshot IS NOT NULL {_OF_APP} FOR UPDATE", app_id):
                return
            # With the document's row in hand nobody else writes: this stays the last version.
            head = await connection.fetchval(
                "SELECT coalesce(max(version), 0) FROM events WHERE stream_id = $1", stream
            )
            seen = await connection.fetchval(_SEEN, self._projection, stream)
            # The consumer may take a change of the spec in between: then it is looked at again.
            before = await connection.fetchval(_SPEC, app_id)
            records = [(row["record_id"], kept_of(row)) for row in await connection.fetch(_ROWS, app_id)]
            if seen < head or before != await connection.fetchval(_SPEC, app_id):
                return
            pieces: list[bytes] = []
            for piece in written(records):
                pieces.append(piece)
                # Others go on meanwhile.
                await asyncio.sleep(0)
            weight = sum(len(piece) for piece in pieces)
            await connection.execute(_MAKE, app_id, pieces[0], pieces[1:], head, before, weight, _SELF)


def kept_of(row: asyncpg.Record) -> Kept:
    """A row of the read model as an accepted record."""
    return Kept(
        row["entity"], json.loads(row["data"]), row["entered_by"], row["entered_at"].astimezone(UTC).isoformat()
    )
