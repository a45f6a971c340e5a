# ruff: noqa: E501 - patterns of questions, one line each.
"""The frame of things that have no record of their own in a time: what was not sold last week."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import paying
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.text import stems

WHO_NOT = re.compile(
    r"\b(?:who|which (?:one )?of us)(?:'s| has| have| did| does| is| was)?(?: all| else)?(?: still| yet)? ?(?:hasn't|hasnt|has not|haven't|not|never|didn't|didnt|did not|doesn't|wasn't|isn't)\b"
    r"|谁[^，。？,?]{0,8}?(?:没有?(?!超|到)|不(?!到|足|超))"
)
_AT_ALL = re.compile(
    r"\b(?:never|not (?:even )?once|even once|at all|nobody|no one|none of us)\b|从没|从未|一次都?没|根本没"
)

# Who has something left: said of the records, not of what is but left aside.
_NOT_ALL = re.compile(
    r"谁[^，。？,?]{0,8}?(?:没有?(?!超|到)|未)|\b(?:who|which of us)\b[^,.;?!]{0,24}(?:\bnot\b(?! counting)|n't\b)"
)
_COUNTED = ("how_many", "count", "sup", "often", "unit", "each", "mean", "sum", "when", "last", "first")
_NOTHING = re.compile(
    r"\b(?:anything|nothing|at all|a single|any)\b|任何|什么都|[一半][样件个点项][^，。？]{0,3}[都也]"
)


def absent(facts: Facts) -> Plan | None:
    """ "Which plants did I not water this week": those of all records that have none among these."""
    if (
        not facts.has("which", "what")
        or not facts.has("none")
        or facts.has("how_many", "count", "sup", "often", "unit")
    ):
        return None
    if any(c.negated for c in facts.conditions) or not (
        any(m.kind is Kind.TIME for m in facts.items) or _AT_ALL.search(facts.scan.text)
    ):
        return None
    group = _sought(facts)
    if group is None:
        return None
    facts.cue("which", "what", "none", "anybody", "list", "now", "times", "row", "exist", "per_record")
    spans = facts.spans()
    at = facts.moment()
    held = terms.column(group.name)
    given = base.chosen(facts, spans, at)
    every = base.records(facts)
    key = [q.Named(name=group.name, value=held)]
    there = terms.extended(
        terms.grouped(terms.filtered(given, terms.present(held)), key, []), terms.named(found=held), only=True
    )
    everything = terms.grouped(terms.filtered(every, terms.present(held)), key, [])
    made = terms.joined(everything, there, q.JOIN_KIND_ANTI, (held, terms.column("found")))
    made = terms.ordered(made, terms.order(held))
    zh = measuring.chinese(facts)
    told = f"没有记录的{label(group)}" if zh else f"{label(group).lower()} without a record"
    return Plan(made, (Shown(group.name, told=label(group)),), told, tuple(spans))


def nobody_of(facts: Facts) -> Plan | None:
    """ "Who hasn't trained this week": those who have records, but none of these."""
    if (left := _left_with(facts)) is not None:
        return left
    said = {(m.start, x.value) for m in facts.items for x in m.of(Kind.CHOICE, Kind.VALUE)}
    denied = [c for c in facts.conditions if c.negated and (c.start, c.value) in said]
    if not facts.subject.shared or not facts.has("who") or not (denied or facts.has("none")) or facts.people:
        return None
    if facts.has(*_COUNTED):
        return None
    if any(
        c.negated and c not in denied and c.field not in {x.field for x in denied} for c in facts.conditions
    ) or not WHO_NOT.search(facts.scan.text):
        return None
    narrowed = facts.conditions or facts.limits or any(m.kind is Kind.TIME for m in facts.items)
    if not narrowed:
        return None
    facts.cue("who", "none", "list", "now", "times", "row", "exist", "which", "what", "verb", "money")
    facts.used |= paying(facts)
    spans = facts.spans()
    held = terms.column(facts.person)
    key = [q.Named(name=facts.person, value=held)]
    given = base.chosen(facts, spans, facts.moment(), leave=tuple(denied))
    given = terms.filtered(given, *[terms.call(q.FUNCTION_NOT, c.expression) for c in denied])
    there = terms.extended(terms.grouped(given, key, []), terms.named(found=held), only=True)
    everybody = terms.grouped(terms.filtered(base.records(facts), terms.present(held)), key, [])
    made = terms.joined(everybody, there, q.JOIN_KIND_ANTI, (held, terms.column("found")))
    told = "没有这类记录的人" if measuring.chinese(facts) else "people without such a record"
    return Plan(terms.ordered(made, terms.order(held)), (Shown(facts.person),), told, tuple(spans))


def _left_with(facts: Facts) -> Plan | None:
    """Who has not paid has something unpaid, not nothing that is paid; None: it asks for the things, too."""
    if not facts.subject.shared or not facts.has("who") or facts.people or not _NOT_ALL.search(facts.scan.text):
        return None
    if not any(c.negated and c.field in _states(facts) for c in facts.conditions) or _NOTHING.search(facts.scan.text):
        return None
    things = facts.fields_named(s.FIELD_TYPE_TEXT)
    if facts.has(*_COUNTED, "which", "what", "how_much") or any(m.of(Kind.FIELD)[0].strength > 2 for _, m, _ in things):
        return None
    facts.cue("who", "none", "list", "now", "row", "exist", "verb", "money", "anybody")
    facts.used |= {index for index, _, _ in things} | paying(facts)
    spans = facts.spans()
    held = terms.column(facts.person)
    given = terms.filtered(base.chosen(facts, spans, facts.moment()), terms.present(held))
    made = terms.grouped(given, [q.Named(name=facts.person, value=held)], [])
    told = "有这类记录的人" if measuring.chinese(facts) else "people with such a record"
    return Plan(terms.ordered(made, terms.order(held)), (Shown(facts.person),), told, tuple(spans))


def _states(facts: Facts) -> set[str]:
    """The fields that say how far each record has come."""
    words = facts.lexicon.of_words(FIELDS, "status")
    choosing = facts.subject.fields(s.FIELD_TYPE_CHOICE)
    states = {f.name for f in choosing if {stems(f.name), stems(f.label)} & words}
    return states | {f.name for f in facts.subject.fields(s.FIELD_TYPE_BOOLEAN)}


def _sought(facts: Facts) -> s.Field | None:
    """The field whose values are asked for: by its name, behind "which"."""
    named = facts.fields_named(s.FIELD_TYPE_TEXT)
    sure = [n for n in named if n[1].of(Kind.FIELD)[0].strength >= 2 and not is_note(n[2][0])]
    if not sure:
        return None
    group = sure[0][2][0]
    facts.used |= {n[0] for n in sure if group in n[2]}
    return group
