"""Rebuilds a projection beside the live one and swaps it in; or proves that the live one is what a rebuild makes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from madeleine_common.db import DATABASE_ERRORS
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.reading import EventReader
from madeleine_common.projections import Projection
from madeleine_common.projections.fingerprint import TableHash, table_hash
from madeleine_common.projections.replay import Letters, Replay
from madeleine_common.projections.shadow import Shadow

Session: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
# By subscription.
Readers = Mapping[str, EventReader]
_SWAP_ATTEMPTS = 10
# Told the events taken so far and, where it is known, of how many.
Progress = Callable[[int, int], None]

_AHEAD = """
SELECT p.stream_id, coalesce(s.version, 0) AS after, p.version AS until FROM public.stream_positions p
LEFT JOIN stream_positions s ON s.projection = p.projection AND s.stream_id = p.stream_id
WHERE p.projection = $1 AND p.version > coalesce(s.version, 0)
"""
_LETTERS = """
SELECT consumer, stream_id, version, state FROM dead_letters WHERE consumer = ANY($1::text[]) AND stream_id <> ''
"""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild has done; `swap_s`: how long consumers, and readers at the most, were held up."""

    projection: str
    events: int
    seconds: float
    swap_s: float


@dataclass(frozen=True, slots=True)
class Verified:
    """The live tables and those of a rebuild up to the same positions, pair by pair."""

    projection: str
    events: int
    seconds: float
    live: tuple[TableHash, ...]
    rebuilt: tuple[TableHash, ...]

    @property
    def equal(self) -> bool:
        """Whether live and rebuilt hold the same."""
        return self.live == self.rebuilt


class Rebuilder:
    """Rebuilds and verifies one projection; `target` is its service's database, `sources` the contexts' databases."""

    def __init__(self, projection: Projection, target: str, sources: Mapping[str, str], codec: EventCodec) -> None:
        """`target`, `sources`: URLs, the latter by context."""
        self._projection = projection
        self._target = target
        self._sources = sources
        self._codec = codec
        self._names = [subscription.name for subscription in projection.subscriptions]

    async def rebuild(self, progress: Progress) -> Rebuilt:
        """Makes the projection anew and swaps it in; consumers go on meanwhile, and from where it has come to.

        Raises AlreadyRunning, NotRebuildable, HandlerFailed; then nothing has changed.
        """
        began = time.monotonic()
        async with self._open() as (connection, readers):
            shadow = Shadow(connection, self._projection)
            await shadow.create()
            try:
                replay = Replay(connection, self._projection, readers, self._codec, await self._letters(connection))
                await self._run(replay, readers, progress)
                await shadow.carry_over()
                for table in self._projection.tables:
                    await connection.execute(f"ANALYZE {shadow.schema}.{table}")
                # What has been appended since; then the swap has little left to do.
                await self._run(replay, readers, progress)
                swap_s = await self._swap(connection, shadow, replay, readers)
            except BaseException:
                with contextlib.suppress(*DATABASE_ERRORS):
                    await shadow.drop()
                raise
        return Rebuilt(self._projection.name, replay.events, time.monotonic() - began, swap_s)

    async def verify(self, progress: Progress) -> Verified:
        """Rebuilds up to where the live projection stands, compares, and throws the rebuilt tables away.

        Raises AlreadyRunning, NotRebuildable, HandlerFailed.
        """
        began = time.monotonic()
        async with self._open() as (connection, readers):
            shadow = Shadow(connection, self._projection)
            await shadow.create()
            try:
                # One snapshot: positions and tables belong together, while consumers go on.
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    rows = await connection.fetch(
                        "SELECT projection, stream_id, version FROM public.stream_positions"
                        " WHERE projection = ANY($1::text[])",
                        self._names,
                    )
                    live = await self._hashes(connection, "public")
                    letters = await self._letters(connection)
                until = {(row["projection"], row["stream_id"]): row["version"] for row in rows}
                replay = Replay(connection, self._projection, readers, self._codec, letters, until)
                await self._run(replay, readers, progress)
                async with connection.transaction():
                    rebuilt = await self._hashes(connection, shadow.schema)
            finally:
                with contextlib.suppress(*DATABASE_ERRORS):
                    await shadow.drop()
        return Verified(self._projection.name, replay.events, time.monotonic() - began, live, rebuilt)

    async def _swap(self, connection: Session, shadow: Shadow, replay: Replay, readers: Readers) -> float:
        """Puts the shadow in the live one's place; returns the seconds that it took. Raises LockNotAvailableError."""
        for attempt in range(_SWAP_ATTEMPTS):
            began = time.monotonic()
            try:
                async with connection.transaction():
                    # On disk when it commits, other than what came before: see Shadow.create. And whoever reads for
                    # long must not make everybody else wait behind us.
                    await connection.execute("SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = '3s'")
                    # Holds back this database's consumers; readers go on until the tables themselves are locked.
                    await connection.execute("LOCK TABLE public.stream_positions IN SHARE ROW EXCLUSIVE MODE")
                    await self._take_what_lives(connection, replay, readers)
                    await shadow.swap(self._names)
                return time.monotonic() - began
            except asyncpg.LockNotAvailableError:
                if attempt == _SWAP_ATTEMPTS - 1:
                    raise
                await asyncio.sleep(1.0)
        raise AssertionError("unreachable: the last attempt returns or raises")

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[tuple[Session, Readers], None]:
        async with contextlib.AsyncExitStack() as stack:

            async def connect(url: str) -> Session:
                connection = await asyncpg.connect(url, timeout=10)
                stack.push_async_callback(connection.close, timeout=5)
                return connection

            target = await connect(self._target)
            subscriptions = self._projection.subscriptions
            yield target, {s.name: EventReader(await connect(self._sources[s.context])) for s in subscriptions}

    async def _run(self, replay: Replay, readers: Readers, progress: Progress) -> None:
        total = replay.events
        for reader in readers.values():
            total += await reader.count() if replay.events == 0 else 0
        async for _ in replay.run():
            progress(replay.events, max(total, replay.events))

    async def _letters(self, connection: Session) -> Letters:
        letters = Letters()
        for row in await connection.fetch(_LETTERS, self._names):
            kind = letters.discarded if row["state"] == "discarded" else letters.failed
            kind.add((row["consumer"], row["stream_id"], row["version"]))
        return letters

    async def _take_what_lives(self, connection: Session, replay: Replay, readers: Readers) -> None:
        """Takes what consumers have taken and the replay has not: events that were not settled when it looked."""
        for subscription in self._projection.subscriptions:
            for row in await connection.fetch(_AHEAD, subscription.name):
                reader = readers[subscription.name]
                events = await reader.stream(row["stream_id"], row["after"], row["until"])
                await replay.take(subscription, events)

    async def _hashes(self, connection: Session, schema: str) -> tuple[TableHash, ...]:
        if self._projection.lift is not None:
            await self._projection.lift(connection)
        elsewhere = self._projection.elsewhere
        return tuple(
            [await table_hash(connection, schema, table, elsewhere.get(table, ())) for table in self._projection.tables]
        )
