"""The frames of two kinds of record side by side in each month, and of what came in less what went out."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts
from madeleine_miniapp.domain.questions.flows import MINUS, ways
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.buckets import buckets_asked
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_LEFT = re.compile(
    r"攒(?:下|了|到)?|存下|结余|净(?:收入|结余|赚|剩)|盈余"
    rf"|\b(?:save|saved|surplus|net (?:income|savings))\b|{MINUS.pattern}"
)
_APART = ("each_one", "each", "vs", "and", "list", "by")


def net(facts: Facts) -> Plan | None:
    """What came in less what went out: "how much did we save in May", 收入减支出."""
    both, found = ways(facts.subject), list(_LEFT.finditer(facts.scan.text))
    of = only_amount(facts) if both is not None and found else None
    if both is None or of is None or facts.groups or facts.has("share", "mean", "sup", "who"):
        return None
    field, came_in, went_out = both

    def said(start: int) -> bool:
        return any(f.start() <= start < f.end() for f in found)

    facts.used |= {i for i, m in enumerate(facts.items) if said(m.start)}
    facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if not said(u[0])))
    facts.conditions = [c for c in facts.conditions if c.field != field.name]
    buckets, per = buckets_asked(facts)
    facts.cue("how_much", "how_many", "sum", "each_one", "by", "list", "what", "row")
    facts.used |= {i for i, m in facts.free(Kind.FIELD) if m.typed(s.FIELD_TYPE_MONEY)}
    if per or len(buckets) > 1:
        return None
    spans, at = facts.spans(), facts.moment()
    keys = [q.Named(name=b, value=base.bucket(b, at)) for b in buckets]
    totals = [
        terms.measure(name, q.MEASURE_FUNCTION_SUM, of.expression, _is(field, way))
        for name, way in (("came_in", came_in), ("went_out", went_out))
    ]
    made = terms.grouped(base.chosen(facts, spans, at), keys, totals)
    zero = (terms.call(q.FUNCTION_COALESCE, terms.column(n), terms.value(0.0)) for n in ("came_in", "went_out"))
    value = terms.named(value=terms.call(q.FUNCTION_SUBTRACT, *zero))
    again = [q.Named(name=b, value=terms.column(b)) for b in buckets]
    made = terms.extended(made, [*again, *value], only=True)
    made = terms.ordered(made, *[terms.order(terms.column(b)) for b in buckets]) if buckets else made
    told = in_language(facts, f"{came_in} minus {went_out}", f"{came_in}减{went_out}")
    shown = (*[Shown(b) for b in buckets], Shown("value", of.unit))
    return Plan(made, shown, told, tuple(spans), figure="value", key=buckets[0] if buckets else "")


def apart(facts: Facts) -> Plan | None:
    """A column for each of several choices in each week or month: 每个月收入支出各多少."""
    held = [c for c in facts.conditions if c.field and not c.negated and c.kind is Kind.CHOICE]
    several = [c for c in held if [x.field for x in held].count(c.field) > 1]
    if len({c.field for c in several}) != 1 or facts.groups or not facts.has("per") or not facts.has(*_APART):
        return None
    if facts.has("mean", "median", "sup", "share", "difference", "who", "rank", "more", "less"):
        return None
    buckets, per = buckets_asked(facts)
    if per or len(buckets) != 1:
        return None
    facts.cue(*_APART, "number_wanted", "unit")
    measured = measuring.measured(facts, default="count" if facts.has("count", "times") else "")
    if measured is None and (amount := only_amount(facts)) is not None:
        facts.cue("how_much", "how_many")
        measured = Measured("sum", amount)
    if measured is None or measured.over is not None:
        return None
    spans, at = facts.spans(), facts.moment()
    sides = [(f"side{place}", c) for place, c in enumerate(several)]
    key = q.Named(name=buckets[0], value=base.bucket(buckets[0], at))
    made = terms.grouped(base.chosen(facts, spans, at), [key], [measured.of(name, c.expression) for name, c in sides])
    made = terms.ordered(made, terms.order(terms.column(buckets[0])))
    told = f"{measured.told(measuring.chinese(facts))}: {_names(sides)}"
    shown = (Shown(buckets[0]), *[Shown(name, measured.unit, c.value) for name, c in sides])
    return Plan(made, shown, told, tuple(spans), key=buckets[0])


def _names(sides: list[tuple[str, Condition]]) -> str:
    return " / ".join(c.value for _, c in sides)


def _is(field: s.Field, choice: str) -> q.Expression:
    return terms.call(q.FUNCTION_EQUAL, terms.column(field.name), terms.value(choice))
