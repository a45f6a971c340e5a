"""Between event messages and sealed bytes."""

from __future__ import annotations

from collections.abc import Sequence

from madeleine_common.crypto.keyring import DataKey, Keyring
from madeleine_common.crypto.seal import SealBroken, seal, unseal
from madeleine_common.errors import Invalid
from madeleine_common.events.model import NewEvent, RecordedEvent, SealedEvent
from madeleine_common.events.types import EVENT_TYPES, EventTypes, UnreadableEvent

__all__ = ["MAX_EVENT_BYTES", "EventCodec", "SealedEvent", "associated_data"]

# Streams carry references to what is over 512 KiB; beyond this a thing is a file and not an event.
MAX_EVENT_BYTES = 4 * 1024 * 1024


def associated_data(event_id: str, type_name: str, stream_id: str, version: int) -> bytes:
    """What the seal binds a payload to: no ciphertext can pass for another event's."""
    return f"{event_id}|{type_name}|{stream_id}|{version}".encode()


class EventCodec:
    """Seals new events and opens stored ones with keys from a keyring."""

    def __init__(self, keyring: Keyring, types: EventTypes = EVENT_TYPES) -> None:
        self._keyring = keyring
        self._types = types

    def knows(self, type_name: str, version: int) -> bool:
        """Whether this code can read the type in this version."""
        return self._types.knows(type_name, version)

    async def seal_all(
        self, events: Sequence[NewEvent], event_ids: Sequence[str], stream_id: str, first_version: int
    ) -> list[tuple[str, int, str, bytes]]:
        """(type, schema version, key id, payload) of each event.

        Raises KeyDestroyed for an erased subject, Invalid for a payload of more than MAX_EVENT_BYTES.
        """
        keys = await self._keyring.for_subjects({e.subject for e in events if e.subject})
        rows: list[tuple[str, int, str, bytes]] = []
        for version, (event, event_id) in enumerate(zip(events, event_ids, strict=True), first_version):
            type_name = event.message.DESCRIPTOR.full_name
            payload = event.message.SerializeToString(deterministic=True)
            if len(payload) > MAX_EVENT_BYTES:
                name = type_name.rpartition(".")[2]
                raise Invalid(name, f"the event has {len(payload)} bytes; at most {MAX_EVENT_BYTES} are kept")
            key_id = ""
            if event.subject:
                key = keys[event.subject]
                key_id = key.key_id
                payload = seal(key.cipher, payload, associated_data(event_id, type_name, stream_id, version))
            rows.append((type_name, self._types.version(type_name), key_id, payload))
        return rows

    async def open_all(self, sealed: Sequence[SealedEvent]) -> list[RecordedEvent]:
        """The events with their messages, None where the key was destroyed; raises UnreadableEvent."""
        opened: list[RecordedEvent] = []
        for event in await self.open_each(sealed):
            if isinstance(event, UnreadableEvent):
                raise event
            opened.append(event)
        return opened

    async def open_each(self, sealed: Sequence[SealedEvent]) -> list[RecordedEvent | UnreadableEvent]:
        """What `open_all` gives, with the error in the place of each event that cannot be read."""
        keys = await self._keyring.by_ids({s.event.key_id for s in sealed if s.event.key_id})
        opened: list[RecordedEvent | UnreadableEvent] = []
        for item in sealed:
            try:
                opened.append(self._open(item, keys))
            except UnreadableEvent as error:
                opened.append(error)
        return opened

    def _open(self, sealed: SealedEvent, keys: dict[str, DataKey | None]) -> RecordedEvent:
        event, payload = sealed
        event_id, type_name, schema_version, stream_id, version, subject, metadata, key_id, _ = event
        if key_id:
            try:
                key = keys[key_id]
                if key is None:
                    return event
                payload = unseal(key.cipher, payload, associated_data(event_id, type_name, stream_id, version))
            except KeyError:
                raise UnreadableEvent(f"{type_name} {event_id}: its key {key_id} is not known") from None
            except SealBroken as error:
                raise UnreadableEvent(f"{type_name} {event_id}: {error}") from error
        message = self._types.parse(type_name, schema_version, payload)
        return RecordedEvent(
            event_id, type_name, schema_version, stream_id, version, subject, metadata, key_id, message
        )
