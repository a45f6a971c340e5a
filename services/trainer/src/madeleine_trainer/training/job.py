"""What goes into a training process (JSON on its standard input) and what comes out (JSON lines).

Only the standard library: the service reads and writes these without loading torch.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One judged answer; token ids exactly as sampled."""

    prompt_token_ids: list[int]
    completion_token_ids: list[int]
    desirable: bool


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """One run. It holds what people wrote (as token ids), so it goes through a pipe and is never a file."""

    run_id: str
    base_model: str
    # The adapter store (a path or a URL), where copies from it may be kept, and this adapter's name.
    store: str
    cache: str
    name: str
    # The revision that training continues from; "": the base.
    parent_revision: str
    examples: list[TrainingExample]
    # Digest of the examples' signals, for the manifest.
    signals_sha256: str
    rank: int
    learning_rate: float
    epochs: int
    beta: float
    threads: int
    seed: int

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> TrainingJob:
        """Reads `to_json`'s line."""
        fields: dict[str, Any] = json.loads(text)
        examples = [TrainingExample(**example) for example in fields.pop("examples")]
        return TrainingJob(examples=examples, **fields)


@dataclass(frozen=True, slots=True)
class StepReport:
    """One optimiser step; the fields of madeleine.trainer.v1.StepMetrics."""

    step: int
    steps: int
    loss: float
    kl: float
    reward_desirable: float
    reward_undesirable: float
    ess: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """One fingerprint probe: token ids, and logprobs of the completion with the adapter off and on."""

    name: str
    prompt_token_ids: list[int]
    completion_token_ids: list[int]
    base_logprobs: list[float]
    trained_logprobs: list[float]


@dataclass(frozen=True, slots=True)
class Trained:
    """The last line of a run: the revision that was written, where, and its fingerprint."""

    revision: str
    uri: str
    probes: list[ProbeReport]


def report_line(report: StepReport | Trained) -> str:
    """One line of JSON that names its kind."""
    return json.dumps({"kind": type(report).__name__, **asdict(report)})


def parse_report(line: str) -> StepReport | Trained:
    """Reads `report_line`'s line; raises ValueError for anything else."""
    fields: dict[str, Any] = json.loads(line)
    kind = fields.pop("kind", "")
    if kind == "StepReport":
        return StepReport(**fields)
    if kind == "Trained":
        return Trained(fields["revision"], fields["uri"], [ProbeReport(**p) for p in fields["probes"]])
    raise ValueError(f"unknown report {kind!r}")
