# ruff: noqa: E501 - patterns of words, one line each.
"""Frames of what is not there: choices that were never made, days with records of which none is such."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.figures import labelled_rows
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_NEVER = re.compile(
    r"\b(?:not|never|haven't|hasn't|didn't|without)\b.*\b(?:once|at all|ever|yet|used?|ticked|chosen|picked|logged|had|appear\w*|felt)\b"
    r"|\b(?:never|unused|haven't|have not|hasn't|didn't)\b|\b(?:had|have|has|with|were|are|is) no (?:expenses?|entries|records?|purchases?|bills?|sessions?|meals?)\b|没有?(?:选|勾|用|出现|记|点)过?|从来?没|从未|一次都?没"
)
_BUT_NONE = re.compile(
    r"\b(?:but|and|yet|with|while)\b(?: (?:had|ate|did|i|we|there was|there were|logged|have|having))* (?:no|nothing|none|not (?:a|any|one|a single)|without(?: an?y?)?|never)\b|\bnone of (?:it|them|which)\b|却?没有?|但没"
)
_MOST_CHOICES = 40
# How far what is asked for stands behind "which".
_NEAR = 16


def never_chosen(facts: Facts) -> Plan | None:
    """ "Which feelings have I not ticked this month": the choices of a field that no record has."""
    if not (facts.has("which", "what", "list") and facts.has("none")) or not _NEVER.search(facts.scan.text):
        return None
    if facts.has("how_many", "count", "unit", "who", "sum", "mean") or facts.conditions or facts.limits:
        return None
    named = facts.fields_named(s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
    named = [n for n in named if max(m.strength for m in n[1].of(Kind.FIELD)) >= 2]
    named = [n for n in named if _asked(facts, n[1])]
    if len({n[2][0].name for n in named}) != 1 or not 0 < len(named[0][2][0].choices) <= _MOST_CHOICES:
        return None
    of = named[0][2][0]
    facts.used |= {index for index, _, _ in named}
    facts.cue("which", "what", "list", "none", "exist", "times", "row", "now")
    facts.used |= {i for i, m in facts.free(Kind.NUMBER) if m.text == "once"}
    spans = facts.spans()
    given = base.chosen(facts, spans, facts.moment())
    parts: list[tuple[str, q.Relation]] = []
    for choice in of.choices:
        having = terms.filtered(given, _made(of, choice))
        parts.append((choice, terms.grouped(having, [], [terms.measure("value", q.MEASURE_FUNCTION_COUNT)])))
    none = terms.call(q.FUNCTION_EQUAL, terms.column("value"), terms.value(0.0))
    made = terms.filtered(labelled_rows(parts, of.name), none)
    made = terms.extended(made, [q.Named(name=of.name, value=terms.column(of.name))], only=True)
    told = f"没有记录的{label(of)}" if measuring.chinese(facts) else f"{label(of).lower()} of no record"
    return Plan(made, (Shown(of.name, told=label(of)),), told, tuple(spans))


def _asked(facts: Facts, named: Mention) -> bool:
    """Whether it is asked which of a field's choices: "which feelings", and no verb of the records."""
    asks = (m for m in facts.items if any(m.cue(n) for n in ("which", "what", "list")))
    return is_chinese(named.text) or any(0 <= named.start - m.end <= _NEAR for m in asks)


def _made(of: s.Field, choice: str) -> q.Expression:
    held = terms.column(of.name)
    if of.type == s.FIELD_TYPE_MULTI_CHOICE:
        return terms.one_of(held, [choice])
    return terms.call(q.FUNCTION_EQUAL, held, terms.value(choice))


def days_without(facts: Facts) -> Plan | None:
    """ "On how many days did I log food but nothing homemade": days with records, none of which is such."""
    denied = [c for c in facts.conditions if c.negated and c.kind in (Kind.CHOICE, Kind.VALUE) and c.value]
    if (
        not denied
        or not facts.has("unit", "which_bucket")
        or not facts.has("how_many", "count", "which", "list", "which_bucket")
    ):
        return None
    if not _BUT_NONE.search(facts.scan.text) or facts.limits or facts.has("mean", "sum", "share", "streak"):
        return None
    unit = next(m.value for _, ms in facts.free_cues("unit", "which_bucket") for m in ms)
    counting = facts.has("how_many", "count")
    facts.cue("unit", "how_many", "count", "which", "list", "which_bucket", "row", "times", "exist")
    spans = facts.spans()
    at = facts.moment()
    key = base.bucket(unit, at)
    given = base.chosen(facts, spans, at, leave=tuple(denied))
    such = terms.filtered(given, *(terms.call(q.FUNCTION_NOT, c.expression) for c in denied))
    days = terms.grouped(given, [q.Named(name=unit, value=key)], [])
    others = terms.grouped(such, [q.Named(name="other", value=key)], [])
    made = terms.joined(days, others, q.JOIN_KIND_ANTI, (terms.column(unit), terms.column("other")))
    zh = measuring.chinese(facts)
    told = "有记录但没有此类的天" if zh else f"{unit}s with a record, none of them such"
    if not counting:
        made = terms.ordered(made, terms.order(terms.column(unit)))
        return Plan(made, (Shown(unit),), told, tuple(spans))
    counted = terms.grouped(made, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
    return Plan(counted, (Shown("count", unit + "s"),), told, tuple(spans), figure="count", counts=True)
