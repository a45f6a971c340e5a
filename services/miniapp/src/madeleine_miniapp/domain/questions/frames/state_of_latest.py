"""The frame of whether one record is so: "is the latest bill paid", "was the last delivery late"."""

from __future__ import annotations

from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown


def state_of_latest(facts: Facts) -> Plan | None:
    """Whether the latest record is in the state that is named: no search for the latest that is."""
    states = [c for c in facts.conditions if c.kind is Kind.FIELD]
    if not (facts.has("exist") and facts.has("last")) or len(states) != 1:
        return None
    if facts.has("when", "who", "what", "which", "how_many", "how_much", "count", "sum", "mean", "sup", "share"):
        return None
    (state,) = states
    facts.cue("exist", "last", "row", "now")
    spans, at = facts.spans(), facts.moment()
    given = terms.filtered(base.chosen(facts, spans, at, leave=(state,)), terms.present(at))
    given = terms.ordered(given, terms.order(at, descending=True), limit=1, with_ties=False)
    columns, shown = context(facts, at, when_first=True)
    columns += terms.named(passes=state.expression)
    made = terms.extended(given, columns, only=True)
    told = in_language(facts, f"whether of the latest record {state.told}", f"最近一条是否{state.told}")
    return Plan(made, (*shown, Shown("passes")), told, tuple(spans), verdict="passes")
