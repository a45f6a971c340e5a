"""The frame of who was there: everybody whom the records that are meant name in a list of people."""

from __future__ import annotations

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.among import asks_who_was_there, plainly
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.whose import who_field


def attended(facts: Facts) -> Plan | None:
    """ "Who came on Sunday", 上次聚餐都有谁: of one record or of several, each person once."""
    field = who_field(facts)
    if field.type != s.FIELD_TYPE_MULTI_CHOICE or not facts.has("who") or facts.people or facts.groups:
        return None
    named = [i for i, _, fields in facts.fields_named(s.FIELD_TYPE_MULTI_CHOICE) if field in fields]
    if not asks_who_was_there(facts) and not (named and plainly(facts)):
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
