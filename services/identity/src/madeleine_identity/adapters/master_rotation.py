"""Rotation of the master key: every row is rewrapped, then the old key is gone, and with it all earlier backups.

Safe at every point: the file holds the new key, on disk, before any row is under it; it holds the old one until no row
is. Whatever cut a rotation short, the next one, or the next start, goes on from what file and rows say.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from madeleine_common.crypto.seal import SealBroken
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_identity.adapters import data_keys, signing_keys
from madeleine_identity.adapters.master_file import MasterKeyFile
from madeleine_identity.adapters.master_key import MasterKey, MasterKeys

_LOCK = 0x6D737472  # 'mstr'
_BATCH = 500
_AGAIN_S = 0.2

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    what: str
    id: str
    # What a row's wrapped key is bound to, from the row.
    bound_to: Callable[[asyncpg.Record], bytes]
    columns: str = ""

    @property
    def next_rows(self) -> str:
        return f"""
            SELECT {self.id} AS id, wrapped, master_id{self.columns} FROM {self.name}
            WHERE wrapped IS NOT NULL AND master_id <> $1 AND ($2::uuid IS NULL OR {self.id} > $2)
            ORDER BY {self.id} LIMIT $3 FOR UPDATE
        """  # noqa: S608 (our own tables)

    @property
    def rewrap(self) -> str:
        return f"""
            UPDATE {self.name} t SET wrapped = n.wrapped, master_id = $3
            FROM unnest($1::uuid[], $2::bytea[]) AS n (id, wrapped) WHERE t.{self.id} = n.id
        """  # noqa: S608


_TABLES = (
    _Table(
        "data_keys",
        "data keys",
        "key_id",
        lambda row: data_keys.bound_to(str(row["id"]), row["subject"]),
        ", subject",
    ),
    _Table("signing_keys", "signing keys", "kid", lambda row: signing_keys.bound_to(str(row["id"]))),
)


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to."""

    master_id: str
    rewrapped: int
    # True when another key is current than before.
    changed: bool
    # Why the file could not be written; "" when it holds the current key alone.
    unwritable: str = ""
    # Lines that wrap nothing any more and are still in such a file.
    spare_lines: tuple[int, ...] = ()


