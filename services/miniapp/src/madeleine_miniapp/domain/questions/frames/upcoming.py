"""The frames of what records date ahead: "when is the next check-up due", "when is my next interview"."""

from __future__ import annotations

import re
from collections.abc import Collection

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.concepts import FIELDS, Stems
from madeleine_miniapp.domain.questions.deadlines import due_date
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.columns import add_column, add_people, asked_columns
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.frames.titles import title
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.text import stems

_NEXT = re.compile(r"\bnext\b|\bupcoming\b|下一?次")
_AHEAD = re.compile(r"(?:^|_| )next(?:_| |$)|下一?次")


def upcoming(facts: Facts) -> Plan | None:
    """The date on which what is meant is due, by a date beside the record's own: the next one, or the latest set."""
    ahead = _NEXT.search(facts.scan.text) is not None
    which = ahead and facts.has("which", "what") and not facts.has("when")
    if not (which or (facts.has("when") and (ahead or facts.conditions))) or len(facts.subject.temporal) < 2:
        return None
    if (
        facts.has("last", "first", "sup", "mean", "sum", "how_many", "how_much", "count", "each", "none")
        or facts.groups
    ):
        return None
    due = facts.lexicon.of_words(FIELDS, "due")
    own = facts.subject.temporal[0].name
    named = [n for n in facts.fields_named(*TEMPORAL) if n[2][0].name != own and _is_due(n[2][0], due)]
    fields = {n[2][0].name for n in named}
    if len(fields) != 1 or any(m.kind is Kind.TIME for m in facts.items):
        return None
    facts.used |= {n[0] for n in named}
    facts.cue("when", "which", "row", "which_bucket", "unit", "now", "what", "exist", "next")
    held = terms.column(fields.pop())
    given = terms.filtered(base.chosen(facts, [], facts.moment()), terms.present(held))
    if ahead:
        today = terms.value(facts.asker.now.date())
        given = terms.filtered(given, terms.call(q.FUNCTION_GREATER_OR_EQUAL, facts.day(held), today))
    given = terms.ordered(given, terms.order(held, descending=not ahead), limit=1)
    columns, shown = context(facts, held, when_first=not which)
    told = in_language(facts, "the date that is set", "定下的日期")
    return Plan(terms.extended(given, columns, only=True), tuple(shown), told, verdict="cell")


def _is_due(f: s.Field, words: Collection[Stems]) -> bool:
    """Whether a date is one that something is due on, or is set for the next time."""
    names = (f.name, f.label)
    parts = {key for name in names for key in (stems(name), *((word,) for word in stems(name)))}
    return bool(parts & set(words)) or any(_AHEAD.search(name.casefold()) for name in names)


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
    amount = only_amount(facts) if facts.cue("how_much") else None
    asked = [*asked_columns(facts, but=known.name), *([amount.field] if amount is not None else [])]
    at = terms.column(known.name)
    today = terms.value(facts.asker.now.date())
    ahead = terms.call(q.FUNCTION_GREATER_OR_EQUAL, facts.day(at), today)
    given = terms.filtered(base.chosen(facts, spans, at), ahead)
    given = terms.ordered(given, terms.order(at), limit=1, with_ties=True)
    columns, shown = context(facts, at, when_first=when)
    for f in asked:
        add_column(facts, columns, shown, f)
    add_people(facts, columns, shown)
    if title(facts) is None or asked:
        # Where more than its day is asked, or it has no name, its choices say which one it is.
        for f in facts.subject.fields(s.FIELD_TYPE_CHOICE):
            add_column(facts, columns, shown, f)
    made = terms.extended(given, columns, only=True)
    told = in_language(facts, "next such record", "下一条这样的记录")
    return Plan(made, tuple(shown), told, tuple(spans), verdict="cell" if when and not asked else "")
