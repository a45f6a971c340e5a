"""Writing the file of master keys: whole or not at all, on disk before anything relies on it, one writer at a time."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from madeleine_common.embedded.process import write_private
from madeleine_identity.adapters.master_key import MasterKey

_AGAIN_S = 0.2


class MasterKeyFile:
    """The file, where it is ours to write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def unwritable(self) -> str:
        """Why it is not ours to write; "" when it is."""
        path = self._path
        # Kubernetes mounts a Secret's files as links: replacing one would change nothing in the Secret.
        if path.is_symlink():
            return "it is a link, as in a mounted Secret"
        if path.stat().st_uid != os.geteuid():
            return "it belongs to another user, who could not read what we would write"
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            return "it, or its folder, is read-only for this process"
        return ""

    def write(self, keys: Sequence[MasterKey]) -> str:
        """Writes these keys, one to a line, on disk when this returns; "", or why that is not possible here."""
        content = b"".join(base64.b64encode(key.key) + b"\n" for key in keys)
        try:
            write_private(self._path, content)
        except OSError as error:
            # A single file mounted into a container can be written in place, but not replaced.
            return f"it cannot be replaced ({error.strerror})"
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            # Without this a power cut could bring the old file back, with rows under the new key already.
            os.fsync(folder)
        finally:
            os.close(folder)
        return ""

    def sweep(self) -> None:
        """Removes what a writer left that died before its rename: it may hold an old key."""
        for left in self._path.parent.glob(f".{self._path.name}.*"):
            if left.suffix[1:].isdigit():
                left.unlink(missing_ok=True)

    @asynccontextmanager
    async def alone(self, *, wait: bool) -> AsyncIterator[None]:
        """Holds the file against other writers on this machine; without `wait` raises BlockingIOError if one has it.

        The database's lock ends with its connection, and a writer must not outlive its lock: this one ends with the
        process.
        """
        if self.unwritable():
            yield
            return
        with self._path.with_name(f".{self._path.name}.lock").open("a") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not wait:
                        raise
                    await asyncio.sleep(_AGAIN_S)
            yield
