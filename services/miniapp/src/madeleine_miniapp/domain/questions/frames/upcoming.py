"""The frame of when something that records date ahead is due: "when is the next check-up due"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.text import stems

_NEXT = re.compile(r"\bnext\b|\bupcoming\b|下一?次")


def upcoming(facts: Facts) -> Plan | None:
    """The date on which what is meant is due, by a date beside the record's own: the next one, or the latest set."""
    ahead = _NEXT.search(facts.scan.text) is not None
    which = ahead and facts.has("which", "what") and not facts.has("when")
    if not (which or (facts.has("when") and facts.conditions)) or len(facts.subject.temporal) < 2:
        return None
    if facts.has("last", "first", "sup", "mean", "sum", "how_many", "count", "each", "none") or facts.groups:
        return None
    due = facts.lexicon.of_words(FIELDS, "due")
    named = [
        n
        for n in facts.fields_named(*TEMPORAL)
        if n[2][0].name != facts.subject.temporal[0].name
        and {key for name in (n[2][0].name, n[2][0].label) for key in (stems(name), *((w,) for w in stems(name)))} & due
    ]
    fields = {n[2][0].name for n in named}
    if len(fields) != 1 or any(m.kind is Kind.TIME for m in facts.items):
        return None
    facts.used |= {n[0] for n in named}
    facts.cue("when", "which", "row", "which_bucket", "unit", "now", "what", "exist")
    held = terms.column(fields.pop())
    given = terms.filtered(base.chosen(facts, [], facts.moment()), terms.present(held))
    if ahead:
        today = terms.value(facts.asker.now.date())
        given = terms.filtered(given, terms.call(q.FUNCTION_GREATER_OR_EQUAL, facts.day(held), today))
    given = terms.ordered(given, terms.order(held, descending=not ahead), limit=1)
    columns, shown = context(facts, held, when_first=not which)
    told = in_language(facts, "the date that is set", "定下的日期")
    return Plan(terms.extended(given, columns, only=True), tuple(shown), told, verdict="cell")
