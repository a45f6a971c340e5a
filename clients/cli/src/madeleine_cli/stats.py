"""`madeleine events stats`: how many events each stream holds, and how far behind its consumers are."""

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from rich.table import Table

from madeleine_common.bus.streams import CONTEXTS, stream_name


async def stats(js: JetStreamContext) -> list[dict[str, object]]:
    """Each stream: its name, events, bytes, and its durable consumers with what they have still to do."""
    rows: list[dict[str, object]] = []
    for context in CONTEXTS:
        name = stream_name(context)
        try:
            stream = await js.stream_info(name)
        except NotFoundError:
            continue
        consumers = [
            {
                "consumer": consumer.name,
                # Not yet delivered; delivered and not yet acknowledged; delivered more than once.
                "pending": consumer.num_pending,
                "unacknowledged": consumer.num_ack_pending,
                "redelivered": consumer.num_redelivered,
            }
            for consumer in await js.consumers_info(name)
            if consumer.config.durable_name
        ]
        rows.append(
            {"stream": name, "events": stream.state.messages, "bytes": stream.state.bytes, "consumers": consumers}
        )
    return rows


def table_of(rows: list[dict[str, object]]) -> Table:
    """The rows of `stats` for people."""
    table = Table("stream", "events", "KiB", "consumer", "pending", "unacknowledged", "redelivered", box=None)
    for row in rows:
        consumers = row["consumers"]
        listed = consumers if isinstance(consumers, list) and consumers else [{}]
        for number, consumer in enumerate(listed):
            first = number == 0
            table.add_row(
                str(row["stream"]) if first else "",
                str(row["events"]) if first else "",
                f"{int(str(row['bytes'])) / 1024:.0f}" if first else "",
                *(str(consumer.get(key, "")) for key in ("consumer", "pending", "unacknowledged", "redelivered")),
            )
    return table
