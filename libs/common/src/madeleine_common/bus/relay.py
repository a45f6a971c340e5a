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
from collections.abc import Sequence

import asyncpg
import nats.errors
from nats.aio.client import Client
from nats.js.api import Header
from nats.js.errors import APIError
from prometheus_client import Counter

from madeleine_common.bus.payloads import Payloads
from madeleine_common.bus.stopping import stop_if_cancelled
from madeleine_common.bus.streams import subject_of, to_headers, wake_subject
from madeleine_common.db import DATABASE_ERRORS
from madeleine_common.events.store import sealed_event

log = logging.getLogger(__name__)

_PUBLISHED = Counter("madeleine_outbox_published_total", "Events acknowledged by JetStream", ["context"])
_REFUSED = Counter(
    "madeleine_outbox_refused_total", "Events that JetStream did not take, to be tried again", ["context"]
)

_LOCK_PREFIX = 0x6F757462  # 'outb'
_TAKE_OVER_S = 1.5
_POLL_S = 0.25
_RETRY_S = 1.0
_PUBLISH_TIMEOUT_S = 5.0
_ALIVE_S = 2.0
# The server ends the session, and with it the lock, of a relay that is gone or stands still. Another takes over within
# 5 s and the 1.5 s between two tries; a relay that waits for JetStream shows every 2 s that it is there.
_SESSION = {
    "application_name": "madeleine relay",
    "idle_session_timeout": "5000",
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
}
_PENDING = """
SELECT e.position, e.event_id, e.type, e.schema_version, e.stream_id, e.version, e.subject, e.actor, e.occurred_at,
       e.correlation_id, e.causation_id, e.traceparent, e.key_id, e.payload
FROM (SELECT position, tx_id FROM outbox ORDER BY position LIMIT $1) o
JOIN events e ON (e.tx_id, e.position) = (o.tx_id, o.position)
ORDER BY o.position
"""


class OutboxRelay:
    """Drains one database's outbox into one context's stream."""

    def __init__(self, database_url: str, client: Client, context: str, batch: int = 256) -> None:
        self._url = database_url
        self._client = client
        self._js = client.jetstream(timeout=10)
        self._payloads = Payloads(self._js)
        self._context = context
        self._batch = batch
        # The lock takes signed 32-bit numbers, and a checksum is unsigned.
        self._lock_key = zlib.crc32(context.encode()) & 0x7FFFFFFF

    async def run(self) -> None:
        """Relays until cancelled; survives restarts of PostgreSQL and NATS."""
        while True:
            stop_if_cancelled()
            try:
                # Its own connection: the advisory lock belongs to a session, and dies with it.
                connection = await asyncpg.connect(self._url, timeout=10, command_timeout=60, server_settings=_SESSION)
            except DATABASE_ERRORS as error:
                log.warning("relay of %s waits for the database: %s", self._context, error)
                await asyncio.sleep(_TAKE_OVER_S)
                continue
            try:
                await self._lead(connection)
            except (*DATABASE_ERRORS, nats.errors.Error) as error:
                log.warning("relay of %s begins anew: %s", self._context, error or type(error).__name__)
                await asyncio.sleep(_POLL_S)
            finally:
                try:
                    await connection.close(timeout=2)
                except DATABASE_ERRORS:
                    connection.terminate()

    async def _lead(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        # Tried again and again, not waited for: a session that blocks in the server would not notice its own end.
        while not await connection.fetchval(  # noqa: ASYNC110
            "SELECT pg_try_advisory_lock($1, $2)", _LOCK_PREFIX, self._lock_key
        ):
            await asyncio.sleep(_TAKE_OVER_S)
        log.info("relay of %s is active", self._context)
        wake = asyncio.Event()

        async def on_wake(_: object) -> None:
            wake.set()

        woken = await self._client.subscribe(wake_subject(self._context), cb=on_wake)
        try:
            while True:
                wake.clear()
                while await self.publish_batch(connection):
                    stop_if_cancelled()
                stop_if_cancelled()
                # Word of an append may get lost, as when NATS restarts; then it is found a moment later.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), _POLL_S)
        finally:
            with contextlib.suppress(nats.errors.Error):
                await woken.unsubscribe()

    async def publish_batch(self, connection: asyncpg.Connection[asyncpg.Record]) -> int:
        """Publishes up to a batch in order and deletes what was acknowledged; returns how many.

        All are on their way at once. Each names the one before it as the last that the stream must hold, so that after
        a refusal none behind it is taken either: events never overtake each other.
        """
        rows = await connection.fetch(_PENDING, self._batch)
        if not rows:
            return 0
        publishing = asyncio.ensure_future(self._publish_all(rows))
        try:
            while not (await asyncio.wait({publishing}, timeout=_ALIVE_S))[0]:
                await connection.execute("SELECT")
        except BaseException:
            publishing.cancel()
            raise
        published = publishing.result()
        if published:
            await connection.execute("DELETE FROM outbox WHERE position = ANY($1::bigint[])", published)
            _PUBLISHED.labels(self._context).inc(len(published))
        if len(published) < len(rows):
            _REFUSED.labels(self._context).inc(len(rows) - len(published))
            await asyncio.sleep(_RETRY_S)
        return len(published)

    async def _publish_all(self, rows: Sequence[asyncpg.Record]) -> list[int]:
        """Publishes rows of the outbox; the positions of those that were acknowledged."""
        messages: list[tuple[str, bytes, dict[str, str]]] = []
        previous = ""
        try:
            for row in rows:
                event, payload = sealed_event(row)
                headers, payload = await self._payloads.check_in(event.event_id, to_headers(event), payload)
                if previous:
                    headers[Header.EXPECTED_LAST_MSG_ID.value] = previous
                previous = event.event_id
                messages.append((subject_of(self._context, event.type, event.stream_id), payload, headers))
        except (nats.errors.Error, APIError, TimeoutError) as error:
            # Of a large payload: what stands before it can go.
            log.warning("relay of %s: the object store did not take a payload: %s", self._context, error)
        answers = await asyncio.gather(
            *(self._js.publish(s, p, timeout=_PUBLISH_TIMEOUT_S, headers=h) for s, p, h in messages),
            return_exceptions=True,
        )
        published: list[int] = []
        for row, answer in zip(rows, answers, strict=False):
            if isinstance(answer, (nats.errors.Error, APIError, TimeoutError)):
                reason = answer or type(answer).__name__
                log.warning("relay of %s: JetStream did not take %s: %s", self._context, row["event_id"], reason)
                break
            if isinstance(answer, BaseException):
                raise answer
            published.append(row["position"])
        return published
