# ruff: noqa: E501 - patterns of questions, one line each.
"""The day, week or month with the most of one kind of record, and what another kind says of it."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.day_clauses import ONE
from madeleine_miniapp.domain.questions.across.places import without_places
from madeleine_miniapp.domain.questions.across.reader import (
    Reader,
    called_as_others,
    lasting,
    made_of,
    own_meant,
    same_kind,
)
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

_CUT = re.compile(r"[,;:?，；？]|\band\b|\bplus\b|\(|\bwith\b")
_UNIT = re.compile(r"(?<!per )(?<!each )(?<!every )(?<!by )\b(day|night|week|month)s?\b|(?<![每各按])(天|周|星期|月)")
_THIS = re.compile(
    r"\b(?:(?:in|on|over|during|for) )?(?:that|the same|those) (?:very |same )?(?:day|week|month|seven days)\b|\b(?:on|in|during|for|of) (?:those|these|them|each(?: of (?:them|those|these))?)(?: (?:days|weeks|months|day|week|month))?\b|\b(?:then|in it|during it|on it)\b|(?:那|同)(?:一|个)?(?:天|周|星期|月)"
)
_UNITS = {"天": "day", "周": "week", "星期": "week", "月": "month"}
# "My most active week", "my record week", "peak week": which week was it.
_PEAK = re.compile(
    r"\b(?:my|our|the|find|your) (?:my |our |the )?(?P<s>most active|busiest|best|biggest|record|peak|top|heaviest|strongest|longest|hardest|laziest|quietest|worst)(?P<w>(?: [\w-]+){0,2}?) (?P<u>day|week|month)\b|^(?:peak|record|top|biggest|best|busiest) (?P<w2>(?:[\w-]+ ){0,2}?)(?P<u2>day|week|month)\b"
)
_OF_YEAR = re.compile(r"\b(day|week|month)s? of (this year|the year|(?:in )?20\d\d)\b")
_LEAST = ("laziest", "quietest", "worst")
_ASIDE = re.compile(
    r"\(?\b(?:mon(?:day)?(?: ?(?:-|–|to) ?)sun(?:day)?)\b\)?|\b(?:when did it (?:start|begin)|give the monday|which one was it|with (?:the )?(?:minutes|hours|total|sum|figure|km))\b|\bby minutes\b(?=:)|\bwith minutes\b|\bhow many (?P<x>minutes|hours|km|pages) was it\b|(?:练|花|读|跑)了多少(?:分钟|小时|钱|页|公里)[？?]?"
)
_MONEY = re.compile(r"\bhow much\b|\b(?:cost|costs|pay|paid|spend|spent|spending|price|money|bill)\b|€|[钱花付费]|多少")
_WHETHER = re.compile(r"(?:and |then )?(?:did|do|does|have|has|had|was|were|is|are|am)\b|.*[吗么]$")
_OFTEN = re.compile(r"\boften\b|\btimes\b|次")


def that_bucket(text: str, reader: Reader) -> Reading | None:
    """ "Which week did I train most in, and how much did I spend that week": a figure of another kind beside it."""
    if _THIS.search(text) is None:
        return None
    for variant in dict.fromkeys((text, _ASIDE.sub(" ", _asked(text)))):
        for cut in _CUT.finditer(variant):
            head, tail = variant[: cut.start()].strip(" ,:，"), variant[cut.end() :].strip(" ,.?。？")
            this = _THIS.search(tail)
            if this and (found := _beside(head, tail, this.group(), reader, own=own_meant(text))) is not None:
                return found
    return None


def _asked(text: str) -> str:
    """ "My most active week: ..." as "which week was the most active"."""

    def which(match: re.Match[str]) -> str:
        unit = match["u"] or match["u2"]
        word = (match["w"] or match["w2"] or "").strip()
        most = "least" if match["s"] in _LEAST else "most"
        return f"which {unit} {most} {word} "

    return _PEAK.sub(which, _OF_YEAR.sub(r"\1 \2", text), count=1)


def _beside(head: str, tail: str, this: str, reader: Reader, *, own: bool) -> Reading | None:
    named = _UNIT.search(head) or _UNIT.search(this)
    if named is None:
        return None
    unit = named[1] or _UNITS[named[2]]
    unit = "day" if unit == "night" else unit
    first = _top(head, unit, reader, own=own)
    if first is None or first[0].plan is None:
        return None
    reading = first[0]
    other = figure_or_mean(_THIS.sub(" ", tail), reader, own=own, other=reading.subject)
    if other is None or reading.plan is None:
        return None
    facts, measured, given = other
    if _unasked(measured, tail) or not (_UNIT.search(head) or _one_record(head, *first, reader)):
        return None
    plan = reading.plan
    name = f"{measured.name}_then" if any(x.name == measured.name for x in plan.shown) else measured.name
    then = [q.Named(name="then", value=base.bucket(unit, facts.moment()))]
    sums = terms.grouped(given, then, [measured.of(name)])
    at = next(x.name for x in plan.shown if x.name in _columns(unit))
    made = terms.joined(plan.relation, sums, q.JOIN_KIND_OUTER, (terms.column(at), terms.column("then")))
    kept = [x.name for x in plan.shown] + [name]
    made = terms.extended(made, [q.Named(name=n, value=terms.column(n)) for n in kept], only=True)
    told = f"{plan.told}; {measured.told(is_chinese(head))}"
    whole: Plan = replace(plan, relation=made, told=told, shown=(*plan.shown, Shown(name, measured.unit)))
    return made_of(reading, whole, facts.subject)


def _one_record(head: str, reading: Reading, asker: Asker, reader: Reader) -> bool:
    """Whether it is the day of one record: "my longest workout, and how much did I eat that day"."""
    found = reader.scan(head, reading.subject, asker).mentions
    return any(m.cue(name) for m in found for name in ONE)


def _unasked(measured: Measured, tail: str) -> bool:
    """Whether "what did I eat" would be told by what it cost, or "did I train" by how long."""
    if _WHETHER.match(tail):
        return True
    money = measured.quantity is not None and measured.quantity.field.type == s.FIELD_TYPE_MONEY
    return money and _MONEY.search(tail) is None


def figure_or_mean(
    text: str, reader: Reader, *, own: bool, other: Subject | None = None
) -> tuple[Facts, Measured, q.Relation] | None:
    """The figure that a text asks, or the mean where none is said: "how was my mood"."""
    ways = (text, f"平均{text}" if is_chinese(text) else f"average {text}")
    return next((x for way in ways if (x := figure_of(way, reader, own=own, other=other))), None)


def figure_of(
    text: str, reader: Reader, *, own: bool, other: Subject | None = None
) -> tuple[Facts, Measured, q.Relation] | None:
    """The figure that a text asks, with the facts and the records, of the kind of record that knows its words best."""
    text, among = without_places(text, reader.places, reader.subjects)
    found: tuple[float, Facts, Measured, q.Relation] | None = None
    for subject, asker in among:
        facts = None if same_kind(subject, other) else reader.facts(text, subject, asker)
        if facts is not None and called_as_others(facts.scan, subject, [s_ for s_, _ in among], reader.lexicon):
            continue
        if facts is not None and own and subject.shared and not facts.people:
            facts.people = [asker.person_id]
        figure = counted(facts) if facts is not None else None
        if facts is None or figure is None:
            continue
        score = reader.read(text, subject, asker).score - lasting(subject)
        if score > 0 and (found is None or score > found[0]):
            found = (score, facts, *figure)
    return found[1:] if found is not None else None


def _columns(unit: str) -> tuple[str, ...]:
    """What the column of the days, weeks or months may be called."""
    return ("day", "on") if unit == "day" else (unit,)


def _top(text: str, unit: str, reader: Reader, *, own: bool) -> tuple[Reading, Asker] | None:
    """The day, week or month with the most: of time, if the records have one and it is done "most", not most often."""

    def fits(reading: Reading) -> bool:
        return reading.plan is not None and any(shown.name in _columns(unit) for shown in reading.plan.shown)

    part = reader.best(text, fits, mine=own)
    if part is None or part[0].plan is None or _OFTEN.search(text):
        return part
    reading, asker = part
    lasting = reading.subject.fields(s.FIELD_TYPE_DURATION)
    if len(lasting) == 1 and any(shown.name == "value" and not shown.unit for shown in part[0].plan.shown):
        label = lasting[0].label or lasting[0].name
        more = (
            text.replace("最多", f"{label}最多")
            if is_chinese(text)
            else re.sub(r"\b(the )?most\b", lambda m: f"{m.group()} {label}", text)
        )
        again = reader.read(more, reading.subject, asker, mine=own)
        return (again, asker) if again.computable and fits(again) else part
    return part


def counted(facts: Facts) -> tuple[Measured, q.Relation] | None:
    """The figure that a text asks of one kind of record, and the records."""
    facts.cue("verb", "exist", "list", "row")
    try:
        measured = measuring.measured(facts)
        if measured is None and facts.has("what", "how_much", "money", "sum"):
            # "What were the costs", "what I paid": of records that are called so.
            money = only_amount(facts)
            measured = Measured("sum", money) if money else None
        if measured is None:
            return None
        given = base.chosen(facts, facts.spans(), facts.moment())
    except Doubt:
        return None
    return None if facts.left_over() else (measured, given)
