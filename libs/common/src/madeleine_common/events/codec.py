"""Between event messages and sealed bytes, with upcasting of older meanings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

from madeleine_common.crypto.keyring import Keyring
from madeleine_common.crypto.seal import SealBroken, seal, unseal
from madeleine_common.events.model import NewEvent, RecordedEvent

Upcaster = Callable[[bytes], tuple[str, bytes]]


class UnreadableEvent(Exception):
    """The payload is corrupt, of an unknown type, or of a newer version than this code knows."""


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event with its payload still sealed, and the identity that the seal binds it to."""

    event: RecordedEvent
    payload: bytes


class EventTypes:
    """Knows every event type by its full protobuf name, its present version, and how older ones are read."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}

    def version(self, type_name: str) -> int:
        """The version that new events of this type are written with; 1 unless told."""
        return self._versions.get(type_name, 1)

    def register_upcaster(self, type_name: str, version: int, upcast: Upcaster) -> None:
        """Reads (type_name, version) by turning its bytes into those of the next version, or of a renamed type."""
        self._upcasters[type_name, version] = upcast
        self._versions[type_name] = max(self.version(type_name), version + 1)

    def parse(self, type_name: str, version: int, data: bytes) -> Message:
        """The message that `data` spells, upcast as needed; raises UnreadableEvent."""
        while upcast := self._upcasters.get((type_name, version)):
            renamed, data = upcast(data)
            version = version + 1 if renamed == type_name else 1
            type_name = renamed
        if version > self.version(type_name):
            raise UnreadableEvent(f"{type_name} version {version} is newer than {self.version(type_name)}")
        try:
            descriptor = descriptor_pool.Default().FindMessageTypeByName(type_name)
        except KeyError as error:
            raise UnreadableEvent(f"unknown event type {type_name}") from error
        try:
            return message_factory.GetMessageClass(descriptor).FromString(data)
        except DecodeError as error:
            raise UnreadableEvent(f"payload is not a {type_name}") from error


EVENT_TYPES = EventTypes()


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
