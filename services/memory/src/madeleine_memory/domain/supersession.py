"""When a remark makes an older one no longer true: "moved to Faro" closes "I live in Porto".

What is likely enough closes it, if the same person says so. What is less likely, or said by somebody else of the same
household ("new lease signed"), makes it doubtful: only what is asked can tell then which of the two is meant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from madeleine_memory.domain.learned import model, shipped
from madeleine_memory.domain.remarks import Remark, relations

_FILE = "supersession.json"
_MOST_DOUBTS = 2


def closing(newer: Remark, olders: Sequence[Remark], usual: float | None = None) -> list[float]:
    """The probability, for each older remark, that it is no longer true since the newer one; 0 for another speaker's.

    `olders` should be all that the speaker has open, or, where that is much, the nearest dozen together with `usual`
    (see `relations`).
    """
    same = [older for older in olders if older.speaker == newer.speaker]
    found = iter(
        model(_FILE, "text" if newer.vector is None or older.vector is None else "vector").probability(pair)
        for older, pair in zip(same, relations(newer, same, usual), strict=True)
    )
    return [next(found) if older.speaker == newer.speaker else 0.0 for older in olders]


def closes(newer: Remark, older: Remark, others: Sequence[Remark] = ()) -> float:
    """The probability that the newer makes the older no longer true, the speaker's other remarks being given."""
    return closing(newer, [older, *others])[0]


def threshold() -> float:
    """The probability from which a remark is to be closed."""
    return float(shipped(_FILE)["threshold"])


def closed(newer: Remark, olders: Sequence[Remark], usual: float | None = None) -> int | None:
    """The place of the older remark that the newer one closes, the likeliest if it is likely enough; None: of none.

    A change has one object: what else it seems to touch is mostly the same matter seen from another side.
    """
    found = closing(newer, olders, usual)
    best = max(range(len(found)), key=found.__getitem__, default=None)
    return best if best is not None and found[best] >= threshold() else None


def doubts(newer: Remark, olders: Sequence[Remark], usual: float | None = None) -> dict[int, float]:
    """The places of the two likeliest older remarks that may no longer be true since the newer one, with probabilities.

    `olders` are one person's. Another's word counts from where it would close what they had said themselves.
    """
    if not olders:
        return {}
    own = olders[0].speaker == newer.speaker
    found = closing(replace(newer, speaker=olders[0].speaker), olders, usual)
    least = float(shipped(_FILE)["doubtful"]) if own else threshold()
    likeliest = sorted(range(len(found)), key=lambda place: -found[place])[:_MOST_DOUBTS]
    return {place: found[place] for place in likeliest if found[place] >= least}


def replaces(probability: float, newer: float, older: float) -> bool:
    """Whether a newer remark that makes an older one doubtful is the answer in its place.

    `newer`, `older`: their cosines to what is asked. The likelier it replaced it, the less well it need answer.
    """
    constants = shipped(_FILE)
    return newer + float(constants["lead"]) * math.log(probability / float(constants["doubtful"])) >= older
