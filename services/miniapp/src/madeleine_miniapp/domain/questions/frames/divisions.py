"""Shares without a part that is named: each one's part of the whole, one total in percent of another."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import measuring
from madeleine_miniapp.domain.questions.frames.amounts import beside_choices, only_amount
from madeleine_miniapp.domain.questions.frames.grouping import with_zeros
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.plans import NO_VALUE, Plan, Shown

_PAYS = re.compile(r"\b(?:do|did|does|have|has) (?:i|we|\w+) (?:pay|paid)\b")

_HUNDRED = terms.value(100.0)


def percent(part: q.Expression, whole: q.Expression) -> q.Expression:
    """A part in percent of the whole."""
    return terms.call(q.FUNCTION_DIVIDE, terms.call(q.FUNCTION_MULTIPLY, part, _HUNDRED), whole)


def divides(facts: Facts, place: int) -> bool:
    """ "What share of the walks did each of us do": the part is a person's, and the filters make the whole."""
    each = next((m for i, m in enumerate(facts.items) if i not in facts.used and m.cue("each")), None)
    if each is None or not facts.subject.shared:
        return False
    if re.match("divid|split|distribut|spread|shar", each.text):
        return True
    before = facts.scan.text[: each.start]
    last = max((c.start for c in facts.conditions), default=-1)
    return (
        each.start > max(place, last)
        and not re.search(r"\b(?:of|for|by|per|in)\s*$", before)
        and not each.text.startswith(("by", "per", "for"))
    )


def one_of_other(facts: Facts, given: q.Relation) -> Plan | None:
    """ "Tips as a percentage of the bill": one total in percent of another, over records that have both."""
    named = list({n[2][0].name: n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1}.values())
    if len(named) != 2 or not re.search(r"\bof\b|占", facts.scan.text):
        return None
    found = facts.quantities()
    if len(found) != 2 or not all(facts.additive(x.field) for x in found):
        return None
    facts.cue("how_many", "how_much", "sum", "row", "over", "when", "mean")
    both = terms.filtered(given, *[terms.present(x.expression) for x in found])
    totals = terms.grouped(both, [], [Measured("sum", x).of(n) for x, n in zip(found, ("part", "whole"), strict=True)])
    made = terms.extended(totals, terms.named(share=percent(terms.column("part"), terms.column("whole"))), only=True)
    told = " / ".join(label(x.field).lower() for x in found)
    return Plan(made, (Shown("share", "%"),), told, figure="share")


def division(facts: Facts, given: q.Relation) -> Plan:
    """ "What percentage of it does each of us pay": every group's part of the whole."""
    found = facts.quantities()
    if not found and of_money(facts) and (money := only_amount(facts)):
        found = [money]
    if len(found) > 1 or (found and not facts.additive(found[0].field)):
        raise Doubt("it does not say a share of what")
    facts.cue("each", "by", "each_one", "how_many", "how_much", "count", "sum", "row", "times", "split", "mean")
    person = next((f for f in facts.subject.entity.fields if f.name == facts.person), None)
    group = facts.groups[0] if facts.groups else person or s.Field(name=facts.person, type=s.FIELD_TYPE_PERSON)
    facts.grouped = len(facts.groups) <= 1
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        raise Doubt(f"a record may have several {label(group).lower()}")
    measured = Measured("sum", found[0]) if found else Measured("count")
    held = terms.column(group.name)
    name = terms.call(q.FUNCTION_COALESCE, held, terms.value(NO_VALUE))
    if group.type == s.FIELD_TYPE_PERSON:
        name, given = held, terms.filtered(given, terms.present(held))
    each = terms.grouped(given, [q.Named(name=group.name, value=name)], [measured.of("value")])
    if group.type == s.FIELD_TYPE_PERSON:
        each = with_zeros(facts, each, group.name)
    one = terms.named(one=terms.value(1.0))
    whole = terms.extended(terms.grouped(given, [], [measured.of("whole")]), one)
    joined = terms.joined(
        terms.extended(each, one), whole, q.JOIN_KIND_INNER, (terms.column("one"), terms.column("one"))
    )
    columns = [
        q.Named(name=group.name, value=terms.column(group.name)),
        q.Named(name="share", value=percent(terms.column("value"), terms.column("whole"))),
    ]
    made = terms.extended(joined, columns, only=True)
    made = terms.ordered(made, terms.order(terms.column("share"), descending=True))
    zh = measuring.chinese(facts)
    told = (
        f"按{label(group)}的占比：{measured.told(zh)}"
        if zh
        else f"share of {measured.told(zh)} by {label(group).lower()}"
    )
    return Plan(made, (Shown(group.name), Shown("share", "%")), told, key=group.name)


def of_money(facts: Facts) -> bool:
    """Whether a share is of what was spent."""
    words = ("spend", "spent", "money", "cost", "花", "钱", "支出", "开销", "spending", "budget", "预算")
    text = beside_choices(facts)
    return any(w in text for w in words) or bool(_PAYS.search(text))
