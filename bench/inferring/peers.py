"""Runs the peers and our own engine as processes of their own, one at a time."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BENCH = Path(__file__).parent.parent
VLLM = BENCH.parent / ".venv-vllm" / "bin" / "python"
# Threads that spin between steps would measure the neighbours; OpenMP reads it once, at its start.
_ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(os.cpu_count() or 1)}
_LIMIT_S = 900


def run(module: str, *arguments: str, python: str = sys.executable, given: str | None = None) -> Any:
    """The last line that a module of this folder prints, from JSON."""
    done = subprocess.run(
        [python, "-m", module, *arguments],
        cwd=BENCH,
        input=given,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
        env=os.environ | _ENVIRONMENT,
    )
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


async def reference_scores(wanted: Sequence[tuple[str, Sequence[int], Sequence[int]]]) -> list[list[float]]:
    """The trainer's forward in fp32: log p of each completion token, for (adapter folder or "", prompt, completion)."""
    return await asyncio.to_thread(run, "inferring.reference", "score", given=json.dumps(wanted))


async def trainers_probes(folders: Sequence[Path]) -> list[list[dict[str, Any]]]:
    """Each adapter's probes as the trainer makes them."""
    given = json.dumps([str(folder) for folder in folders])
    return await asyncio.to_thread(run, "inferring.reference", "probes", given=given)
