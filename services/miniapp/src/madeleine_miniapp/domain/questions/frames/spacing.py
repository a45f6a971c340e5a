"""The frame of how far apart records are, on average."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.units import unit_named

_EVERY_HOW_MANY = re.compile(r"\bevery how many (?:days|hours)\b|每?隔(?:多少|几)天")
_HOURS = re.compile(r"\bhow many hours\b|\bin hours\b|(?:几|多少)个?(?:小时|钟头)")


def spacing(facts: Facts) -> Plan | None:
    """The mean number of days from one day with a record to the next, or of hours from one record to the next."""
    apart = facts.has("apart") or (facts.has("gap") and "between" in facts.scan.text)
    hourly = _HOURS.search(facts.scan.text) is not None
    time = [i for i, m in facts.free(Kind.FIELD) if m.text == "time"]
    if not (
        apart and facts.has("mean") and (time or hourly or facts.has("unit", "how_long", "gap"))
    ) and not _EVERY_HOW_MANY.search(facts.scan.text):
        return None
    time += [i for i, m in facts.free(Kind.FIELD) if hourly and unit_named(m.text) == "h"]
    facts.used |= set(time)
    facts.cue("apart", "gap", "mean", "unit", "how_many", "how_long", "per", "row", "times", "what", "count")
    spans = facts.spans()
    at = facts.moment()
    if hourly:
        return _in_hours(facts, base.chosen(facts, spans, at), at, spans)
    if facts.scan.text.count("多久") and _timed(facts, at):
        raise Doubt("say whether it is days or hours from one to the next")
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


def _in_hours(facts: Facts, given: q.Relation, at: q.Expression, spans: list[Span]) -> Plan:
    """The mean number of hours from one record to the next; raises Doubt where records have no time of day."""
    if not _timed(facts, at):
        raise Doubt("only days are recorded, no hours")
    edges = terms.grouped(
        terms.filtered(given, terms.present(at)),
        [],
        [
            terms.measure("first", q.MEASURE_FUNCTION_MIN, at),
            terms.measure("last", q.MEASURE_FUNCTION_MAX, at),
            terms.measure("records", q.MEASURE_FUNCTION_COUNT),
        ],
    )
    between = terms.call(q.FUNCTION_HOURS_BETWEEN, terms.column("last"), terms.column("first"))
    gaps = terms.call(q.FUNCTION_SUBTRACT, terms.column("records"), terms.value(1.0))
    made = terms.extended(edges, terms.named(mean_hours=terms.call(q.FUNCTION_DIVIDE, between, gaps)), only=True)
    told = in_language(facts, "mean hours from one record to the next", "相邻两次之间的平均小时数")
    return Plan(made, (Shown("mean_hours", "h"),), told, tuple(spans), figure="mean_hours")


def _timed(facts: Facts, at: q.Expression) -> bool:
    return any(f.type == s.FIELD_TYPE_DATETIME and f.name == at.column for f in facts.subject.temporal)
