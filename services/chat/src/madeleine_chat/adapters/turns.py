"""Turns held by a lock in PostgreSQL (`application.ports.Turns`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from madeleine_common.db import ACQUIRE_TIMEOUT_S, Pool


class PostgresTurns:
    """One turn for each conversation at a time, across replicas; the lock falls with the connection that holds it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def alone(self, conversation_id: str) -> AsyncIterator[None]:
        """Holds the conversation's turn; raises TimeoutError when others take longer than a statement may."""
        # The lock of a transaction, not of a session: it also holds behind a pooler.
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"turn:{conversation_id}")
            yield
