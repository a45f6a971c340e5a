"""PostgreSQL: pools and migrations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from madeleine_common.errors import Unavailable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

# Any number will do, as long as nobody else locks it: 'madl'.
_MIGRATION_LOCK = 0x6D61646C
ACQUIRE_TIMEOUT_S = 10.0
# A server that is away, stops or is short of something; a lost race between transactions.
_TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    # What asyncpg's own state machine says when the server dies in the middle of a statement.
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)


class MigrationChanged(Exception):
    """A migration that was applied reads differently now; write a new one instead."""


async def create_pool(url: str, size: int) -> Pool:
    """A pool of at most `size` connections whose statements end after 60 s."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=ACQUIRE_TIMEOUT_S,
        command_timeout=60.0,
        max_inactive_connection_lifetime=300.0,
        reset=_leave_as_is,
    )


async def _leave_as_is(_: Connection) -> None:
    """In place of asyncpg's reset, a round trip after every use: nothing of ours outlives its transaction.

    Session locks and LISTEN have connections of their own; asyncpg itself still rolls back what was left open.
    """


# Whatever comes of a database that is away, stops, or dies in the middle of a statement; and of wrong statements.
DATABASE_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def transient(error: BaseException) -> bool:
    """Whether a failure is the house's and not that of what was asked: it is waited out, and tried again."""
    if isinstance(error, Unavailable):
        return True
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg has one class for a lost connection and for wrong arguments.
        return not isinstance(error, asyncpg.DataError) and "clos" in str(error)
    return isinstance(error, _TRANSIENT)


def sql_files(folder: Traversable) -> list[tuple[str, str]]:
    """(name, text) of each .sql file in a folder, in name order; none if a service has no tables of its own."""
    if not folder.is_dir():
        return []
    return sorted((f.name, f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".sql"))


async def _settle_restored(connection: Connection) -> None:
    """Gives restored events a transaction id of this cluster's past.

    A logical restore brings those of another cluster along; readers, who stop before what is under way, would wait for
    them for ever. Their order is then that of their positions.
    """
    async with connection.transaction():
        foreign = "SELECT EXISTS (SELECT FROM events WHERE tx_id >= pg_snapshot_xmax(pg_current_snapshot()))"
        if await connection.fetchval(foreign):
            await connection.execute("UPDATE events SET tx_id = '3'; UPDATE outbox SET tx_id = '3'")


async def migrate(connection: Connection, package: str | None) -> list[str]:
    """Applies the shared migrations, then those of `package`'s folder `migrations`; returns the names applied now.

    Concurrent callers wait for each other. Raises MigrationChanged when an applied file was edited.
    """
    sets: Sequence[tuple[str, Traversable]] = [("common", resources.files("madeleine_common") / "sql")]
    if package is not None:
        sets = [*sets, (package, resources.files(package) / "migrations")]
    applied: list[str] = []
    await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
    try:
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            " name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        known = {r["name"]: r["sha256"] for r in await connection.fetch("SELECT name, sha256 FROM schema_migrations")}
        for prefix, folder in sets:
            for file_name, text in sql_files(folder):
                name = f"{prefix}/{file_name}"
                digest = hashlib.sha256(text.encode()).hexdigest()
                if name in known:
                    if known[name] != digest:
                        raise MigrationChanged(name)
                    continue
                async with connection.transaction():
                    await connection.execute(text)
                    await connection.execute(
                        "INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)", name, digest
                    )
                applied.append(name)
        await _settle_restored(connection)
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _MIGRATION_LOCK)
    return applied
