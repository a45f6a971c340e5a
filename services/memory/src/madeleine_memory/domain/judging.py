"""What tidying makes of a memory: how lasting and how valuable it is, and what it means for earlier ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from madeleine_memory.domain.cues import cues
from madeleine_memory.domain.learned import model, shipped, sigmoid
from madeleine_memory.domain.recurrence import repeated
from madeleine_memory.domain.remarks import Remark
from madeleine_memory.domain.supersession import closed, closing, doubts
from madeleine_memory.domain.value import value
from madeleine_memory.domain.worth import worth

_WORTH = "worth.json"
# How much what is asked for in talk (salience) and what lasts (value) count where bytes are short.
_OF_SALIENCE, _OF_VALUE = 0.7, 0.1
_ENDED = -100.0


def model_id() -> str:
    """The embedder whose vectors tell how lasting a memory is."""
    return str(shipped(_WORTH)["model_id"])


def direction() -> Sequence[float]:
    """What lasts, as a direction among that embedder's vectors: `Judged.leaning` is measured along it."""
    return model(_WORTH, "vector").direction


class Judged(Protocol):
    """What is judged of a memory."""

    @property
    def memory_id(self) -> str:
        """Its id."""
        ...

    @property
    def speaker_id(self) -> str:
        """Who said it."""
        ...

    @property
    def text(self) -> str:
        """What."""
        ...

    @property
    def occurred_at(self) -> datetime:
        """When."""
        ...

    @property
    def touches(self) -> Sequence[datetime]:
        """When it was said again or used."""
        ...

    @property
    def salience(self) -> float:
        """As the ranking has it."""
        ...

    @property
    def superseded(self) -> bool:
        """Whether it is no longer so."""
        ...

    @property
    def leaning(self) -> float | None:
        """Its vector along `direction()`; None without one of that model."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """The earlier memory that a new one ends, with the probability, the one it repeats, and those it makes doubtful."""

    ends: str | None = None
    probability: float = 0.0
    repeats: str | None = None
    # By id, with the probability that they are no longer so.
    doubts: Mapping[str, float] = field(default_factory=dict[str, float])


def lasting(row: Judged) -> float:
    """The probability, within (0, 1), that a memory states something that lasts."""
    if row.leaning is None:
        return worth(row.text, None)
    return sigmoid(model(_WORTH, "vector").logit(cues(row.text)) + row.leaning)


def item_value(row: Judged, now: datetime) -> float:
    """What a memory is worth as one among others, in log-odds; what is no longer so is worth least."""
    if row.superseded:
        return _ENDED
    return value(lasting(row), [row.occurred_at, *row.touches], now)


def byte_values(rows: Sequence[Judged], now: datetime) -> dict[str, float]:
    """What each memory is worth where bytes are short, above 0, by id: what is asked for in talk counts for most."""
    told = {row.memory_id: _OF_SALIENCE * row.salience + _OF_VALUE * item_value(row, now) for row in rows}
    most = max(told.values(), default=0.0)
    return {memory_id: math.exp(max(one - most, -50.0)) for memory_id, one in told.items()}


def judge(
    new: Judged,
    earlier: Sequence[Judged],
    vectors: Mapping[str, Sequence[float]],
    usual: float | None,
    others: Sequence[Judged] = (),
) -> Verdict:
    """What a new memory ends, repeats or makes doubtful among its speaker's earlier ones, and others' in the space.

    `usual`: the mean cosine of the new one and all that its speaker said; None where `earlier` is all of that.
    """
    remark = _remark(new, vectors)
    olders = [_remark(old, vectors) for old in earlier]
    ended = closed(remark, olders, usual)
    again = repeated(remark, olders, usual) if ended is None else None
    if again is not None:
        return Verdict(repeats=earlier[again].memory_id)
    doubtful = {earlier[at].memory_id: p for at, p in doubts(remark, olders, usual).items() if at != ended}
    for speaker in dict.fromkeys(other.speaker_id for other in others):
        theirs = [other for other in others if other.speaker_id == speaker]
        found = doubts(remark, [_remark(other, vectors) for other in theirs])
        doubtful |= {theirs[at].memory_id: p for at, p in found.items()}
    if ended is None:
        return Verdict(doubts=doubtful)
    return Verdict(earlier[ended].memory_id, closing(remark, olders, usual)[ended], doubts=doubtful)


def _remark(row: Judged, vectors: Mapping[str, Sequence[float]]) -> Remark:
    return Remark(row.text, row.speaker_id, lasting(row), vectors.get(row.memory_id))
