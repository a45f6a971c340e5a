"""What the domain refuses, and why; `application.told` gives these their status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One bad field: its path as in the request ("values.kcal") and the reason, for people to read."""

    field: str
    reason: str


class Bad(Exception):
    """Values, a spec or a query that are wrong in themselves."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(f"{v.field}: {v.reason}" for v in violations))
        self.violations = tuple(violations)


class Missing(Exception):
    """There is no such app or record."""


class NotOwner(Exception):
    """Only the app's owner may do this."""


class NotNow(Exception):
    """The command is sound but not in the present state."""


class Overtaken(Exception):
    """Another change came first, and the two collide."""


class NotAllowed(Exception):
    """The person's role in the app does not let them do this."""


REFUSALS = (Bad, Missing, NotAllowed, NotNow, NotOwner, Overtaken)
