"""The frame of things that have no record of their own in a time: what was not sold last week."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_AT_ALL = re.compile(
    r"\b(?:never|not (?:even )?once|even once|at all|nobody|no one|none of us)\b|从没|从未|一次都?没|根本没"
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


def _sought(facts: Facts) -> s.Field | None:
    """The field whose values are asked for: by its name, behind "which"."""
    named = facts.fields_named(s.FIELD_TYPE_TEXT)
    sure = [n for n in named if n[1].of(Kind.FIELD)[0].strength >= 2 and not is_note(n[2][0])]
    if not sure:
        return None
    group = sure[0][2][0]
    facts.used |= {n[0] for n in sure if group in n[2]}
    return group
