# ruff: noqa: E501 - patterns of words, one line each.
"""Frames of times of day: "what time do I usually have dinner", "the earliest I've ever had breakfast"."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.context import CLOCK, context
from madeleine_miniapp.domain.questions.plans import CLOCK as CLOCK_COLUMN
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_EARLY = re.compile(
    r"\b(?:how early|(?:the |my )?earliest(?= (?:i|we|that|time)\b|[^,;?]*\bever\b)|(?:the |my )?earliest time)\b|最早[^，。？]{0,4}几点|几点最早|最早的?一?[次顿]?(?=[^，。？]{0,8}几点)"
)
_LATE = re.compile(
    r"\b(?:how late|(?:the |my )?latest(?= (?:i|we|that|time)\b|[^,;?]*\bever\b)|(?:the |my )?latest time)\b|最晚[^，。？]{0,4}几点|几点最晚|最晚的?一?[次顿]?(?=[^，。？]{0,8}几点)"
)
_WORDS = re.compile(
    r"\b(?:(?:the |my )?(?:earliest|latest)(?: i(?:'ve)?)?(?: ever)?|late|early|time|start(?:ed|ing)?|begin|began)\b|最[早晚]"
)
_TAKEN = ("last", "first", "what", "which", "when", "count", "times", "row", "now", "how_long", "list", "oldest")


def usual_time(facts: Facts) -> Plan | None:
    """ "At what time do I have dinner on average": the mean or median time of day."""
    if not CLOCK.search(facts.scan.text) or not facts.has("mean", "median") or not _timed(facts):
        return None
    function = "median" if facts.has("median") else "mean"
    facts.cue("mean", "median", *_TAKEN)
    _explain(facts, CLOCK)
    spans, at = facts.spans(), facts.moment()
    hour = terms.call(q.FUNCTION_HOUR, at)
    given = base.chosen(facts, spans, at)
    made = terms.grouped(given, [], [terms.measure(CLOCK_COLUMN, measuring.FUNCTIONS[function], hour)])
    zh = measuring.chinese(facts)
    told = ("时间的中位数" if function == "median" else "平均时间") if zh else f"{function} time of day"
    return Plan(made, (Shown(CLOCK_COLUMN),), told, tuple(spans))


def extreme_time(facts: Facts) -> Plan | None:
    """ "The latest I've ever had dinner": the record that is latest in its day."""
    early, late = _EARLY.search(facts.scan.text), _LATE.search(facts.scan.text)
    if bool(early) == bool(late) or facts.has("mean", "median", "sup", "sum") or not _timed(facts):
        return None
    _explain(facts, _LATE if late else _EARLY)
    facts.cue(*_TAKEN)
    spans, at = facts.spans(), facts.moment()
    hour = terms.call(q.FUNCTION_HOUR, at)
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(at))
    given = terms.ordered(given, terms.order(hour, descending=bool(late)), limit=1, with_ties=True)
    columns, shown = context(facts, at)
    if not any(c.name == CLOCK_COLUMN for c in columns):
        columns.append(q.Named(name=CLOCK_COLUMN, value=at))
        shown.append(Shown(CLOCK_COLUMN))
    zh = measuring.chinese(facts)
    told = f"一天中最{'晚' if late else '早'}的记录" if zh else f"{'latest' if late else 'earliest'} in the day"
    return Plan(terms.extended(given, columns, only=True), tuple(shown), told, tuple(spans))


def _timed(facts: Facts) -> bool:
    """Whether the records say at what time of the day they were."""
    first = next(iter(facts.subject.temporal), None)
    return first is not None and first.type == s.FIELD_TYPE_DATETIME


def _explain(facts: Facts, said: re.Pattern[str]) -> None:
    """What says that a time of day is asked for says nothing more."""
    known = [m.span() for pattern in (said, _WORDS) for m in pattern.finditer(facts.scan.text)]

    def within(start: int, end: int) -> bool:
        return any(a <= start and end <= b for a, b in known)

    facts.used |= {i for i, m in enumerate(facts.items) if within(m.start, m.end)}
    facts.scan = replace(
        facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if not within(u[0], u[0] + len(u[2].rstrip())))
    )
