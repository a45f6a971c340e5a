"""The frame of how long there is to go until something that is planned."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.stretches import start_and_end

_WEEKS = re.compile(r"(?:几|多少)(?:周|个?星期)|\bhow many weeks\b")


def edges(facts: Facts) -> Plan | None:
    """The first and the last day of what is planned: 几号到几号, "when do we leave and come back"."""
    both = facts.has("sets_off", "first") and facts.has("comes_back", "last") and facts.has("when")
    if facts.has("from_to") and all(start_and_end(facts)):
        # The record itself tells its two days.
        return None
    if not (both or facts.has("from_to")) or not facts.conditions or facts.has("mean", "median", "sum", "count"):
        return None
    facts.cue("sets_off", "comes_back", "first", "last", "when", "from_to", "which_bucket", "unit", "exist")
    spans = facts.spans()
    at = facts.moment()
    functions = (("first", q.MEASURE_FUNCTION_MIN), ("last", q.MEASURE_FUNCTION_MAX))
    days = [terms.measure(name, function, facts.day(at)) for name, function in functions]
    made = terms.grouped(base.chosen(facts, spans, at), [], days)
    told = in_language(facts, "first and last day of such records", "这样的记录的第一天和最后一天")
    return Plan(made, (Shown("first"), Shown("last")), told, tuple(spans))


def countdown(facts: Facts) -> Plan | None:
    """The days from today to the next such record."""
    last = facts.subject.last_day
    today = facts.asker.now.date()
    if not facts.has("until") or last is None or last <= today or _WEEKS.search(facts.scan.text):
        return None
    if not (facts.has("unit") and facts.has("how_many")) and not facts.has("how_long"):
        return None
    facts.cue("until", "unit", "how_many", "how_long", "sets_off", "first", "now", "been_at")
    spans = facts.spans()
    at = facts.moment()
    ahead = terms.call(q.FUNCTION_GREATER_OR_EQUAL, facts.day(at), terms.value(today))
    given = terms.filtered(base.chosen(facts, spans, at), ahead)
    back = facts.cue("comes_back") is not None
    edge = q.MEASURE_FUNCTION_MAX if back else q.MEASURE_FUNCTION_MIN
    next_one = terms.grouped(given, [], [terms.measure("day", edge, facts.day(at))])
    between = terms.call(q.FUNCTION_DAYS_BETWEEN, terms.column("day"), terms.value(today))
    made = terms.extended(next_one, terms.named(days=between, day=terms.column("day")), only=True)
    told = in_language(facts, "days until the next such record", "距下一条这样的记录的天数")
    return Plan(made, (Shown("days", "days"), Shown("day")), told, tuple(spans), figure="days")
