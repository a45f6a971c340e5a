"""Frames over days: streaks, gaps, days without, days that pass a limit, how long something has taken."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, Limit
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.gathering import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.times import Span
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_NIGHTS = re.compile(r"\d+\s*(?:晚(?!饭|餐|上)|nights?\b)", re.I)
_FIRST_IS_NIGHTS = re.compile(r"\D*\d+\s*(?:晚(?!饭|餐|上)|nights?\b)", re.I)
_STARTED = frozenset(
    stems(w)
    for w in (
        "started",
        "start",
        "began",
        "begin",
        "start date",
        "from",
        "planted",
        "bought",
        "added",
        "opened",
        "开始",
        "开始日期",
        "买入",
    )
)
_FINISHED = frozenset(
    stems(w)
    for w in (
        "finished",
        "finish",
        "end",
        "ended",
        "completed",
        "end date",
        "done",
        "returned",
        "结束",
        "完成",
        "结束日期",
    )
)


def _bounds(facts: Facts, spans: list[Span]) -> tuple[date, date]:
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


def _told(facts: Facts, en: str, zh: str) -> str:
    return zh if base.chinese(facts) else en


def streak(facts: Facts) -> Plan | None:
    """Days, weeks or months in a row: the longest, the present one, or who holds the longest."""
    if not facts.has("streak") or facts.has("none"):
        return None
    facts.cue("streak")
    if len(facts.subject.temporal) > 1 and not facts.fields_named(s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME):
        raise Doubt("these records do not say what happened on a day")
    spans = facts.spans()
    unit = next((m.value for _, i in facts.free_cues("unit") for m in i if m.value in base.BUCKETS), "day")
    facts.cue("unit", "count", "how_many", "row", "times", "how_long", "verb", "per")
    at = facts.moment()
    best = (
        facts.has("sup", "often")
        or bool(spans)
        or bool(re.search(r"\bat best\b|\bever\b|\bdid\b|\brecord\b", facts.scan.text))
    )
    current = not best and not facts.has("who", "each", "rank")
    facts.cue("now", "sup", "first", "last")
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
        measured = base.measured(facts)
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
    told = _told(facts, f"longest run of consecutive {unit}s", f"最长连续（{unit}）")
    if current:
        today = facts.asker.now.date()
        open_ = today - timedelta(days=1) if unit in ("day", "night") else _bucket_start(unit, today, 1)
        made = terms.filtered(made, terms.call(q.FUNCTION_GREATER_OR_EQUAL, terms.column("to"), terms.value(open_)))
        told = _told(facts, f"present run of consecutive {unit}s", "当前连续天数")
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
    if not (facts.has("gap", "streak") and (longest or facts.has("how_long", "none"))) and not (
        longest and facts.has("none") and facts.has("unit", "how_long")
    ):
        return None
    facts.cue("streak", "gap", "sup", "none", "unit", "how_long", "row", "times", "missing", "anybody", "how_many")
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    first, last = _bounds(facts, spans)
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
    told = _told(facts, "longest run of days without a record between two with one", "两次记录之间最长的间隔天数")
    if facts.cue("when"):
        made = terms.ordered(made, terms.order(terms.column("length"), descending=True), limit=1)
        return Plan(made, (Shown("from"), Shown("to"), Shown("length", "days")), told, tuple(spans), figure="length")
    made = terms.grouped(made, [], [terms.measure("length", q.MEASURE_FUNCTION_MAX, terms.column("length"))])
    return Plan(made, (Shown("length", "days"),), told, tuple(spans), figure="length", counts=True)


def absence(facts: Facts) -> Plan | None:
    """Days on which there is no such record."""
    if not (
        facts.has("unit") and facts.has("none") and (facts.has("how_many", "count", "which", "list", "which_bucket"))
    ):
        return None
    unit = facts.cue("unit")
    if unit is None or unit.value not in ("day", "night"):
        return None
    asked = facts.has("which", "list", "which_bucket") and not facts.has("how_many", "count")
    facts.cue("none", "how_many", "count", "which", "list", "which_bucket", "anybody", "row", "times", "gap")
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    first, last = _bounds(facts, spans)
    days = terms.grouped(given, terms.named(day=facts.day(at)), [])
    free = terms.joined(
        terms.calendar(first, last), days, q.JOIN_KIND_ANTI, (terms.column("from"), terms.column("day"))
    )
    told = _told(facts, "days without such a record", "没有这类记录的天数")
    if asked:
        made = terms.ordered(
            terms.extended(free, terms.named(day=terms.column("from")), only=True), terms.order(terms.column("day"))
        )
        return Plan(made, (Shown("day"),), told, tuple(spans))
    made = terms.grouped(free, [], [terms.measure("days", q.MEASURE_FUNCTION_COUNT)])
    return Plan(made, (Shown("days", "days"),), told, tuple(spans), figure="days", counts=True)


def passing(facts: Facts) -> Plan | None:
    """Days (weeks, months) whose sum, or number of records, passes a limit."""
    if not facts.limits or not facts.has("unit"):
        return None
    unit = next((m.value for _, ms in facts.free_cues("unit") for m in ms), "day")
    asked = facts.has("which", "list", "which_bucket", "what", "when") and not facts.has("how_many", "count")
    if not asked and not facts.has("how_many", "count", "times", "share"):
        # "days under 1000 kcal": those days.
        asked = bool(re.match(r"(?:the |my |our )?(?:days|weeks|months|nights)\b", facts.scan.text))
        if not asked:
            return None
    limit = facts.limits[0]
    spans = facts.spans()
    at = facts.moment()
    counted = limit.counted and not limit.fields
    if counted:
        facts.limits.remove(limit)
        measured = base.Measured("count")
    else:
        candidates = list(limit.fields)
        named = [] if len(candidates) == 1 else facts.quantities()
        if len(candidates) == 1:
            of = quantity(candidates[0])
        elif len(named) == 1:
            of = named[0]
        else:
            return None
        facts.quantities()
        facts.limits.remove(limit)
        function = "sum" if facts.lexicon.additive(of.field) else "mean"
        mean = facts.cue("mean")
        measured = base.Measured("mean" if mean else function, of)
        limit = replace(limit, number=of.own(limit.number, limit.unit))
        if function == "mean" and not mean:
            # A day with two moods of which one is low: each record is held against the limit.
            return _days_with(facts, spans, at, limit, of, unit, asked)
    facts.cue("how_many", "count", "which", "list", "which_bucket", "unit", "what", "times", "when", "row", "sum")
    given = base.chosen(facts, spans, at)
    days = terms.filtered(
        terms.grouped(given, [q.Named(name=unit, value=base.bucket(unit, at))], [measured.of("value")]),
        holds(limit, terms.column("value")),
    )
    told = f"{limit.told} ({measured.told(base.chinese(facts))}/{unit})"
    if asked:
        made = terms.ordered(days, terms.order(terms.column(unit)))
        return Plan(made, (Shown(unit), Shown("value", measured.unit)), told, tuple(spans))
    made = terms.grouped(days, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
    return Plan(made, (Shown("count", unit + "s"),), told, tuple(spans), figure="count", counts=True)


def _days_with(
    facts: Facts, spans: list[Span], at: q.Expression, limit: Limit, of: Quantity, unit: str, asked: bool
) -> Plan:
    facts.cue("how_many", "count", "which", "list", "which_bucket", "unit", "what", "times", "when", "row")
    given = terms.filtered(base.chosen(facts, spans, at), holds(limit, of.expression))
    if asked:
        days = terms.grouped(given, [q.Named(name=unit, value=base.bucket(unit, at))], [])
        return Plan(terms.ordered(days, terms.order(terms.column(unit))), (Shown(unit),), limit.told, tuple(spans))
    counted = terms.measure("count", q.MEASURE_FUNCTION_COUNT_DISTINCT, base.bucket(unit, at))
    return Plan(
        terms.grouped(given, [], [counted]),
        (Shown("count", unit + "s"),),
        limit.told,
        tuple(spans),
        figure="count",
        counts=True,
    )


def nights(facts: Facts) -> Plan | None:
    """How many nights, where texts of the records say so: "guest house, 3 nights"."""
    if not (facts.has("unit") and facts.has("how_many")):
        return None
    unit = next(m.value for _, ms in facts.free_cues("unit") for m in ms)
    if unit != "night":
        return None
    for f in facts.subject.fields(s.FIELD_TYPE_TEXT):
        held = [t for t in facts.subject.texts.get(f.name, ()) if _NIGHTS.search(t)]
        # The first number of each must be that of the nights.
        if not held or not all(_FIRST_IS_NIGHTS.match(t) for t in held):
            continue
        facts.cue("unit", "how_many", "exist")
        spans = facts.spans()
        at = facts.moment()
        text = terms.column(f.name)
        says = [terms.call(q.FUNCTION_CONTAINS, text, terms.value(word)) for word in ("晚", "night")]
        given = terms.filtered(base.chosen(facts, spans, at), terms.call(q.FUNCTION_OR, *says))
        number = terms.measure("nights", q.MEASURE_FUNCTION_SUM, terms.call(q.FUNCTION_NUMBER_IN, text))
        told = _told(facts, f"nights named in {f.name}", f"{f.name}中的晚数")
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
    if facts.limits and any(x.counted for x in facts.limits):
        return None
    unit = facts.cue("unit")
    if unit is None:
        return None
    if unit.value == "night" and not any(m.cue("unit") and m.of(Kind.ENTITY) for m in facts.items):
        return None
    return _counted_days(facts, unit.value)


def _counted_days(facts: Facts, unit: str) -> Plan:
    facts.cue("how_many", "count", "row", "times")
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    bucket = base.bucket(unit, at)
    told = _told(
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


def taken(facts: Facts) -> Plan | None:
    """How long something has been going on, took, or which was the quickest."""
    if not facts.has("took", "been_at", "ago"):
        return None
    temporal = facts.subject.temporal
    start = next((f for f in temporal if {stems(f.name), stems(f.label)} & _STARTED), None)
    end = next((f for f in temporal if {stems(f.name), stems(f.label)} & _FINISHED), None)
    today = terms.value(facts.asker.now.date())
    named = base.title(facts)
    if facts.has("took"):
        if start is None or end is None:
            return None
        sup = facts.cue("sup")
        facts.cue("took", "unit", "how_many", "how_long", "first", "last", "now", "sum")
        facts.fields_named()
        _use_temporal(facts)
        lasts = terms.call(q.FUNCTION_DAYS_BETWEEN, terms.column(end.name), terms.column(start.name))
        spans = facts.spans()
        given = terms.filtered(base.chosen(facts, spans, terms.column(end.name)), terms.present(lasts))
        direction = sup.value if sup else facts.took_direction()
        mean = facts.cue("mean")
        if mean or (not direction and not facts.conditions):
            function = q.MEASURE_FUNCTION_MEAN
            made = terms.grouped(given, [], [terms.measure("days", function, lasts)])
            return Plan(
                made,
                (Shown("days", "days"),),
                _told(facts, "mean days from start to finish", "平均用时（天）"),
                tuple(spans),
                figure="days",
            )
        columns = [q.Named(name="days", value=lasts)]
        shown = [Shown("days", "days")]
        if named:
            columns.insert(0, q.Named(name=named.name, value=terms.column(named.name)))
            shown.insert(0, Shown(named.name))
        if facts.subject.shared:
            columns.append(q.Named(name=facts.person, value=terms.column(facts.person)))
            shown.append(Shown(facts.person))
        facts.cue("who", "which", "what")
        made = terms.extended(given, columns, only=True)
        if direction:
            down = direction.startswith("max")
            made = terms.ordered(made, terms.order(terms.column("days"), descending=down), limit=1, with_ties=True)
        return Plan(
            made,
            tuple(shown),
            _told(facts, "days from start to finish", "从开始到结束的天数"),
            tuple(spans),
            figure="days",
        )
    facts.cue("been_at", "ago", "unit", "how_many", "now", "how_long", "none", "last", "count")
    spans = facts.spans()
    if len(temporal) > 1 and start is not None:
        _use_temporal(facts)
        at = terms.column(start.name)
        given = base.chosen(facts, spans, at)
        if end is not None and not facts.conditions:
            given = terms.filtered(given, terms.call(q.FUNCTION_IS_MISSING, terms.column(end.name)))
        between = terms.call(q.FUNCTION_DAYS_BETWEEN, today, facts.day(at))
        columns = [q.Named(name="days", value=between)]
        made = terms.ordered(terms.extended(given, columns), terms.order(terms.column("days")), limit=1)
        made = terms.extended(
            terms.filtered(made, terms.present(terms.column("days"))), terms.named(days=terms.column("days")), only=True
        )
        return Plan(
            made,
            (Shown("days", "days"),),
            _told(facts, "days since it was started", "开始至今的天数"),
            tuple(spans),
            figure="days",
        )
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    newest = terms.grouped(given, [], [terms.measure("day", q.MEASURE_FUNCTION_MAX, facts.day(at))])
    between = terms.call(q.FUNCTION_DAYS_BETWEEN, today, terms.column("day"))
    made = terms.extended(newest, terms.named(days=between), only=True)
    return Plan(
        made,
        (Shown("days", "days"),),
        _told(facts, "days since the latest such record", "距最近一次的天数"),
        tuple(spans),
        figure="days",
    )


def _use_temporal(facts: Facts) -> None:
    for index, _, _ in facts.fields_named(s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME):
        facts.used.add(index)
