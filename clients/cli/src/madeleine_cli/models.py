"""Fetches the language model and the embedder before the services that load them start."""

from __future__ import annotations

import subprocess
import sys


class ModelsMissing(Exception):
    """The models could not be prepared."""


def ensure_models() -> None:
    """Runs `python -m madeleine_inference.models`, which shows its progress and ends at once when all is there.

    Raises ModelsMissing when it fails.
    """
    command = [sys.executable, "-m", "madeleine_inference.models"]
    code = subprocess.run(command, check=False).returncode
    if code:
        raise ModelsMissing(f"preparing the models ended with {code}; to see why: {' '.join(command)}")
