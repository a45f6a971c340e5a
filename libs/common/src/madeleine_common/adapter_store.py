"""Where adapter revisions are kept: a folder, or an object store through fsspec, each revision under its own name."""

# fsspec and pyarrow ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from madeleine_common.adapters import MANIFEST, REVISION, AdapterFolder, AdapterInvalid, AdapterOrigin, read_adapter
from madeleine_common.adapters import write_adapter as write_folder
from madeleine_common.object_store import StoreUrl, file_system

__all__ = ["AdapterStore", "StoreUnreachable", "StoreUrl"]

KEEP = 64
_MOST_BYTES = 4 * 1024**3
_STALE_S = 3600.0


class StoreUnreachable(Exception):
    """The object store does not answer, or refuses us; the same call may succeed later."""


class AdapterStore:
    """Revisions in a local folder, read in place, or behind a URL, read through a cache of verified copies.

    `url`: a path, file:///path, s3://bucket/prefix, or what else fsspec knows and is installed. An S3 store takes
    region, credentials and AWS_ENDPOINT_URL from the AWS_* environment; "?endpoint_override=http://host:port&region=x"
    goes before these. Credentials never stand in the URL: it is told in errors.
    All methods block: call them in a thread.
    """

    def __init__(self, url: str, cache: Path, keep: int = KEEP) -> None:
        """`keep`: revisions that `trim` leaves in the cache."""
        parts = urlsplit(url)
        self._fs: Any = None
        if parts.scheme in ("", "file"):
            self._folder = Path(unquote(parts.path) if parts.scheme else url).resolve()
            self.url = str(self._folder)
        else:
            self._fs, self._root = file_system(url)
            self._folder = cache.resolve()
            self.url = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
        self._keep = keep

    def uri(self, revision: str) -> str:
        """Where a revision lies, as `revision_at` takes it."""
        return f"{self.url}/{revision}"

    def revision_at(self, uri: str) -> str:
        """The revision at a URI of this store, or one named without any; raises AdapterInvalid for another place."""
        if REVISION.fullmatch(uri):
            return uri
        if self._fs is None:
            parts = urlsplit(uri)
            if parts.scheme in ("", "file") and not parts.netloc:
                # Resolved first, so that neither ".." nor a link leads out of the store.
                folder = Path(unquote(parts.path) if parts.scheme else uri).resolve()
                if folder.parent == self._folder:
                    return _named(folder.name)
        elif uri.startswith(f"{self.url}/"):
            return _named(uri.removeprefix(f"{self.url}/"))
        raise AdapterInvalid("uri", f"must be a folder directly in the adapter store, {self.url}")

    def put(self, origin: AdapterOrigin, write_files: Callable[[Path], None]) -> AdapterFolder:
        """Publishes what `write_files(folder)` writes; the same content again changes nothing.

        Returns the local copy. Raises AdapterInvalid, StoreUnreachable.
        """
        written = write_folder(self._folder, origin, write_files)
        if self._fs is None:
            return written
        target = f"{self._root}/{written.revision}"
        try:
            # The manifest goes last: a revision that has one is whole.
            if not self._fs.exists(f"{target}/{MANIFEST}"):
                for name in (*sorted(written.files), MANIFEST):
                    self._fs.put_file(str(written.folder / name), f"{target}/{name}")
        except OSError as error:
            raise StoreUnreachable(f"{self.url}: {error}") from error
        return written

    def fetch(self, revision: str) -> AdapterFolder:
        """A revision as a local folder, every byte checked against its name.

        Raises AdapterInvalid when it is not there or not what its name says, StoreUnreachable.
        """
        folder = self._folder / _named(revision)
        if self._fs is None:
            if folder.is_symlink() or not folder.is_dir():
                raise AdapterInvalid("uri", f"there is no {revision} in the adapter store")
            return _verified(folder, revision)
        try:
            cached = _verified(folder, revision)
        except (AdapterInvalid, OSError):
            return self._download(revision, folder)
        # Least recently used goes first when the cache is trimmed.
        os.utime(folder)
        return cached

    def revisions(self) -> list[str]:
        """The revisions in the store, by name; raises StoreUnreachable."""
        if self._fs is None:
            names = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
            whole = [name for name in names if (self._folder / name / MANIFEST).is_file()]
        else:
            try:
                names = [str(name).rsplit("/", 1)[-1] for name in self._fs.ls(self._root, detail=False)]
                whole = [name for name in names if self._fs.exists(f"{self._root}/{name}/{MANIFEST}")]
            except FileNotFoundError:
                whole = []
            except OSError as error:
                raise StoreUnreachable(f"{self.url}: {error}") from error
        return sorted(name for name in whole if REVISION.fullmatch(name))

    def trim(self, using: Collection[str] = ()) -> None:
        """Removes from the cache what was used longest ago, but for `keep` revisions and those in `using`."""
        if self._fs is None or not self._folder.is_dir():
            return
        used = {path: path.stat().st_mtime for path in self._folder.iterdir()}
        copies = sorted((p for p in used if REVISION.fullmatch(p.name)), key=lambda path: used[path], reverse=True)
        for path in copies[self._keep :]:
            if path.name not in using:
                shutil.rmtree(path, ignore_errors=True)
        # What a crash left behind.
        for path in used.keys() - set(copies):
            if path.name.startswith(".") and used[path] < time.time() - _STALE_S:
                shutil.rmtree(path, ignore_errors=True)

    def _download(self, revision: str, folder: Path) -> AdapterFolder:
        self._folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".fetching-", dir=self._folder))
        try:
            self._copy(revision, work)
            fetched = _verified(work, revision)
            work.chmod(0o755)
            # A copy that went bad; a sound one that another process has just put there is the same to us.
            shutil.rmtree(folder, ignore_errors=True)
            try:
                work.rename(folder)
            except OSError:
                return _verified(folder, revision)
            return replace(fetched, folder=folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _copy(self, revision: str, work: Path) -> None:
        try:
            found = self._fs.ls(f"{self._root}/{revision}", detail=True)
            if (size := sum(one["size"] or 0 for one in found)) > _MOST_BYTES:
                raise AdapterInvalid("files", f"are {size} bytes; at most {_MOST_BYTES} are taken")
            for one in found:
                name = str(one["name"]).rstrip("/").rsplit("/", 1)[-1]
                if one["type"] != "file" or name in ("", ".", ".."):
                    raise AdapterInvalid(f"files.{name}", "is not a plain file")
                self._fs.get_file(one["name"], str(work / name))
        except FileNotFoundError as error:
            raise AdapterInvalid("uri", f"there is no {revision} in the adapter store") from error
        except OSError as error:
            raise StoreUnreachable(f"{self.url}: {error}") from error


def _named(name: str) -> str:
    if not REVISION.fullmatch(name):
        raise AdapterInvalid("uri", "the folder must be named after its manifest: name@<12 hex digits>")
    return name


def _verified(folder: Path, revision: str) -> AdapterFolder:
    adapter = read_adapter(folder)
    if adapter.revision != revision:
        raise AdapterInvalid("files", f"are those of {adapter.revision}, under the name {revision}")
    return adapter
