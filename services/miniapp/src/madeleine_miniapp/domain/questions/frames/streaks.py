"""Frames of days in a row: with a record, and without one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.deadlines import done_date
from madeleine_miniapp.domain.questions.denials import affirmed
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.days import day_bounds, in_language
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_TO_THE_NEXT = re.compile(r"\bfrom one (?:[a-z-]+ ){0,2}to the next\b")
_LONGEST = re.compile(r"\blongest $")


def streak(facts: Facts) -> Plan | None:
    """Days, weeks or months in a row: the longest, the present one, or who holds the longest."""
    if not facts.has("streak") or facts.has("none"):
        return None
    if any(c.negated and c.field for c in facts.conditions):
        # A day with another record may have such a one as well.
        raise Doubt("it asks for days in a row without something; ask for the longest gap between two")
    place = facts.place("streak")
    if any(m.typed(s.FIELD_TYPE_PERSON) and 0 <= place - m.end <= 1 for m in facts.items):
        raise Doubt("it asks for a run of records; I can tell runs of days")
    facts.cue("streak", "gap")
    if facts.subject.lasts and not facts.subject.happens and not facts.fields_named(*TEMPORAL):
        facts.dated = facts.dated or done_date(facts)
        if facts.dated is None:
            raise Doubt("these records do not say what happened on a day")
    spans = facts.spans()
    said = " ".join(m.text for m in facts.items if m.cue("streak"))
    inside = next((name for name in ("week", "month", "night") if name in said), "")
    per = next((m.value for _, i in facts.free_cues("per") for m in i if m.value in ("week", "month")), "")
    unit = next((m.value for _, i in facts.free_cues("unit") for m in i if m.value in base.BUCKETS), "")
    unit = inside or unit or per or "day"
    if unit == "week":
        # "(mon-sun)", "three each": of each week.
        facts.cue("weekday_table", "by")
    facts.cue("unit", "count", "how_many", "row", "times", "how_long", "verb", "per", "logged_only", "number_wanted")
    at = facts.moment()
    best = (
        facts.has("sup", "often")
        or bool(spans)
        or bool(re.search(r"\bat best\b|\bever\b|\bdid\b|\brecord\b", facts.scan.text))
    )
    current = not best and not facts.has("who", "each", "rank")
    facts.cue("now", "sup", "first", "last", "often")
    if any(m.cue("gap") and m.text in ("stretch", "spell") for m in facts.items):
        facts.cue("gap")
    by_person = facts.subject.shared and (facts.has("who", "each", "rank")) and len(facts.people) != 1
    person = q.Named(name=facts.person, value=terms.column(facts.person))
    partition = [person] if by_person else []
    given = base.chosen(facts, spans, at)
    bucket = q.Named(name="bucket", value=base.bucket(unit, at))
    keys = [*partition, bucket]
    counted = next((x for x in facts.limits if x.counted or not x.fields), None)
    if counted is not None and (counted.counted or not facts.quantities()):
        facts.limits.remove(counted)
        given = terms.filtered(
            terms.grouped(given, keys, [terms.measure("count", q.MEASURE_FUNCTION_COUNT)]),
            holds(counted, terms.column("count")),
        )
        day = terms.column("bucket")
    elif facts.limits:
        limit = facts.limits.pop(0)
        measured = measuring.measured(facts)
        if measured is None or measured.quantity is None:
            return None
        number = measured.quantity.own(limit.number, limit.unit)
        given = terms.filtered(
            terms.grouped(given, keys, [measured.of("value")]),
            holds(replace(limit, number=number), terms.column("value")),
        )
        day = terms.column("bucket")
    else:
        day = base.bucket(unit, at)
    facts.cue("share_none")
    made = terms.runs(
        given,
        day,
        [terms.named(**{facts.person: terms.column(facts.person)})[0]] if by_person else [],
        base.BUCKETS[unit],
    )
    length = terms.column("length")
    told = in_language(facts, f"longest run of consecutive {unit}s", f"最长连续（{unit}）")
    if current:
        today = facts.asker.now.date()
        open_ = today - timedelta(days=1) if unit in ("day", "night") else _bucket_start(unit, today, 1)
        made = terms.filtered(made, terms.call(q.FUNCTION_GREATER_OR_EQUAL, terms.column("to"), terms.value(open_)))
        told = in_language(facts, f"present run of consecutive {unit}s", "当前连续天数")
    if by_person:
        best = terms.grouped(made, [person], [terms.measure("length", q.MEASURE_FUNCTION_MAX, length)])
        first_only = facts.has("who") and not facts.has("each", "rank")
        facts.cue("who", "each", "rank")
        best = terms.ordered(
            best, terms.order(length, descending=True), limit=1 if first_only else 0, with_ties=first_only
        )
        shown = (Shown(facts.person), Shown("length", unit + "s"))
        return Plan(
            best, shown, told, tuple(spans), key=facts.person, figure="length", verdict="cell" if first_only else ""
        )
    if facts.has("when", "which_bucket"):
        facts.cue("when", "which_bucket")
        made = terms.ordered(made, terms.order(length, descending=True), limit=1)
        return Plan(
            made, (Shown("from"), Shown("to"), Shown("length", unit + "s")), told, tuple(spans), figure="length"
        )
    made = terms.grouped(made, [], [terms.measure("length", q.MEASURE_FUNCTION_MAX, length)])
    return Plan(made, (Shown("length", unit + "s"),), told, tuple(spans), figure="length", counts=True)


def _bucket_start(unit: str, today: date, back: int) -> date:
    if unit == "week":
        return today - timedelta(days=today.weekday() + 7 * back)
    if unit == "month":
        index = today.year * 12 + today.month - 1 - back
        return date(index // 12, index % 12 + 1, 1)
    return date(today.year - back, 1, 1)


def gap(facts: Facts) -> Plan | None:
    """The longest time without a record, between two with one."""
    longest = facts.has("sup")
    if facts.has("streak") and not facts.has("none", "missing"):
        # A stretch of days in a row is one with records.
        return None
    denied = [c for c in facts.conditions if c.negated and c.value] if longest else []
    lasting = [i for i, m in facts.free(Kind.FIELD) if m.text == "time" and _LONGEST.search(facts.scan.text[: m.start])]
    if not (facts.has("gap", "streak") and (longest or facts.has("how_long", "none"))) and not (
        longest
        and (facts.has("none") or denied)
        and (facts.has("unit", "how_long") or lasting)
        and not facts.has("which_bucket")
    ):
        return None
    facts.used |= set(lasting)
    if denied:
        # 最久多少天没见朋友: what was not so for so long.
        facts.conditions = [affirmed(c) if c in denied else c for c in facts.conditions]
    facts.cue(
        "streak", "gap", "sup", "none", "unit", "how_long", "row", "times", "missing", "anybody", "how_many", "apart",
        "count", "the_others",
    )  # fmt: skip
    spans = facts.spans()
    if any(span.first == span.last for span in spans):
        # Nothing lies between two records of one day.
        return None
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    first, last = day_bounds(facts, spans)
    days = terms.grouped(given, terms.named(day=facts.day(at)), [])
    free = terms.joined(
        terms.calendar(first, last), days, q.JOIN_KIND_ANTI, (terms.column("from"), terms.column("day"))
    )
    edge = terms.grouped(
        days,
        [],
        [
            terms.measure("start", q.MEASURE_FUNCTION_MIN, terms.column("day")),
            terms.measure("end", q.MEASURE_FUNCTION_MAX, terms.column("day")),
        ],
    )
    one = terms.value(1.0)
    made = terms.runs(free, terms.column("from"))
    made = terms.joined(
        terms.extended(made, terms.named(one=one)),
        terms.extended(edge, terms.named(one=one)),
        q.JOIN_KIND_INNER,
        (terms.column("one"), terms.column("one")),
    )
    made = terms.filtered(
        made,
        terms.call(q.FUNCTION_GREATER, terms.column("from"), terms.column("start")),
        terms.call(q.FUNCTION_LESS, terms.column("to"), terms.column("end")),
    )
    told = in_language(facts, "longest run of days without a record between two with one", "两次记录之间最长的间隔天数")
    if _TO_THE_NEXT.search(facts.scan.text):
        # Counted from the one day to the other.
        length = terms.call(q.FUNCTION_ADD, terms.column("length"), terms.value(1.0))
        made = terms.extended(made, terms.named(length=length))
        told = in_language(facts, "most days from one record to the next", "相邻两次记录最多相隔的天数")
    if facts.cue("when"):
        made = terms.ordered(made, terms.order(terms.column("length"), descending=True), limit=1)
        return Plan(made, (Shown("from"), Shown("to"), Shown("length", "days")), told, tuple(spans), figure="length")
    made = terms.grouped(made, [], [terms.measure("length", q.MEASURE_FUNCTION_MAX, terms.column("length"))])
    return Plan(made, (Shown("length", "days"),), told, tuple(spans), figure="length", counts=True)
