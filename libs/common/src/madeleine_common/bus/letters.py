"""Dead letters: events that a consumer could not take, still sealed, in the order of their streams.

Behind a letter that a projection cannot take, later events of the same stream wait as letters too, so that order holds
and every other stream goes on (as in Axon's sequenced dead-letter queue).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

import asyncpg

from madeleine_common.db import Connection, Pool

# A letter whose turn has come: somebody wants it tried again, or what it waited for has happened. Another replica may
# even have taken it while this one gave it up: then it is settled.
_DUE = """
SELECT l.* FROM dead_letters l LEFT JOIN stream_positions p ON p.projection = l.consumer AND p.stream_id = l.stream_id
WHERE l.consumer = $1 AND (l.state = 'retry' OR $2 AND (
    l.state = 'discarded' AND l.version = coalesce(p.version, 0) + 1 OR
    l.state = 'behind' AND l.version <= coalesce(p.version, 0) + 1))
ORDER BY l.stream_id, l.version, l.letter_id LIMIT 1 FOR UPDATE OF l SKIP LOCKED
"""
_WAITING = """
SELECT EXISTS (SELECT FROM dead_letters
WHERE consumer = $1 AND stream_id = $2 AND version > $3 AND version < $4 AND state <> 'discarded')
"""


class State(StrEnum):
    """Why a letter lies here, and what becomes of it."""

    # Its handler failed, or it cannot be read: until somebody wants it tried again, or discards it.
    DEAD = "dead"
    # Of a type or version that is newer than this code: until a release comes that knows it.
    PARKED = "parked"
    # An earlier event of its stream is missing, or lies here too: until that one was taken.
    BEHIND = "behind"
    # To be tried now.
    RETRY = "retry"
    # Passed over for good, in rebuilds too.
    DISCARDED = "discarded"


class DeadLetters:
    """One consumer's letters in its service's database."""

    def __init__(self, pool: Pool, consumer: str, *, ordered: bool) -> None:
        """`ordered`: the consumer is a projection."""
        self._pool = pool
        self._consumer = consumer
        # Where there is no order, nothing waits behind anything.
        self._ordered = ordered

    async def bury(
        self,
        headers: Mapping[str, str],
        subject: str,
        payload: bytes,
        digest: bytes,
        state: State,
        reason: str,
        deliveries: int,
    ) -> None:
        """Keeps an event that could not be taken; the same one again changes nothing."""
        version = headers.get("ce-streamversion", "")
        headers = {_storable(name): _storable(value) for name, value in headers.items()}
        await self._pool.execute(
            "INSERT INTO dead_letters (consumer, event_id, subject, headers, payload, reason, deliveries, state, type,"
            " stream_id, version, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            " ON CONFLICT (consumer, event_id, digest) DO NOTHING",
            self._consumer,
            headers.get("ce-id", ""),
            _storable(subject),
            json.dumps(dict(headers)),
            payload,
            reason,
            deliveries,
            state,
            headers.get("ce-type", ""),
            headers.get("ce-streamid", ""),
            # What bigint holds: headers are only claims.
            int(version) if version.isdecimal() and len(version) < 19 else 0,
            digest,
        )

    async def block(self, connection: Connection, stream_id: str, taken: int, version: int) -> bool:
        """Whether an earlier version than this one, not taken yet, lies here: then this one waits behind it."""
        return bool(await connection.fetchval(_WAITING, self._consumer, stream_id, taken, version))

    async def due(self, connection: Connection) -> asyncpg.Record | None:
        """The next letter to try, locked until the caller's transaction ends."""
        return await connection.fetchrow(_DUE, self._consumer, self._ordered)

    async def release(self, knows: Callable[[str, int], bool]) -> int:
        """Wants those parked letters tried again whose type and version this release knows; returns how many."""
        rows = await self._pool.fetch(
            "SELECT DISTINCT type, headers ->> 'ce-schemaversion' AS version FROM dead_letters"
            " WHERE consumer = $1 AND state = 'parked'",
            self._consumer,
        )
        known = [(row["type"], row["version"]) for row in rows if knows(row["type"], int(row["version"]))]
        await self._pool.execute(
            "UPDATE dead_letters SET state = 'retry' WHERE consumer = $1 AND state = 'parked'"
            " AND (type, headers ->> 'ce-schemaversion') IN (SELECT * FROM unnest($2::text[], $3::text[]))",
            self._consumer,
            [name for name, _ in known],
            [version for _, version in known],
        )
        return len(known)

    @staticmethod
    async def settle(connection: Connection, letter_id: int) -> None:
        """Takes a letter away: its event has taken effect."""
        await connection.execute("DELETE FROM dead_letters WHERE letter_id = $1", letter_id)

    @staticmethod
    async def put_back(connection: Connection, letter_id: int, state: State, reason: str) -> None:
        """Leaves a letter that failed again."""
        await connection.execute(
            "UPDATE dead_letters SET state = $2, reason = $3, attempts = attempts + 1, failed_at = now()"
            " WHERE letter_id = $1",
            letter_id,
            state,
            reason,
        )


def _storable(text: str) -> str:
    """What PostgreSQL takes as text: bytes that were none, and zeros, become question marks."""
    return text.encode(errors="replace").decode().replace("\0", "?")
