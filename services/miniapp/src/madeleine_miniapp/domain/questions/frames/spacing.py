"""The frame of how far apart records are, on average."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_EVERY_HOW_MANY = re.compile(r"\bevery how many days\b|每?隔(?:多少|几)天")


def spacing(facts: Facts) -> Plan | None:
    """The mean number of days from one day with a record to the next."""
    apart = facts.has("apart") or (facts.has("gap") and "between" in facts.scan.text)
    time = [i for i, m in facts.free(Kind.FIELD) if m.text == "time"]
    if not (
        apart and facts.has("mean") and (time or facts.has("unit", "how_long", "gap"))
    ) and not _EVERY_HOW_MANY.search(facts.scan.text):
        return None
    facts.used |= set(time)
    facts.cue("apart", "gap", "mean", "unit", "how_many", "how_long", "per", "row", "times", "what", "count")
    spans = facts.spans()
    at = facts.moment()
    days = terms.grouped(base.chosen(facts, spans, at), terms.named(day=facts.day(at)), [])
    day = terms.column("day")
    edges = terms.grouped(
        days,
        [],
        [
            terms.measure("first", q.MEASURE_FUNCTION_MIN, day),
            terms.measure("last", q.MEASURE_FUNCTION_MAX, day),
            terms.measure("days", q.MEASURE_FUNCTION_COUNT),
        ],
    )
    between = terms.call(q.FUNCTION_DAYS_BETWEEN, terms.column("last"), terms.column("first"))
    gaps = terms.call(q.FUNCTION_SUBTRACT, terms.column("days"), terms.value(1.0))
    made = terms.extended(edges, terms.named(mean_days=terms.call(q.FUNCTION_DIVIDE, between, gaps)), only=True)
    told = in_language(facts, "mean days from one day with a record to the next", "相邻两次之间的平均天数")
    return Plan(made, (Shown("mean_days", "days"),), told, tuple(spans), figure="mean_days")
