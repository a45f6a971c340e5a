"""The frame of records under one limit against those under another: "mood after 8 h or more of sleep, and under 7"."""

from __future__ import annotations

from dataclasses import replace

from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, Limit
from madeleine_miniapp.domain.questions.frames import base, dimensions
from madeleine_miniapp.domain.questions.frames.buckets import bucket_asked, figures_of
from madeleine_miniapp.domain.questions.frames.differences import difference_asked, difference_plan
from madeleine_miniapp.domain.questions.frames.figures import compared, compared_rows, direction_asked
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan


def bounded(facts: Facts) -> Plan | None:
    """A figure of the records that pass each of several limits on one field."""
    limits = _of_one_field(facts)
    if not limits or not facts.has(
        "vs", "than", "more", "less", "and", "each", "each_one", "difference", "number_wanted"
    ):
        return None
    of = limits[0].fields[0]
    if facts.additive(of) and not dimensions.is_size(of, "rest"):
        raise Doubt("it may be records or days that pass each limit")
    facts.limits = []
    others = {i for i, m, fields in facts.fields_named(*NUMERIC) if of not in fields and not m.of(Kind.VOID)}
    if others:
        # "Does mood go up with sleep": what the limits are on is not what is compared.
        facts.used |= {i for i, _, fields in facts.fields_named(*NUMERIC) if of in fields}
    facts.cue("vs", "than", "exist", "or", "and", "each", "each_one", "number_wanted", "list", "what", "which")
    facts.cue("unit", "row", "times", "when", "changes")
    wants_difference = difference_asked(facts)
    direction = direction_asked(facts)
    per = bucket_asked(facts)
    measured = compared(facts)
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    parts = [(x.told, figures_of(facts, terms.filtered(given, base.passes(x)), measured, at, per, [])) for x in limits]
    if wants_difference and len(parts) == 2:
        return difference_plan(facts, parts, direction, measured, spans)
    return compared_rows(facts, parts, "records", measured, per, spans, direction)


def _of_one_field(facts: Facts) -> list[Limit]:
    """The limits, if they part the records by one field: one from below, the other from above, none in both."""
    fields = {f.name: f for x in facts.limits for f in x.fields}
    if len(facts.limits) != 2 or len(fields) != 1 or any(x.counted for x in facts.limits):
        return []
    (field,) = fields.values()
    limits = [replace(x, fields=(field,)) for x in facts.limits]
    least = [x for x in limits if x.sign in (">", ">=")]
    most = [x for x in limits if x.sign in ("<", "<=")]
    apart = len(least) == len(most) == 1 and least[0].number >= most[0].number
    return limits if apart else []
