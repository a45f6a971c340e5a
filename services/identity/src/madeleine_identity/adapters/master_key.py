"""Master keys, which wrap every other key of the house: a file with one to a line, the first for what is new."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from madeleine_common.crypto.seal import KEY_BYTES, SealBroken, seal, unseal
from madeleine_common.db import Connection
from madeleine_common.errors import Unavailable

_ID_BYTES = 8


class MasterKeyUnknown(SealBroken):
    """No line of the file holds the master key that wraps a row."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """32 bytes; `key_id` is made from them (the first 8 bytes of their SHA-256, in hexadecimal)."""

    key: bytes = field(repr=False)
    key_id: str = ""
    # Line of the file that it came from; 0 for one that is in no file yet.
    line: int = field(default=0, compare=False)

    @classmethod
    def of(cls, key: bytes, line: int = 0) -> MasterKey:
        """The key with its id."""
        return cls(key, hashlib.sha256(key).hexdigest()[: 2 * _ID_BYTES], line)

    @classmethod
    def generate(cls) -> MasterKey:
        """A new one."""
        return cls.of(os.urandom(KEY_BYTES))

    def wrap(self, plaintext: bytes, bound_to: bytes) -> bytes:
        """`plaintext` wrapped by this key and bound to its row."""
        return seal(self.key, plaintext, bound_to)


def read_master_keys(path: Path) -> tuple[MasterKey, ...]:
    """The keys of a file, one base64 of 32 bytes to a line, the current one first.

    Raises OSError, or ValueError that names file and line for anything else in it.
    """
    keys: list[MasterKey] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            key = base64.b64decode(line.strip(), validate=True)
        except binascii.Error as error:
            raise ValueError(f"{path}, line {number}: a master key must be base64") from error
        if len(key) != KEY_BYTES:
            raise ValueError(f"{path}, line {number}: a master key must be {KEY_BYTES} bytes; this one has {len(key)}")
        keys.append(MasterKey.of(key, number))
    if not keys:
        raise ValueError(f"{path}: the file is empty; it must hold a master key (base64 of {KEY_BYTES} bytes)")
    repeated = {key.key_id: key.line for key in reversed(keys)}
    for key in keys:
        if repeated[key.key_id] != key.line:
            raise ValueError(f"{path}, line {key.line}: the same key as in line {repeated[key.key_id]}")
    return tuple(keys)


class MasterKeys:
    """The file's keys in memory, read again when a row names another: a rotation elsewhere has changed the file."""

    def __init__(self, path: Path) -> None:
        """Reads the file; raises OSError or ValueError."""
        self.path = path
        self._keys = read_master_keys(path)

    @property
    def keys(self) -> tuple[MasterKey, ...]:
        """As last read, the first line first."""
        return self._keys

    def reload(self) -> None:
        """Reads the file again, and forgets what is no longer in it; raises OSError or ValueError."""
        self._keys = read_master_keys(self.path)

    async def current(self, connection: Connection) -> MasterKey:
        """The key that wraps what the caller's transaction writes; a rotation waits for that transaction.

        At the very first use that is the file's first key. Raises Unavailable when the file does not hold it.
        """
        query = "SELECT master_id FROM current_master FOR SHARE"
        master_id: str | None = await connection.fetchval(query)
        if master_id is None:
            await connection.execute(
                "INSERT INTO current_master (master_id) VALUES ($1) ON CONFLICT DO NOTHING", self._keys[0].key_id
            )
            master_id = str(await connection.fetchval(query))
        key = self._find(master_id)
        if key is None:
            self.reload()
            key = self._find(master_id)
        if key is None:
            raise Unavailable(f"{self._where()}: this is not master key {master_id}, by which identity wraps now")
        return key

    def unwrap(self, master_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """What a master key wrapped; "" as its id stands for any. Raises MasterKeyUnknown, SealBroken.

        For a key that is not in memory the file is read again first. The row itself may have been rewrapped since it
        was read: callers do well to read that again too.
        """
        if master_id:
            key = self._find(master_id)
            if key is None:
                self.reload()
                key = self._find(master_id)
            if key is None:
                raise MasterKeyUnknown(f"{self._where()}: this is not master key {master_id}, which wraps the row")
            return unseal(key.key, wrapped, bound_to)
        for _ in range(2):
            for key in self._keys:
                try:
                    return unseal(key.key, wrapped, bound_to)
                except SealBroken:
                    continue
            self.reload()
        raise MasterKeyUnknown(f"{self._where()}: this does not open the row")

    def _find(self, master_id: str) -> MasterKey | None:
        return next((key for key in self._keys if key.key_id == master_id), None)

    def _where(self) -> str:
        return f"{self.path}, line {' and '.join(str(key.line) for key in self._keys)}"
