"""The frame of the most and the least side by side: "the cheapest and the priciest meal", 最贵和最便宜的."""

from __future__ import annotations

from dataclasses import replace

from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.contrasts import ends_asked
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames.extremes import extreme
from madeleine_miniapp.domain.questions.plans import Plan


def both_ends(facts: Facts) -> Plan | None:
    """The rows of the one and those of the other, as they are said; raises Doubt where they are not of one kind."""
    at = ends_asked(facts)
    if not at:
        return None
    plans = [_without(facts, other) for other in reversed(at)]
    one, other = plans
    if one is None or other is None or one.shown != other.shown:
        raise Doubt("it asks for the most and for the least; I can tell one at a time")
    facts.used |= set(range(len(facts.items)))
    columns = {column.name: terms.column(column.name) for column in one.shown}
    rows = [
        terms.extended(plan.relation, terms.named(which_end=terms.value(float(place)), **columns), only=True)
        for place, plan in enumerate((one, other))
    ]
    made = terms.ordered(terms.united(*rows), terms.order(terms.column("which_end")))
    made = terms.extended(made, terms.named(**columns), only=True)
    spans = tuple(dict.fromkeys((*one.spans, *other.spans)))
    return Plan(made, one.shown, f"{one.told}; {other.told}", spans, key=one.key)


def _without(facts: Facts, place: int) -> Plan | None:
    """The plan of the question without one of its mentions; None: it leaves something over."""
    one = facts.copy()
    one.scan = replace(facts.scan, mentions=tuple(m for i, m in enumerate(facts.items) if i != place))
    one.used = {i if i < place else i - 1 for i in facts.used if i != place}
    plan = extreme(one)
    return plan if plan is not None and not one.left_over({c.name for c in plan.shown}) else None
