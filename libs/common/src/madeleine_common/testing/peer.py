"""Another service's side of the bus: publishes its events as its relay would."""

from __future__ import annotations

from collections import Counter

from google.protobuf.message import Message
from nats.js import JetStreamContext

from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import Metadata, NewEvent, RecordedEvent
from madeleine_common.ids import new_id


class Peer:
    """Publishes events of one context, sealed, with versions counted by stream."""

    def __init__(self, context: str, js: JetStreamContext, codec: EventCodec) -> None:
        self._context = context
        self._js = js
        self._codec = codec
        self._versions: Counter[str] = Counter()

    async def publish(self, stream_id: str, message: Message, subject: str = "", actor: str = "") -> str:
        """Publishes the stream's next event; returns its id."""
        self._versions[stream_id] += 1
        version, event_id = self._versions[stream_id], new_id()
        sealed = await self._codec.seal_all([NewEvent(message, subject)], [event_id], stream_id, version)
        type_name, schema_version, key_id, payload = sealed[0]
        metadata = Metadata(actor or subject or f"service:{self._context}", utc_now(), new_id())
        event = RecordedEvent(event_id, type_name, schema_version, stream_id, version, subject, metadata, key_id, None)
        await self._js.publish(
            subject_of(self._context, type_name, stream_id), payload, headers=to_headers(event), timeout=5
        )
        return event_id
