"""Reading all events of a database: in the order in which they were committed, filtered, page by page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from madeleine_common.db import DATABASE_ERRORS, Connection, Pool
from madeleine_common.events.codec import SealedEvent
from madeleine_common.events.store import sealed_event

PAGE_ROWS = 2000
# Two pages are held at a time; one payload may be of 4 MiB.
PAGE_BYTES = 8 * 1024 * 1024
_COLUMNS = (
    "position, event_id, type, schema_version, stream_id, version, subject, actor, occurred_at, correlation_id,"
    " causation_id, traceparent, key_id, payload"
)
# Below the snapshot's xmin every transaction has ended, so nothing can still appear behind the page's last key.
_SETTLED = "(tx_id, position) > ($1::text::xid8, $2) AND tx_id < pg_snapshot_xmin(pg_current_snapshot())"


class Cursor(NamedTuple):
    """A place in a database's events: those up to and including it have been read."""

    tx_id: int = 0
    position: int = 0


START = Cursor()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events are wanted; what is left empty does not narrow.

    `types`: full names, or names without their package. `person`: the id of somebody who is an event's data subject or
    its actor. `since` is included, `until` is not.
    """

    types: tuple[str, ...] = ()
    stream_id: str = ""
    person: str = ""
    correlation_id: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def condition(self, first: int) -> tuple[str, list[object]]:
        """SQL that holds for wanted rows of `events` (its parameters start at $`first`), and the parameters."""
        parts: list[str] = []
        values: list[object] = []

        def narrow(sql: str, value: object) -> None:
            parts.append(sql.replace("?", f"${first + len(values)}"))
            values.append(value)

        if self.types:
            narrow("(type = ANY(?::text[]) OR substring(type FROM '[^.]*$') = ANY(?::text[]))", list(self.types))
        if self.stream_id:
            narrow("stream_id = ?", self.stream_id)
        if self.person:
            narrow("(subject = ? OR actor = ?)", f"person:{self.person}")
        if self.correlation_id:
            narrow("correlation_id = ?", self.correlation_id)
        if self.since is not None:
            narrow("occurred_at >= ?", self.since)
        if self.until is not None:
            narrow("occurred_at < ?", self.until)
        return "".join(f" AND {part}" for part in parts), values


EVERYTHING = Selection()


class Page:
    """Events in order, with the cursor of each."""

    def __init__(self, records: Sequence[asyncpg.Record]) -> None:
        self._records = records
        self.events = [sealed_event(record) for record in records]

    @property
    def cursors(self) -> list[Cursor]:
        """The place of each event; made when it is asked for."""
        return [_cursor(record) for record in self._records]

    @property
    def last(self) -> Cursor:
        """The place after this page."""
        return _cursor(self._records[-1])


def _cursor(record: asyncpg.Record) -> Cursor:
    return Cursor(int(record["tx_id"]), record["position"])


class EventReader:
    """Reads the events of one database by keyset, so that pages stay cheap however far in they are."""

    def __init__(self, source: Pool | Connection) -> None:
        """`source`: a connection serves one reading at a time, and nobody else meanwhile: pages are fetched ahead."""
        self._source = source

    async def pages(
        self,
        selection: Selection = EVERYTHING,
        after: Cursor = START,
        *,
        rows: int = PAGE_ROWS,
        size: int = PAGE_BYTES,
    ) -> AsyncGenerator[Page, None]:
        """Pages of at most `rows` events and about `size` bytes, but of one event at least, in commit-safe order.

        Ends at what is settled now; the next page is fetched while the caller works on this one.
        """
        condition, values = selection.condition(5)
        query = _query(condition)

        def fetch(cursor: Cursor) -> Coroutine[Any, Any, list[asyncpg.Record]]:
            return self._source.fetch(query, str(cursor.tx_id), cursor.position, rows, size, *values)

        ahead = asyncio.ensure_future(fetch(after))
        try:
            while records := await ahead:
                ahead = asyncio.ensure_future(fetch(_cursor(records[-1])))
                # Sends the query before the caller keeps this thread busy.
                await asyncio.sleep(0)
                yield Page(records)
        finally:
            ahead.cancel()
            with contextlib.suppress(asyncio.CancelledError, *DATABASE_ERRORS):
                await ahead

    async def stream(self, stream_id: str, after: int, until: int) -> list[SealedEvent]:
        """One stream's events in order, after one version and up to another, settled or not."""
        query = (
            f"SELECT {_COLUMNS} FROM events WHERE stream_id = $1 AND version > $2 AND version <= $3 ORDER BY version"  # noqa: S608
        )
        return [sealed_event(record) for record in await self._source.fetch(query, stream_id, after, until)]

    async def count(self, selection: Selection = EVERYTHING, after: Cursor = START) -> int:
        """How many settled events the selection has after a place."""
        condition, values = selection.condition(3)
        query = f"SELECT count(*) FROM events WHERE {_SETTLED}{condition}"  # noqa: S608 (our own conditions)
        return int(await self._source.fetchval(query, str(after.tx_id), after.position, *values))


def _query(condition: str) -> str:
    # The length of a payload is known without reading it, so a page that is cut short has not been read in vain.
    return f"""
    SELECT tx_id::text AS tx_id, {_COLUMNS} FROM (
        SELECT *, sum(octet_length(payload)) OVER (ORDER BY tx_id, position) - octet_length(payload) AS before
        FROM (
            SELECT tx_id, {_COLUMNS} FROM events WHERE {_SETTLED}{condition} ORDER BY tx_id, position LIMIT $3
        ) page
    ) sized WHERE before < $4 ORDER BY sized.tx_id, position
    """  # noqa: S608
