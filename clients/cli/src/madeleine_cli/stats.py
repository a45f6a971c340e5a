"""`madeleine events stats`: what streams hold, how far behind consumers are, what waits in each service."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, StreamInfo
from nats.js.errors import NotFoundError

from madeleine_common.bus.measures import age_s, consumers_of, happened, lag_s
from madeleine_common.bus.streams import CONTEXTS, stream_name
from madeleine_common.db import Connection

_OUTBOX = """
SELECT count(*) AS depth,
       (SELECT e.occurred_at FROM outbox o JOIN events e ON e.position = o.position AND e.tx_id = o.tx_id
        ORDER BY o.position LIMIT 1) AS oldest
FROM outbox
"""
Row = dict[str, object]


async def stats(js: JetStreamContext) -> list[Row]:
    """Each stream: its name, events, bytes, limits (0: none), oldest and newest event, and its durable consumers.

    A consumer's `lag_s` is the age of the oldest event that it has still to finish: the first one of its subjects
    behind its acknowledgement floor, by the time at which it happened (`ce-time`); 0 when it has finished all.
    """
    found: list[Row] = []
    for context in CONTEXTS:
        try:
            stream = await js.stream_info(stream_name(context))
        except NotFoundError:
            continue
        found.append(await _stream(js, stream, await consumers_of(js, stream_name(context))))
    return found


async def services(connections: Mapping[str, Connection]) -> list[Row]:
    """Each service: events that wait to be published, the oldest one's age, dead letters by consumer and state."""
    return list(await asyncio.gather(*(_service(name, connection) for name, connection in connections.items())))


async def _service(name: str, connection: Connection) -> Row:
    outbox = await connection.fetchrow(_OUTBOX)
    letters = await connection.fetch(
        "SELECT consumer, state, count(*) AS letters FROM dead_letters GROUP BY consumer, state ORDER BY 1, 2"
    )
    by_consumer: dict[str, dict[str, int]] = {}
    for row in letters:
        by_consumer.setdefault(row["consumer"], {})[row["state"]] = row["letters"]
    depth, oldest = (outbox["depth"], outbox["oldest"]) if outbox is not None else (0, None)
    return {"service": name, "outbox": depth, "outbox_oldest_s": age_s(oldest), "dead_letters": by_consumer}


async def _stream(js: JetStreamContext, stream: StreamInfo, consumers: list[ConsumerInfo]) -> Row:
    name, state, limits = str(stream.config.name), stream.state, stream.config
    oldest = newest = None
    if state.messages:
        oldest, newest = await _moment(js, name, state.first_seq), await _moment(js, name, state.last_seq)
    return {
        "stream": name,
        "events": state.messages,
        "bytes": state.bytes,
        "oldest": oldest and oldest.isoformat(),
        "newest": newest and newest.isoformat(),
        "limits": {
            "max_bytes": max(limits.max_bytes or 0, 0),
            "max_messages": max(limits.max_msgs or 0, 0),
            "max_age_s": limits.max_age or 0,
            "replicas": limits.num_replicas,
        },
        "consumers": [
            {
                "consumer": consumer.name,
                # Not yet delivered; delivered and not yet acknowledged; delivered more than once.
                "pending": consumer.num_pending,
                "unacknowledged": consumer.num_ack_pending,
                "redelivered": consumer.num_redelivered,
                "lag_s": await lag_s(js, name, consumer),
            }
            for consumer in consumers
        ],
    }


async def _moment(js: JetStreamContext, stream: str, sequence: int) -> datetime | None:
    try:
        return happened(await js.get_msg(stream, sequence))
    except NotFoundError:
        # Dropped by the stream's limits since we were told of it.
        return None
