"""The frame of what has not been filled in."""

from __future__ import annotations

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown


def missing(facts: Facts) -> Plan | None:
    """How many records lack a value."""
    lacks = [c for c in facts.conditions if c.kind is Kind.FIELD and c.negated and c.value == ""]
    if not lacks or not facts.has("how_many", "count"):
        return None
    if facts.has("unit") and facts.subject.temporal and facts.subject.temporal[0].type == s.FIELD_TYPE_DATETIME:
        raise Doubt("it may ask for days or for entries that lack it")
    facts.cue("how_many", "count", "row", "times", "now", "list", "exist", "unit")
    spans = facts.spans()
    at = facts.moment()
    made = terms.grouped(base.chosen(facts, spans, at), [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
    told = "条数：缺少" if measuring.chinese(facts) else "number of records without"
    return Plan(
        made, (Shown("count"),), f"{told} {lacks[0].told.split(' ')[0]}", tuple(spans), figure="count", counts=True
    )
