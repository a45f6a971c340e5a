"""Frames of one total over another: X for every Y, pace, speed, litres per 100 km."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base, measuring, pairs
from madeleine_miniapp.domain.questions.frames.columns import add_column, asked_columns
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

RATIO = re.compile(r"\bratio\b|\bdivided by\b|几倍|多少倍|\btimes as (?:many|often)\b")
_OF_US = re.compile(r"\b(?:two|three|four|five|six|all|each) of us\b")
_OVER = re.compile(r"\bdivided by\b|\bover\b|\bper\b|\bto\b|:|/|除以|是")


def ratio(facts: Facts) -> Plan | None:
    """For every X, how many Y; the ratio of X to Y."""
    if facts.has("for_every") and facts.has("how_many") and len(facts.people) == 2 and not facts.quantities_named():
        return _of_two(facts)
    held = [c for c in facts.conditions if c.field and not c.negated]
    alike = len(held) == 2 and held[0].field == held[1].field and RATIO.search(facts.scan.text)
    if len(held) != 2 or not (facts.has("for_every") or alike):
        return None
    measured = _summed(facts)
    if measured is None:
        return None
    place = facts.place("for_every")
    reversed_ = facts.has("for_every")
    facts.cue("for_every", "how_many", "row", "count", "times", "by", "share", "over", "what")
    spans = facts.spans()
    at = facts.moment()
    first, second = sorted(held, key=lambda c: (c.start < place, c.start) if reversed_ else (False, c.start))
    below = first if reversed_ else second
    above = next(c for c in held if c is not below)
    if not reversed_ and not _OVER.search(facts.scan.text[above.start : below.start]):
        return None
    given = base.chosen(facts, spans, at, leave=(below, above))
    totals = terms.grouped(
        given,
        [],
        [
            measured.of("x", below.expression),
            measured.of("y", above.expression),
        ],
    )
    made = terms.extended(
        totals, terms.named(ratio=terms.call(q.FUNCTION_DIVIDE, terms.column("y"), terms.column("x"))), only=True
    )
    of = f" in {measured.told(measuring.chinese(facts))}" if measured.quantity is not None else ""
    return Plan(made, (Shown("ratio"),), f"{above.value} / {below.value}{of}", tuple(spans), figure="ratio")


def _summed(facts: Facts) -> Measured | None:
    """What is held against what: records, or what they add up to where one figure is named; None: it is not clear."""
    found = facts.quantities()
    if len(found) > 1 or (found and not facts.additive(found[0].field)):
        return None
    return Measured("sum", found[0]) if found else Measured("count")


def _of_two(facts: Facts) -> Plan:
    """ "For every chore Ben does, how many do I do"."""
    facts.cue("for_every", "how_many", "by", "row", "exist")
    spans = facts.spans()
    given = base.chosen(facts, spans, facts.moment(), people=False)
    held = terms.column(facts.person)
    each = [terms.call(q.FUNCTION_EQUAL, held, terms.value(person)) for person in facts.people]
    counts = [
        terms.measure(name, q.MEASURE_FUNCTION_COUNT, where=where) for name, where in zip(("x", "y"), each, strict=True)
    ]
    ratio = terms.call(q.FUNCTION_DIVIDE, terms.column("y"), terms.column("x"))
    made = terms.extended(terms.grouped(given, [], counts), terms.named(ratio=ratio), only=True)
    first, second = (facts.asker.names.get(person, person) for person in facts.people)
    return Plan(made, (Shown("ratio"),), f"{second} / {first}", tuple(spans), figure="ratio")


def derived(facts: Facts) -> Plan | None:
    """One total over another, pace, speed, litres per 100 km: of all records together, or of single ones."""
    measured = pairs.asked(facts)
    if measured is None or facts.has("sup", "top") or _told_apart(facts):
        return None
    facts.cue("mean", "sum", "over", "how_many", "how_much", "how_long", "by", "calorie_wise", "exist")
    if facts.per_record or facts.has("last", "first", "list", "per_record", "each"):
        return _records(facts, measured)
    spans = facts.spans()
    given = base.chosen(facts, spans, facts.moment())
    told = measured.told(measuring.chinese(facts))
    if facts.subject.shared and not facts.people and _OF_US.search(facts.scan.text):
        # "Reading speed of the three of us": one speed of all of them says nothing.
        who = q.Named(name=facts.person, value=terms.column(facts.person))
        shown = (Shown(facts.person), Shown(measured.name, measured.unit))
        return Plan(measured.grouped(given, [who], measured.name), shown, told, tuple(spans), key=facts.person)
    made = measured.grouped(given, [], measured.name)
    return Plan(made, (Shown(measured.name, measured.unit),), told, tuple(spans), figure=measured.name)


def _told_apart(facts: Facts) -> bool:
    """Whether figures of several people, times or choices are asked for: those have frames of their own."""
    times = {m.of(Kind.TIME)[0].span for _, m in facts.free(Kind.TIME)}
    by_person = facts.subject.shared and len(facts.people) != 1 and facts.has("each", "rank", "who")
    compared = facts.has("vs", "than", "more", "less", "or", "difference", "up", "down", "each_one", "split")
    fields = [c.field for c in facts.conditions if not c.negated and c.field]
    several = len(facts.people) > 1 or len(set(fields)) < len(fields)
    return bool(
        facts.groups or facts.buckets or len(times) > 1 or by_person or facts.has("per") or (compared and several)
    )


def _records(facts: Facts, measured: Measured) -> Plan | None:
    """ "The pace of my last run", "of each run": the records with their figure, in the order of time."""
    last, first = facts.cue("last") is not None, facts.cue("first") is not None
    if last and first:
        return None
    when = facts.cue("when") is not None
    facts.cue("list", "per_record", "each", "row", "what", "which", "times", "who", "where")
    spans = facts.spans()
    asked = asked_columns(facts)
    at = facts.moment()
    given = measured.with_both(base.chosen(facts, spans, at))
    given = terms.ordered(given, terms.order(at, descending=last), limit=1 if last or first else 0)
    columns, shown = context(facts, at, when_first=when)
    columns.append(q.Named(name=measured.name, value=measured.each.expression))
    shown.append(Shown(measured.name, measured.unit))
    for f in asked:
        add_column(facts, columns, shown, f)
    made = terms.extended(given, columns, only=True)
    figure = measured.name if last or first else ""
    return Plan(made, tuple(shown), measured.told(measuring.chinese(facts)), tuple(spans), figure=figure)
