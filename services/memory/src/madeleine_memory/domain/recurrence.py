"""When a remark says again what one said before: talk that recurs becomes one memory, dearer for its repetition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from madeleine_memory.domain.learned import model, shipped
from madeleine_memory.domain.remarks import Remark, relations
from madeleine_memory.domain.supersession import closing

_FILE = "recurrence.json"


def repeating(newer: Remark, olders: Sequence[Remark], usual: float | None = None) -> list[float]:
    """The probability, for each older remark, that the newer is of the same recurring fact; 0 for another speaker's.

    Also 0 without a content word, a name or a frame in common: nearness of vectors alone says what people talk like.
    """
    same = [older for older in olders if older.speaker == newer.speaker]
    pairs = iter(zip(same, relations(newer, same, usual), strict=True))
    found: list[float] = []
    for older in olders:
        if older.speaker != newer.speaker:
            found.append(0.0)
            continue
        _, pair = next(pairs)
        part = "text" if newer.vector is None or older.vector is None else "vector"
        tied = pair["subject"] or pair["frame"] or pair["days_agree"]
        found.append(model(_FILE, part).probability(pair) if tied else 0.0)
    return found


def threshold() -> float:
    """The probability from which a remark counts as a repetition."""
    return float(shipped(_FILE)["threshold"])


def repeated(newer: Remark, olders: Sequence[Remark], usual: float | None = None) -> int | None:
    """The place of the older remark that the newer one repeats; None: of none.

    What may as well have changed is no repetition: taken into one memory, old and new could not be told apart.
    """
    found = repeating(newer, olders, usual)
    best = max(range(len(found)), key=found.__getitem__, default=None)
    if best is None or found[best] < threshold():
        return None
    return best if closing(newer, olders, usual)[best] < float(shipped(_FILE)["may_have_changed"]) else None


def distinct_days(touches: Iterable[datetime]) -> int:
    """On how many days something was said or used: twice in an hour is once."""
    return len({touch.date() for touch in touches})
