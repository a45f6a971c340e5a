"""What is kept of earlier demos on a data directory: how long the first took, from nothing to its end."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from madeleine_cli.datadir import DataDir

# Set by the Makefile when it began, before it made the environment.
STARTED_AT = "MADELEINE_DEMO_STARTED_AT"


def began() -> float:
    """When the person asked for the demo (s since the epoch): the Makefile's start, else now."""
    return float(os.environ.get(STARTED_AT) or time.time())


def set_up_since(moment: float) -> bool:
    """True when the environment that runs us was made after `moment`: its making is then part of this run."""
    stamp = Path(sys.prefix) / "run.ok"
    # The Makefile's clock counts whole seconds.
    return STARTED_AT in os.environ and stamp.exists() and stamp.stat().st_mtime >= int(moment)


def remember_fresh(data: DataDir, seconds: float) -> None:
    """Keeps how long a fresh run took, for later benchmarks."""
    _path(data).write_text(json.dumps({"fresh_s": seconds}), "utf-8")


def fresh_s(data: DataDir) -> float | None:
    """How long the fresh run took that made this data directory; None: not known."""
    path = _path(data)
    return json.loads(path.read_text("utf-8"))["fresh_s"] if path.exists() else None


def _path(data: DataDir) -> Path:
    return data.root / "demo.json"
