"""What makes one memory come before another: the parts of a score, and the weights that were learned for them.

score = sum of weight x part. Parts that compare memories are in standard deviations over all that the audience may see.
Weights are fitted by `bench/remembering/fit.py` and shipped in `ranking.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from madeleine_memory.domain.salience import features

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
    # Cosine of the memory and of what was said just before it, together.
    thread: float
    # Cosine of what was said just after it: an answer follows its question.
    reply: float
    # Its speaker is named in the query.
    named: float
    # The query asks for a time, and it tells one.
    when: float
    salience: Mapping[str, float]

    def salience_of(self, text: str) -> float:
        """What a text is worth before anything is asked."""
        return sum(self.salience[name] * value for name, value in features(text).items())


@cache
def learned() -> Weights:
    """The weights that are shipped."""
    content = resources.files("madeleine_memory.domain").joinpath("ranking.json").read_text("utf-8")
    return Weights(**json.loads(content)["weights"])


@dataclass(frozen=True, slots=True)
class Ranked:
    """A memory's place in the ranking, and the parts of its score before they were weighted."""

    memory_id: str
    score: float
    # BM25 of the memory alone; 0: no word in common.
    text: float
    text_z: float
    meaning_z: float
    words_z: float
    thread_z: float
    reply_z: float
    named: bool
    when: bool
    salience: float

    @property
    def why(self) -> str:
        """The parts, for people to read."""
        parts = [f"text {self.text_z:.2f}, meaning {self.meaning_z:.2f}"]
        parts += [f"with what was said before {self.words_z:.2f} and {self.thread_z:.2f}, after {self.reply_z:.2f}"]
        parts += ["its speaker is named"] * self.named + ["it tells a time"] * self.when
        return ", ".join([*parts, f"salience {self.salience:.2f}"])


def near_the_best(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Those that match nearly as well as the best, or stand out clearly: what a wish to forget is likely about."""
    best = max((r.text for r in ranked), default=0.0)
    return [
        r
        for r in ranked
        if (r.text > 0 and r.text >= _SHARE_OF_BEST * best) or r.text_z + r.meaning_z >= _CLEARLY_ABOVE
    ]
