"""Runs memories of other people's as processes of their own: over our embedder, on the units that ours indexes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madeleine_inference.models import default_model_dir, prepare_embedder
from madeleine_memory.domain.lexemes import as_unit
from remembering.locomo import Question, turns

NAMES = ("mem0", "txtai")
_HERE = Path(__file__).parent
_VENV = _HERE.parents[1] / ".venv-peers"
_REQUIREMENTS = _HERE / "requirements-peers.txt"
_INSTALL_LIMIT_S = 900
_LIMIT_S = 1800


class PeersUnavailable(RuntimeError):
    """The peers' environment could not be made, or a peer failed in it."""


@dataclass(frozen=True, slots=True)
class PeerRun:
    """What a peer found, best first, for each question of each conversation, and how long it took."""

    ranked: dict[str, list[list[str]]]
    units: int
    ingest_s: float
    ingest_embed_s: float
    search_ms: list[float]
    search_with_embedding_ms: list[float]

    @property
    def units_per_s(self) -> float:
        """Units taken in each second, embedding included."""
        return self.units / self.ingest_s

    @property
    def units_per_s_without_embedding(self) -> float:
        """The same, were vectors free."""
        return self.units / (self.ingest_s - self.ingest_embed_s)

    def found_all(self, name: str, questions: Sequence[Question], depth: int) -> int:
        """How many of a conversation's questions have all their evidence in the first `depth`."""
        asked = zip(questions, self.ranked[name], strict=True)
        return sum(question.evidence <= set(ids[:depth]) for question, ids in asked)


def given(name: str, sample: dict[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """A sample of LoCoMo as a peer reads it: the text that our service indexes, by the turn's id."""
    units = [
        {"id": turn_id, "text": as_unit(speaker, text, at), "at": at.isoformat()}
        for turn_id, speaker, text, at in turns(sample["conversation"])
    ]
    return {"name": name, "units": units, "questions": [{"query": question.text} for question in questions]}


def p95(values: Sequence[float]) -> float:
    """The value that 95 of a hundred do not pass; ours and the peers' alike."""
    return sorted(values)[int(0.95 * len(values))]


def run(peer: str, conversations: Sequence[dict[str, Any]], timing_units: int = 0, threads: int = 2) -> PeerRun:
    """One peer over all conversations (see `given`), ingest timed on the first `timing_units`, 0 for all.

    Blocks, and makes .venv-peers first if need be; raises PeersUnavailable.
    """
    python = _environment()
    prepare_embedder(default_model_dir())  # the peers' environment has nothing to convert it with
    environment = os.environ | {
        # Threads that spin between steps would measure the neighbours.
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": str(threads),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.json"
        path.write_text(json.dumps({"conversations": conversations, "timing_units": timing_units}), "utf-8")
        try:
            done = subprocess.run(
                [python, "-W", "ignore", _HERE / "peer.py", peer, path, "--threads", str(threads)],
                stdout=subprocess.PIPE,
                text=True,
                timeout=_LIMIT_S,
                check=True,
                env=environment,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise PeersUnavailable(f"{peer}: {error}") from error
    return PeerRun(**json.loads(done.stdout.splitlines()[-1]))


def _environment() -> Path:
    """The interpreter of .venv-peers, which is made if it is missing or older than its requirements."""
    python, stamp = _VENV / "bin" / "python", _VENV / "ok"
    if stamp.exists() and stamp.stat().st_mtime >= _REQUIREMENTS.stat().st_mtime:
        return python
    if not python.exists():
        print(f"Making {_VENV.name}", file=sys.stderr, flush=True)
        _must([sys.executable, "-m", "venv", _VENV])
    print("Installing the peers' packages (the first time a minute)", file=sys.stderr, flush=True)
    _must([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", _REQUIREMENTS])
    stamp.touch()
    return python


def _must(command: Sequence[str | Path]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_LIMIT_S, check=False)
    except (subprocess.SubprocessError, OSError) as error:
        raise PeersUnavailable(f"{_VENV.name} could not be made: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout)[-2000:].strip()
        raise PeersUnavailable(f"{_VENV.name} could not be made: {' '.join(map(str, command))} said:\n{said}")
