"""Days of what is planned: the first and the last of a trip, the day that is counted from either."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.outings import COMES_BACK
from madeleine_miniapp.domain.questions.text import stems

_NOT_BEEN = re.compile(r"最后(?!一次)|\blast (?!time)(?:thing|item|stop|activity|meal|night|event|sight|day|one)")
_SCOPES = ("trip", "project", "city", "place", "destination")


def set_off(facts: Facts) -> None:
    """ "When do we leave" asks for the first that is planned, "when do we come back" for the last."""
    if not (facts.has("when") or "几点" in facts.scan.text or "what time" in facts.scan.text) or facts.has("until"):
        return
    made: list[Mention] = []
    for mention in facts.items:
        name = "first" if mention.cue("sets_off") else "last" if mention.cue("comes_back") else ""
        made.append(replace(mention, meanings=(Meaning(Kind.CUE, name),)) if name else mention)
    facts.scan = replace(facts.scan, mentions=tuple(made))


def is_ahead(facts: Facts) -> bool:
    """Whether the last that is asked for may be to come: the last thing planned, not the last time."""
    return _NOT_BEEN.search(facts.scan.text) is not None or COMES_BACK.search(facts.scan.text) is not None


def find_nth_day(facts: Facts) -> None:
    """Takes 第二天 of the trip or the town that is named; raises Doubt where none is."""
    found = next(((i, m) for i, m in enumerate(facts.items) if i not in facts.used and m.cue("nth_day")), None)
    if found is None or not facts.subject.fields(s.FIELD_TYPE_DATE):
        return
    index, mention = found
    scopes = [f.name for f in facts.subject.entity.fields if is_scope(facts, f, _SCOPES)]
    scope = [c for c in facts.conditions if c.kind is Kind.CHOICE and not c.negated and c.field in scopes]
    if not scope:
        raise Doubt(f"it does not say '{mention.text}' of what")
    nth = mention.cue("nth_day")
    facts.nth_day = (int(nth.value) if nth else 0, tuple(c.expression for c in scope))
    facts.conditions.append(Condition(terms.value(True), mention.text, "", "", mention.start))
    facts.used.add(index)


def is_scope(facts: Facts, field: s.Field, names: Sequence[str]) -> bool:
    """Whether a field says which trip a record belongs to, where it is, or the like."""
    words = {w for name in names for w in facts.lexicon.of_words(FIELDS, name)}
    return bool({stems(field.name), stems(field.label)} & words)


def on_nth_day(facts: Facts, given: q.Relation, every: q.Relation, at: q.Expression) -> q.Relation:
    """Of the given records those on the day that is asked for, counted over `every` record."""
    number, scope = facts.nth_day
    edge = q.MEASURE_FUNCTION_MIN if number > 0 else q.MEASURE_FUNCTION_MAX
    days = terms.grouped(terms.filtered(every, *scope), [], [terms.measure("edge_day", edge, facts.day(at))])
    one = terms.value(1.0)
    days = terms.extended(days, terms.named(of_edge=one, edge_day=terms.column("edge_day")), only=True)
    both = terms.joined(
        terms.extended(given, terms.named(to_edge=one)),
        days,
        q.JOIN_KIND_INNER,
        (terms.column("to_edge"), terms.column("of_edge")),
    )
    first, last = (facts.day(at), terms.column("edge_day")) if number > 0 else (terms.column("edge_day"), facts.day(at))
    between = terms.call(q.FUNCTION_DAYS_BETWEEN, first, last)
    return terms.filtered(both, terms.call(q.FUNCTION_EQUAL, between, terms.value(float(abs(number) - 1))))
