"""`python -m madeleine_inference.models [FOLDER ...]`: prepares the embedded models, or a base model of one's own."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from madeleine_inference.models import default_model_dir, prepare_embedder, prepare_language_model, prepared_folder
from madeleine_inference.models.cache import ModelUnusable
from madeleine_inference.models.smollm import DownloadFailed


def main() -> int:
    """Prepares what is missing and says where it lies; 1 when a download failed."""
    console = Console(stderr=True)
    if folders := [Path(name) for name in sys.argv[1:]]:
        return _adopt(folders, console)
    model_dir = default_model_dir()
    for prepare in (prepare_language_model, prepare_embedder):
        started = time.monotonic()
        try:
            with console.status("preparing models") as status:
                prepared = prepare(model_dir, status.update)
        except DownloadFailed as error:
            console.print(f"[red]cannot prepare the model:[/red] {error}")
            return 1
        seconds = time.monotonic() - started
        console.print(f"{prepared.name}: {prepared.folder} sha256 {prepared.weights_sha256[:12]} ({seconds:.1f} s)")
    return 0


def _adopt(folders: Sequence[Path], console: Console) -> int:
    for folder in folders:
        try:
            with console.status(f"reading {folder}"):
                prepared = prepared_folder(folder)
        except ModelUnusable as error:
            console.print(f"[red]cannot use the model:[/red] {error}")
            return 1
        console.print(f"{prepared.name}: {prepared.folder} sha256 {prepared.weights_sha256[:12]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
