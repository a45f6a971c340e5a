"""LoRA adapter revisions as folders: written whole or not at all, named by what is in them, checked byte by byte."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from madeleine_common.durable import sync

MANIFEST = "manifest.json"
NAME = re.compile(r"[A-Za-z0-9_-]{1,48}")
REVISION = re.compile(r"[A-Za-z0-9_-]{1,48}@[0-9a-f]{12}")


class AdapterInvalid(Exception):
    """An adapter's folder is not what its manifest says; names the manifest's field or the file."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DataLineage:
    """What a revision was made from: the digest of the signals that its run learnt from, and how many there were.

    Ids stand in the run's own event; the digest proves which they were and tells nothing of anybody.
    """

    # See `digest_of`.
    signals_sha256: str
    desirable: int
    undesirable: int

    @staticmethod
    def digest_of(signal_ids: Iterable[str]) -> str:
        """Hex sha256 over the ids in order of the alphabet, each ended by a newline."""
        return hashlib.sha256("".join(f"{signal_id}\n" for signal_id in sorted(signal_ids)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AdapterOrigin:
    """What a training run knows of its adapter."""

    name: str
    # sha256 of the base model's weights, hex.
    base_model_sha256: str
    rank: int
    target_modules: tuple[str, ...]
    # The revision that training started from; "" for the base.
    parent: str
    training_run_id: str
    # None: made by hand, or before manifests told.
    lineage: DataLineage | None = None

    def fields(self) -> dict[str, Any]:
        """As the manifest holds it."""
        fields = asdict(self)
        if self.lineage is None:
            del fields["lineage"]
        return fields


@dataclass(frozen=True, slots=True)
class AdapterFolder:
    """A revision on disk: "name@<first 12 hex digits of the sha256 of its manifest>", and sha256 by file name."""

    revision: str
    folder: Path
    origin: AdapterOrigin
    files: Mapping[str, str]


def write_adapter(store: Path, origin: AdapterOrigin, write_files: Callable[[Path], None]) -> AdapterFolder:
    """Publishes what `write_files(folder)` writes as <store>/<revision>; the same content gives the same folder.

    Raises AdapterInvalid for a bad name. A crash leaves no folder of a revision's name behind.
    """
    if not NAME.fullmatch(origin.name):
        raise AdapterInvalid("name", "must be 1 to 48 of A-Z, a-z, 0-9, '_' and '-'")
    store.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".writing-", dir=store))
    try:
        write_files(work)
        # Sorted keys and no spaces: equal content gives equal bytes, and so an equal name.
        files = {path.name: _sha256(path) for path in sorted(work.iterdir())}
        manifest = json.dumps(origin.fields() | {"files": files}, sort_keys=True, separators=(",", ":")).encode()
        (work / MANIFEST).write_bytes(manifest)
        work.chmod(0o755)
        for path in (*work.iterdir(), work):
            sync(path)
        revision = _revision(origin.name, manifest)
        folder = store / revision
        if folder.exists():
            return read_adapter(folder)
        work.rename(folder)
        sync(store)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return AdapterFolder(revision, folder, origin, files)


def read_adapter(folder: Path) -> AdapterFolder:
    """The revision in a folder, every file checked against the manifest; raises AdapterInvalid."""
    try:
        data = (folder / MANIFEST).read_bytes()
        manifest = cast("dict[str, Any]", json.loads(data))
        files = {str(name): str(digest) for name, digest in manifest["files"].items()}
        origin = AdapterOrigin(
            str(manifest["name"]),
            str(manifest["base_model_sha256"]),
            int(manifest["rank"]),
            tuple(map(str, manifest["target_modules"])),
            str(manifest["parent"]),
            str(manifest["training_run_id"]),
            _lineage(manifest.get("lineage")),
        )
    except FileNotFoundError as error:
        raise AdapterInvalid(MANIFEST, "is missing") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AdapterInvalid(MANIFEST, f"is not a manifest: {error!r}") from error
    if not NAME.fullmatch(origin.name):
        raise AdapterInvalid("name", "must be 1 to 48 of A-Z, a-z, 0-9, '_' and '-'")
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    if present != set(files):
        raise AdapterInvalid("files", f"differ from the manifest: {', '.join(sorted(present ^ set(files)))}")
    for name, digest in files.items():
        if _sha256(folder / name) != digest:
            raise AdapterInvalid(f"files.{name}", "does not have the sha256 that the manifest gives")
    return AdapterFolder(_revision(origin.name, data), folder, origin, files)


def _lineage(fields: dict[str, Any] | None) -> DataLineage | None:
    if fields is None:
        return None
    return DataLineage(str(fields["signals_sha256"]), int(fields["desirable"]), int(fields["undesirable"]))


def _revision(name: str, manifest: bytes) -> str:
    return f"{name}@{hashlib.sha256(manifest).hexdigest()[:12]}"


def _sha256(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        raise AdapterInvalid(f"files.{path.name}", "is not a plain file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
