"""Data keys by subject: the port, and the cache that every service puts before the identity service."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class KeyDestroyed(Exception):
    """The subject was erased: nothing sealed by this key can be read, and nothing new is sealed for them."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """A 32-byte AES key of one data subject."""

    key_id: str
    subject: str
    key: bytes


@dataclass(frozen=True, slots=True)
class KeyBatch:
    """Keys that were found, and the ids (or subjects) whose key was destroyed."""

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


class Keyring:
    """Caches keys for at most `max_age_s`, so that a destroyed key is forgotten everywhere within that time."""

    def __init__(self, source: KeySource, max_age_s: float = 60.0) -> None:
        self._source = source
        self._max_age_s = max_age_s
        self._by_subject: dict[str, tuple[float, DataKey]] = {}
        self._by_id: dict[str, tuple[float, DataKey]] = {}

    async def for_subjects(self, subjects: Sequence[str]) -> dict[str, DataKey]:
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

    async def by_ids(self, key_ids: Sequence[str]) -> dict[str, DataKey]:
        """Keys by id; a destroyed one is simply absent."""
        now = time.monotonic()
        found = {k: hit[1] for k in set(key_ids) if (hit := self._by_id.get(k)) and hit[0] > now}
        missing = sorted(set(key_ids) - found.keys())
        if missing:
            for key in (await self._source.by_ids(missing)).keys:
                self._keep(key)
                found[key.key_id] = key
        return found

    def forget(self, subject: str) -> None:
        """Drops a subject's keys at once, when word comes that they were erased."""
        self._by_subject.pop(subject, None)
        for key_id in [k for k, (_, key) in self._by_id.items() if key.subject == subject]:
            del self._by_id[key_id]

    def _keep(self, key: DataKey) -> None:
        until = time.monotonic() + self._max_age_s
        self._by_subject[key.subject] = (until, key)
        self._by_id[key.key_id] = (until, key)
