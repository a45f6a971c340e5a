"""Frames of one total over another: X for every Y, pace, speed, litres per 100 km."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, dimensions
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.units import Quantity, quantity, unit_named

_PER = ("per", "each", "every", "for each", "每", "for every", "a", "by")
_FILLING = re.compile(r"\b(?:all|the|total|overall|sum|of|my|our|their)\b|总|的")
_RATIO = re.compile(r"\bratio\b|\bdivided by\b|几倍|多少倍|\btimes as (?:many|often)\b")
_OVER = re.compile(r"\bdivided by\b|\bover\b|\bper\b|\bto\b|:|/|除以|是")


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is divided by what, times a factor: km per hour, litres per 100 km."""

    top: Quantity
    bottom: Quantity
    factor: float = 1.0

    @property
    def unit(self) -> str:
        """ "min/km"."""
        under = f"{'' if self.factor == 1.0 else f'{self.factor:g} '}{self.bottom.unit}"
        return f"{self.top.unit}/{under}" if under else self.top.unit

    def of(self, top: q.Expression, bottom: q.Expression) -> q.Expression:
        """The ratio of two figures."""
        value = terms.call(q.FUNCTION_DIVIDE, top, bottom)
        return value if self.factor == 1.0 else terms.call(q.FUNCTION_MULTIPLY, value, terms.value(self.factor))


def ratio(facts: Facts) -> Plan | None:
    """For every X, how many Y; the ratio of X to Y."""
    held = [c for c in facts.conditions if c.field and not c.negated]
    alike = len(held) == 2 and held[0].field == held[1].field and _RATIO.search(facts.scan.text)
    if len(held) != 2 or not (facts.has("for_every") or alike):
        return None
    if alike and facts.quantities_named() and not facts.has("count", "how_many"):
        return None
    place = facts.place("for_every")
    reversed_ = facts.has("for_every")
    facts.cue("for_every", "how_many", "row", "count", "times", "by", "share", "over", "what")
    spans = facts.spans()
    at = facts.moment()
    first, second = sorted(held, key=lambda c: (c.start < place, c.start) if reversed_ else (False, c.start))
    below = first if reversed_ else second
    above = next(c for c in held if c is not below)
    if not reversed_ and not _OVER.search(facts.scan.text[above.start : below.start]):
        return None
    given = base.chosen(facts, spans, at, leave=(below, above))
    totals = terms.grouped(
        given,
        [],
        [
            terms.measure("x", q.MEASURE_FUNCTION_COUNT, where=below.expression),
            terms.measure("y", q.MEASURE_FUNCTION_COUNT, where=above.expression),
        ],
    )
    made = terms.extended(
        totals, terms.named(ratio=terms.call(q.FUNCTION_DIVIDE, terms.column("y"), terms.column("x"))), only=True
    )
    return Plan(made, (Shown("ratio"),), f"{above.value} / {below.value}", tuple(spans), figure="ratio")


def derived(facts: Facts) -> Plan | None:
    """One total over another: pace, speed, litres per 100 km; of each person or choice, where that is asked."""
    pair = _per(facts)
    if pair is not None:
        facts.cue("pace", "speed")
    elif facts.has("pace", "speed") and not {f.name for f in facts.subject.numeric} & {"pace", "speed"}:
        pair = _pace(facts)
    if pair is None:
        return None
    facts.cue("mean", "sum", "over", "how_many", "how_much", "by")
    if facts.has("last"):
        return None
    if facts.has("sup"):
        return _record(facts, pair)
    keys = [q.Named(name=f.name, value=terms.column(f.name)) for f in facts.groups[:1]]
    facts.grouped = len(facts.groups) == 1
    each = bool(re.search(r"\b(?:two|three|four|five|six|all|each) of us\b", facts.scan.text))
    if not keys and facts.subject.shared and len(facts.people) != 1 and (facts.cue("each") or each):
        keys = [q.Named(name=facts.person, value=terms.column(facts.person))]
    spans = facts.spans()
    given = _with_both(facts, pair, spans, facts.moment())
    totals = terms.grouped(given, keys, [Measured("sum", pair.top).of("x"), Measured("sum", pair.bottom).of("y")])
    value = pair.of(terms.column("x"), terms.column("y"))
    columns = [*[q.Named(name=k.name, value=terms.column(k.name)) for k in keys], q.Named(name="ratio", value=value)]
    made = terms.extended(totals, columns, only=True)
    told = f"{label(pair.top.field).lower()} / {label(pair.bottom.field).lower()}"
    shown = (*[Shown(k.name) for k in keys], Shown("ratio", pair.unit))
    if keys:
        return Plan(made, shown, told, tuple(spans), key=keys[0].name)
    return Plan(made, shown, told, tuple(spans), figure="ratio")


