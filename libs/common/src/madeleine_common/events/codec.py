"""Between event messages and sealed bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from madeleine_common.crypto.keyring import Keyring
from madeleine_common.crypto.seal import SealBroken, seal, unseal
from madeleine_common.events.model import NewEvent, RecordedEvent
from madeleine_common.events.types import EVENT_TYPES, EventTypes, UnreadableEvent

@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event with its payload still sealed, and the identity that the seal binds it to."""

    event: RecordedEvent
    payload: bytes


def associated_data(event_id: str, type_name: str, stream_id: str, version: int) -> bytes:
    """What the seal binds a payload to: no ciphertext can pass for another event's."""
    return f"{event_id}|{type_name}|{stream_id}|{version}".encode()


class EventCodec:
    """Seals new events and opens stored ones with keys from a keyring."""

    def __init__(self, keyring: Keyring, types: EventTypes = EVENT_TYPES) -> None:
        self._keyring = keyring
        self._types = types

    async def seal_all(
        self, events: Sequence[NewEvent], event_ids: Sequence[str], stream_id: str, first_version: int
    ) -> list[tuple[str, int, str, bytes]]:
        """(type, schema version, key id, payload) of each event; raises KeyDestroyed for an erased subject."""
        keys = await self._keyring.for_subjects([e.subject for e in events if e.subject])
        rows: list[tuple[str, int, str, bytes]] = []
        for offset, (event, event_id) in enumerate(zip(events, event_ids, strict=True)):
            type_name = event.message.DESCRIPTOR.full_name
            payload = event.message.SerializeToString(deterministic=True)
            key_id = ""
            if event.subject:
                key = keys[event.subject]
                key_id = key.key_id
                payload = seal(
                    key.key, payload, associated_data(event_id, type_name, stream_id, first_version + offset)
                )
            rows.append((type_name, self._types.version(type_name), key_id, payload))
        return rows

    async def open_all(self, sealed: Sequence[SealedEvent]) -> list[RecordedEvent]:
        """The events with their messages, None where the key was destroyed; raises UnreadableEvent."""
        keys = await self._keyring.by_ids([s.event.key_id for s in sealed if s.event.key_id])
        opened: list[RecordedEvent] = []
        for item in sealed:
            event, payload = item.event, item.payload
            if event.key_id:
                key = keys.get(event.key_id)
                if key is None:
                    opened.append(event)
                    continue
                try:
                    payload = unseal(
                        key.key, payload, associated_data(event.event_id, event.type, event.stream_id, event.version)
                    )
                except SealBroken as error:
                    raise UnreadableEvent(f"{event.type} {event.event_id}: {error}") from error
            opened.append(replace(event, message=self._types.parse(event.type, event.schema_version, payload)))
        return opened
