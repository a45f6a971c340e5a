"""Attachments' objects in a folder, or in object storage through fsspec (`application.attachment_ports.Files`)."""

# fsspec ships few types: what it hands us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from madeleine_common.durable import sync
from madeleine_common.errors import Unavailable
from madeleine_common.object_store import file_system

T = TypeVar("T")


class ObjectFiles:
    """<store>/<attachment id>/<name>; nothing in a path comes from what people wrote."""

    def __init__(self, url: str, default: Path) -> None:
        """`url`: a path or URL as `madeleine_common.object_store` takes it; empty: the folder `default`."""
        parts = urlsplit(url)
        self._fs: Any = None
        if parts.scheme in ("", "file"):
            self._folder = Path(unquote(parts.path) if parts.scheme else url or default).resolve()
        else:
            self._fs, self._root = file_system(url)

    async def put(self, attachment_id: str, name: str, content: bytes) -> None:
        """Keeps an object; it is on disk when this returns."""
        await _reached(lambda: self._put(attachment_id, name, content))

    async def get(self, attachment_id: str, name: str) -> bytes:
        """An object; raises FileNotFoundError."""
        return await _reached(lambda: self._get(attachment_id, name))

    async def delete(self, attachment_id: str, names: Collection[str] | None = None) -> None:
        """Deletes objects of an attachment, all of them unless named; what is not there is no failure."""
        await _reached(lambda: self._delete(attachment_id, names))

    def _put(self, attachment_id: str, name: str, content: bytes) -> None:
        if self._fs is not None:
            self._fs.pipe_file(f"{self._root}/{attachment_id}/{name}", content)
            return
        folder = self._folder / attachment_id
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # No row speaks of it before this returns: a piece that a crash leaves is nobody's.
        with open(folder / name, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for path in (folder, self._folder):
            sync(path)

    def _get(self, attachment_id: str, name: str) -> bytes:
        if self._fs is not None:
            return bytes(self._fs.cat_file(f"{self._root}/{attachment_id}/{name}"))
        return (self._folder / attachment_id / name).read_bytes()

    def _delete(self, attachment_id: str, names: Collection[str] | None) -> None:
        if self._fs is None:
            folder = self._folder / attachment_id
            for name in names or ():
                (folder / name).unlink(missing_ok=True)
            while names is None and folder.exists():
                # Another replica may be at it too.
                with contextlib.suppress(FileNotFoundError):
                    shutil.rmtree(folder)
            return
        paths = (
            [f"{self._root}/{attachment_id}"]
            if names is None
            else [f"{self._root}/{attachment_id}/{name}" for name in names]
        )
        for path in paths:
            if self._fs.exists(path):
                self._fs.rm(path, recursive=names is None)


async def _reached(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unavailable("the store of attachments cannot be reached now; try again") from error
