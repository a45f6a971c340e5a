"""What a time expression names, before it is put on a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


class Impossible(ValueError):
    """A time that cannot be; the text says why, for people to read."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Named parts of one expression; what is None was not said."""

    # Counted from today: 1 is tomorrow.
    days: int | None = None
    # Monday is 0; `weeks` counts calendar weeks, from Monday, from this one.
    weekday: int | None = None
    weeks: int | None = None
    weekend: bool | None = None
    # -1: the last day of the month.
    day: int | None = None
    month: int | None = None
    months: int | None = None
    year: int | None = None
    years: int | None = None
    # Days added to the day named: "a week on Monday".
    plus: int | None = None
    # A time from now on: seconds pass, months and days are the calendar's.
    after_months: int | None = None
    after_days: float | None = None
    after_seconds: float | None = None
    # How long before what the others say.
    less_days: float | None = None
    less_seconds: float | None = None
    # 24 is the midnight that ends the day named.
    hour: int | None = None
    minute: int | None = None
    # True: not 9 that may be 21.
    exact: bool | None = None
    # A key of `resolving.PARTS_OF_DAY`.
    part: str | None = None
    recurs: bool | None = None

    def named(self) -> frozenset[str]:
        """The fields that were said."""
        return frozenset(f.name for f in fields(self) if getattr(self, f.name) is not None)

    @property
    def only_before(self) -> bool:
        """True for "the day before", which does not say before what."""
        return self.named() <= _LESS | {"part"} and bool(self.named() & _LESS)

    def with_(self, said: Mapping[str, Any]) -> Parts | None:
        """Together with more; None where the two say different things, or nothing that goes together."""
        mine = {name: getattr(self, name) for name in self.named()}
        if any(name in mine and mine[name] != value for name, value in said.items()):
            return None
        together = replace(self, **said)
        return together if _go_together(together.named()) else None


_CLOCK = frozenset({"hour", "minute", "exact", "part", "recurs"})
_LESS = frozenset({"less_days", "less_seconds"})
_AFTER = frozenset({"after_months", "after_days", "after_seconds"})
# The days that can be named together; a subset of one of these is fine too.
_DAYS = tuple(
    frozenset(names.split())
    for names in (
        "days weekday plus",
        "weekday weeks plus",
        "weekend weeks",
        "weekday day month year",
        "weekday day month years",
        "weekday day months",
    )
)


def _go_together(names: frozenset[str]) -> bool:
    day = names - _CLOCK - _LESS
    if day & _AFTER:
        # "in 20 minutes" is a time by itself, "in three days" may have one.
        return day <= _AFTER and ("after_seconds" not in day or not names & _CLOCK)
    return any(day <= allowed for allowed in _DAYS)
