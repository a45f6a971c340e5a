"""The frame of records with something against those without it."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.figures import (
    bucket_asked,
    compared,
    difference_asked,
    difference_plan,
    direction_asked,
    figures_of,
    labelled_rows,
    told_per,
)
from madeleine_miniapp.domain.questions.plans import Plan, Shown


def parted(facts: Facts) -> Plan | None:
    """A figure of the records, or days, that pass a filter, and of the others: "days with sweets and without"."""
    if not facts.has("the_others"):
        return None
    held = [c for c in facts.conditions if c.field and not c.negated]
    fields = {c.field for c in held}
    if len(fields) != 1:
        return None
    facts.cue(
        "the_others", "vs", "than", "exist", "or", "none", "with_value", "number_wanted", "each_one", "each", "what"
    )
    by_day = facts.has("unit")
    facts.cue("unit", "list", "row", "now", "times", "logged_only")
    wants_difference = difference_asked(facts)
    direction = direction_asked(facts)
    per = bucket_asked(facts)
    measured = compared(facts)
    if by_day and not per and measured.function == "mean" and measured.quantity is not None:
        per = "day" if facts.additive(measured.quantity.field) else ""
    spans = facts.spans()
    at = facts.moment()
    zh = measuring.chinese(facts)
    given = base.chosen(facts, spans, at, leave=tuple(held))
    has_it = held[0].expression if len(held) == 1 else terms.call(q.FUNCTION_OR, *(c.expression for c in held))
    sides = _days(facts, given, has_it, at) if by_day else _records(given, has_it)
    name = _named(facts, held)
    labels = (f"有{name}", f"没有{name}") if measuring.labels_chinese(facts) else (f"with {name}", "without")
    parts = [(label, figures_of(facts, side, measured, at, per, [])) for label, side in zip(labels, sides, strict=True)]
    if wants_difference:
        return difference_plan(facts, parts, direction, measured, spans)
    key = "days" if by_day else "records"
    return Plan(
        labelled_rows(parts, key),
        (Shown(key), Shown("value", measured.unit)),
        told_per(facts, measured, per, zh),
        tuple(spans),
        key=key,
        verdict=direction,
        counts=measured.function == "count",
    )


def _named(facts: Facts, held: list[Condition]) -> str:
    """As the question says it, "something sweet", else by its own name."""
    said = re.search(r"\bwith ((?:[a-z]+ ){1,2})$", facts.scan.text[: held[0].start])
    mention = next((m for m in facts.items if m.start == held[0].start), None)
    if said and mention is not None:
        return said[1] + mention.text
    return " / ".join(dict.fromkeys(c.value if c.value != "true" else c.told.removesuffix(" ✓") for c in held))


def _records(given: q.Relation, has_it: q.Expression) -> tuple[q.Relation, q.Relation]:
    known = terms.call(q.FUNCTION_COALESCE, has_it, terms.value(False))
    return terms.filtered(given, has_it), terms.filtered(given, terms.call(q.FUNCTION_NOT, known))


def _days(facts: Facts, given: q.Relation, has_it: q.Expression, at: q.Expression) -> tuple[q.Relation, q.Relation]:
    """All records of the days with such a record, and of the other days."""
    days = terms.grouped(terms.filtered(given, has_it), terms.named(such_day=facts.day(at)), [])
    keys = (facts.day(at), terms.column("such_day"))
    return terms.joined(given, days, q.JOIN_KIND_SEMI, keys), terms.joined(given, days, q.JOIN_KIND_ANTI, keys)
