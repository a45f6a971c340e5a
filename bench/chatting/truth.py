"""Who may see what, while people say things with marks in them, join and leave: what the crowd is held against.

An audience is "person:<id>" for somebody and the AI alone, "conversation:<id>" for a group.
"""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

_MARK = re.compile(r"zq[a-z]{10}x")
_FOR_EVER = float("inf")


def marks_in(text: str) -> set[str]:
    """The marks that a text holds."""
    return set(_MARK.findall(text))


@dataclass
class Truth:
    """Marks and memberships as they are known to those who made them."""

    dice: random.Random
    # The audiences of each mark: where it was said, and where somebody shared it.
    homes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    said_at: dict[str, float] = field(default_factory=dict[str, float])
    # By audience and person, when they were in it.
    _stays: dict[tuple[str, str], list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict[tuple[str, str], list[tuple[float, float]]](list)
    )
    leaks: list[str] = field(default_factory=list[str])
    checks: int = 0

    def mark(self, audience: str) -> str:
        """A new mark, about to be said there; no model makes up one that another has."""
        mark = "zq" + "".join(self.dice.choices("abcdefghijklmnopqrstuvwxyz", k=10)) + "x"
        self.homes[mark] = {audience}
        self.said_at[mark] = time.monotonic()
        return mark

    def joins(self, audience: str, person_id: str) -> None:
        """They are about to be in it."""
        self._stays[audience, person_id].append((time.monotonic(), _FOR_EVER))

    def left(self, audience: str, person_id: str) -> None:
        """They are out of it."""
        stays = self._stays[audience, person_id]
        if stays and stays[-1][1] == _FOR_EVER:
            stays[-1] = (stays[-1][0], time.monotonic())

    def within(self, audience: str, person_id: str, since: float) -> bool:
        """Whether they have been in it at any time since then."""
        return any(end >= since for _, end in self._stays[audience, person_id])

    def read(self, person_id: str, audience: str, since: float, what: str, text: str) -> None:
        """Somebody was shown a text of an audience, having asked for it at `since`."""
        self.checks += 1
        if not self.within(audience, person_id, since):
            self.leaks.append(f"{what}: shown to {person_id}, who is not in {audience}")
        self.holds(audience, what, text)

    def told(self, person_id: str, audience: str, what: str, text: str) -> None:
        """Somebody was sent a text as it happened: of what was said after they had left nothing may come."""
        self.checks += 1
        for mark in marks_in(text):
            if not self.within(audience, person_id, self.said_at.get(mark, _FOR_EVER)):
                self.leaks.append(f"{what}: {mark} was said after {person_id} had left {audience}")
        self.holds(audience, what, text)

    def holds(self, audience: str, what: str, text: str) -> None:
        """All marks of a text must be of this audience."""
        self.checks += 1
        for mark in marks_in(text):
            if audience not in self.homes.get(mark, ()):
                self.leaks.append(f"{what}: {mark} of {self.homes.get(mark)} in {audience}")

    def prompted(self, person_id: str, text: str) -> None:
        """A prompt, on behalf of somebody: all its marks must be of one audience, and of one that they have been in."""
        self.checks += 1
        if marks := marks_in(text):
            common = set.intersection(*(self.homes.get(mark, set()) for mark in marks))
            if not any(not person_id or self.within(audience, person_id, 0.0) for audience in common):
                self.leaks.append(f"prompt for {person_id}: {sorted(marks)} of no audience of theirs")
