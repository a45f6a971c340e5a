"""Frames that count days: with a record, and those that pass a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, Limit
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_BARE_DAYS = re.compile(r"(?:the |my |our )?(?:\w+ )?(?:days|weeks|months|nights)\b")
_NIGHTS = re.compile(r"\d+\s*(?:晚(?!饭|餐|上)|nights?\b)", re.I)
# "How many nights did we order pizza", "how many pizza nights have we had": days on which we did; nights that we
# stayed are no such days.
_NIGHTS_OF = re.compile(r"\bhow many (?:[a-z]+ ){0,2}nights (?:did|have|has)\b")
_NIGHTS_SLEPT = re.compile(r"\b(?:stay|sleep|spen|book|slept|hotel)")
_A_NIGHT = re.compile(r"(?:每|一|每一)(?:个)?晚(?!上|饭|餐)|\b(?:per|a|each) night\b")
_FIRST_IS_NIGHTS = re.compile(r"\D*\d+\s*(?:晚(?!饭|餐|上)|nights?\b)", re.I)


def day_bounds(facts: Facts, spans: list[Span]) -> tuple[date, date]:
    """First and last day that days are counted over."""
    today = facts.asker.now.date()
    if spans:
        first, last = spans[0].first, min(spans[0].last, today)
        if first.year == 1900:
            first = facts.subject.first_day or last
        return first, last
    if facts.subject.first_day is None:
        raise Doubt("there are no records yet")
    return facts.subject.first_day, max(today, facts.subject.last_day or today)


def names_days(facts: Facts) -> bool:
    """ "Days under 1000 kcal in may?": how many."""
    return _BARE_DAYS.match(facts.scan.text) is not None


def in_language(facts: Facts, en: str, zh: str) -> str:
    """What is computed, in the language of the question."""
    return zh if measuring.chinese(facts) else en


def passing(facts: Facts) -> Plan | None:
    """Days (weeks, months) whose sum, or number of records, passes a limit."""
    # "How many times has my daily total been over 2000": a day is what is counted.
    daily = facts.has("per") and facts.has("how_many", "count", "times") and not facts.has("mean", "median")
    if not facts.limits or not (facts.has("unit", "which_bucket") or daily):
        return None
    unit = next((m.value for _, ms in facts.free_cues("unit", "which_bucket", "per") for m in ms), "day")
    asked = facts.has("which", "list", "which_bucket", "what", "when") and not facts.has("how_many", "count")
    any_day = _asks_whether(facts)
    asked = asked or any_day
    if not asked and not facts.has("how_many", "count", "times", "share") and not names_days(facts):
        return None
    limit = facts.limits[0]
    spans = facts.spans()
    at = facts.moment()
    facts.cue("exist") if any_day else None
    counted = limit.counted and not limit.fields
    if not limit.fields and not limit.unit and not facts.quantities_named():
        # "Days on which I wrote more than once".
        counted = True
    if counted:
        facts.limits.remove(limit)
        measured = measuring.Measured("count")
    else:
        candidates = list(limit.fields)
        named = [] if len(candidates) == 1 else facts.quantities()
        if len(candidates) == 1:
            of = quantity(candidates[0])
        elif len(named) == 1:
            of = named[0]
        else:
            return None
        facts.used |= {i for i, _, fields in facts.fields_named(*NUMERIC) if of.field in fields}
        facts.limits.remove(limit)
        function = "sum" if facts.additive(of.field) else "mean"
        mean = facts.cue("mean")
        measured = measuring.Measured("mean" if mean else function, of)
        limit = replace(limit, number=of.own(limit.number, limit.unit))
        if function == "mean" and not mean:
            # A day with two moods of which one is low: each record is held against the limit.
            return _days_with(facts, spans, at, limit, of, unit, asked)
    facts.cue(
        "how_many", "count", "which", "list", "which_bucket", "unit", "what", "times", "when", "row", "sum", "per"
    )
    given = base.chosen(facts, spans, at)
    days = terms.filtered(
        terms.grouped(given, [q.Named(name=unit, value=base.bucket(unit, at))], [measured.of("value")]),
        holds(limit, terms.column("value")),
    )
    told = f"{limit.told} ({measured.told(measuring.chinese(facts))}/{unit})"
    if asked:
        made = terms.ordered(days, terms.order(terms.column(unit)))
        shown = (Shown(unit), Shown("value", measured.unit))
        return Plan(made, shown, told, tuple(spans), verdict="any" if any_day else "")
    made = terms.grouped(days, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
    return Plan(made, (Shown("count", unit + "s"),), told, tuple(spans), figure="count", counts=True)


def _asks_whether(facts: Facts) -> bool:
    """ "Did I get past 60 on any day?": yes or no, with the days."""
    return bool(
        re.match(
            r"(?:did|do|does|have|has|was|were|is|are)\b.*\b(?:any|a single|even one|ever)\b"
            r"|(?:was|were|is|are) there\b|(?:have|has) there been\b",
            facts.scan.text,
        )
        or re.search(r"(?:有没有|是否有?|有)(?:过)?(?:哪|一|某)[一个]?天|[天日](?:了没|吗)", facts.scan.text)
    )


def _days_with(
    facts: Facts, spans: list[Span], at: q.Expression, limit: Limit, of: Quantity, unit: str, asked: bool
) -> Plan:
    facts.cue("how_many", "count", "which", "list", "which_bucket", "unit", "what", "times", "when", "row")
    given = terms.filtered(base.chosen(facts, spans, at), holds(limit, of.expression))
    if asked:
        days = terms.grouped(given, [q.Named(name=unit, value=base.bucket(unit, at))], [])
        made = terms.ordered(days, terms.order(terms.column(unit)))
        return Plan(made, (Shown(unit),), limit.told, tuple(spans), verdict="any" if _asks_whether(facts) else "")
    counted = terms.measure("count", q.MEASURE_FUNCTION_COUNT_DISTINCT, base.bucket(unit, at))
    return Plan(
        terms.grouped(given, [], [counted]),
        (Shown("count", unit + "s"),),
        limit.told,
        tuple(spans),
        figure="count",
        counts=True,
    )


def night_price(facts: Facts) -> Plan | None:
    """What a night costs, where texts of the records say how many there are."""
    if not _A_NIGHT.search(facts.scan.text) or facts.has("sup", "top", "each", "which"):
        return None
    text = next((f for f, _ in _telling_nights(facts)), None)
    found = facts.quantities()
    of = found[0] if found else only_amount(facts)
    if text is None or len(found) > 1 or of is None or of.field.type != s.FIELD_TYPE_MONEY:
        return None
    facts.cue("unit", "per", "mean", "how_much", "how_many", "sum", "what", "money")
    spans = facts.spans()
    given = base.chosen(facts, spans, facts.moment())
    number = terms.call(q.FUNCTION_NUMBER_IN, terms.column(text.name))
    given = terms.filtered(given, _says_nights(text), terms.present(of.expression))
    sums = [
        terms.measure("amount", q.MEASURE_FUNCTION_SUM, of.expression),
        terms.measure("nights", q.MEASURE_FUNCTION_SUM, number),
    ]
    each = terms.call(q.FUNCTION_DIVIDE, terms.column("amount"), terms.column("nights"))
    made = terms.extended(terms.grouped(given, [], sums), terms.named(per_night=each), only=True)
    told = in_language(facts, f"{of.field.label} per night", f"每晚{of.field.label}")
    return Plan(made, (Shown("per_night", of.unit),), told, tuple(spans), figure="per_night")


def _telling_nights(facts: Facts) -> Iterator[tuple[s.Field, list[str]]]:
    """The texts of which some say a number of nights, and it first."""
    for f in facts.subject.fields(s.FIELD_TYPE_TEXT):
        held = [t for t in facts.subject.texts.get(f.name, ()) if _NIGHTS.search(t)]
        if held and all(_FIRST_IS_NIGHTS.match(t) for t in held):
            yield f, held


def _says_nights(text: s.Field) -> q.Expression:
    says = [terms.call(q.FUNCTION_CONTAINS, terms.column(text.name), terms.value(word)) for word in ("晚", "night")]
    return terms.call(q.FUNCTION_OR, *says)


def nights(facts: Facts) -> Plan | None:
    """How many nights, where texts of the records say so: "guest house, 3 nights"."""
    if not (facts.has("unit") and facts.has("how_many")):
        return None
    unit = next(m.value for _, ms in facts.free_cues("unit") for m in ms)
    if unit != "night":
        return None
    if facts.conditions:
        # 上次去哈尔滨住了几晚: which time it was is said by where.
        facts.cue("last")
    for f, _ in _telling_nights(facts):
        facts.cue("unit", "how_many", "exist", "sum")
        spans = facts.spans()
        at = facts.moment()
        text = terms.column(f.name)
        given = terms.filtered(base.chosen(facts, spans, at), _says_nights(f))
        number = terms.measure("nights", q.MEASURE_FUNCTION_SUM, terms.call(q.FUNCTION_NUMBER_IN, text))
        told = in_language(facts, f"nights named in {f.name}", f"{f.name}中的晚数")
        return Plan(
            terms.grouped(given, [], [number]), (Shown("nights", "nights"),), told, tuple(spans), figure="nights"
        )
    return None


def distinct(facts: Facts) -> Plan | None:
    """On how many days (in how many weeks, months) there is such a record."""
    lasting = facts.has("took") and len(facts.subject.temporal) > 1
    if not (facts.has("unit") or facts.has("took")) or lasting or facts.has("been_at", "mean", "per"):
        return None
    if facts.has("took") and re.search(r"\bhow many days\b", facts.scan.text):
        facts.cue("took")
        return _counted_days(facts, "day")
    if not (facts.has("unit") and facts.has("how_many", "count")):
        return None
    if facts.has("difference") or (facts.has("than") and facts.has("more", "less")):
        # 云南比哈尔滨多几天 are held against each other.
        return None
    if facts.limits and any(x.counted for x in facts.limits):
        return None
    _of_each_choice(facts)
    unit = facts.cue("unit")
    if unit is None:
        return None
    evenings = _NIGHTS_OF.search(facts.scan.text) and not _NIGHTS_SLEPT.search(facts.scan.text)
    if unit.value == "night" and not evenings and not any(m.cue("unit") and m.of(Kind.ENTITY) for m in facts.items):
        return None
    return _counted_days(facts, unit.value)


def _of_each_choice(facts: Facts) -> None:
    """Raises Doubt for "how many days was it high, ok, low": days of each, or of any of them."""
    single = {f.name for f in facts.subject.fields(s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)}
    held = sorted({c.value: c for c in facts.conditions if c.field in single and not c.negated}.values(), key=_start)
    between = [facts.scan.text[one.start : other.start] for one, other in pairwise(held) if one.field == other.field]
    if any("," in text or " and " in text for text in between) and " or " not in " ".join(between):
        raise Doubt("it may ask for the days of each, or of any of them")


def _start(condition: Condition) -> int:
    return condition.start


def _counted_days(facts: Facts, unit: str) -> Plan:
    facts.cue("how_many", "count", "row", "times", "sum")
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    bucket = base.bucket(unit, at)
    told = in_language(
        facts,
        f"number of {unit}s with a record",
        "有记录的天数" if unit in ("day", "night") else f"有记录的{unit}数",
    )
    if (facts.subject.shared and facts.cue("each")) or facts.cue("rank"):
        made = terms.grouped(
            given,
            [q.Named(name=facts.person, value=terms.column(facts.person))],
            [terms.measure("count", q.MEASURE_FUNCTION_COUNT_DISTINCT, bucket)],
        )
        made = terms.ordered(made, terms.order(terms.column("count"), descending=True))
        return Plan(made, (Shown(facts.person), Shown("count", unit + "s")), told, tuple(spans), key=facts.person)
    made = terms.grouped(given, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT_DISTINCT, bucket)])
    return Plan(made, (Shown("count", unit + "s"),), told, tuple(spans), figure="count", counts=True)
