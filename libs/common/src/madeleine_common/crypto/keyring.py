"""Data keys by subject: the port, and the cache that every service puts before the identity service."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Between the ids of keys that seal something together.
KEY_SEPARATOR = ","


class KeyDestroyed(Exception):
    """The subject was erased: nothing sealed by this key can be read, and nothing new is sealed for them."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """A 32-byte AES key of one data subject, and the cipher made of it."""

    key_id: str
    subject: str
    key: bytes = field(repr=False)
    cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cipher", AESGCM(self.key))


def joint_cipher(keys: Sequence[DataKey]) -> AESGCM:
    """The cipher of several keys together: without any of them it cannot be made (HKDF, RFC 5869, over all)."""
    if len(keys) == 1:
        return keys[0].cipher
    derived = HKDF(SHA256(), 32, None, b"madeleine joint key").derive(b"".join(key.key for key in keys))
    return AESGCM(derived)


@dataclass(frozen=True, slots=True)
class KeyBatch:
    """Keys that were found, and the ids (or subjects) whose key was destroyed; what is in neither never was."""

    keys: tuple[DataKey, ...]
    destroyed: frozenset[str]


class KeySource(Protocol):
    """Where keys come from: the identity service's table, or its KeyringService from elsewhere."""

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Each subject's current key, made at first use."""
        ...

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Keys by id."""
        ...

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        """Destroys the subjects' keys for good."""
        ...


class Keyring:
    """Caches keys for at most `max_age_s`, so that a destroyed key is forgotten everywhere within that time.

    At most `most` keys are held. That a key was destroyed is remembered for good: it never comes back.
    """

    def __init__(self, source: KeySource, max_age_s: float = 60.0, most: int = 10_000) -> None:
        self._source = source
        self._max_age_s = max_age_s
        self._most = most
        # Both in order of their expiry, since every key lives equally long.
        self._by_subject: OrderedDict[str, tuple[float, DataKey]] = OrderedDict()
        self._by_id: OrderedDict[str, tuple[float, DataKey]] = OrderedDict()
        self._destroyed: OrderedDict[str, None] = OrderedDict()

    async def for_subjects(self, subjects: Collection[str]) -> dict[str, DataKey]:
        """The current key of each subject; raises KeyDestroyed if any was erased."""
        now = time.monotonic()
        found = {s: hit[1] for s in set(subjects) if (hit := self._by_subject.get(s)) and hit[0] > now}
        missing = sorted(set(subjects) - found.keys())
        if missing:
            batch = await self._source.for_subjects(missing)
            if batch.destroyed:
                raise KeyDestroyed(", ".join(sorted(batch.destroyed)))
            for key in batch.keys:
                self._keep(key)
                found[key.subject] = key
        return found

    async def by_ids(self, key_ids: Collection[str]) -> dict[str, DataKey | None]:
        """Keys by id, None for a destroyed one; an id that never was is absent."""
        now = time.monotonic()
        found: dict[str, DataKey | None] = {}
        missing: list[str] = []
        for key_id in set(key_ids):
            if (hit := self._by_id.get(key_id)) and hit[0] > now:
                found[key_id] = hit[1]
            elif key_id in self._destroyed:
                found[key_id] = None
            else:
                missing.append(key_id)
        if missing:
            batch = await self._source.by_ids(sorted(missing))
            for key in batch.keys:
                self._keep(key)
                found[key.key_id] = key
            for key_id in batch.destroyed:
                self._destroyed[key_id] = None
                found[key_id] = None
            self._trim(self._destroyed)
        return found

    def forget(self, subject: str) -> None:
        """Drops a subject's keys at once, when word comes that they were erased."""
        self._by_subject.pop(subject, None)
        for key_id in [k for k, (_, key) in self._by_id.items() if key.subject == subject]:
            del self._by_id[key_id]

    async def destroy(self, subjects: Sequence[str]) -> None:
        """Destroys the subjects' keys; others who hold them forget within `max_age_s`."""
        await self._source.destroy_all(subjects)
        for subject in subjects:
            self.forget(subject)

    def _keep(self, key: DataKey) -> None:
        until = time.monotonic() + self._max_age_s
        for cache, name in ((self._by_subject, key.subject), (self._by_id, key.key_id)):
            cache[name] = (until, key)
            cache.move_to_end(name)
            self._trim(cache)

    def _trim(self, cache: OrderedDict[str, tuple[float, DataKey]] | OrderedDict[str, None]) -> None:
        while len(cache) > self._most:
            cache.popitem(last=False)
