"""What waits in a service's outbox, in front of its consumers and among its dead letters, for Prometheus."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import product

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from prometheus_client import Gauge

from madeleine_common.bus.letters import State
from madeleine_common.bus.measures import age_s, lag_s
from madeleine_common.bus.stopping import stop_if_cancelled
from madeleine_common.bus.streams import stream_name
from madeleine_common.bus.subscription import Subscription
from madeleine_common.db import Pool, transient

log = logging.getLogger(__name__)

# Counting further would read what nobody needs to know exactly.
_MOST_COUNTED = 100_000
_OUTBOX = """
SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) o) AS rows,
       (SELECT e.occurred_at FROM outbox o JOIN events e ON (e.tx_id, e.position) = (o.tx_id, o.position)
        ORDER BY o.position LIMIT 1) AS oldest
"""
_LETTERS = """
SELECT consumer, state, count(*) AS letters
FROM (SELECT consumer, state FROM dead_letters WHERE consumer = ANY($1::text[]) AND state = ANY($2::text[]) LIMIT $3) l
GROUP BY consumer, state
"""
# Discarded letters stay for good: counted apart, they cannot crowd out those that somebody must look at.
_COUNTED_TOGETHER = [[str(state) for state in State if state is not State.DISCARDED], [str(State.DISCARDED)]]
# A connection that the service may want is not held for longer.
_PATIENCE_S = 5.0

_OUTBOX_ROWS = Gauge("madeleine_outbox_rows", f"Events to be published, counted up to {_MOST_COUNTED}", ["context"])
_OUTBOX_OLDEST = Gauge("madeleine_outbox_oldest_seconds", "Age of the oldest event to be published", ["context"])
_PENDING = Gauge("madeleine_consumer_pending", "Events not yet delivered", ["consumer"])
_UNACKNOWLEDGED = Gauge("madeleine_consumer_unacknowledged", "Events delivered, not yet acknowledged", ["consumer"])
_REDELIVERED = Gauge("madeleine_consumer_redelivered", "Unacknowledged events delivered more than once", ["consumer"])
_LAG = Gauge("madeleine_consumer_lag_seconds", "Age of the oldest event that is still to be finished", ["consumer"])
_DEAD = Gauge(
    "madeleine_dead_letters", f"Events that a consumer set aside, counted up to {_MOST_COUNTED}", ["consumer", "state"]
)
_MESSAGES = Gauge("madeleine_stream_messages", "Events in the stream", ["stream"])
_BYTES = Gauge("madeleine_stream_bytes", "Bytes of the stream", ["stream"])
_LIMIT = Gauge("madeleine_stream_limit_bytes", "Most bytes of the stream; 0: no limit", ["stream"])
# While a server is away the values stand: without them, an alert would end just as its cause gets worse. This one tells
# how old they are.
_UPDATED = Gauge("madeleine_gauges_updated_timestamp_seconds", "When a server was last measured", ["context", "server"])


class Gauges:
    """Measures one service again and again: its database and its streams each at their own pace."""

    def __init__(
        self, pool: Pool, js: JetStreamContext, context: str, subscriptions: Sequence[Subscription], every_s: float
    ) -> None:
        self._pool = pool
        self._js = js
        self._context = context
        self._subscriptions = subscriptions
        self._every_s = every_s

    async def run(self) -> None:
        """Measures until cancelled; a failure is told and tried again, and never ends the service."""
        async with asyncio.TaskGroup() as tasks:
            # A database that hangs must not hide what NATS says, nor the other way round.
            tasks.create_task(self._repeat("postgresql", self.measure_database))
            tasks.create_task(self._repeat("nats", self.measure_streams))

    async def _repeat(self, server: str, measure: Callable[[], Awaitable[None]]) -> None:
        while True:
            stop_if_cancelled()
            try:
                await measure()
            except Exception as error:
                expected = isinstance(error, (nats.errors.Error, APIError)) or transient(error)
                reason = error or type(error).__name__
                log.warning("%s of %s is not measured: %s", server, self._context, reason, exc_info=not expected)
            else:
                _UPDATED.labels(self._context, server).set(time.time())
            await asyncio.sleep(self._every_s)

    async def measure_database(self) -> None:
        """Sets the gauges of the outbox and of dead letters once; raises what PostgreSQL raises."""
        # Whatever the role: where no relay is left, somebody else must tell.
        outbox = await self._pool.fetchrow(_OUTBOX, _MOST_COUNTED, timeout=_PATIENCE_S)
        if outbox is not None:
            _OUTBOX_ROWS.labels(self._context).set(outbox["rows"])
            _OUTBOX_OLDEST.labels(self._context).set(age_s(outbox["oldest"]) or 0.0)
        names = [subscription.name for subscription in self._subscriptions]
        for states in _COUNTED_TOGETHER:
            rows = await self._pool.fetch(_LETTERS, names, states, _MOST_COUNTED, timeout=_PATIENCE_S)
            found = {(row["consumer"], row["state"]): row["letters"] for row in rows}
            for name, state in product(names, states):
                _DEAD.labels(name, state).set(found.get((name, state), 0))

    async def measure_streams(self) -> None:
        """Sets the gauges of the stream and of consumers once; raises what NATS raises."""
        name = stream_name(self._context)
        stream = await self._js.stream_info(name)
        _MESSAGES.labels(name).set(stream.state.messages)
        _BYTES.labels(name).set(stream.state.bytes)
        _LIMIT.labels(name).set(max(stream.config.max_bytes or 0, 0))
        for subscription in self._subscriptions:
            await self._consumer(subscription)

    async def _consumer(self, subscription: Subscription) -> None:
        stream, name = stream_name(subscription.context), subscription.name
        try:
            consumer = await self._js.consumer_info(stream, name)
        except NotFoundError:
            # The consumer declares itself as it starts, and again after a loss.
            return
        _PENDING.labels(name).set(consumer.num_pending or 0)
        _UNACKNOWLEDGED.labels(name).set(consumer.num_ack_pending or 0)
        _REDELIVERED.labels(name).set(consumer.num_redelivered or 0)
        _LAG.labels(name).set(await lag_s(self._js, stream, consumer))
