"""The judge, over the weights of judge.json."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import mul
from typing import Any

from madeleine_chat.domain.judge.cues import cues
from madeleine_chat.domain.judge.lines import Heard, Line, heard
from madeleine_chat.domain.judge.state import ACTS, Acts, likeness, told, what_is_open

_SILENT = dict.fromkeys(ACTS, 0.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """The probability that the AI should speak, the index of the line that it would answer, and who judged."""

    score: float
    answers: int
    judge: str


def texts_to_embed(lines: Sequence[Line], members: Iterable[str]) -> list[str]:
    """What `judge` wants vectors of, in order; at least one text."""
    return [line.text or "…" for line in heard(lines, members)]


def judge(
    lines: Sequence[Line],
    members: Iterable[str],
    vectors: Sequence[Sequence[float]] | None,
    embedder: str,
    weights: Mapping[str, Any] | None = None,
) -> Judged:
    """Judges a talk of at least one line whose last is a person's.

    `vectors` are those of `texts_to_embed`; None, or by another embedder than the weights were fitted for: it goes by
    words alone. `weights` other than the shipped ones are for measuring.
    """
    weights = weights or shipped()
    if embedder != weights["embedder"]:
        vectors = None
    part = "text" if vectors is None else "vector"
    said = heard(lines, members)
    acts = acts_of(said, vectors, weights[part]["acts"])
    final = weights[part]["speak"]
    features = told(said, acts, near_assistant(said, vectors))
    logit = final["intercept"] + sum(weight * features[name] for name, weight in final["weights"].items())
    answers = len(lines) - len(said) + what_is_open(said, acts)[0]
    name = f"turns-{weights['version']} {'words' if vectors is None else embedder}"
    return Judged(1 / (1 + math.exp(-min(max(logit, -30.0), 30.0))), answers, name)


@cache
def shipped() -> Mapping[str, Any]:
    """judge.json, beside this module."""
    return json.loads(resources.files(__package__ or "").joinpath("judge.json").read_text("utf-8"))


def acts_of(lines: Sequence[Heard], vectors: Sequence[Sequence[float]] | None, model: Mapping[str, Any]) -> list[Acts]:
    """How probable each act is of each line, nothing for the AI's."""
    return [
        _SILENT if line.by_assistant else _softmax(_logits(line, vectors[at] if vectors else (), model))
        for at, line in enumerate(lines)
    ]


def _logits(line: Heard, vector: Sequence[float], model: Mapping[str, Any]) -> list[float]:
    present = [(name, value) for name, value in cues(line).items() if value]
    return [
        act["intercept"]
        + sum(value * act["weights"][name] for name, value in present)
        + sum(map(mul, act["direction"], vector))
        for act in (model[name] for name in ACTS)
    ]


def _softmax(logits: Sequence[float]) -> Acts:
    top = max(logits)
    raised = [math.exp(logit - top) for logit in logits]
    total = sum(raised)
    return dict(zip(ACTS, (value / total for value in raised), strict=True))


def near_assistant(lines: Sequence[Heard], vectors: Sequence[Sequence[float]] | None) -> list[float]:
    """How like each line is to the AI's last, in [0, 1]."""
    at = max((at for at, line in enumerate(lines) if line.by_assistant and line.text), default=None)
    if vectors is None or at is None:
        return [0.0] * len(lines)
    return [likeness(vector, vectors[at]) for vector in vectors]
