"""The frame of when each of several people did something last, or first."""

from __future__ import annotations

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.plans import Plan, Shown


def last_of_each(facts: Facts) -> Plan | None:
    """The day of the last or first record that matches, for each person who has one."""
    if not (facts.subject.shared and facts.has("each") and facts.has("when") and facts.has("last", "first")):
        return None
    if facts.has("last") == facts.has("first") or facts.groups or facts.has("mean", "sum", "sup", "share", "how_many"):
        return None
    last = facts.has("last")
    facts.cue("each", "when", "last", "first", "exist", "row", "times", "unit", "which_bucket", "verb")
    spans = facts.spans()
    at = facts.moment()
    person = q.Named(name=facts.person, value=terms.column(facts.person))
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(terms.column(facts.person)))
    if last and not spans:
        # The last one is the last that has been.
        today = terms.value(facts.asker.now.date())
        given = terms.filtered(given, terms.call(q.FUNCTION_LESS_OR_EQUAL, facts.day(at), today))
    function = q.MEASURE_FUNCTION_MAX if last else q.MEASURE_FUNCTION_MIN
    made = terms.grouped(given, [person], [terms.measure("day", function, facts.day(at))])
    made = terms.ordered(made, terms.order(terms.column("day"), descending=last))
    told = (
        in_language(facts, "latest day of each", "各人最近的日子")
        if last
        else in_language(facts, "first day of each", "各人最早的日子")
    )
    return Plan(made, (Shown(facts.person), Shown("day")), told, tuple(spans), key=facts.person)
