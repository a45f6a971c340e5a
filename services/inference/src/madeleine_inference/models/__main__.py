"""`python -m madeleine_inference.models`: prepares the models of an embedded installation, once."""

from __future__ import annotations

import sys
import time

from rich.console import Console

from madeleine_inference.models import default_model_dir, prepare_embedder, prepare_language_model
from madeleine_inference.models.smollm import DownloadFailed


def main() -> int:
    """Prepares what is missing and says where it lies; 1 when a download failed."""
    console = Console(stderr=True)
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


if __name__ == "__main__":
    sys.exit(main())
