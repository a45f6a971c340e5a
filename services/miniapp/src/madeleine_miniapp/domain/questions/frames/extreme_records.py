"""The record that has the most or the least of something: "the most expensive dinner"."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.columns import add_column, add_people, add_texts, asked_columns
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity

_ASCENDING = re.compile(r"(?:the )?(?:least|fewest|cheap|low|small|short|light|slow|young|easi)")
_IN_ALL = re.compile(r"(?:all )?in (?:all|total)|all in all|altogether|all told")
# "How much did I spend on my three dearest dinners": what they come to.
_COMES_TO = re.compile(
    r"(?:so |and )?how much (?:money )?(?:did|have|has|do|does) [^,;?]*"
    r"\b(?:spen[dt]|pa(?:y|id)|cost|eat|eaten|come|came)\b(?![^?]*\beach\b)"
)
_SPENT_ON = re.compile(
    r"\bwhat (?:did|do|have|has|does)\b[^,;?]*\b(?:spen[dt]|pa(?:y|id)) (?:the )?most (?:money )?(?:on|for)\b"
)
_TAKEN = (
    "when_",
    "which_bucket",
    "unit",
    "row",
    "times",
    "number_wanted",
    "which",
    "what",
    "calorie_wise",
    "per_record",
    "how_much",
    "how_many",
)


def record(facts: Facts, of: Quantity, descending: bool, limit: int) -> Plan:
    """The records with the largest or smallest value; raises Doubt where a sum of several may be meant."""
    _of_one_record(facts)
    facts.cue(*_TAKEN)
    _in_order(facts, descending, limit)
    when = facts.cue("when") is not None
    facts.cue("who")
    spans = facts.spans()
    asked = asked_columns(facts, but=of.field.name)
    at = _time_asked(facts, asked, when)
    given = base.chosen(facts, spans, at)
    given = terms.filtered(given, terms.present(of.expression))
    given = terms.ordered(given, terms.order(of.expression, descending=descending), limit=limit, with_ties=limit == 1)
    if limit > 1 and _COMES_TO.match(facts.scan.text):
        if not facts.additive(of.field):
            raise Doubt(f"{label(of.field)} does not add up")
        total = terms.grouped(given, [], [terms.measure(of.field.name, q.MEASURE_FUNCTION_SUM, of.expression)])
        said = f"sum of the {limit} {'highest' if descending else 'lowest'} {label(of.field).lower()}"
        return Plan(total, (Shown(of.field.name, of.unit),), said, tuple(spans), figure=of.field.name)
    columns, shown = _columns(facts, of, at, asked, when)
    if measuring.chinese(facts):
        told = f"{label(of.field)}{'最高' if descending else '最低'}的记录"
    else:
        told = f"record with the {'highest' if descending else 'lowest'} {label(of.field).lower()}"
    return Plan(
        terms.extended(given, columns, only=True),
        tuple(shown),
        told,
        tuple(spans),
        figure=of.field.name if limit == 1 else "",
        key=shown[0].name if limit > 1 else "",
    )


def _in_order(facts: Facts, descending: bool, limit: int) -> None:
    """Takes "dearest first" of the dearest three: they are told in that order anyway."""
    said = next((m.text for i, m in enumerate(facts.items) if i not in facts.used and m.cue("rank")), "")
    if limit > 1 and said.endswith("first") and descending != bool(_ASCENDING.match(said)):
        facts.cue("rank")


def _of_one_record(facts: Facts) -> None:
    if any(_IN_ALL.fullmatch(m.text) for m in facts.items):
        raise Doubt("it asks for a sum of several records; I can only tell the one record")
    if _SPENT_ON.search(facts.scan.text):
        raise Doubt("it may ask for one record, or for what all of one kind came to")
    if _of_another_kind(facts):
        raise Doubt(f"a {facts.subject.entity.label or facts.subject.entity.name} is another kind of record")


def _of_another_kind(facts: Facts) -> bool:
    """Whether the most of another kind of record is sought: "the longest book" is no session with a book."""
    others = {
        stems(name)
        for e in facts.subject.spec.entities
        for name in (e.name, e.label)
        if e.name != facts.subject.entity.name
    }
    for one, other in pairwise(facts.items):
        if (one.cue("sup") or one.cue("top")) and other.start - one.end <= 1 and stems(other.text) in others - {()}:
            return True
    return False


def _time_asked(facts: Facts, asked: list[s.Field], when: bool) -> q.Expression:
    """The time that records are told with: a date that is asked for by its name, else the one they have."""
    at = facts.moment()
    for f in asked:
        if f.type in TEMPORAL and not when and f.name not in (c.field for c in facts.conditions):
            at = terms.column(f.name)
    return at


def _columns(
    facts: Facts, of: Quantity, at: q.Expression, asked: list[s.Field], when: bool
) -> tuple[list[q.Named], list[Shown]]:
    """Which record it is, its figure, what was asked for, and what else tells it from others."""
    columns, shown = context(facts, at, when_first=when)
    columns.insert(1, q.Named(name=of.field.name, value=of.expression))
    shown.insert(1, Shown(of.field.name, of.unit, label(of.field)))
    for f in asked:
        add_column(facts, columns, shown, f)
    add_people(facts, columns, shown)
    add_texts(facts, columns, shown)
    negated = {c.field for c in facts.conditions if c.negated}
    for f in sorted(facts.subject.fields(s.FIELD_TYPE_CHOICE), key=lambda f: f.name not in negated):
        if len(columns) < 7 or f.name in negated:
            add_column(facts, columns, shown, f)
    return columns, shown
