"""How far behind a stream's consumers are: what the gauges and `madeleine events stats` both say."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

from datetime import UTC, datetime

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, RawStreamMsg
from nats.js.errors import NotFoundError


async def consumers_of(js: JetStreamContext, stream: str) -> list[ConsumerInfo]:
    """All durable consumers of a stream."""
    found: list[ConsumerInfo] = []
    # The server tells them by the page.
    while page := await js.consumers_info(stream, len(found)):
        found += page
    return [consumer for consumer in found if consumer.config.durable_name]


async def lag_s(js: JetStreamContext, stream: str, consumer: ConsumerInfo) -> float:
    """Seconds since the oldest event that a consumer has still to finish has happened; 0 when it has finished all.

    That is the first event of its subjects behind its acknowledgement floor, by its `ce-time`.
    """
    if not consumer.num_pending and not consumer.num_ack_pending:
        return 0.0
    floor = (consumer.ack_floor.stream_seq if consumer.ack_floor else 0) or 0
    config = consumer.config
    ages: list[float] = []
    for subject in config.filter_subjects or [config.filter_subject or ">"]:
        try:
            message = await js.get_msg(stream, floor + 1, subject, next=True)
        except NotFoundError:
            continue
        ages.append(age_s(happened(message)) or 0.0)
    return max(ages, default=0.0)


def happened(message: RawStreamMsg) -> datetime | None:
    """When the event happened; None for a message that is no event."""
    try:
        return datetime.fromisoformat((message.headers or {})["ce-time"])
    except (KeyError, ValueError):
        return None


def age_s(moment: datetime | None) -> float | None:
    """Seconds since a moment, never less than 0."""
    return None if moment is None else round(max((datetime.now(UTC) - moment).total_seconds(), 0.0), 3)
