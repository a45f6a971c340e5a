"""Frames: the kinds of question. Each makes a plan of a question's facts, or says that it is not of its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.forms import unlike
from madeleine_miniapp.domain.questions.frames import (
    absent,
    attended,
    both_ends,
    both_ways,
    bounded,
    budgets,
    clock,
    comparing,
    countdown,
    days,
    each_of,
    extremes,
    first_and_latest,
    free_days,
    grouping,
    last_of_each,
    lasting,
    latest,
    missing,
    parted,
    per_bucket,
    periods,
    progress,
    ratios,
    recurring_sides,
    rows,
    scalar,
    several,
    shares,
    shares_of_times,
    spacing,
    state_of_latest,
    streaks,
    tables,
    together,
    unused,
    upcoming,
    values,
)
from madeleine_miniapp.domain.questions.plans import Plan

_IN_ALL = frozenset(("altogether", "in all", "all in all", "all told", "in total", "一共", "总共", "共"))
_FILTERS = ("hour", "weekend", "workdays", "on_weekday")
# The more particular ones first; each is tried on the facts as they were gathered.
FRAMES: tuple[Callable[[Facts], Plan | None], ...] = (
    both_ends.both_ends,
    both_ways.net,
    both_ways.apart,
    progress.progress,
    first_and_latest.first_and_latest,
    streaks.streak,
    spacing.spacing,
    last_of_each.longest_ago,
    upcoming.upcoming,
    upcoming.next_one,
    streaks.gap,
    countdown.edges,
    countdown.countdown,
    lasting.taken,
    clock.usual_time,
    clock.extreme_time,
    tables.weekdays,
    recurring_sides.recurring_sides,
    parted.parted,
    bounded.bounded,
    ratios.ratio,
    days.night_price,
    state_of_latest.state_of_latest,
    values.passes,
    values.enough,
    values.present,
    values.attribute,
    shares_of_times.share_of_times,
    shares.share,
    budgets.two_sums,
    budgets.changed,
    attended.attended,
    unused.never_chosen,
    unused.days_without,
    missing.missing,
    absent.absent,
    together.together,
    absent.nobody_of,
    each_of.only_such,
    each_of.every_one,
    each_of.so_often,
    free_days.every_day,
    free_days.absence,
    days.passing,
    several.several,
    together.counted_and_dated,
    ratios.derived,
    periods.periods,
    comparing.sides,
    last_of_each.last_of_each,
    tables.frequent,
    grouping.groups,
    extremes.extreme,
    latest.latest,
    days.nights,
    days.distinct,
    per_bucket.per_bucket,
    scalar.scalar,
    rows.listing,
)


def _notes(facts: Facts, trial: Facts) -> tuple[str, ...]:
    """What a frame filtered by besides the conditions that were there: limits, weekdays, hours."""
    limits = [c.told for c in trial.conditions[len(facts.conditions) :] if c.told]
    taken = [
        m.text for i, m in enumerate(facts.items) if i in trial.used - facts.used and any(m.cue(n) for n in _FILTERS)
    ]
    return (*limits, *taken)


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
        if plan.counts:
            # "How many are there altogether": a count is a sum already.
            trial.used |= {i for i, _ in trial.free_cues("sum") if trial.items[i].text in _IN_ALL}
        left = trial.left_over({c.name for c in plan.shown}) or unlike(trial, plan)
        if not left:
            return replace(plan, notes=_notes(facts, trial)), [], ""
        if best is None or len(left) < len(best[1]):
            best = (plan, left, "")
    return best or (None, facts.scan_left(), "it does not ask for a figure")
