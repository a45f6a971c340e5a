"""The shapes that events take before and after they are stored.

What is made once for every event that is read is a named tuple: a frozen dataclass takes five times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from google.protobuf.message import Message


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append; `subject` names whose key seals it ("person:<id>"), empty: it is kept in the clear.

    `also`: others whose words it holds. It is sealed by the keys of all together, so that none of them can be erased
    and still be read in it.
    """

    message: Message
    subject: str = ""
    also: tuple[str, ...] = ()

    @property
    def subjects(self) -> frozenset[str]:
        """Everybody whose key it takes to read it."""
        return frozenset((self.subject, *self.also)) if self.subject else frozenset()


class Metadata(NamedTuple):
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


class RecordedEvent(NamedTuple):
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


class SealedEvent(NamedTuple):
    """An event with its payload still sealed, and the identity that the seal binds it to."""

    event: RecordedEvent
    payload: bytes
