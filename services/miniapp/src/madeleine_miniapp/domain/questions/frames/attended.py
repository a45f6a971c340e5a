"""The frame of who was there: everybody whom the records that are meant name in a list of people."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.whose import who_field

# Who organised it was there as well, and is not told by that.
_WAS_THERE = re.compile(
    r"有谁|都谁|有哪些人|谁[们都也还]?(?:去|来|到|在|参加|出席|一起|打|跑|玩|练|踢|吃)|一起的"
    r"|\bwho(?:'s| all| else)? (?:\w+ )?(?:came|come|comes|coming|went|goes|was|were|joined)\b"
    r"|\bwho (?:attended|played|ran|took part|showed up)\b"
)
_OTHERWISE = (
    "how_many", "how_much", "count", "sum", "mean", "sup", "often", "rank", "more", "less", "share", "none", "each",
    "vs", "when", "what", "which_bucket", "where", "top",
)  # fmt: skip


def attended(facts: Facts) -> Plan | None:
    """ "Who came on Sunday", 上次聚餐都有谁: of one record or of several, each person once."""
    field = who_field(facts)
    if field.type != s.FIELD_TYPE_MULTI_CHOICE or not facts.has("who") or facts.people or facts.groups:
        return None
    named = [i for i, _, fields in facts.fields_named(s.FIELD_TYPE_MULTI_CHOICE) if field in fields]
    if facts.has(*_OTHERWISE) or facts.fields_named(*NUMERIC):
        return None
    if not named and not _WAS_THERE.search(facts.scan.text):
        return None
    last, first = facts.cue("last") is not None, facts.cue("first") is not None
    facts.cue("who", "list", "exist", "verb", "row", "times")
    facts.used |= set(named)
    spans, at = facts.spans(), facts.moment()
    given = base.chosen(facts, spans, at)
    if last or first:
        given = terms.ordered(terms.filtered(given, terms.present(at)), terms.order(at, descending=last), limit=1)
    held = terms.column(field.name)
    made = terms.filtered(terms.unnested(given, field.name), terms.present(held))
    made = terms.ordered(terms.grouped(made, [q.Named(name=field.name, value=held)], []), terms.order(held))
    told = in_language(facts, f"those in {label(field).lower()}", f"{label(field)}中的人")
    return Plan(made, (Shown(field.name, told=label(field)),), told, tuple(spans))
