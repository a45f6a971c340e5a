"""The frame of days without a record: how many, which, the last, those of each person or month."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.days import day_bounds, in_language, names_days
from madeleine_miniapp.domain.questions.frames.grouping import with_zeros
from madeleine_miniapp.domain.questions.negations import denies_of_days
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

_EVERY_DAY = re.compile(r"(?:every|each) (?:single )?day|daily|每[天日]")

_ASKED = re.compile(r"\bwhich\b|\bwhat\b|\bdates\b")
_UNITS = ("day", "night", "week", "month")
_AND_THAT = re.compile(r"\b(?:but|yet|and|while|although|though)\b|但|却|而且|并且|又|也|同时")


def every_day(facts: Facts) -> Plan | None:
    """ "Did I have breakfast every day this week": yes if there is no day without; the days without."""
    every = [i for i, _ in facts.free_cues("per") if _EVERY_DAY.fullmatch(facts.items[i].text)]
    if not every or not facts.has("exist") or not facts.conditions or facts.limits:
        return None
    if facts.has("mean", "sum", "how_many", "count", "none", "which", "what", "share", "more", "less", "who"):
        return None
    if any(c.negated for c in facts.conditions) or (facts.subject.shared and len(facts.people) != 1):
        return None
    spans = facts.spans()
    if len(spans) != 1:
        return None
    facts.cue("exist", "per", "row", "times", "now")
    at = facts.moment()
    days = terms.grouped(base.chosen(facts, spans, at), terms.named(day=facts.day(at)), [])
    free = terms.joined(
        terms.calendar(*day_bounds(facts, spans)), days, q.JOIN_KIND_ANTI, (terms.column("from"), terms.column("day"))
    )
    made = terms.extended(free, terms.named(day=terms.column("from")), only=True)
    made = terms.ordered(made, terms.order(terms.column("day")))
    told = in_language(facts, "days without such a record", "没有这类记录的日子")
    return Plan(made, (Shown("day"),), told, tuple(spans), verdict="none")


def absence(facts: Facts) -> Plan | None:
    """Days on which there is no such record."""
    if not facts.has("none"):
        return None
    counting = facts.has("how_many", "count", "times")
    # "Days this month when nobody cooked" are as many as there are.
    bare = names_days(facts) and not facts.has("list", "which_bucket", "last") and not _ASKED.search(facts.scan.text)
    asked = not counting and not bare and facts.has("which", "list", "which_bucket", "when")
    unit = next((m.value for _, ms in facts.free_cues("unit", "which_bucket") for m in ms), "")
    if not unit and denies_of_days(facts) and (counting or facts.has("when")):
        # "How often did I skip breakfast": it is days that are counted.
        unit = "day"
    if len(facts.conditions) + len(facts.limits) > 1 and _AND_THAT.search(facts.scan.text):
        # "Days without a workout but in a good mood": only one of them is denied.
        raise Doubt("it denies one thing and asks for another; I can only tell days without both")
    by_person = facts.subject.shared and len(facts.people) != 1 and facts.has("each", "who", "rank")
    if unit not in _UNITS or not (counting or asked or by_person or names_days(facts)):
        return None
    if by_person and unit not in ("day", "night"):
        raise Doubt(f"it asks for {unit}s without; I can only tell days of each person")
    facts.cue("none", "unit", "how_many", "count", "which", "list", "which_bucket", "anybody", "row", "times", "gap")
    last = facts.has("last") and facts.has("when") and not counting
    facts.cue("when", "exist", "last" if last else "when")
    spans = facts.spans()
    if by_person:
        return _of_each(facts, spans)
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    days = terms.grouped(given, terms.named(day=base.bucket(unit, at)), [])
    every = terms.calendar(*day_bounds(facts, spans), base.BUCKETS[unit])
    free = terms.joined(every, days, q.JOIN_KIND_ANTI, (base.bucket(unit, terms.column("from")), terms.column("day")))
    if unit in ("week", "month"):
        return _weeks(facts, free, unit, spans, asked=asked)
    told = in_language(facts, "days without such a record", "没有这类记录的天数")
    per = next((m.value for _, ms in facts.free_cues("per") for m in ms if m.value in ("week", "month")), "")
    if per and not facts.has("mean"):
        facts.cue("per")
        key = q.Named(name=per, value=base.bucket(per, terms.column("from")))
        made = terms.grouped(free, [key], [terms.measure("days", q.MEASURE_FUNCTION_COUNT)])
        made = terms.ordered(made, terms.order(terms.column(per)))
        return Plan(made, (Shown(per), Shown("days", "days")), told, tuple(spans), key=per)
    if asked:
        made = terms.extended(free, terms.named(day=terms.column("from")), only=True)
        made = terms.ordered(made, terms.order(terms.column("day"), descending=last), limit=1 if last else 0)
        return Plan(made, (Shown("day"),), told, tuple(spans), verdict="cell" if last else "")
    made = terms.grouped(free, [], [terms.measure("days", q.MEASURE_FUNCTION_COUNT)])
    return Plan(made, (Shown("days", "days"),), told, tuple(spans), figure="days", counts=True)


def _weeks(facts: Facts, free: q.Relation, unit: str, spans: list[Span], *, asked: bool) -> Plan:
    """The weeks or months without, or how many they are."""
    told = in_language(
        facts, f"{unit}s without such a record", "没有这类记录的周数" if unit == "week" else "没有这类记录的月数"
    )
    made = terms.grouped(free, [q.Named(name=unit, value=base.bucket(unit, terms.column("from")))], [])
    if asked:
        return Plan(terms.ordered(made, terms.order(terms.column(unit))), (Shown(unit),), told, tuple(spans), key=unit)
    made = terms.grouped(made, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
    return Plan(made, (Shown("count", f"{unit}s"),), told, tuple(spans), figure="count", counts=True)


def _of_each(facts: Facts, spans: list[Span]) -> Plan:
    """How many such days each person has."""
    sup = facts.cue("sup")
    who = facts.cue("who") is not None
    facts.cue("each", "rank")
    at = facts.moment()
    first, last = day_bounds(facts, spans)
    person = q.Named(name=facts.person, value=terms.column(facts.person))
    counted = terms.measure("value", q.MEASURE_FUNCTION_COUNT_DISTINCT, facts.day(at))
    made = with_zeros(facts, terms.grouped(base.chosen(facts, spans, at), [person], [counted]), facts.person)
    free = terms.call(q.FUNCTION_SUBTRACT, terms.value(float((last - first).days + 1)), terms.column("value"))
    made = terms.extended(made, [person, q.Named(name="value", value=free)], only=True)
    least = sup is not None and sup.value.startswith("min")
    made = terms.ordered(made, terms.order(terms.column("value"), descending=not least))
    verdict = ("least" if least else "who") if who or sup else ""
    told = in_language(facts, "days without such a record", "没有这类记录的天数")
    return Plan(
        made, (Shown(facts.person), Shown("value", "days")), told, tuple(spans), key=facts.person, verdict=verdict
    )
