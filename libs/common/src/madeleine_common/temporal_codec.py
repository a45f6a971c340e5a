"""Seals what goes through Temporal: its history is one more place where people's words must not lie open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from madeleine_common.crypto.keyring import DataKey, Keyring
from madeleine_common.crypto.seal import seal, unseal

_ENCODING = b"binary/madeleine-sealed"
_KEY_ID = "madeleine-key-id"


class SealingCodec(PayloadCodec):
    """AES-256-GCM under the service's own data key; payloads that came in the clear are passed on as they are."""

    def __init__(self, service: str, keyring: Keyring) -> None:
        self._subject = f"service:{service}"
        self._keyring = keyring

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seals each payload, its metadata included; raises what the keyring raises."""
        key = (await self._keyring.for_subjects([self._subject]))[self._subject]
        return [
            Payload(
                metadata={"encoding": _ENCODING, _KEY_ID: key.key_id.encode()},
                data=seal(key.cipher, payload.SerializeToString(), self._subject.encode()),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Opens what `encode` sealed; raises KeyError for a destroyed key, SealBroken for an altered payload."""
        sealed = [p for p in payloads if p.metadata.get("encoding") == _ENCODING]
        keys = await self._keyring.by_ids([p.metadata[_KEY_ID].decode() for p in sealed])
        return [self._open(p, keys) if p.metadata.get("encoding") == _ENCODING else p for p in payloads]

    def _open(self, payload: Payload, keys: Mapping[str, DataKey | None]) -> Payload:
        key_id = payload.metadata[_KEY_ID].decode()
        key = keys.get(key_id)
        if key is None:
            raise KeyError(key_id)
        return Payload.FromString(unseal(key.cipher, payload.data, self._subject.encode()))