class MasterRotation:
    """One at a time, whatever process or replica it runs in."""

    def __init__(self, pool: Pool, masters: MasterKeys, batch: int = _BATCH) -> None:
        self._pool = pool
        self._masters = masters
        self._file = MasterKeyFile(masters.path)
        self._batch = batch
        # Before the database's lock, so that those who wait hold no connection.
        self._here = asyncio.Lock()

    async def rotate(self, tell: Tell) -> Rotated:
        """A new key for everything; finishes first what was cut short. `tell` hears of each step.

        Where the file cannot be written, everything goes under its first key and no new one is made. Raises SealBroken
        when a row opens under none of the keys (nothing is lost by that), OSError, asyncpg's errors.
        """
        async with self._here, self._alone() as connection:
            return await self._rotate(connection, tell)

    async def rotate_after(self, moment: datetime, tell: Tell) -> Rotated:
        """As `rotate`, unless the current key came after `moment` (the database's clock) and stands alone already."""
        async with self._here, self._alone() as connection:
            finished = await self._finish(connection, tell)
            since: datetime = await connection.fetchval("SELECT since FROM current_master")
            if since > moment:
                return finished
            return await self._rotate(connection, tell)

    async def finish(self, tell: Tell) -> Rotated | None:
        """Finishes a rotation that was cut short; None when that is not ours to do, or another process is at it."""
        async with self._here:
            try:
                async with self._alone(wait=False) as connection:
                    self._masters.reload()
                    current: str | None = await connection.fetchval("SELECT master_id FROM current_master")
                    if self._file.unwritable() and current != self._masters.keys[0].key_id:
                        # Other replicas may not have the new file yet: an operator says when they do.
                        return None
                    return await self._finish(connection, tell)
            except BlockingIOError:
                return None

    async def clock(self) -> datetime:
        """The database's time, by which `rotate_after` tells before from after."""
        return await self._pool.fetchval("SELECT clock_timestamp()")

    async def _rotate(self, connection: Connection, tell: Tell) -> Rotated:
        finished = await self._finish(connection, tell)
        if finished.unwritable:
            return finished
        new = MasterKey.generate()
        if why := self._file.write((new, *self._masters.keys)):
            return Rotated(finished.master_id, finished.rewrapped, finished.changed, why)
        tell(f"wrote the new master key {new.key_id} into {self._masters.path}, before the old one")
        done = await self._finish(connection, tell)
        return Rotated(new.key_id, finished.rewrapped + done.rewrapped, True, done.unwritable, done.spare_lines)

    async def _finish(self, connection: Connection, tell: Tell) -> Rotated:
        """Everything under the file's first key, and that one alone in the file."""
        self._masters.reload()
        first = self._masters.keys[0]
        changed = await self._make_current(connection, first)
        if changed:
            tell(f"master key {first.key_id} wraps what is new from here on")
        rewrapped = 0
        while await self._left(connection, first):
            rewrapped += await self._rewrap(connection, first, tell)
        unwritable, spare = self._file.unwritable(), tuple(key.line for key in self._masters.keys[1:])
        if not unwritable:
            if spare and not (unwritable := self._file.write((first,))):
                self._masters.reload()
                tell(f"{self._masters.path} holds master key {first.key_id} alone; what it replaced is gone")
            self._file.sweep()
        return Rotated(first.key_id, rewrapped, changed, unwritable, spare if unwritable else ())

    async def _make_current(self, connection: Connection, first: MasterKey) -> bool:
        async with connection.transaction():
            if (await self._masters.current(connection)).key_id == first.key_id:
                return False
            # Waits for every transaction that wraps by the key before.
            await connection.execute(
                "UPDATE current_master SET master_id = $1, since = clock_timestamp()", first.key_id
            )
        return True

    async def _left(self, connection: Connection, master: MasterKey) -> bool:
        for table in _TABLES:
            if await connection.fetchval(
                f"SELECT EXISTS (SELECT FROM {table.name} WHERE wrapped IS NOT NULL AND master_id <> $1)",  # noqa: S608 (our own tables)
                master.key_id,
            ):
                return True
        return False

    async def _rewrap(self, connection: Connection, master: MasterKey, tell: Tell) -> int:
        done = 0
        for table in _TABLES:
            total: int = await connection.fetchval(
                f"SELECT count(*) FROM {table.name} WHERE wrapped IS NOT NULL AND master_id <> $1",  # noqa: S608
                master.key_id,
            )
            of_table, last = 0, None
            while batch := await self._rewrap_batch(connection, table, master, last):
                of_table, last = of_table + len(batch), batch[-1]
                tell(f"rewrapped {of_table} of {total} {table.what}")
            done += of_table
        return done

    async def _rewrap_batch(
        self, connection: Connection, table: _Table, master: MasterKey, last: object
    ) -> list[object]:
        """The ids of the next rows, which are under `master` now."""
        async with connection.transaction():
            rows = await connection.fetch(table.next_rows, master.key_id, last, self._batch)
            wrapped = [master.wrap(self._open(table, row), table.bound_to(row)) for row in rows]
            await connection.execute(table.rewrap, [row["id"] for row in rows], wrapped, master.key_id)
        return [row["id"] for row in rows]

    def _open(self, table: _Table, row: asyncpg.Record) -> bytes:
        try:
            return self._masters.unwrap(row["master_id"], row["wrapped"], table.bound_to(row))
        except SealBroken as error:
            raise SealBroken(f"{table.name} {row['id']} cannot be unwrapped, so no key was dropped: {error}") from error

    @asynccontextmanager
    async def _alone(self, *, wait: bool = True) -> AsyncIterator[Connection]:
        """A connection whose session holds the lock; without `wait` raises BlockingIOError when another has it.

        The file has a lock of its own: the session's ends with its connection, and a writer must not outlive that.
        """
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                if not wait:
                    raise BlockingIOError
                await asyncio.sleep(_AGAIN_S)
            try:
                async with self._file.alone(wait=wait):
                    yield connection
            finally:
                if not connection.is_closed():
                    await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
