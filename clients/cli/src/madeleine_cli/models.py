"""Fetches the language model and the embedder before the services that load them start."""

from __future__ import annotations

import os
import subprocess
import sys

from madeleine_cli.datadir import DataDir


class ModelsMissing(Exception):
    """The models could not be prepared."""


def ensure_models(data: DataDir) -> None:
    """Runs `python -m madeleine_inference.models`, which shows its progress and ends at once when all is there.

    Raises ModelsMissing when it fails.
    """
    command = [sys.executable, "-m", "madeleine_inference.models"]
    code = subprocess.run(command, env={**os.environ, "MADELEINE_DATA_DIR": str(data.files)}, check=False).returncode
    if code:
        raise ModelsMissing(f"preparing the models ended with {code}; to see why: {' '.join(command)}")
