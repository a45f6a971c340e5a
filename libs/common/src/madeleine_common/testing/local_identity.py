"""Keys for a service under test: a keyring in memory and a signer of people's tokens, where identity is not running."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from madeleine_common.auth import AUDIENCE, PEOPLE_ISSUER, jwk_of
from madeleine_common.crypto.keyring import DataKey, KeyBatch
from madeleine_common.ids import new_id

SERVICES = ("identity", "chat", "memory", "miniapp", "spark", "trainer", "inference", "gateway", "cli")


class LocalKeys:
    """Data keys in memory; `destroy` erases a subject."""

    def __init__(self) -> None:
        self._by_subject: dict[str, DataKey] = {}
        self._destroyed: set[str] = set()
        self._graves: set[str] = set()

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Each subject's key, made at first use."""
        for subject in subjects:
            if subject not in self._destroyed and subject not in self._by_subject:
                self._by_subject[subject] = DataKey(new_id(), subject, AESGCM.generate_key(256))
        keys = tuple(self._by_subject[s] for s in subjects if s in self._by_subject)
        return KeyBatch(keys, frozenset(self._destroyed & set(subjects)))

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Keys by id; one that never was is in neither part of the answer."""
        keys = tuple(k for k in self._by_subject.values() if k.key_id in set(key_ids))
        return KeyBatch(keys, frozenset(self._graves & set(key_ids)))

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        """Destroys several subjects' keys."""
        for subject in subjects:
            self.destroy(subject)

    def destroy(self, subject: str) -> None:
        """Destroys a subject's key."""
        if key := self._by_subject.pop(subject, None):
            self._graves.add(key.key_id)
        self._destroyed.add(subject)


class TokenSigner:
    """Signs people's tokens as identity would."""

    KID = "test"

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    async def public_key(self, kid: str) -> Any:
        """The public key, under its one id; raises KeyError for others."""
        return {self.KID: self._key.public_key()}[kid]

    def token(self, person_id: str, name: str, time_zone: str, language: str, *, expires_in_s: int = 900) -> str:
        """An access token of a person."""
        now = int(time.time())
        claims = {
            "iss": PEOPLE_ISSUER,
            "aud": AUDIENCE,
            "sub": f"person:{person_id}",
            "name": name,
            "zoneinfo": time_zone,
            "locale": language,
            "iat": now,
            "exp": now + expires_in_s,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.KID})


def write_service_keys(folder: Path, services: Sequence[str] = SERVICES) -> Path:
    """Writes <folder>/<service>.pem for each service and services.jwks.json; returns the latter's path."""
    keys = {name: Ed25519PrivateKey.generate() for name in services}
    for name, key in keys.items():
        path = folder / f"{name}.pem"
        path.touch(mode=0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    jwks = folder / "services.jwks.json"
    jwks.write_text(json.dumps({"keys": [jwk_of(key, name) for name, key in keys.items()]}))
    return jwks
