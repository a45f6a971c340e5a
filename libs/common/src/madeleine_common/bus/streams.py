"""Streams and subjects, and an event's form on the wire (CloudEvents attribute names in headers)."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, BadRequestError, NotFoundError, ServerError

from madeleine_common.events.model import Metadata, RecordedEvent, SealedEvent

log = logging.getLogger(__name__)

CONTEXTS = ("identity", "chat", "memory", "miniapp", "spark", "trainer", "inference")
DEDUP_WINDOW_S = 600
MSG_ID = "Nats-Msg-Id"


def stream_name(context: str) -> str:
    """The JetStream stream of a context: "CHAT"."""
    return context.upper()


def subject_of(context: str, type_name: str, stream_id: str) -> str:
    """madeleine.<context>.evt.<name>.<stream id>."""
    return f"madeleine.{context}.evt.{type_name.rsplit('.', 1)[-1]}.{stream_id}"


def wake_subject(context: str) -> str:
    """Where a writer tells the context's relay that there is something to publish; no stream listens there."""
    return f"madeleine.{context}.wake"


async def connect(url: str, name: str) -> Client:
    """A connection that reconnects for ever; raises nats.errors.NoServersError when none answers at first."""

    async def on_error(error: Exception) -> None:
        # In place of the client's own report, a traceback for each of two tries a second while NATS is away.
        log.warning("NATS connection of %s: %s", name, error or type(error).__name__)

    return await nats.connect(
        url,
        name=name,
        error_cb=on_error,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        allow_reconnect=True,
        connect_timeout=5,
    )


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What a stream keeps; 0: no limit. A full stream refuses what is new, and the outbox holds it meanwhile."""

    replicas: int = 1
    max_age_days: int = 0
    max_bytes: int = 0
    max_messages: int = 0


NO_LIMITS = StreamLimits()


class LimitsRefused(Exception):
    """JetStream does not take a stream's settings; names them."""

    def __init__(self, stream: str, limits: StreamLimits, error: APIError) -> None:
        super().__init__(
            f"JetStream refuses stream {stream} with MADELEINE_NATS_REPLICAS={limits.replicas},"
            f" MADELEINE_NATS_MAX_AGE_DAYS={limits.max_age_days}, MADELEINE_NATS_MAX_BYTES={limits.max_bytes},"
            f" MADELEINE_NATS_MAX_MESSAGES={limits.max_messages}: {error.description or error}"
        )


async def declare_stream(js: JetStreamContext, context: str, limits: StreamLimits = NO_LIMITS) -> None:
    """Makes the context's stream, or brings it to this configuration."""
    config = StreamConfig(
        name=stream_name(context),
        subjects=[f"madeleine.{context}.evt.>"],
        retention=RetentionPolicy.LIMITS,
        # Dropping the oldest instead would lose events that a slow consumer has not seen, and tell nobody.
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        num_replicas=limits.replicas,
        max_age=limits.max_age_days * 86400,
        max_bytes=limits.max_bytes or -1,
        max_msgs=limits.max_messages or -1,
        duplicate_window=DEDUP_WINDOW_S,
        allow_direct=True,
    )
    try:
        await js.stream_info(stream_name(context))
    except NotFoundError:
        declare = js.add_stream
    else:
        declare = js.update_stream
    try:
        await declare(config)
    except BadRequestError as error:
        raise LimitsRefused(stream_name(context), limits, error) from error
    except ServerError as error:
        # Out of resources, or too few servers for the replicas: it is the same at the next try.
        raise LimitsRefused(stream_name(context), limits, error) from error


def _number(headers: dict[str, str], name: str, least: int, below: int) -> int:
    number = int(headers[name])
    if not least <= number < below:
        raise ValueError(f"{name} {number}")
    return number


def to_headers(event: RecordedEvent) -> dict[str, str]:
    """The event's envelope as message headers; empty attributes are left out."""
    metadata = event.metadata
    headers = {
        MSG_ID: event.event_id,
        "ce-specversion": "1.0",
        "ce-id": event.event_id,
        "ce-type": event.type,
        "ce-source": f"/madeleine/{event.stream_id}",
        "ce-time": metadata.occurred_at.astimezone(UTC).isoformat(),
        "ce-schemaversion": str(event.schema_version),
        "ce-streamid": event.stream_id,
        "ce-streamversion": str(event.version),
        "ce-datasubject": event.subject,
        "ce-actor": metadata.actor,
        "ce-correlationid": metadata.correlation_id,
        "ce-causationid": metadata.causation_id,
        "ce-keyid": event.key_id,
        "traceparent": metadata.traceparent,
    }
    return {name: value for name, value in headers.items() if value}


def from_message(headers: dict[str, str], payload: bytes) -> SealedEvent:
    """The sealed event that a message carries; raises KeyError or ValueError when an attribute is missing or wrong."""
    # What the client hands on as it came, and no table takes.
    "".join(headers.values()).encode()
    time = datetime.fromisoformat(headers["ce-time"])
    if time.tzinfo is None:
        raise ValueError("ce-time has no time zone")
    metadata = Metadata(
        headers["ce-actor"],
        time,
        headers["ce-correlationid"],
        headers.get("ce-causationid", ""),
        headers.get("traceparent", ""),
    )
    event = RecordedEvent(
        str(UUID(headers["ce-id"])),
        headers["ce-type"],
        _number(headers, "ce-schemaversion", 0, 2**31),
        headers["ce-streamid"],
        _number(headers, "ce-streamversion", 1, 2**63),
        headers.get("ce-datasubject", ""),
        metadata,
        headers.get("ce-keyid", ""),
        None,
    )
    return SealedEvent(event, payload)
