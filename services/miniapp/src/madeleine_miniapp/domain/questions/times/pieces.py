"""A time that the text names by itself: what atoms are, and what operators make larger ones of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.times.calendar import whole


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text and the time that it names."""

    start: int
    end: int
    span: Span
    # No time by itself, only as a part of one: "now", "part" (the year of "the first half of the year"), "weekday",
    # "start" (月初); or "feast", which may be more than its day.
    kind: str = ""
    # Read as none: "the end of january" is not January.
    void: bool = False

    @property
    def weak(self) -> bool:
        """Whether it is no time by itself."""
        return self.kind not in ("", "feast")


Atom = Callable[[re.Match[str], date], Span | None]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that name a time, and its reader."""

    words: re.Pattern[str]
    read: Atom
    kind: str = ""


def pattern(words: str, read: Atom, kind: str = "") -> Pattern:
    """A pattern with its reader."""
    return Pattern(re.compile(words), read, kind)


def back(unit: str, number: int) -> Atom:
    """A reader of the day, week, month or year that many before this one."""
    return lambda _, today: whole(unit, number, today)


Change = Callable[[re.Match[str], Piece, date], Span | None]


@dataclass(frozen=True, slots=True)
class Operator:
    """Words before or after a time that make another of it."""

    words: re.Pattern[str]
    change: Change
    after: bool = False


def lead(words: str, change: Change) -> Operator:
    """An operator that stands before the time."""
    return Operator(re.compile(rf"(?:{words})$"), change)


def tail(words: str, change: Change) -> Operator:
    """An operator that stands behind the time."""
    return Operator(re.compile(words), change, after=True)
