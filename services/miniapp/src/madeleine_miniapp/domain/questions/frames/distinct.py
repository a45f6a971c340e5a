"""The frame of how many different values there are: people, places, dishes."""

from __future__ import annotations

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring, titles
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_HEADS = frozenset(
    stems(w)
    for w in ("attendance", "audience", "people", "guests", "visitors", "headcount", "participants", "人数", "观众")
)


def _heads(facts: Facts) -> Quantity | None:
    """How many people a record says were there."""
    held = [f for f in facts.subject.numeric if {stems(f.name), stems(f.label)} & _HEADS]
    return quantity(held[0]) if len(held) == 1 else None


def distinct(facts: Facts) -> Plan | None:
    """How many different values a field has."""
    people = any(m.value == "person" for _, ms in facts.free_cues("distinct") for m in ms)
    if people and facts.has("mean", "median", "sum") and (heads := _heads(facts)) is not None:
        # "How many people come on average": the records say how many were there.
        function = next(n for n in ("median", "mean", "sum") if facts.has(n))
        facts.cue("distinct", "how_many", "mean", "median", "sum", "exist")
        measured = Measured(function, heads)
        spans = facts.spans()
        made = terms.grouped(base.chosen(facts, spans, facts.moment()), [], [measured.of(measured.name)])
        told = measured.told(measuring.chinese(facts))
        return Plan(made, (Shown(measured.name, measured.unit),), told, tuple(spans), figure=measured.name)
    facts.cue("distinct", "how_many", "count", "exist")
    if people:
        spans = facts.spans()
        at = facts.moment()
        counted = terms.measure("count", q.MEASURE_FUNCTION_COUNT_DISTINCT, terms.column(facts.person))
        made = terms.grouped(base.chosen(facts, spans, at), [], [counted])
        told = "不同的人数" if measuring.chinese(facts) else "number of people"
        return Plan(made, (Shown("count"),), told, tuple(spans), figure="count", counts=True)
    named = facts.fields_named(s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON)
    title = titles.title(facts)
    of = named[0][2][0] if named else title
    if of is None:
        return None
    if named:
        facts.used.add(named[0][0])
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    if of.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, of.name)
    counted = terms.measure("count", q.MEASURE_FUNCTION_COUNT_DISTINCT, terms.column(of.name))
    made = terms.grouped(given, [], [counted])
    told = f"不同的{label(of)}" if measuring.chinese(facts) else f"number of different {label(of).lower()}"
    return Plan(made, (Shown("count"),), told, tuple(spans), figure="count", counts=True)
