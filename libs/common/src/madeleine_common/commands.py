"""What every command carries: who, when, in the course of what, and how a repeat is told."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from google.protobuf.message import Message

from madeleine_common.auth import Principal
from madeleine_common.events.model import CommandKey, Metadata, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.telemetry import traceparent


def utc_now() -> datetime:
    """The present time, aware."""
    return datetime.now(UTC)


def metadata_of(caller: Principal) -> Metadata:
    """Metadata for what a caller does now, in a request of its own."""
    return Metadata(caller.subject, utc_now(), new_id(), "", traceparent())


def caused_by(event: RecordedEvent, actor: str) -> Metadata:
    """Metadata for what a service does because of an event."""
    return Metadata(
        actor, utc_now(), event.metadata.correlation_id, event.event_id, traceparent() or event.metadata.traceparent
    )


def command_key(caller: Principal, idempotency_key: str, request: Message) -> CommandKey:
    """The key of a request that carries an idempotency_key; another request under the same key is told by its bytes."""
    fingerprint = hashlib.sha256(
        request.DESCRIPTOR.full_name.encode() + b"\0" + request.SerializeToString(deterministic=True)
    ).digest()
    return CommandKey(caller.subject, idempotency_key, fingerprint)
