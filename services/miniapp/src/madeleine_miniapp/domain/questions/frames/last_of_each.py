"""The frames of when each of several people or things had something last, or first, and which had it longest ago."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base, titles
from madeleine_miniapp.domain.questions.frames.columns import add_column, add_texts, asked_columns
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_THINGS = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE)


_LONGEST = re.compile(
    r"\b(?:for )?(?:the )?longest(?: time| while)?(?=\W*$| (?:in|of) (?:the|our|my)\b)|\blongest ago\b"
    r"|最[久长](?:时间)?没|没.{1,8}最[久长]"
)


def longest_ago(facts: Facts) -> Plan | None:
    """Which thing or person has been without such a record for the longest time, with the day of the last."""
    denied = [c for c in facts.conditions if c.negated and c.value]
    ago = facts.has("oldest") and "longest ago" in facts.scan.text
    if not _LONGEST.search(facts.scan.text) or not (denied or ago) or not facts.has("which", "what", "who"):
        return None
    if facts.has("mean", "sum", "how_many", "streak", "share") or facts.groups:
        return None
    who = facts.has("who")
    named = [] if who else [n for n in facts.fields_named(*_THINGS) if n[1].of(Kind.FIELD)[0].strength >= 2]
    if not who and len(named) != 1:
        return None
    name = facts.person if who else named[0][2][0].name
    facts.used |= {i for i, _, _ in named}
    facts.cue(
        "which", "what", "who", "sup", "none", "how_long", "unit", "oldest", "been_at", "gap", "now", "times", "exist"
    )
    facts.used |= {i for i, m in facts.free(Kind.FIELD) if m.text == "time"}
    spans = facts.spans()
    at = facts.moment()
    # What it has been without is what the last one was of.
    kept = [terms.call(q.FUNCTION_NOT, c.expression) for c in denied]
    given = base.chosen(facts, spans, at, leave=tuple(denied))
    given = terms.filtered(given, terms.present(terms.column(name)), *kept)
    key = q.Named(name=name, value=terms.column(name))
    made = terms.grouped(given, [key], [terms.measure("day", q.MEASURE_FUNCTION_MAX, facts.day(at))])
    made = terms.ordered(made, terms.order(terms.column("day")), limit=1, with_ties=True)
    told = in_language(facts, "the one whose latest such record is oldest", "最近一次记录最早的")
    return Plan(made, (Shown(name), Shown("day")), told, tuple(spans), key=name, verdict="cell")


def last_of_each(facts: Facts) -> Plan | None:
    """The day of the last or first record that matches, for each person or thing that has one."""
    of_each = len(facts.groups) == 1 if facts.groups else facts.subject.shared and facts.has("each")
    recorded = _of_records(facts)
    if not (of_each and facts.has("last", "first") and (facts.has("when") or recorded)):
        return None
    counted = facts.has("how_many") and not facts.quantities_named()
    if facts.has("last") == facts.has("first") or facts.has("mean", "sum", "sup", "share") or counted:
        return None
    name = facts.groups[0].name if facts.groups else facts.person
    facts.grouped = True
    last = facts.has("last")
    if not facts.has("when") or facts.has("what", "which") or facts.quantities_named():
        # 读的是什么: more of that record is asked for than its day.
        return _last_records(facts, name)
    facts.cue("each", "by", "when", "last", "first", "exist", "row", "times", "unit", "which_bucket", "verb")
    spans = facts.spans()
    at = facts.moment()
    key = q.Named(name=name, value=terms.column(name))
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(terms.column(name)))
    if last and not spans:
        # The last one is the last that has been.
        today = terms.value(facts.asker.now.date())
        given = terms.filtered(given, terms.call(q.FUNCTION_LESS_OR_EQUAL, facts.day(at), today))
    function = q.MEASURE_FUNCTION_MAX if last else q.MEASURE_FUNCTION_MIN
    made = terms.grouped(given, [key], [terms.measure("day", function, facts.day(at))])
    made = terms.ordered(made, terms.order(terms.column("day"), descending=last))
    told = (
        in_language(facts, "latest day of each", "各自最近的日子")
        if last
        else in_language(facts, "first day of each", "各自最早的日子")
    )
    return Plan(made, (Shown(name), Shown("day")), told, tuple(spans), key=name)


def _of_records(facts: Facts) -> bool:
    """ "The last workout of each of us": of the records themselves."""
    return any(
        (one.cue("last") or one.cue("first")) and other.of(Kind.ENTITY) and 0 <= other.start - one.end <= 1
        for one, other in pairwise(facts.items)
    )


def _last_records(facts: Facts, name: str) -> Plan:
    """The last or first record of each person or thing, with what is asked of it."""
    last = facts.has("last")
    facts.cue(
        "each",
        "by",
        "when",
        "last",
        "first",
        "top",
        "exist",
        "row",
        "times",
        "unit",
        "which_bucket",
        "verb",
        "what",
        "which",
    )
    facts.cue("how_many", "how_much", "how_long", "where")
    spans, at = facts.spans(), facts.moment()
    asked = asked_columns(facts)
    each = terms.column(name)
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(each), terms.present(at))
    if last and not spans:
        today = terms.value(facts.asker.now.date())
        given = terms.filtered(given, terms.call(q.FUNCTION_LESS_OR_EQUAL, facts.day(at), today))
    function = q.MEASURE_FUNCTION_MAX if last else q.MEASURE_FUNCTION_MIN
    ends = terms.grouped(given, terms.named(whose=each), [terms.measure("end", function, at)])
    keys = ((each, terms.column("whose")), (at, terms.column("end")))
    given = terms.ordered(terms.joined(given, ends, q.JOIN_KIND_SEMI, *keys), terms.order(at, descending=last))
    columns, shown = context(facts, at)
    for f in (*[f for f in facts.subject.entity.fields if f.name == name], *asked):
        add_column(facts, columns, shown, f)
    add_texts(facts, columns, shown)
    if titles.title(facts) is None:
        for f in facts.subject.fields(s.FIELD_TYPE_CHOICE):
            add_column(facts, columns, shown, f)
    told = (
        in_language(facts, "latest record of each", "各自最近的记录")
        if last
        else in_language(facts, "first record of each", "各自最早的记录")
    )
    return Plan(terms.extended(given, columns, only=True), tuple(shown), told, tuple(spans))
