"""The frame of what cost more than was planned, one by one."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import quantity

_HOW_MANY = re.compile(r"(?:几|多少)[个项笔条样处]|\bhow many\b")
_OVER = re.compile(r"超|\b(?:over|exceed\w*|above)\b")


def over_each(facts: Facts) -> Plan | None:
    """ "Which went over budget": those whose paid amount is more than the planned one; how many."""
    asked = facts.has("which", "list") or _HOW_MANY.search(facts.scan.text) is not None
    if not facts.has("over_budget") or not asked or facts.has("each_one", "mean", "median", "share", "each", "sup"):
        return None
    found = [quantity(f) for f in facts.subject.fields(s.FIELD_TYPE_MONEY)]
    if len(found) != 2 or not _OVER.search(facts.scan.text):
        return None
    facts.used |= {index for index, _, _ in facts.fields_named(*NUMERIC)}
    facts.of_money = True
    planned = facts.lexicon.of_words(FIELDS, "budget")
    budget = [x for x in found if {stems(x.field.name), stems(x.field.label)} & planned]
    paid = [x for x in found if x not in budget]
    if len(budget) != 1:
        return None
    counting = facts.cue("how_many") is not None and not facts.has("which", "list")
    facts.cue("over_budget", "which", "list", "row", "exist", "what", "now", "when")
    spans, at = facts.spans(), facts.moment()
    over = terms.call(q.FUNCTION_GREATER, paid[0].expression, budget[0].expression)
    given = terms.filtered(base.chosen(facts, spans, at), over)
    told = "实付超过预算的记录" if measuring.chinese(facts) else "records that cost more than planned"
    if counting:
        made = terms.grouped(given, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
        return Plan(made, (Shown("count"),), told, tuple(spans), figure="count", counts=True)
    columns, shown = base.context(facts, at)
    for one in (budget[0], paid[0]):
        columns.append(q.Named(name=one.field.name, value=one.expression))
        shown.append(Shown(one.field.name, one.unit, label(one.field)))
    made = terms.extended(terms.ordered(given, terms.order(at)), columns, only=True)
    return Plan(made, tuple(shown), told, tuple(spans))
