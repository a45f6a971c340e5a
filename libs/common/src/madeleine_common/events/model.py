"""The shapes that events take before and after they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append; `subject` names whose key seals it ("person:<id>"), empty: it is kept in the clear."""

    message: Message
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Who acted, when, and in the course of what."""

    actor: str
    occurred_at: datetime
    correlation_id: str
    causation_id: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class CommandKey:
    """Makes a command idempotent: one actor's key names one command, told apart from others by `fingerprint`.

    `fingerprint` is the sha256 of the request (32 bytes): a key that comes back with another request is refused.
    """

    actor: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as stored or received; `message` is None when its subject was erased and nobody can read it."""

    event_id: str
    type: str
    schema_version: int
    stream_id: str
    version: int
    subject: str
    metadata: Metadata
    key_id: str
    message: Message | None

    @property
    def erased(self) -> bool:
        """True when the payload's key was destroyed."""
        return self.message is None
