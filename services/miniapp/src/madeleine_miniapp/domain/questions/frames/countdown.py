"""The frames of what is planned: the next one, its first and last day, how long there is to go."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.deadlines import due_date
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.columns import add_column, add_people, asked_columns
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.frames.titles import title
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_WEEKS = re.compile(r"(?:几|多少)(?:周|个?星期)|\bhow many weeks\b")


def next_one(facts: Facts) -> Plan | None:
    """The next of what is planned or due, with what is asked of it; raises Doubt where no day to come is recorded."""
    if not facts.has("next") or facts.has("count", "how_many", "mean", "median", "sum", "share", "until", "sup"):
        return None
    temporal = facts.subject.temporal
    named = [fields[0] for _, _, fields in facts.fields_named(*TEMPORAL)]
    only = temporal[0] if len(temporal) == 1 else None
    known = facts.dated or next(iter(named), None) or due_date(facts) or only
    last = facts.subject.last_day
    if known is None or (known == only and (last is None or last < facts.asker.now.date())):
        raise Doubt("no day to come is recorded of it")
    facts.dated = known
    facts.used |= {i for i, _, fields in facts.fields_named(*TEMPORAL) if known in fields}
    when = facts.has("when", "which_bucket")
    facts.cue(
        "next", "when", "which_bucket", "which", "what", "who", "where", "exist", "list", "row", "times", "verb", "unit"
    )
    spans = facts.spans()
    asked = asked_columns(facts, but=known.name)
    at = terms.column(known.name)
    today = terms.value(facts.asker.now.date())
    ahead = terms.call(q.FUNCTION_GREATER_OR_EQUAL, facts.day(at), today)
    given = terms.filtered(base.chosen(facts, spans, at), ahead)
    given = terms.ordered(given, terms.order(at), limit=1, with_ties=True)
    columns, shown = context(facts, at, when_first=when)
    for f in asked:
        add_column(facts, columns, shown, f)
    add_people(facts, columns, shown)
    if title(facts) is None:
        # Without a name, its choices say which one it is.
        for f in facts.subject.fields(s.FIELD_TYPE_CHOICE):
            add_column(facts, columns, shown, f)
    made = terms.extended(given, columns, only=True)
    told = in_language(facts, "next such record", "下一条这样的记录")
    return Plan(made, tuple(shown), told, tuple(spans), verdict="cell" if when and not asked else "")


def edges(facts: Facts) -> Plan | None:
    """The first and the last day of what is planned: 几号到几号, "when do we leave and come back"."""
    both = facts.has("sets_off", "first") and facts.has("comes_back", "last") and facts.has("when")
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
