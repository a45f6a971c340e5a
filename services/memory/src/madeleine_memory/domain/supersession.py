"""When a remark makes an older one of the same speaker no longer true: "moved to Faro" closes "I live in Porto"."""

from __future__ import annotations

from collections.abc import Sequence

from madeleine_memory.domain.learned import model, shipped
from madeleine_memory.domain.remarks import Remark, relations

_FILE = "supersession.json"


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
