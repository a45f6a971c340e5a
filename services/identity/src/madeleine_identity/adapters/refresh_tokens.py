"""Refresh tokens: only their SHA-256 is kept, each is spent once, and reuse of a spent one ends its family."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from madeleine_common.commands import utc_now
from madeleine_common.db import Connection, Pool
from madeleine_common.errors import Unauthenticated
from madeleine_common.ids import new_id

_TOKEN_BYTES = 32


class RefreshTokens:
    """The table of refresh tokens."""

    def __init__(self, pool: Pool, life: timedelta) -> None:
        self._pool = pool
        self._life = life

    async def start(self, person_id: str) -> tuple[str, datetime]:
        """The first token of a new family, and when it expires."""
        return await self._add(self._pool, new_id(), person_id)

    async def spend(self, token: str) -> tuple[str, str, datetime]:
        """(person id, next token, its expiry) for a token that was never spent.

        Raises Unauthenticated for an unknown or expired one, and for a spent one, whose whole family then ends.
        """
        digest = _digest(token)
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "UPDATE refresh_tokens SET spent_at = now()"
                " WHERE sha256 = $1 AND spent_at IS NULL AND expires_at > now() RETURNING family, person_id",
                digest,
            )
            if row is not None:
                person_id = str(row["person_id"])
                return person_id, *await self._add(connection, str(row["family"]), person_id)
        # Somebody holds a copy, and which of the two is the thief cannot be told.
        ended = await self._pool.execute(
            "DELETE FROM refresh_tokens WHERE family ="
            " (SELECT family FROM refresh_tokens WHERE sha256 = $1 AND spent_at IS NOT NULL)",
            digest,
        )
        if ended != "DELETE 0":
            raise Unauthenticated(
                "the refresh token was used before; this session has ended, log in again", reason="REFRESH_TOKEN_REUSED"
            )
        raise Unauthenticated("the refresh token is not valid; log in again", reason="REFRESH_TOKEN_INVALID")

    @staticmethod
    async def drop(connection: Connection, person_id: str) -> None:
        """Ends all sessions of a person, in the caller's transaction."""
        await connection.execute("DELETE FROM refresh_tokens WHERE person_id = $1", person_id)

    async def prune(self) -> None:
        """Drops expired tokens."""
        await self._pool.execute("DELETE FROM refresh_tokens WHERE expires_at <= now()")

    async def _add(self, connection: Pool | Connection, family: str, person_id: str) -> tuple[str, datetime]:
        token, expires = secrets.token_urlsafe(_TOKEN_BYTES), utc_now() + self._life
        await connection.execute(
            "INSERT INTO refresh_tokens (sha256, family, person_id, expires_at) VALUES ($1, $2, $3, $4)",
            _digest(token),
            family,
            person_id,
            expires,
        )
        return token, expires


def _digest(token: str) -> bytes:
    # A token has 256 bits of chance in it: a slow hash would add nothing.
    return hashlib.sha256(token.encode()).digest()
