"""A folder of prepared models: each is made once, appears whole, and says what it is made of."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from madeleine_common.durable import sync

MANIFEST = "prepared.json"
# Stands in a manifest for several files together.
_ALL_WEIGHTS = "*.safetensors"


class ModelUnusable(Exception):
    """A folder does not hold what a model needs."""


@dataclass(frozen=True, slots=True)
class PreparedModel:
    """A model ready to load: its folder, and the sha256 (hex) of its weights."""

    name: str
    folder: Path
    weights_sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion made: which of its files holds the weights, and where they come from."""

    weights_file: str
    source: str


Convert = Callable[[Path, Callable[[str], None]], Converted]


def sha256_file(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare(model_dir: Path, name: str, convert: Convert, progress: Callable[[str], None]) -> PreparedModel:
    """The model `name`, converted into `model_dir` if it is not there yet.

    Concurrent callers wait for the first one. A folder of that name appears only when complete.
    """
    folder = model_dir / name
    if (folder / MANIFEST).exists():
        return _load(name, folder)
    model_dir.mkdir(parents=True, exist_ok=True)
    with _locked(model_dir / f".{name}.lock"):
        if (folder / MANIFEST).exists():
            return _load(name, folder)
        work = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=model_dir))
        try:
            converted = convert(work, progress)
            progress(f"{name}: checksums")
            manifest = {
                "name": name,
                "source": converted.source,
                "weights_file": converted.weights_file,
                "files": {p.name: sha256_file(p) for p in sorted(work.iterdir()) if p.is_file()},
            }
            (work / MANIFEST).write_text(json.dumps(manifest, indent=2), "utf-8")
            work.chmod(0o755)  # mkdtemp makes it private; another user may serve what this one prepared
            for path in work.iterdir():
                path.chmod(0o644)
                sync(path)
            work.rename(folder)
            sync(model_dir)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return _load(name, folder)


def prepared_folder(folder: Path) -> PreparedModel:
    """A model of the operator's own, as Hugging Face lays it out; raises ModelUnusable naming what is missing.

    The first call reads all weights for their sha256 and writes it beside them, where the trainer finds it too: that of
    the weights file, or of all their names and sha256s where there are several.
    """
    if not (folder / MANIFEST).exists():
        missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
        weights = sorted(folder.glob("*.safetensors"))
        if missing or not weights:
            raise ModelUnusable(f"{folder} is no model folder: {', '.join(missing or ['*.safetensors'])} missing")
        files = {path.name: sha256_file(path) for path in weights}
        lines = "".join(f"{digest}  {name}\n" for name, digest in files.items())
        whole = {_ALL_WEIGHTS: hashlib.sha256(lines.encode()).hexdigest()} if len(files) > 1 else {}
        manifest = {
            "name": folder.name,
            "source": str(folder),
            "weights_file": next(iter(whole or files)),
            "files": files | whole,
        }
        try:
            (folder / MANIFEST).write_text(json.dumps(manifest, indent=2), "utf-8")
        except OSError as error:
            raise ModelUnusable(f"{folder / MANIFEST} cannot be written: {error.strerror}") from error
    return _load(folder.name, folder)


def _load(name: str, folder: Path) -> PreparedModel:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    return PreparedModel(name, folder, manifest["files"][manifest["weights_file"]], manifest["source"])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the kernel lets go of it when a holder dies
        yield
