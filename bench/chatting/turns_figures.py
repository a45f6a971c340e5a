"""What a judge of turns is worth: F1 of "speak", by kind and language, and how far its scores can be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from chatting.turns_data import Talk

_BINS = 5


def figures(scores: Iterable[float], talks: Sequence[Talk], threshold: float = 0.5) -> dict[str, Any]:
    """Precision, recall and F1 of "speak", accuracy, the Brier score; wrong interruptions and missed calls."""
    judged = list(zip(map(float, scores), talks, strict=True))
    hits = sum(score >= threshold and talk.speak for score, talk in judged)
    spoken = sum(score >= threshold for score, _ in judged)
    wanted = sum(talk.speak for talk in talks)
    return {
        "precision": _share(hits, spoken),
        "recall": _share(hits, wanted),
        "f1": _share(2 * hits, spoken + wanted),
        "accuracy": _share(sum((score >= threshold) == talk.speak for score, talk in judged), len(talks)),
        "brier": round(sum((score - talk.speak) ** 2 for score, talk in judged) / len(talks), 4),
        "interruptions": _groups([t for score, t in judged if score >= threshold and not t.speak], talks),
        "missed": _groups([t for score, t in judged if score < threshold and t.speak], talks),
    }


def _groups(found: Sequence[Talk], talks: Sequence[Talk]) -> dict[str, str]:
    """How many of these there are of all, by kind and by language."""
    counts, every = (Counter(x for t in some for x in (t.kind, t.lang)) for some in (found, talks))
    return {group: f"{n}/{every[group]}" for group, n in sorted(counts.items())}


def reliability(scores: Iterable[float], talks: Sequence[Talk]) -> list[dict[str, float]]:
    """For each fifth of the scale: how many, their mean score, and the share in which it should speak."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for score, talk in zip(map(float, scores), talks, strict=True):
        bins[min(_BINS - 1, int(score * _BINS))].append((score, talk.speak))
    return [
        {
            "count": len(one),
            "score": _share(sum(score for score, _ in one), len(one)),
            "speak": _share(sum(speak for _, speak in one), len(one)),
        }
        for one in bins
    ]


def best_threshold(scores: Iterable[float], talks: Sequence[Talk]) -> float:
    """The threshold of the best F1."""
    told = list(map(float, scores))
    return max((n / 100 for n in range(20, 81, 2)), key=lambda threshold: figures(told, talks, threshold)["f1"])


def _share(part: float, whole: float) -> float:
    return round(float(part) / whole, 4) if whole else 0.0
