"""How events get into PostgreSQL: whoever appends at the same time shares one statement and one commit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.errors import ConcurrencyError
from madeleine_common.events.model import CommandKey, Metadata

# Events, their outbox rows and their commands' keys in one round trip. There is no NOTIFY here: it would take a lock
# over the whole database until the commit is on disk, one writer after the other.
_APPEND = """
WITH known AS (
    INSERT INTO commands (actor, key, fingerprint, stream_id, first_version, last_version)
    SELECT * FROM unnest($14::text[], $15::text[], $16::bytea[], $17::text[], $18::bigint[], $19::bigint[])
), appended AS (
    INSERT INTO events (event_id, type, schema_version, stream_id, version, subject, actor, occurred_at,
                        correlation_id, causation_id, traceparent, key_id, payload)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                         $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[])
    RETURNING position, tx_id
)
INSERT INTO outbox (position, tx_id) SELECT position, tx_id FROM appended
"""
_MOST_EVENTS = 256
_MOST_BYTES = 4 * 1024 * 1024
# While one statement waits for the disk, the next one is encoded and planned.
_IN_FLIGHT = 2

SideWrite = Callable[[Connection], Awaitable[None]]
# Event id, type, schema version, stream, version, subject, actor, occurred at, correlation, causation, traceparent, key
# id, payload: the columns of `events` in the order of the statement.
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Append:
    """The rows of one append, which stand or fall together, and the key of the command that decided them."""

    stream_id: str
    rows: Sequence[Row]
    bytes: int
    command: tuple[str, str, bytes, str, int, int] | None


def as_append(
    stream_id: str,
    first_version: int,
    ids: Sequence[str],
    subjects: Sequence[str],
    sealed: Sequence[tuple[str, int, str, bytes]],
    metadata: Metadata,
    command: CommandKey | None,
) -> Append:
    """Rows from what the codec has sealed: (type, schema version, key id, payload) of each event."""
    actor, occurred_at, correlation, causation, traceparent = metadata
    rows = [
        (
            event_id, type_name, schema_version, stream_id, version, subject, actor, occurred_at, correlation,
            causation, traceparent, key_id, payload,
        )
        for version, (event_id, subject, (type_name, schema_version, key_id, payload)) in enumerate(
            zip(ids, subjects, sealed, strict=True), first_version
        )
    ]  # fmt: skip
    key = None
    if command is not None:
        last = first_version + len(rows) - 1
        key = (command.actor, command.key, command.fingerprint, stream_id, first_version, last)
    return Append(stream_id, rows, sum(len(payload) for _, _, _, payload in sealed), key)


class Appender:
    """Writes appends; those that wait while others are written go together in the next statement.

    An append that comes alone is written at once. Each is told of its own failure: a statement that fails on one of
    them is taken apart.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: deque[tuple[Append, asyncio.Future[None]]] = deque()
        self._writing: set[asyncio.Task[None]] = set()

    async def write(self, append: Append) -> None:
        """Returns once the append is committed; raises ConcurrencyError, or what PostgreSQL raises."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((append, done))
        self._start()
        await done

    async def write_beside(self, append: Append, side_write: SideWrite) -> None:
        """The same in a transaction of its own, together with other rows."""
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
                await side_write(connection)
                await _insert(connection, [append])
        except asyncpg.UniqueViolationError as error:
            raise _told(error, append) from error

    async def write_within(self, appends: Sequence[Append], connection: Connection) -> None:
        """Several at once, in a transaction that the caller began."""
        try:
            await _insert(connection, appends)
        except asyncpg.UniqueViolationError as error:
            raise _told(error, appends[0]) from error

    def _start(self) -> None:
        while self._waiting and len(self._writing) < _IN_FLIGHT:
            group = [self._waiting.popleft()]
            events, size = len(group[0][0].rows), group[0][0].bytes
            while self._waiting and events < _MOST_EVENTS and size < _MOST_BYTES:
                group.append(self._waiting.popleft())
                events += len(group[-1][0].rows)
                size += group[-1][0].bytes
            task = asyncio.create_task(self._write_group(group))
            self._writing.add(task)
            task.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writing.discard(task)
        self._start()

    async def _write_group(self, group: Sequence[tuple[Append, asyncio.Future[None]]]) -> None:
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                await _insert(connection, [append for append, _ in group])
        except asyncpg.UniqueViolationError as error:
            if len(group) > 1:
                for one in group:
                    await self._write_group([one])
                return
            _fail(group, _told(error, group[0][0]))
        except BaseException as error:
            _fail(group, error)
            if not isinstance(error, Exception):
                raise
        else:
            for _, done in group:
                if not done.done():
                    done.set_result(None)


def _fail(group: Sequence[tuple[Append, asyncio.Future[None]]], error: BaseException) -> None:
    for _, done in group:
        if not done.done():
            done.set_exception(error if isinstance(error, Exception) else ConnectionError("the writer was stopped"))


def _told(error: asyncpg.UniqueViolationError, append: Append) -> Exception:
    if error.table_name not in {"events", "commands"}:
        return error
    return ConcurrencyError(f"{append.stream_id} has moved past the version that was expected")


async def _insert(connection: Connection, appends: Sequence[Append]) -> None:
    columns = list(zip(*(row for append in appends for row in append.rows), strict=True))
    commands = [append.command for append in appends if append.command is not None]
    keys = list(zip(*commands, strict=True)) if commands else [()] * 6
    await connection.execute(_APPEND, *columns, *keys)
