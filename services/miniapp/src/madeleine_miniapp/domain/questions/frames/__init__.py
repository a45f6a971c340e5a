"""Frames: the kinds of question. Each makes a plan of a question's facts, or says that it is not of its kind."""

from __future__ import annotations

from collections.abc import Callable

from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import days, missing, rows, scalar, tables
from madeleine_miniapp.domain.questions.plans import Plan

# The more particular ones first; each is tried on the facts as they were gathered.
FRAMES: tuple[Callable[[Facts], Plan | None], ...] = (
    days.streak,
    days.gap,
    days.taken,
    tables.weekdays,
    tables.weekends,
    scalar.ratio,
    scalar.passes,
    scalar.present,
    scalar.attribute,
    scalar.share,
    tables.two_sums,
    missing.missing,
    days.absence,
    days.passing,
    scalar.derived,
    tables.periods,
    tables.sides,
    tables.frequent,
    tables.groups,
    rows.extreme,
    rows.latest,
    days.nights,
    days.distinct,
    scalar.per_bucket,
    scalar.several,
    scalar.scalar,
    rows.listing,
)


def compose(facts: Facts) -> tuple[Plan | None, list[str], str]:
    """The first plan that leaves nothing over; else the best attempt: (plan, what is left over, why not)."""
    best: tuple[Plan | None, list[str], str] | None = None
    for frame in FRAMES:
        trial = facts.copy()
        try:
            plan = frame(trial)
        except Doubt as doubt:
            # A frame that knows the question and cannot answer it: later frames would answer another one.
            return None, trial.scan_left(), str(doubt)
        if plan is None:
            continue
        left = trial.left_over()
        if not left:
            return plan, [], ""
        if best is None or len(left) < len(best[1]):
            best = (plan, left, "")
    return best or (None, facts.scan_left(), "it does not ask for a figure")
