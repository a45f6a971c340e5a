"""Frames of one figure over another: shares, ratios, pace."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.units import Quantity, quantity, unit_named

_PER = ("per", "each", "every", "for each", "每", "for every")
_IS = re.compile(r"\b(?:are|were|is|was)\b|是")
_HUNDRED = terms.value(100.0)


def _share(part: q.Expression, whole: q.Expression) -> q.Expression:
    return terms.call(q.FUNCTION_DIVIDE, terms.call(q.FUNCTION_MULTIPLY, part, _HUNDRED), whole)


def share(facts: Facts) -> Plan | None:
    """What part of the records, or of a total, passes a filter, in percent."""
    if not facts.has("share") or (facts.has("sup") and not facts.conditions):
        return None
    place = facts.place("share")
    facts.cue("share", "exist", "what", "list")
    spans = facts.spans()
    at = facts.moment()
    hour = facts.has("hour") or facts.has("weekend") != facts.has("workdays") or facts.has("on_weekday")
    parts = [] if hour else _numerators(facts, place)
    spoken = [m.start for m in facts.items if m.of(Kind.PERSON) or m.cue("me")]
    whose = bool(
        facts.people and parts and spoken and spoken[-1] > max(c.start for c in parts) and place < parts[0].start
    )
    if whose:
        # "percentage of laundry done by Noor": the part is a person's.
        parts = []
    extra = base.time_filters(facts, at) if hour else []
    limits = [x for x in facts.limits if len(x.fields) == 1 and not x.counted]
    if limits and parts:
        # "What share of my runs went over 8 km": the limit makes the part, unless "were runs over 8 km".
        is_verb = [m.start() for m in _IS.finditer(facts.scan.text) if m.start() > place]
        parts = [c for c in parts if any(v < c.start < limits[0].start for v in is_verb)]
    limited = [holds(x, quantity(x.fields[0], x.unit).expression) for x in limits]
    facts.limits = [x for x in facts.limits if x not in limits]
    wanted = [c.expression for c in parts] + extra + limited
    if (not wanted and whose) or (
        not wanted
        and facts.people
        and re.search(r"\b(?:all|our|total|everyone|the whole)\b|总|所有|大家|我们", facts.scan.text)
    ):
        wanted = base.who(facts)
        given = base.chosen(facts, spans, at, people=False)
    else:
        given = base.chosen(facts, spans, at, leave=tuple(parts))
    if not wanted:
        raise Doubt("it does not say a share of what")
    alike: dict[str, list[q.Expression]] = {}
    for c in parts:
        alike.setdefault(c.field if not c.negated else f"{c.field}!{c.value}", []).append(c.expression)
    condition = (
        terms.both(*[e[0] if len(e) == 1 else terms.call(q.FUNCTION_OR, *e) for e in alike.values()], *extra, *limited)
        if parts or extra or limited
        else terms.both(*wanted)
    )
    found = facts.quantities()
    facts.cue("how_many", "how_much", "count", "sum", "row", "times", "each_one")
    if len(found) > 1:
        raise Doubt("it asks for two figures; I can compute one at a time")
    if not found and _of_money(facts, place):
        money = measuring.only_amount(facts)
        found = [money] if money else []
    measured = Measured("sum", found[0]) if found else Measured("count")
    if found and not facts.lexicon.additive(found[0].field):
        raise Doubt(f"{label(found[0].field)} does not add up")
    keys = [q.Named(name=g.name, value=terms.column(g.name)) for g in facts.groups[:1]]
    facts.grouped = len(facts.groups) == 1
    if not keys and (split := _split(facts, parts)):
        # 哈尔滨, 云南分别: a share of each.
        keys = [q.Named(name=split, value=terms.column(split))]
    if not keys and facts.subject.shared and facts.cue("each"):
        keys = [q.Named(name=facts.person, value=terms.column(facts.person))]
    totals = terms.grouped(given, keys, [measured.of("part", condition), measured.of("whole")])
    zero = terms.call(q.FUNCTION_COALESCE, terms.column("part"), terms.value(0.0))
    columns = [
        *[q.Named(name=k.name, value=terms.column(k.name)) for k in keys],
        q.Named(name="share", value=_share(zero, terms.column("whole"))),
    ]
    made = terms.extended(totals, columns, only=True)
    told = ", ".join([*(c.told for c in parts), *(x.told for x in limits)]) or (
        "这些记录" if measuring.chinese(facts) else "those records"
    )
    zh = measuring.chinese(facts)
    told = f"占比：{told}" if zh else f"share of {told}" + (f" in {measured.told(False)}" if found else "")
    shown = (*[Shown(k.name) for k in keys], Shown("share", "%"))
    return Plan(made, shown, told, tuple(spans), figure="share", key=keys[0].name if keys else "")


def _split(facts: Facts, parts: list[Condition]) -> str:
    """The field of which several choices are to be told apart, of what is not the part itself; empty if none is."""
    if not any(m.cue("each_one") or m.cue("each") for m in facts.items):
        return ""
    whole = [c.field for c in facts.conditions if c not in parts and not c.negated and c.kind is Kind.CHOICE]
    return next((name for name in whole if whole.count(name) > 1), "")


def _of_money(facts: Facts, place: int) -> bool:
    words = ("spend", "spent", "money", "cost", "花", "钱", "支出", "开销", "spending", "budget", "预算")
    return any(w in facts.scan.text for w in words)


def _numerators(facts: Facts, place: int) -> list[Condition]:
    """The filters that make the part: those after a verb ("... of meals were X"), or before 占; else all there are."""
    held = [c for c in facts.conditions if c.field]
    text = facts.scan.text
    if len(held) <= 1:
        return held
    if "占" in text:
        before = [c for c in held if c.start < text.index("占")]
        return before or held
    verb = next(
        (i for i in _verbs(text) if i > place and any(c.start > i for c in held) and any(c.start < i for c in held)), -1
    )
    if verb >= 0:
        return [c for c in held if c.start > verb]
    if measuring.chinese(facts):
        after = [c for c in held if c.start > place]
        return after or held
    # "percentage of dinners takeaway": what comes last is the part.
    fields = {c.field for c in held}
    return [c for c in held if c.field == held[-1].field] if len(fields) > 1 else held


def _verbs(text: str) -> list[int]:
    return [
        m.start()
        for m in re.finditer(
            r"\b(?:that|which|were|was|are|is|went|go|goes|did|have|had|has|start|starts|i|we)\b|是", text
        )
    ]


def ratio(facts: Facts) -> Plan | None:
    """For every X, how many Y."""
    held = [c for c in facts.conditions if c.field and not c.negated]
    if not facts.has("for_every") or len(held) != 2:
        return None
    place = facts.place("for_every")
    facts.cue("for_every", "how_many", "row", "count", "times", "by", "share")
    spans = facts.spans()
    at = facts.moment()
    base_first = min(held, key=lambda c: (c.start < place, c.start))
    other = next(c for c in held if c is not base_first)
    given = base.chosen(facts, spans, at, leave=(base_first, other))
    totals = terms.grouped(
        given,
        [],
        [
            terms.measure("x", q.MEASURE_FUNCTION_COUNT, where=base_first.expression),
            terms.measure("y", q.MEASURE_FUNCTION_COUNT, where=other.expression),
        ],
    )
    made = terms.extended(
        totals, terms.named(ratio=terms.call(q.FUNCTION_DIVIDE, terms.column("y"), terms.column("x"))), only=True
    )
    return Plan(made, (Shown("ratio"),), f"{other.value} / {base_first.value}", tuple(spans), figure="ratio")


def derived(facts: Facts) -> Plan | None:
    """One total over another: pace, speed, litres per 100 km."""
    pair: tuple[Quantity, Quantity, float] | None = None
    named = {f.name for f in facts.subject.numeric}
    if facts.has("pace", "speed") and not named & {"pace", "speed"}:
        distance = measuring.dimension(facts, "distance")
        duration = next(
            (f for f in facts.subject.numeric if f.type == s.FIELD_TYPE_DURATION or f.unit in ("min", "h")), None
        )
        if distance is None or duration is None:
            raise Doubt("no distance and time are recorded together")
        pace = facts.cue("pace") is not None
        facts.cue("speed")
        time = quantity(duration, "min" if pace else "h")
        pair = (time, distance, 1.0) if pace else (distance, time, 1.0)
        facts.quantities()
    else:
        pair = _per(facts)
    if pair is None:
        return None
    facts.cue("mean", "sum", "over", "how_many", "how_much", "by")
    top, bottom, times = pair
    spans = facts.spans()
    at = facts.moment()
    if facts.has("sup", "last"):
        return None
    given = terms.filtered(
        base.chosen(facts, spans, at), terms.present(top.expression), terms.present(bottom.expression)
    )
    totals = terms.grouped(given, [], [Measured("sum", top).of("x"), Measured("sum", bottom).of("y")])
    value = terms.call(q.FUNCTION_DIVIDE, terms.column("x"), terms.column("y"))
    if times != 1.0:
        value = terms.call(q.FUNCTION_MULTIPLY, value, terms.value(times))
    under = f"{'' if times == 1.0 else f'{times:g} '}{bottom.unit}"
    unit = f"{top.unit}/{under}" if under else top.unit
    made = terms.extended(totals, terms.named(ratio=value), only=True)
    told = f"{label(top.field).lower()} / {label(bottom.field).lower()}"
    return Plan(made, (Shown("ratio", unit),), told, tuple(spans), figure="ratio")


def _per(facts: Facts) -> tuple[Quantity, Quantity, float] | None:
    """ "litres per 100 km": two quantities with "per" between them."""
    named = [n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1]
    order = list(dict.fromkeys(n[2][0].name for n in named))
    by = next((m.end for i, m in enumerate(facts.items) if i not in facts.used and m.cue("by") and m.text in _PER), -1)
    under = next((n for n in named if by >= 0 and n[1].start >= by), None)
    if under is None or len(order) != 2:
        return None
    between = facts.scan.text[by : under[1].start].strip()
    if between and not between.isdigit():
        return None
    over = next((n for n in named if n[2][0].name != under[2][0].name), None)
    if over is None:
        return None
    for index, mention in facts.free(Kind.NUMBER):
        if mention.start >= by and mention.end <= under[1].start:
            facts.used.add(index)
    facts.used |= {n[0] for n in named}
    return (
        quantity(over[2][0], unit_named(over[1].text)),
        quantity(under[2][0], unit_named(under[1].text)),
        float(between or 1),
    )
