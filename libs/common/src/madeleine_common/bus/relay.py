"""The outbox relay: publishes committed events in order and deletes their outbox rows once acknowledged.

It keeps no cursor, so a transaction that commits late is not skipped; one relay is active at a time.
"""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib

import asyncpg
import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError

from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.events.store import sealed_event

log = logging.getLogger(__name__)

_LOCK_PREFIX = 0x6F757462  # 'outb'
_TAKE_OVER_S = 2.0
_POLL_S = 1.0
_PENDING = """
SELECT e.position, e.event_id, e.type, e.schema_version, e.stream_id, e.version, e.subject, e.actor, e.occurred_at,
       e.correlation_id, e.causation_id, e.traceparent, e.key_id, e.payload
FROM outbox o JOIN events e USING (position)
ORDER BY o.position LIMIT $1
"""


class OutboxRelay:
    """Drains one database's outbox into one context's stream."""

    def __init__(self, database_url: str, js: JetStreamContext, context: str, batch: int = 256) -> None:
        self._url = database_url
        self._js = js
        self._context = context
        self._batch = batch
        # The lock takes signed 32-bit numbers, and a checksum is unsigned.
        self._lock_key = zlib.crc32(context.encode()) & 0x7FFFFFFF

    async def run(self) -> None:
        """Relays until cancelled; survives restarts of PostgreSQL and NATS."""
        while True:
            try:
                # Its own connection: advisory lock and LISTEN belong to a session, and die with it.
                connection = await asyncpg.connect(self._url, timeout=10, command_timeout=60)
            except (OSError, asyncpg.PostgresError, TimeoutError) as error:
                log.warning("relay of %s waits for the database: %s", self._context, error)
                await asyncio.sleep(_TAKE_OVER_S)
                continue
            try:
                await self._lead(connection)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("relay of %s lost its connection: %s", self._context, error)
                await asyncio.sleep(_POLL_S)
            finally:
                try:
                    await connection.close(timeout=2)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                    connection.terminate()

    async def _lead(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        # Tried again and again, not waited for: a session that blocks in the server would not notice its own end.
        while not await connection.fetchval(  # noqa: ASYNC110
            "SELECT pg_try_advisory_lock($1, $2)", _LOCK_PREFIX, self._lock_key
        ):
            await asyncio.sleep(_TAKE_OVER_S)
        wake = asyncio.Event()

        def on_notify(*_: object) -> None:
            wake.set()

        await connection.add_listener("outbox", on_notify)
        while True:
            wake.clear()
            while await self.publish_batch(connection):
                pass
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), _POLL_S)

    async def publish_batch(self, connection: asyncpg.Connection[asyncpg.Record]) -> int:
        """Publishes up to a batch in position order and deletes what was acknowledged; returns how many.

        Publishing stops at the first refusal, so that a stream's events never overtake each other.
        """
        rows = await connection.fetch(_PENDING, self._batch)
        published: list[int] = []
        for row in rows:
            sealed = sealed_event(row)
            subject = subject_of(self._context, sealed.event.type, sealed.event.stream_id)
            try:
                await self._js.publish(subject, sealed.payload, headers=to_headers(sealed.event), timeout=5)
            except (nats.errors.Error, APIError, TimeoutError) as error:
                log.warning("relay of %s: JetStream did not take %s: %s", self._context, sealed.event.event_id, error)
                await asyncio.sleep(_POLL_S)
                break
            published.append(row["position"])
        if published:
            await connection.execute("DELETE FROM outbox WHERE position = ANY($1::bigint[])", published)
        return len(published)
