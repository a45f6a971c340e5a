"""What a message carries, read as far as it can be."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from nats.aio.msg import Msg
from nats.js import JetStreamContext

from madeleine_common.bus.payloads import PayloadLost, Payloads
from madeleine_common.bus.positions import digest_of
from madeleine_common.bus.streams import from_message
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import RecordedEvent, SealedEvent
from madeleine_common.events.types import UnreadableEvent

PERSON_ERASED = "madeleine.identity.v1.PersonErased"


@dataclass(slots=True)
class Delivery:
    """A message in hand: what it carries, and why it cannot be read if so."""

    message: Msg
    headers: dict[str, str]
    payload: bytes
    digest: bytes = b""
    sealed: SealedEvent | None = None
    event: RecordedEvent | None = None
    error: Exception | None = None
    since: float = field(default_factory=time.monotonic)

    @property
    def stream_id(self) -> str:
        """The stream that the event belongs to; empty where that cannot be told."""
        return self.sealed.event.stream_id if self.sealed else ""


class Receiver:
    """Reads messages into deliveries."""

    def __init__(self, js: JetStreamContext, codec: EventCodec, keyring: Keyring) -> None:
        self._payloads = Payloads(js)
        self._codec = codec
        self._keyring = keyring

    async def receive(self, message: Msg) -> Delivery:
        """The message with its payload, still sealed; word of an erasure makes the keyring forget at once."""
        headers = dict(message.headers or {})
        delivery = Delivery(message, headers, message.data)
        try:
            delivery.payload = await self._payloads.claim(headers, message.data)
            delivery.sealed = from_message(headers, delivery.payload)
            if delivery.sealed.event.type == PERSON_ERASED:
                self._keyring.forget(f"person:{delivery.sealed.event.stream_id.removeprefix('person-')}")
        except PayloadLost as error:
            delivery.error = UnreadableEvent(str(error))
        except (KeyError, ValueError) as error:
            delivery.error = UnreadableEvent(f"not an event of ours: {type(error).__name__} {error}")
        delivery.digest = digest_of(headers.get("ce-type", ""), delivery.payload)
        return delivery

    async def open(self, deliveries: Sequence[Delivery]) -> None:
        """Fills in their events, or why they cannot be read; raises what the keyring raises when it is out of reach."""
        readable = [d for d in deliveries if d.sealed is not None]
        opened = await self._codec.open_each([d.sealed for d in readable if d.sealed is not None])
        for delivery, event in zip(readable, opened, strict=True):
            if isinstance(event, UnreadableEvent):
                delivery.error = event
            else:
                delivery.event = event
