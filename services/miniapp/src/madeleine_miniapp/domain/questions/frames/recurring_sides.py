"""The frame of times that come again against each other: weekends and weekdays, mornings and evenings, two weekdays."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, dimensions, measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.buckets import bucket_asked, figures_of
from madeleine_miniapp.domain.questions.frames.differences import difference_asked, difference_plan
from madeleine_miniapp.domain.questions.frames.figures import compared, compared_rows, direction_asked, money_meant
from madeleine_miniapp.domain.questions.frames.hours import within_hours
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.spans import WEEKDAYS, WEEKDAYS_ZH
from madeleine_miniapp.domain.questions.units import quantity

_WHETHER = re.compile(r"(?:do|did|does|is|are|am|was|were|have|has)\b[^?]*\?")
_EITHER = re.compile(r"\bor\b|还是|\bwhich\b|哪")
# "Do I eat later at weekends" is of the hour, not of how much.
_WHEN_DONE = re.compile(
    r"\b(?:later|earlier)\b|\btimes? of\b(?! (?:the )?(?:year|month|week))|更?[早晚](?:一?些|一?点|吗)"
)
_HOURS = {"0-12": ("morning", "早上"), "12-18": ("afternoon", "下午"), "18-24": ("evening", "晚上")}
# One side of a comparison: what it is called, and which records it has.
_Side = tuple[str, q.Expression]


def recurring_sides(facts: Facts) -> Plan | None:
    """A figure of each of the times that are held against each other."""
    comparing = facts.has("more", "less", "vs", "than", "the_others", "each_one", "difference", "sup")
    # "On average how many" asks for one figure, "how many in the week and how many at weekends" for two.
    comparing = comparing or any(len(facts.free_cues(n)) > 1 for n in ("how_many", "count", "mean", "sum"))
    either = facts.has("or") and not facts.has("how_many", "count", "list")
    fields = [c.field for c in facts.conditions if not c.negated and c.field]
    if len(set(fields)) < len(fields) and not facts.has("workdays"):
        # "High or low at weekends": these two are compared.
        return None
    # "Weekend shifts, Ada against Ben": the people are compared.
    among_people = len(facts.people) > 1
    weekly = facts.has("weekend") and (facts.has("workdays") or (not among_people and (comparing or either)))
    sides = [] if weekly else _named(facts.copy())
    if not weekly and (len(sides) < 2 or not (comparing or either)):
        return None
    if _WHEN_DONE.search(facts.scan.text) and not facts.fields_named(*NUMERIC):
        raise Doubt("it compares times of day; I can tell one at a time")
    at = facts.moment()
    key = "days" if weekly or facts.has("on_weekday") else "hours"
    sides = _weekend(facts, at) if weekly else _named(facts)
    facts.cue("vs", "than", "exist", "or", "the_others", "logged_only", "each_one", "list", "unit", "number_wanted")
    facts.cue("row", "which", "what", "when", "which_bucket")
    wants_difference = difference_asked(facts)
    direction = direction_asked(facts)
    sup = facts.cue("sup")
    if not direction and not sup and weekly and _WHETHER.match(facts.scan.text):
        # "Do I sleep in at weekends?": more than on other days.
        direction = "more"
    measured, per = _measured(facts, sup.value.partition(" ")[2] if sup else "", weekly=weekly)
    spans = facts.spans()
    given = base.chosen(facts, spans, at)
    parts = [(name, figures_of(facts, terms.filtered(given, side), measured, at, per, [])) for name, side in sides]
    if wants_difference and len(parts) == 2:
        return difference_plan(facts, parts, direction, measured, spans)
    verdict = _verdict(facts, direction, sup.value if sup else "")
    return compared_rows(facts, parts, key, measured, per, spans, verdict)


def _verdict(facts: Facts, direction: str, most: str) -> str:
    if most or (direction and _EITHER.search(facts.scan.text)):
        return "least" if most.startswith("min") or direction == "less" else "who"
    return direction


def _measured(facts: Facts, size: str, *, weekly: bool) -> tuple[Measured, str]:
    """What is compared, and over what it is averaged; raises Doubt where the sides are of unequal length."""
    named = bool(facts.fields_named(*NUMERIC))
    mean = facts.has("mean")
    per = bucket_asked(facts) or ("day" if mean and not named else "")
    counted = any(
        a.of(Kind.ENTITY) and b.cue("per") and b.start - a.end <= 1 for a, b in pairwise(facts.items)
    ) or facts.has("count", "row", "times", "often")
    if size and not named and (judged := dimensions.dimension(facts, size)) is not None:
        facts.cue("mean")
        measured = Measured("sum" if facts.additive(judged.field) else "mean", judged)
    elif counted and not named:
        facts.cue("mean", "count", "row", "times", "often", "how_many")
        measured = Measured("count")
    else:
        measured = compared(facts) if not mean or named else _eaten(facts)
    of = measured.quantity
    if not per and not mean and of is not None and measured.function == "sum" and not facts.lexicon.additive(of.field):
        measured = Measured("mean", of)
    if weekly and not per and not mean and measured.function != "mean":
        raise Doubt("weekends have fewer days: ask for the average per day")
    return measured, per


def _weekend(facts: Facts, at: q.Expression) -> list[_Side]:
    facts.cue("weekend", "workdays")
    weekday = terms.call(q.FUNCTION_WEEKDAY, at)
    zh = measuring.chinese(facts) and facts.subject.in_chinese
    names = ("周末", "工作日") if zh else ("weekend", "weekday")
    return [
        (names[0], terms.call(q.FUNCTION_GREATER, weekday, terms.value(5.0))),
        (names[1], terms.call(q.FUNCTION_LESS, weekday, terms.value(6.0))),
    ]


def _named(facts: Facts) -> list[_Side]:
    """The hours of the day, or the weekdays, that the question names apart; all taken."""
    at = facts.moment()
    zh = measuring.chinese(facts) and facts.subject.in_chinese
    hours = list(dict.fromkeys(m.value for _, ms in facts.free_cues("hour") for m in ms))
    days = [m.value for _, ms in facts.free_cues("on_weekday") for m in ms]
    days = list(dict.fromkeys(day for told in days for day in told.split(",")))
    if len(hours) > 1 and not days:
        facts.cue("hour")
        return [(_called(hour, zh=zh), terms.both(*within_hours(facts, [hour], at))) for hour in hours]
    if days and not hours:
        names = WEEKDAYS_ZH if zh else WEEKDAYS
        weekday = terms.call(q.FUNCTION_WEEKDAY, at)
        sides = [(names[int(d) - 1], terms.call(q.FUNCTION_EQUAL, weekday, terms.value(float(d)))) for d in days]
        if facts.has("the_others"):
            others = terms.both(*(terms.call(q.FUNCTION_NOT, side) for _, side in sides))
            either = terms.call(q.FUNCTION_OR, *(side for _, side in sides)) if len(sides) > 1 else sides[0][1]
            sides = [(" / ".join(name for name, _ in sides), either), ("其他日子" if zh else "other days", others)]
        facts.cue("on_weekday")
        return sides
    return []


def _called(hours: str, *, zh: bool) -> str:
    names = _HOURS.get(hours)
    return names[zh] if names else hours.replace("-", "–")


def _eaten(facts: Facts) -> Measured:
    """ "Do I eat more at weekends?": the first quantity that adds up is what there is more of."""
    facts.cue("mean", "count", "how_many", "how_much", "row", "times", "sum")
    money = only_amount(facts) if money_meant(facts) and re.search(r"spen|cost|花|钱", facts.scan.text) else None
    if money:
        return Measured("sum", money)
    for f in facts.subject.numeric:
        if facts.additive(f):
            return Measured("sum", quantity(f))
    if len(facts.subject.numeric) == 1:
        return Measured("mean", quantity(facts.subject.numeric[0]))
    raise Doubt("it does not say what is compared")
