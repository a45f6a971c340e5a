"""Who owns a handle, with the password's hash, and how many attempts at it are left."""

from __future__ import annotations

from datetime import timedelta

from madeleine_common.db import Connection, Pool
from madeleine_common.errors import Conflict, Exhausted
from madeleine_identity.application.ports import Credential


class Credentials:
    """The table of handles and password hashes."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_handle(self, handle: str) -> Credential | None:
        """A handle's owner and hash."""
        row = await self._pool.fetchrow("SELECT person_id, password_hash FROM credentials WHERE handle = $1", handle)
        return Credential(str(row["person_id"]), row["password_hash"]) if row else None

    @staticmethod
    async def reserve(connection: Connection, person_id: str, handle: str, password_hash: str) -> None:
        """Takes a handle in the caller's transaction; raises Conflict when it is taken."""
        taken = await connection.fetchval(
            "INSERT INTO credentials (person_id, handle, password_hash) VALUES ($1, $2, $3)"
            " ON CONFLICT (handle) DO NOTHING RETURNING true",
            person_id,
            handle,
            password_hash,
        )
        if not taken:
            raise Conflict(f"handle '{handle}' is taken", reason="HANDLE_TAKEN")

    @staticmethod
    async def drop(connection: Connection, person_id: str) -> None:
        """Removes what let a person in, in the caller's transaction."""
        await connection.execute("DELETE FROM credentials WHERE person_id = $1", person_id)


class PasswordAttempts:
    """Counts attempts by handle, in the database so that all replicas count together."""

    def __init__(self, pool: Pool, most: int, window: timedelta) -> None:
        self._pool = pool
        self._most = most
        self._window = window

    async def take(self, handle: str) -> None:
        """Counts an attempt before it is made, so that parallel ones cannot slip through; raises Exhausted."""
        row = await self._pool.fetchrow(
            "INSERT INTO password_attempts AS a (handle, attempts, window_ends) VALUES ($1, 1, now() + $2)"
            " ON CONFLICT (handle) DO UPDATE SET"
            " attempts = CASE WHEN a.window_ends <= now() THEN 1 ELSE a.attempts + 1 END,"
            " window_ends = CASE WHEN a.window_ends <= now() THEN now() + $2 ELSE a.window_ends END"
            " RETURNING attempts, ceil(extract(epoch FROM window_ends - now()))::int AS seconds",
            handle,
            self._window,
        )
        if row is not None and row["attempts"] > self._most:
            raise Exhausted(
                f"too many wrong passwords for this handle; try again in {row['seconds']} s", reason="TOO_MANY_ATTEMPTS"
            )

    async def clear(self, handle: str) -> None:
        """Starts anew after a right password."""
        await self._pool.execute("DELETE FROM password_attempts WHERE handle = $1", handle)

    async def prune(self) -> None:
        """Drops windows that have ended."""
        await self._pool.execute("DELETE FROM password_attempts WHERE window_ends <= now()")
