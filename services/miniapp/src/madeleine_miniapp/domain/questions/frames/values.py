"""Frames of single values: the latest, what is said of one thing, a figure held against a limit."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts, Limit, label
from madeleine_miniapp.domain.questions.frames import base, measuring, titles
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.units import quantity

_NOW = ("now", "right now", "currently", "at the moment", "at present", "as of now", "现在", "目前", "当前")
# One record is meant, whatever the others come to.
# "Did I run more than 20 km in May": in all; a run of so much is one of them.
_DID_SO_MUCH = re.compile(
    r"^(?:so |and )?(?:did|have|has) (?:i|we|he|she|[^\W\d]+) (?:manage(?:d)? to |already |even |really )?"
    r"(?!(?:ever|have|had|get|got|gotten|eat|eaten|take|taken|need|sleep|slept)\b)[a-z]+ (?:for )?$"
)
_ANY_ONE = re.compile(
    r"\b(?:any\w*|something|an?|one|single|ever|each|every|all|always|never)\b|[任每都]|[一哪][条笔顿次]"
)
# "Is my average heart rate over 140", where records have a figure of that name.
_IS_AVERAGE = re.compile(r"^(?:so )?(?:is|was|are|were) (?:my|our|his|her|the|[a-z]+'s) (?:avg|average|mean)\b")
_SPENT = re.compile(r"\b(?:spen[dt]|paid|pay|blow|blown?|cost me|cost us)\b|花|用了")
_IS = re.compile(
    r"\bhow (?:long|far|thick|heavy|old|big|tall|high|expensive)(?: is|'s| was| are| were)\b|有多[长远厚重高大]"
)


def passes(facts: Facts) -> Plan | None:
    """ "Is my average sleep over 7 hours?": a figure held against a limit."""
    if not facts.has("exist") or len(facts.limits) != 1:
        return None
    limit = facts.limits[0]
    if limit.counted or len(limit.fields) > 1:
        return None
    averaged = len(limit.fields) == 1 and _IS_AVERAGE.search(facts.scan.text) is not None
    if not facts.has("mean", "median", "sum") and not averaged and not _summed(facts, limit):
        return None
    facts.limits = []
    facts.cue("exist")
    measured = measuring.measured(facts) if facts.fields_named(*NUMERIC) else None
    if measured is None and len(limit.fields) == 1:
        function = next((n for n in ("median", "mean", "sum") if facts.cue(n)), "mean" if averaged else "sum")
        measured = Measured(function, quantity(limit.fields[0], limit.unit))
    if (
        measured is None
        or measured.quantity is None
        or (limit.fields and limit.fields[0].name != measured.quantity.field.name)
    ):
        return None
    spans = facts.spans()
    at = facts.moment()
    name = measured.name
    number = measured.quantity.own(limit.number, limit.unit)
    made = terms.grouped(base.chosen(facts, spans, at), [], [measured.of(name)])
    columns = terms.named(**{name: terms.column(name)}, passes=holds(replace(limit, number=number), terms.column(name)))
    made = terms.extended(made, columns, only=True)
    shown = (Shown(name, measured.unit), Shown("passes"))
    return Plan(made, shown, measured.told(measuring.chinese(facts)), tuple(spans), figure=name, verdict="passes")


def enough(facts: Facts) -> Plan | None:
    """ "Did I do at least three workouts this week?": whether there are so many records."""
    if not facts.has("exist") or len(facts.limits) != 1 or not facts.limits[0].counted:
        return None
    if facts.has("unit", "which_bucket", "per", "streak", "each", "who", "which", "what", "how_many", "count"):
        return None
    limit = facts.limits.pop()
    facts.cue("exist", "row", "times", "now")
    spans = facts.spans()
    made = terms.grouped(base.chosen(facts, spans, facts.moment()), [], [Measured("count").of("count")])
    columns = terms.named(count=terms.column("count"), passes=holds(limit, terms.column("count")))
    made = terms.extended(made, columns, only=True)
    told = f"{Measured('count').told(measuring.chinese(facts))}, {limit.told}"
    return Plan(made, (Shown("count"), Shown("passes")), told, tuple(spans), figure="count", verdict="passes")


def _summed(facts: Facts, limit: Limit) -> bool:
    """ "Did I go over 2000 kcal yesterday", "did we spend over 100 on food in may": it is the sum that may pass."""
    if len(limit.fields) != 1 or not facts.additive(limit.fields[0]) or facts.has("which", "unit", "list", "row"):
        return False
    if _ANY_ONE.search(facts.scan.text[: limit.start]):
        return False
    spans = facts.copy().spans()
    if len(spans) == 1 and (spans[0].first == spans[0].last or _DID_SO_MUCH.search(facts.scan.text[: limit.start])):
        return True
    return limit.fields[0].type == s.FIELD_TYPE_MONEY and _SPENT.search(facts.scan.text) is not None


def present(facts: Facts) -> Plan | None:
    """ "What's the odometer now": the latest value of what does not add up."""
    named = [n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1]
    now = any(m.cue("now") and m.text in _NOW for m in facts.items)
    if (
        len({n[2][0].name for n in named}) != 1
        or not now
        or facts.has("mean", "median", "sup", "sum", "count", "how_many", "streak")
    ):
        return None
    of = facts.quantities()[0]
    if facts.additive(of.field):
        return None
    facts.cue("now", "what", "how_much", "exist", "last")
    at = facts.moment()
    given = terms.filtered(base.chosen(facts, facts.spans(), at), terms.present(of.expression))
    given = terms.ordered(given, terms.order(at, descending=True), limit=1)
    columns = terms.named(**{of.field.name: of.expression, "day_of_it": facts.day(at)})
    made = terms.extended(given, columns, only=True)
    told = f"最近的{label(of.field)}" if measuring.chinese(facts) else f"latest {label(of.field).lower()}"
    return Plan(made, (Shown(of.field.name, of.unit), Shown("day_of_it")), told, figure=of.field.name)


def attribute(facts: Facts) -> Plan | None:
    """ "How long is Dune": what the records say of one thing, not a sum over them."""
    named = [n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1]
    title = titles.title(facts)
    about = title is not None and any(c.field == title.name and c.kind is Kind.VALUE for c in facts.conditions)
    if not about or title is None or len({n[2][0].name for n in named}) != 1:
        return None
    if not _IS.search(facts.scan.text) and facts.additive(named[0][2][0]):
        return None
    if (
        facts.has("mean", "median", "sup", "sum", "count", "per", "vs", "than", "more", "less")
        or (facts.has("how_many") and facts.additive(named[0][2][0]))
        or facts.spans()
    ):
        return None
    of = facts.quantities()[0]
    facts.cue("what", "how_much", "how_many", "exist", "how_long")
    given = terms.filtered(base.chosen(facts, [], facts.moment()), terms.present(of.expression))
    keys = [q.Named(name=title.name, value=terms.column(title.name)), q.Named(name=of.field.name, value=of.expression)]
    made = terms.grouped(given, keys, [])
    return Plan(made, (Shown(title.name), Shown(of.field.name, of.unit)), label(of.field), figure=of.field.name)
