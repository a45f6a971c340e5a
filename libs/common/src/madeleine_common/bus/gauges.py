"""What waits in a service's outbox, in front of its consumers and among its dead letters, for Prometheus."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from prometheus_client import Gauge

from madeleine_common.bus.measures import age_s, lag_s
from madeleine_common.bus.streams import stream_name
from madeleine_common.bus.subscription import Subscription
from madeleine_common.db import Pool, transient

log = logging.getLogger(__name__)

# Counting further would read what nobody needs to know exactly.
_MOST_COUNTED = 100_000
_OUTBOX = f"""
SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT {_MOST_COUNTED}) o) AS rows,
       (SELECT e.occurred_at FROM outbox o JOIN events e ON (e.tx_id, e.position) = (o.tx_id, o.position)
        ORDER BY o.position LIMIT 1) AS oldest
"""  # noqa: S608 (our own number)
_LETTERS = "SELECT consumer, state, count(*) AS letters FROM dead_letters GROUP BY consumer, state"

_OUTBOX_ROWS = Gauge("madeleine_outbox_rows", f"Events to be published, counted up to {_MOST_COUNTED}", ["context"])
_OUTBOX_OLDEST = Gauge("madeleine_outbox_oldest_seconds", "Age of the oldest event to be published", ["context"])
_PENDING = Gauge("madeleine_consumer_pending", "Events not yet delivered", ["consumer"])
_UNACKNOWLEDGED = Gauge("madeleine_consumer_unacknowledged", "Events delivered, not yet acknowledged", ["consumer"])
_REDELIVERED = Gauge("madeleine_consumer_redelivered", "Unacknowledged events delivered more than once", ["consumer"])
_LAG = Gauge("madeleine_consumer_lag_seconds", "Age of the oldest event that is still to be finished", ["consumer"])
_DEAD = Gauge("madeleine_dead_letters", "Events that a consumer could not take", ["consumer", "state"])
_MESSAGES = Gauge("madeleine_stream_messages", "Events in the stream", ["stream"])
_BYTES = Gauge("madeleine_stream_bytes", "Bytes of the stream", ["stream"])
_LIMIT = Gauge("madeleine_stream_limit_bytes", "Most bytes of the stream; 0: no limit", ["stream"])
# Old values stand while a server is away: this one tells how old.
_UPDATED = Gauge("madeleine_gauges_updated_timestamp_seconds", "When the gauges were last measured", ["context"])


class Gauges:
    """Measures one service again and again."""

    def __init__(
        self, pool: Pool, js: JetStreamContext, context: str, subscriptions: Sequence[Subscription], every_s: float
    ) -> None:
        self._pool = pool
        self._js = js
        self._context = context
        self._subscriptions = subscriptions
        self._every_s = every_s

    async def run(self) -> None:
        """Measures until cancelled; waits while a server is away."""
        while True:
            try:
                await self.measure()
            except (nats.errors.Error, APIError) as error:
                log.warning("gauges of %s are not measured: %s", self._context, error or type(error).__name__)
            except Exception as error:
                if not transient(error):
                    raise
                log.warning("gauges of %s are not measured: %s", self._context, error or type(error).__name__)
            await asyncio.sleep(self._every_s)

    async def measure(self) -> None:
        """Sets every gauge once; raises what the servers raise."""
        outbox = await self._pool.fetchrow(_OUTBOX)
        if outbox is not None:
            _OUTBOX_ROWS.labels(self._context).set(outbox["rows"])
            _OUTBOX_OLDEST.labels(self._context).set(age_s(outbox["oldest"]) or 0.0)
        letters = await self._pool.fetch(_LETTERS)
        # Those that are there no longer must not stay.
        _DEAD.clear()
        for row in letters:
            _DEAD.labels(row["consumer"], row["state"]).set(row["letters"])
        for subscription in self._subscriptions:
            await self._consumer(subscription)
        name = stream_name(self._context)
        stream = await self._js.stream_info(name)
        _MESSAGES.labels(name).set(stream.state.messages)
        _BYTES.labels(name).set(stream.state.bytes)
        _LIMIT.labels(name).set(max(stream.config.max_bytes or 0, 0))
        _UPDATED.labels(self._context).set(time.time())

    async def _consumer(self, subscription: Subscription) -> None:
        stream, name = stream_name(subscription.context), subscription.name
        try:
            consumer = await self._js.consumer_info(stream, name)
        except NotFoundError:
            # Declared by another role of the service, which is not up yet.
            return
        _PENDING.labels(name).set(consumer.num_pending or 0)
        _UNACKNOWLEDGED.labels(name).set(consumer.num_ack_pending or 0)
        _REDELIVERED.labels(name).set(consumer.num_redelivered or 0)
        _LAG.labels(name).set(await lag_s(self._js, stream, consumer))
