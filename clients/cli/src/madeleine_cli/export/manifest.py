"""What an export has written so far: a journal of whole files, from which a killed export goes on."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypedDict

from madeleine_common.events.reading import START, Cursor

# The underscore hides it from what reads a folder as a dataset.
NAME = "_manifest.ndjson"
_VERSION = 1


class ExportRefused(Exception):
    """This folder cannot take this export; the text says why."""


class File(TypedDict):
    """A finished file: its path below the folder, its rows, its size."""

    path: str
    rows: int
    bytes: int


@dataclass(slots=True)
class Done:
    """How far one context's export has come: `cursor` for all of it, `partitions` for those that are ahead of it."""

    cursor: Cursor = START
    partitions: dict[str, Cursor] = field(default_factory=dict)


class Manifest:
    """The journal in a folder, held by one export at a time: what was exported, then a line for each written batch."""

    def __init__(self, folder: Path, header: Mapping[str, Any], journal: IO[bytes] | None = None) -> None:
        """`journal`: None for one that is only read."""
        self.folder = folder
        self.header = header
        self.files: list[File] = []
        self.contexts: dict[str, Done] = {}
        self._journal = journal

    def done(self, context: str) -> Done:
        """How far this context has come."""
        return self.contexts.setdefault(context, Done())

    def record(
        self, context: str, cursor: Cursor, partitions: Mapping[str, Cursor], files: Sequence[File] = ()
    ) -> None:
        """Remembers finished files, durably: afterwards nothing up to these cursors is written again."""
        line = {"context": context, "cursor": cursor, "partitions": partitions, "files": files}
        self._append(line)
        self._take(line)

    def begin(self) -> None:
        """Writes the first line of a new journal."""
        self._append(dict(self.header))

    def check_files(self) -> None:
        """Raises ExportRefused when a file that was written is not there any more, or of another size."""
        for file in self.files:
            path = self.folder / file["path"]
            if not path.exists() or path.stat().st_size != file["bytes"]:
                raise ExportRefused(f"{path} is not as it was written; export into a new folder")

    def remove_leftovers(self) -> int:
        """Removes files of a batch that was never finished; returns how many."""
        known = {file["path"] for file in self.files}
        leftovers = [
            path
            for pattern in ("part-*", ".part-*")
            for path in self.folder.glob(f"stream=*/type=*/day=*/{pattern}")
            if str(path.relative_to(self.folder)) not in known
        ]
        for path in leftovers:
            path.unlink()
        return len(leftovers)

    def replay(self, lines: Sequence[bytes]) -> None:
        """Takes up what earlier runs recorded; raises ExportRefused for a line that none of ours wrote."""
        for number, text in enumerate(lines, 2):
            try:
                self._take(json.loads(text))
            except (ValueError, KeyError, TypeError) as error:
                raise ExportRefused(f"{self.folder / NAME} is damaged in line {number}") from error

    def _take(self, line: Mapping[str, Any]) -> None:
        done = self.done(line["context"])
        done.cursor = Cursor(*line["cursor"])
        done.partitions.update({name: Cursor(*cursor) for name, cursor in line["partitions"].items()})
        # Those that the whole has caught up with say nothing any more.
        done.partitions = {name: cursor for name, cursor in done.partitions.items() if cursor > done.cursor}
        self.files.extend(line["files"])

    def _append(self, line: Mapping[str, Any]) -> None:
        if self._journal is None:
            raise RuntimeError("this manifest is only read")
        self._journal.write(json.dumps(line).encode() + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())


@contextmanager
def opened_manifest(folder: Path, wanted: Mapping[str, Any]) -> Generator[Manifest, None, None]:
    """The folder's manifest, taken up or begun, with leftovers removed; `wanted` says what is to be exported.

    Raises ExportRefused for a folder with another export, or with other things, or that somebody else writes to.
    """
    if folder.exists() and not folder.is_dir():
        raise ExportRefused(f"{folder} is no folder")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    if not path.exists() and any(folder.iterdir()):
        raise ExportRefused(f"{folder} is not empty and holds no export")
    with path.open("a+b") as journal:
        try:
            fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportRefused(f"another export is writing to {folder}") from error
        journal.seek(0)
        text = journal.read()
        # A line without its end was being written when its process died.
        whole = text.rfind(b"\n") + 1
        journal.truncate(whole)
        lines = text[:whole].splitlines()
        header = _header(path, lines[0]) if lines else {}
        if len(lines) < 2:
            # One that never wrote anything binds nobody.
            journal.truncate(0)
            manifest = Manifest(folder, {"version": _VERSION, **wanted}, journal)
            manifest.begin()
        else:
            manifest = Manifest(folder, header, journal)
            _same(folder, header, wanted)
            manifest.replay(lines[1:])
            manifest.check_files()
        manifest.remove_leftovers()
        yield manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder as it stands, to be read only; raises ExportRefused when there is none."""
    path = folder / NAME
    if not path.exists():
        raise ExportRefused(f"{folder} holds no export")
    # What comes after the last end of line is still being written.
    lines = path.read_bytes().split(b"\n")[:-1]
    if not lines:
        raise ExportRefused(f"the export in {folder} has not begun")
    manifest = Manifest(folder, _header(path, lines[0]))
    manifest.replay(lines[1:])
    return manifest


def _header(path: Path, line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
        version = header["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise ExportRefused(f"{path} is not the manifest of an export") from error
    if version != _VERSION:
        raise ExportRefused(f"{path} was written by another release (version {version})")
    return header


def _same(folder: Path, had: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    # Moments that ages ("7d") stood for at the first run are not compared: the words are.
    for name, value in wanted.items():
        if name != "moments" and had.get(name) != value:
            before, now = _shown(had.get(name)), _shown(value)
            raise ExportRefused(f"{folder} holds an export with {name} {before}, not {now}: choose another folder")


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "(all)"
    return str(value) if value not in ("", None) else "(all)"
