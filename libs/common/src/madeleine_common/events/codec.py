"""Between event messages and sealed bytes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madeleine_common.crypto.keyring import KEY_SEPARATOR, Keyring, joint_cipher
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
        keys = await self._keyring.for_subjects({subject for event in events for subject in event.subjects})
        rows: list[tuple[str, int, str, bytes]] = []
        for version, (event, event_id) in enumerate(zip(events, event_ids, strict=True), first_version):
            type_name = event.message.DESCRIPTOR.full_name
            payload = event.message.SerializeToString(deterministic=True)
            if len(payload) > MAX_EVENT_BYTES:
                name = type_name.rpartition(".")[2]
                raise Invalid(name, f"the event has {len(payload)} bytes; at most {MAX_EVENT_BYTES} are kept")
            key_id = ""
            if event.subject:
                together = sorted((keys[subject] for subject in event.subjects), key=lambda key: key.key_id)
                key_id = KEY_SEPARATOR.join(key.key_id for key in together)
                cipher = joint_cipher(together)
                payload = seal(cipher, payload, associated_data(event_id, type_name, stream_id, version))
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
        ciphers = await self._ciphers({s.event.key_id for s in sealed if s.event.key_id})
        opened: list[RecordedEvent | UnreadableEvent] = []
        for item in sealed:
            try:
                opened.append(self._open(item, ciphers))
            except UnreadableEvent as error:
                # Anew: as it was raised, its frames hold this list, a cycle that keeps the whole page.
                opened.append(type(error)(*error.args))
        return opened

    async def _ciphers(self, key_ids: Collection[str]) -> dict[str, AESGCM | None]:
        """What opens events by their key id, None where any key was destroyed; with an unknown key it is absent."""
        parts = {key_id: key_id.split(KEY_SEPARATOR) for key_id in key_ids}
        keys = await self._keyring.by_ids({one for ids in parts.values() for one in ids})
        ciphers: dict[str, AESGCM | None] = {}
        for key_id, ids in parts.items():
            if all(one in keys for one in ids):
                together = [key for one in ids if (key := keys[one]) is not None]
                ciphers[key_id] = joint_cipher(together) if len(together) == len(ids) else None
        return ciphers

    def _open(self, sealed: SealedEvent, ciphers: dict[str, AESGCM | None]) -> RecordedEvent:
        event, payload = sealed
        event_id, type_name, schema_version, stream_id, version, subject, metadata, key_id, _ = event
        if key_id:
            try:
                cipher = ciphers[key_id]
                if cipher is None:
                    return event
                payload = unseal(cipher, payload, associated_data(event_id, type_name, stream_id, version))
            except KeyError:
                raise UnreadableEvent(f"{type_name} {event_id}: its key {key_id} is not known") from None
            except SealBroken as error:
                raise UnreadableEvent(f"{type_name} {event_id}: {error}") from error
        message = self._types.parse(type_name, schema_version, payload)
        return RecordedEvent(
            event_id, type_name, schema_version, stream_id, version, subject, metadata, key_id, message
        )
