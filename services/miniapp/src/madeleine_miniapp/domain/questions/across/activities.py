# ruff: noqa: E501 - patterns of questions, one line each.
"""Two things that are done, and one measure of both: "more time reading or training", "do I run more often than read"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.compared_words import ASIDE
from madeleine_miniapp.domain.questions.across.day_clauses import Days, find_days
from madeleine_miniapp.domain.questions.across.day_sets import asker_of, in_span
from madeleine_miniapp.domain.questions.across.reader import Reader, own_meant
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.units import quantity

# What is measured: on how many days, how many times, how long, for how much.
_MEASURES = (
    ("days", re.compile(r"\b(?:more|most|fewer|fewest|how many|number of) (?:\w+ )?days\b|天数|[多少几]天")),
    (
        "count",
        re.compile(
            r"\b(?:more|most|less|how|as) (?:often|frequently)\b|\b(?:how many|more|most) times\b|次数|几次|多少次|更?频繁"
        ),
    ),
    ("time", re.compile(r"\b(?:time|minutes|mins|hours|longer)\b|时间|分钟|小时|多久|更久")),
    (
        "money",
        re.compile(
            r"\b(?:cost|costs|spend|spent|pay|paid|money|euros?|eur|expensive)\b|€|[花付]了?(?:多少)?钱|钱|花费|贵"
        ),
    ),
)
# What is said of both, and restricts neither.
_FRAME = re.compile(
    r"\b(?:for|of) (?:both|each(?: of them)?|the two)\b|\b(?:compare|side by side|please|in comparison|respectively)\b|\b(?:which|what|whether)(?: one| of (?:them|these|the two)| thing| activity)?\b|\b(?:did|do|does|have|has|had) i\b|\bi\b|\b(?:spend|spent|put|takes?|took|taken|taking|does|do|did|done|doing|got|gets?|cost|costs|go|went)\b|\b(?:more|less|most|fewer|longer|how|much|many|often|frequently|overall|the|a|of|my|me|mine|in|on|for|is|was|it|total|number|altogether|together|combined)\b|\b(?:times?|minutes|mins|hours|days|money|euros?|eur|numbers)\b"
    r"|一共|总共|合计|加起来|分别|哪个|哪边|哪样|我(?!们)|花费?了?|用了?|在|上(?!周|个|星期|月)|的|时间|次数|天数|得?(?:更|比较)?[多少长久]|几次|几天|多少[次天]?|分钟|小时|吗|呢|钱|各|是|了"
)
_BOTH = re.compile(r"\bboth\b|[都均]")
_SPLIT = re.compile(
    r"\b(?P<or>or)\b|\b(?P<than>than)\b|\b(?:vs\.?|versus|and|with|compared (?:to|with)|against|plus)\b|[+&]|(?P<zor>还是)|(?P<zthan>比起?)|[和跟与、]|加上?"
)
# When one is more than the other, or whether anything was done at all, is asked otherwise.
_WHICH_TIMES = re.compile(
    r"\b(?:which|what|that|the same) (?:days?|weeks?|months?)\b|\bat all\b|[哪那](?:几|些)?个?(?:天|周|月)"
)
_HOURS = re.compile(r"\b(?:hours?|hrs?)\b|小时|钟头")
_SPENDS = re.compile(r"\b(?:spend|spent|spending) money\b|\b(?:pay|paid|paying) for (?:something|anything)\b")
_BOUGHT = "bought"
_KEPT = re.compile(r"^[\s,，:：;?？。.!()（）\-–—]*|[\s,，:：;?？。.!()（）\-–—]*$")


@dataclass(frozen=True, slots=True)
class Activities:
    """Two figures of one measure, with what the question calls them, and the word between them."""

    names: tuple[str, ...]
    readings: tuple[Reading, ...]
    # "or", "than", or nothing that compares.
    between: str


def activities(text: str, reader: Reader) -> Activities | None:
    """Two things that different kinds of record are of, measured alike; None if it does not speak of such."""
    kind = next((name for name, pattern in _MEASURES if pattern.search(text)), "")
    found = times.find(text, reader.today)
    spans = list(dict.fromkeys(f.span for f in found))
    if len(spans) > 1 or _WHICH_TIMES.search(text):
        return None
    bare = text
    for one in sorted(found, key=lambda f: -f.start):
        bare = f"{bare[: one.start]} {bare[one.end :]}"
    bare = ASIDE.sub(" ", bare)
    if _BOTH.search(_FRAME.sub(" ", bare)):
        # Days on which both were done are no two figures.
        return None
    # What is done by spending money is no measure of it.
    spends = _SPENDS.search(bare)
    for first, second, between in _sides(_SPENDS.sub(_BOUGHT, bare)):
        sides = [find_days(reader, one, own=own_meant(text)) for one in (first, second)]
        if sides[0] is None or sides[1] is None or sides[0].subject.app_id == sides[1].subject.app_id:
            continue
        held = [(side, _measured(side, kind, text)) for side in sides if side is not None and not side.single]
        readings = [_reading(text, side, of, spans, reader) for side, of in held if of is not None]
        units = {of.unit for _, of in held if of is not None}
        if len(readings) == len(sides) and len(units) == 1:
            names = tuple(x.replace(_BOUGHT, spends.group()) if spends else x for x in (first, second))
            return Activities(names, tuple(readings), between)
    return None


def _sides(text: str) -> Iterator[tuple[str, str, str]]:
    for match in _SPLIT.finditer(text):
        first, second = (
            _KEPT.sub("", re.sub(r"\s+", " ", _FRAME.sub(" ", x))) for x in (text[: match.start()], text[match.end() :])
        )
        if first and second:
            yield first, second, (match.lastgroup or "").removeprefix("z")


def _measured(side: Days, kind: str, text: str) -> Measured | None:
    """The measure of one side's records; without a word for it, how long they took."""
    if kind in ("days", "count"):
        return Measured(kind, None)
    type_ = s.FIELD_TYPE_MONEY if kind == "money" else s.FIELD_TYPE_DURATION
    held = side.subject.fields(type_)
    return Measured("sum", quantity(held[0], "h" if _HOURS.search(text) else "")) if len(held) == 1 else None


def _reading(text: str, side: Days, of: Measured, spans: list[Span], reader: Reader) -> Reading:
    asker = asker_of(side.subject, reader)
    facts = reader.facts("", side.subject, asker)
    rows = in_span(side, spans, reader)
    function = q.MEASURE_FUNCTION_COUNT_DISTINCT
    measure = terms.measure("value", function, side.day) if of.function == "days" else of.of("value")
    zh = is_chinese(text)
    told = f"{of.told(zh)} ({side.told})"
    unit = ("天" if zh else "days") if of.function == "days" else of.unit
    if facts is not None and side.subject.shared and own_meant(text):
        facts.people = [asker.person_id]
    plan = Plan(terms.grouped(rows, [], [measure]), (Shown("value", unit),), told, tuple(spans), figure="value")
    return Reading(side.subject, plan, 1.0, facts=facts)