def _with_both(facts: Facts, pair: _Pair, spans: list[Span], at: q.Expression) -> q.Relation:
    both = (terms.present(pair.top.expression), terms.present(pair.bottom.expression))
    return terms.filtered(base.chosen(facts, spans, at), *both)


def _record(facts: Facts, pair: _Pair) -> Plan | None:
    """ "My fastest pace": the record with the least time for each kilometre."""
    sup = facts.cue("sup")
    said = sup.value if sup else ""
    timed = pair.top.field.type == s.FIELD_TYPE_DURATION or pair.top.unit in ("min", "h", "s")
    fast = said in ("min speed", "max good")
    descending = not timed if fast else (timed if said in ("max speed", "min good") else said.startswith("max"))
    when = facts.cue("when") is not None
    facts.cue("which", "what", "who", "row", "exist", "number_wanted", "where", "times", "per_record")
    spans = facts.spans()
    at = facts.moment()
    columns, shown = base.context(facts, at, when_first=when)
    columns.append(q.Named(name="ratio", value=pair.of(pair.top.expression, pair.bottom.expression)))
    shown.append(Shown("ratio", pair.unit))
    made = terms.extended(_with_both(facts, pair, spans, at), columns, only=True)
    made = terms.ordered(made, terms.order(terms.column("ratio"), descending=descending), limit=1, with_ties=True)
    told = f"{label(pair.top.field).lower()} / {label(pair.bottom.field).lower()}"
    return Plan(made, tuple(shown), told, tuple(spans), figure="ratio")


def _pace(facts: Facts) -> _Pair:
    distance = dimensions.dimension(facts, "distance")
    duration = next(
        (f for f in facts.subject.numeric if f.type == s.FIELD_TYPE_DURATION or f.unit in ("min", "h")), None
    )
    if distance is None or duration is None:
        raise Doubt("no distance and time are recorded together")
    pace = facts.cue("pace") is not None
    facts.cue("speed")
    named = facts.fields_named(*NUMERIC)
    # "Minutes per km", "time over distance": what the pace is of.
    facts.used |= {index for index, _, _ in named}
    for index, mention in enumerate(facts.items):
        if mention.text == "over" and named and named[0][1].start < mention.start < named[-1][1].start:
            facts.used.add(index)
    time = quantity(duration, "min" if pace else "h")
    return _Pair(time, distance) if pace else _Pair(distance, time)


def _per(facts: Facts) -> _Pair | None:
    """ "litres per 100 km", "pages per hour": two quantities with "per", or "over", between them."""
    named = [n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1]
    order = list(dict.fromkeys(n[2][0].name for n in named))
    divides = [
        m.end
        for i, m in enumerate(facts.items)
        if i not in facts.used and (m.cue("over") or ((m.cue("by") or m.cue("for_every")) and m.text in _PER))
    ]
    if len(order) != 2 or not divides:
        return None
    for by in reversed(divides):
        under = next((n for n in named if n[1].start >= by), None)
        over = next((n for n in named if under and n[2][0].name != under[2][0].name and n[1].end <= by), None)
        if under is None or over is None:
            continue
        between = _FILLING.sub("", facts.scan.text[by : under[1].start]).strip()
        if between and not between.isdigit():
            continue
        for index, mention in facts.free(Kind.NUMBER):
            if mention.start >= by and mention.end <= under[1].start:
                facts.used.add(index)
        facts.used |= {n[0] for n in named}
        return _Pair(
            quantity(over[2][0], unit_named(over[1].text)),
            quantity(under[2][0], unit_named(under[1].text)),
            float(between or 1),
        )
    return None
