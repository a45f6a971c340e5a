"""Frames of two amounts of the same records: planned against actual; and of changes."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.differences import difference_asked, difference_plan
from madeleine_miniapp.domain.questions.frames.figures import direction_asked
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.units import quantity

_PLANNED = re.compile(r"budget|plan|estimat|预算|计划|预计")
# "Within budget", 没超预算: whether it was kept to.
_KEPT = re.compile(r"\bwithin\b|\bunder\b|(?<!有)没有?超(?!.*(?:还是|没有))|低于|没花到|少|省|便宜")


def two_sums(facts: Facts) -> Plan | None:
    """Two amounts of the same records side by side: planned against actual."""
    named = {f[2][0].name: f for f in facts.fields_named(*NUMERIC) if len(f[2]) == 1}
    said = next((m for m in facts.items if m.cue("over_budget") or m.cue("under_budget")), None)
    over = facts.has("over_budget", "under_budget")
    if len(named) != 2 and not (over and len(facts.subject.fields(s.FIELD_TYPE_MONEY)) == 2):
        return None
    if not (over or facts.has("each_one", "vs", "than", "more", "less", "sum")):
        return None
    found = facts.quantities()
    if over and len(found) < 2:
        found = [quantity(f) for f in facts.subject.fields(s.FIELD_TYPE_MONEY)]
    if any(not facts.additive(x.field) for x in found) or len({x.unit for x in found}) > 1:
        # Minutes and kilometres are no plan and what became of it.
        return None
    if not over and len({m.of(Kind.TIME)[0].span for _, m in facts.free(Kind.TIME)}) > 1:
        return None
    taken = (
        "over_budget",
        "under_budget",
        "each_one",
        "vs",
        "than",
        "exist",
        "how_much",
        "how_many",
        "sum",
        "last",
        "now",
        "none",
    )
    facts.cue(*taken, "list", "what", "number_wanted", "both_filled")
    direction = direction_asked(facts)
    spans = facts.spans()
    at = facts.moment()
    given = terms.filtered(base.chosen(facts, spans, at), *[terms.present(x.expression) for x in found])
    made = terms.grouped(given, [], [Measured("sum", x).of(x.field.name) for x in found])
    shown = tuple(Shown(x.field.name, x.unit, label(x.field)) for x in found)
    budget_first = bool(_PLANNED.search(found[0].field.name + found[0].field.label))
    kept = said is not None and _KEPT.search(facts.scan.text[max(0, said.start - 3) : said.end]) is not None
    verdict = ("less" if budget_first != kept else "more") if over else direction
    told = ("总和：" if measuring.chinese(facts) else "sums of ") + ", ".join(label(x.field) for x in found)
    return Plan(made, shown, told, tuple(spans), verdict=verdict)


def changed(facts: Facts) -> Plan | None:
    """ "How much has the weight gone up since May": the latest value less the first, of what does not add up."""
    named = [n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1]
    if not facts.has("up", "down", "difference") or len({n[2][0].name for n in named}) != 1:
        return None
    if facts.has("sup", "vs", "than", "mean", "each", "by", "per") or sum(m.kind is Kind.TIME for m in facts.items) > 1:
        return None
    of = facts.quantities()[0]
    if facts.additive(of.field) or not (difference_asked(facts) or facts.has("how_much", "what")):
        return None
    direction = direction_asked(facts)
    facts.cue("how_much", "how_many", "what", "exist", "last", "first", "none", "now")
    spans = facts.spans()
    at = facts.moment()
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(of.expression))
    edges = [
        terms.extended(
            terms.ordered(given, terms.order(at, descending=newest), limit=1),
            terms.named(value=of.expression),
            only=True,
        )
        for newest in (True, False)
    ]
    zh = measuring.chinese(facts)
    names: tuple[str, str] = ("最近", "最早") if zh else ("latest", "first")
    parts: list[tuple[str, q.Relation]] = [(names[at], edge) for at, edge in enumerate(edges)]
    return difference_plan(facts, parts, "less" if direction == "less" else "more", Measured("max", of), spans)
