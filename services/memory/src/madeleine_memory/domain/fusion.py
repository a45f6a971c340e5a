"""Lexical and semantic scores made one ranking."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Of the best lexical score: a plan to forget takes what comes near it, for the person to look through.
_SHARE_OF_BEST = 0.3
_CLEARLY_ABOVE = 2.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A memory with its BM25 score (0: no word in common) and cosine (None: no vector yet, or of another model)."""

    memory_id: str
    text: float
    meaning: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A memory's place in the ranking and the parts of its score, in standard deviations."""

    memory_id: str
    score: float
    text_z: float
    meaning_z: float
    text: float

    @property
    def why(self) -> str:
        """The parts, for people to read."""
        return f"text {self.text_z:.2f}, meaning {self.meaning_z:.2f}"


def z_scores(values: Sequence[float | None]) -> list[float]:
    """Standard scores of the present values; 0, the mean, for absent ones and where all are equal."""
    present = [value for value in values if value is not None]
    if len(present) < 2:
        return [0.0] * len(values)
    mean, deviation = statistics.fmean(present), statistics.pstdev(present)
    # Rounding alone can leave a deviation of some 1e-17 among equal values.
    if deviation <= 1e-9 * max(1.0, abs(mean)):
        return [0.0] * len(values)
    return [0.0 if value is None else (value - mean) / deviation for value in values]


def fuse(candidates: Sequence[Candidate], limit: int) -> list[Ranked]:
    """The best by the sum of z-scores over all candidates, best first; those with neither word nor vector are left out.

    On LoCoMo's evidence this finds more than reciprocal rank fusion, which throws away by how much one hit beats
    another. Ties keep the candidates' order.
    """
    text = z_scores([c.text for c in candidates])
    meaning = z_scores([c.meaning for c in candidates])
    ranked = [
        Ranked(c.memory_id, text_z + meaning_z, text_z, meaning_z, c.text)
        for c, text_z, meaning_z in zip(candidates, text, meaning, strict=True)
        if c.text > 0 or c.meaning is not None
    ]
    return sorted(ranked, key=lambda r: -r.score)[:limit]


def near_the_best(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Those that match nearly as well as the best, or stand out clearly: what a wish to forget is likely about."""
    best = max((r.text for r in ranked), default=0.0)
    return [r for r in ranked if (r.text > 0 and r.text >= _SHARE_OF_BEST * best) or r.score >= _CLEARLY_ABOVE]
