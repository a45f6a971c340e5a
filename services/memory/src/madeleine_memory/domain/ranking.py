"""What makes one memory come before another: the parts of a score, and the weights that were learned for them.

score = sum of weight x part. A query's ranking does not change when every memory's part grows by the same, so that the
parts need no means over the audience. Weights are fitted by `bench/remembering/fit.py` and shipped in `ranking.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from madeleine_memory.domain.salience import features
from madeleine_memory.domain.supersession import replaces
from madeleine_memory.domain.value import recency

# Cosines of this embedder lie within some tenths of each other, BM25 reaches 20: both in units of about one.
_COSINES, _BM25 = 30.0, 0.2
# Of the best lexical score: a plan to forget takes what comes near it, for the person to look through.
_SHARE_OF_BEST = 0.3
_CLEARLY_ABOVE = 2.0


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight for each part; `salience` by feature."""

    # Cosine of the memory itself.
    meaning: float
    # BM25 of the memory together with what was said just before it.
    words: float
    # Cosine of what was said just before it.
    thread: float
    # Cosine of what was said just after it: an answer follows its question.
    reply: float
    # Its speaker is named in the query.
    named: float
    # The query asks for a time, and it tells one.
    when: float
    # It happened in the time that the query names.
    during: float
    salience: Mapping[str, float]
    # Not learned (no data tells what was used): a memory that was used an hour ago gains as much as being named.
    activation: float = 0.5

    def salience_of(self, text: str) -> float:
        """What a text is worth before anything is asked."""
        return sum(self.salience[name] * value for name, value in features(text).items())


@cache
def learned() -> Weights:
    """The weights that are shipped."""
    content = resources.files("madeleine_memory.domain").joinpath("ranking.json").read_text("utf-8")
    return Weights(**json.loads(content)["weights"])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A memory that may be relevant, as the database measured it against a query."""

    memory_id: str
    occurred_at: datetime
    # BM25 of the memory alone, and together with what was said just before it; 0: no word in common.
    text: float
    words: float
    # Cosines of the memory, of what was said just before and just after it; None: there is none, or no vector.
    meaning: float | None
    before: float | None
    after: float | None
    salience: float
    dated: bool
    named: bool
    during: bool
    superseded: bool
    touches: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A memory's place in the ranking, and the parts of its score before they were weighted."""

    memory_id: str
    score: float
    text: float
    cosine: float | None
    superseded: bool
    parts: Mapping[str, float]

    @property
    def why(self) -> str:
        """The parts, for people to read."""
        parts = self.parts
        told = [f"text {self.text:.2f}, meaning {self.cosine or 0:.2f}"]
        told += [
            f"with what was said before {parts['words']:.2f} and {parts['thread']:.2f}, after {parts['reply']:.2f}"
        ]
        told += ["its speaker is named"] * bool(parts["named"]) + ["it tells a time"] * bool(parts["when"])
        told += ["it happened then"] * bool(parts["during"]) + ["no longer so"] * self.superseded
        told += [f"salience {parts['salience']:.2f}"]
        return ", ".join(told + [f"activation {parts['activation']:.2f}"] * bool(parts["activation"]))


def activation(touches: Sequence[datetime], now: datetime) -> float:
    """ln(1 + sum of t^-0.5) over the times it was said again or used, t in days: ACT-R's base level (Anderson 1990)."""
    return math.log1p(recency(touches, now))


def parts_of(candidate: Candidate, asks_when: bool, now: datetime) -> dict[str, float]:
    """The parts of a candidate's score, unweighted; without a vector, those of meaning are 0."""
    meaning = candidate.meaning or 0.0
    # Nothing before or after it: as if that were about the same.
    before = meaning if candidate.before is None else candidate.before
    after = meaning if candidate.after is None else candidate.after
    return {
        "meaning": _COSINES * meaning,
        "words": _BM25 * candidate.words,
        "thread": _COSINES * before,
        "reply": _COSINES * after,
        "named": float(candidate.named),
        "when": float(candidate.dated and asks_when),
        "during": float(candidate.during),
        "salience": candidate.salience,
        "activation": activation(candidate.touches, now),
    }


def rank(candidates: Sequence[Candidate], asks_when: bool, now: datetime, weights: Weights) -> list[Ranked]:
    """The candidates, best first; what has neither a word in common nor a vector cannot be relevant."""
    ranked: list[tuple[float, datetime, Ranked]] = []
    for one in candidates:
        if one.words <= 0 and one.meaning is None and not one.during:
            continue
        parts = parts_of(one, asks_when, now)
        score = (
            weights.meaning * parts["meaning"]
            + weights.words * parts["words"]
            + weights.thread * parts["thread"]
            + weights.reply * parts["reply"]
            + weights.named * parts["named"]
            + weights.when * parts["when"]
            + weights.during * parts["during"]
            + weights.activation * parts["activation"]
            + parts["salience"]
        )
        ranked.append(
            (score, one.occurred_at, Ranked(one.memory_id, score, one.text, one.meaning, one.superseded, parts))
        )
    ranked.sort(key=lambda r: (r[0], r[1], r[2].memory_id), reverse=True)
    return [r for _, _, r in ranked]


def without_doubtful(
    ranked: Sequence[Ranked], doubts: Mapping[str, Mapping[str, float]], others: Sequence[Ranked] = ()
) -> list[Ranked]:
    """Those, best first, without each that a newer one may have replaced which is the better answer.

    `doubts`: by memory, the newer ones and how likely each replaced it. `others`: what else was ranked, behind these.
    The better answer is so by meaning; where there are no vectors, it has to come first.
    """
    place = {one.memory_id: at for at, one in enumerate([*ranked, *others])}
    by_id = {one.memory_id: one for one in [*ranked, *others]}

    def better(newer_id: str, older: Ranked, probability: float) -> bool:
        newer = by_id.get(newer_id)
        if newer is None:
            return False
        if newer.cosine is None or older.cosine is None:
            return place[newer_id] < place[older.memory_id]
        return replaces(probability, newer.cosine, older.cosine)

    return [
        one
        for one in ranked
        if not any(better(newer, one, probability) for newer, probability in doubts.get(one.memory_id, {}).items())
    ]


def near_the_best(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Those that match nearly as well as the best, or stand out clearly: what a wish to forget is likely about."""
    best = max((r.text for r in ranked), default=0.0)
    texts, cosines = [r.text for r in ranked], [r.cosine or 0.0 for r in ranked]
    return [
        r
        for r in ranked
        if (r.text > 0 and r.text >= _SHARE_OF_BEST * best)
        or _deviations(r.text, texts) + _deviations(r.cosine or 0.0, cosines) >= _CLEARLY_ABOVE
    ]


def _deviations(value: float, values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    # Rounding alone can leave a deviation of some 1e-17 among equal values.
    return (value - mean) / deviation if deviation > 1e-9 else 0.0
