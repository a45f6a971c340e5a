"""Filters of what is not: another choice, another text, not ticked, without a value; and of what has one."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import contains, field_of, name_of
from madeleine_miniapp.domain.questions.text import stems

# What was cancelled is not among what is planned, nor among what is still to be seen to.
_PLANNED = re.compile(
    r"(?<!安)排好?[了着](?![队除骨])|(?:安排|计划|规划)好?[了着]|(?:打算|计划|准备|安排)(?:要|着)?(?=[去吃住玩看])"
    r"|\b(?:are|is|have|has|'ve|'re|do) (?:(?:we|i|you|they) )?(?:\w+ )?(?:planned|scheduled|lined up)\b"
    r"|\b(?:planned|scheduled) (?:for|in|on)\b"
)
_STILL = re.compile(r"还|尚|\b(?:still|yet)\b")


def has_value(facts: Facts, index: int, mention: Mention) -> None:
    """Takes that the field of a mention has a value, or is ticked."""
    known = field_of(mention)
    held = terms.column(known.name)
    boolean = known.type == s.FIELD_TYPE_BOOLEAN
    expression = terms.call(q.FUNCTION_EQUAL, held, terms.value(True)) if boolean else terms.present(held)
    facts.conditions.append(
        Condition(
            expression, f"{label(known)} ✓", known.name, "true" if boolean else "", mention.start, kind=Kind.FIELD
        )
    )
    facts.used.add(index)


def _called_off(facts: Facts, choice: Meaning, mention: Mention) -> None:
    """What was cancelled is not what is "not paid yet"."""
    chosen = [m.value for x in facts.items for m in x.of(Kind.CHOICE) if m.value]
    if choice.field is None or any(_cancels(facts, value) for value in chosen):
        return
    for other in choice.field.choices:
        if _cancels(facts, other):
            _exclude(facts, choice, other, _differs(choice.name, other), mention.start)


def _gone_beyond(facts: Facts, choice: Meaning, mention: Mention) -> None:
    """What has been paid is not what is "not booked yet": states in their order, none after one that is not so."""
    if choice.field is None or choice.field.type != s.FIELD_TYPE_CHOICE:
        return
    if not {stems(choice.field.name), stems(choice.field.label)} & facts.lexicon.of_words(FIELDS, "status"):
        return
    states = list(choice.field.choices)
    paid = facts.lexicon.of_words(CHOICES, "paid") | facts.lexicon.of_words(CHOICES, "finished")
    named = {m.value for x in facts.items for m in x.of(Kind.CHOICE)}
    for other in states[states.index(choice.value) + 1 :]:
        if stems(other) in paid and other not in named:
            _exclude(facts, choice, other, _differs(choice.name, other), mention.start)


def _cancels(facts: Facts, choice: str) -> bool:
    return stems(choice) in facts.lexicon.of_words(CHOICES, "cancelled")


def leave_out_cancelled(facts: Facts) -> None:
    """Leaves out what was cancelled, where it is asked what is planned or still open and no state is spoken of."""
    if not _PLANNED.search(facts.scan.text) and not (
        _STILL.search(facts.scan.text) and any(c.negated and c.kind is Kind.FIELD for c in facts.conditions)
    ):
        return
    spoken = {c.field for c in facts.conditions} | {m.name for x in facts.items for m in x.meanings}
    for field in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        for choice in field.choices:
            if field.name not in spoken and _cancels(facts, choice):
                _exclude(facts, Meaning(Kind.CHOICE, field.name, field=field), choice, _differs(field.name, choice), 0)


def _exclude(facts: Facts, of: Meaning, value: str, expression: q.Expression, start: int) -> None:
    """Adds that something is not of a value."""
    told = f"{name_of(of)} ≠ {value}"
    facts.conditions.append(Condition(expression, told, of.name, value, start, negated=True, kind=of.kind))


def exclude(facts: Facts, choice: Meaning, start: int) -> None:
    """Leaves out the records that have a choice."""
    _exclude(facts, choice, choice.value, _not_chosen(choice), start)


def _differs(column: str, value: str) -> q.Expression:
    differs = terms.call(q.FUNCTION_NOT_EQUAL, terms.column(column), terms.value(value))
    return terms.call(q.FUNCTION_OR, terms.call(q.FUNCTION_IS_MISSING, terms.column(column)), differs)


def _is_false(column: str) -> q.Expression:
    """What is ticked or not is never missing: 没打包 is what is not packed."""
    held = terms.call(q.FUNCTION_COALESCE, terms.column(column), terms.value(False))
    return terms.call(q.FUNCTION_EQUAL, held, terms.value(False))


def negate(facts: Facts, index: int, mention: Mention, *, sure: bool) -> bool:
    """Takes that what a mention says is not so; `sure`: what is named is left out, whatever it is."""
    if choice := next(iter(mention.of(Kind.CHOICE)), None):
        if not sure:
            _called_off(facts, choice, mention)
            _gone_beyond(facts, choice, mention)
        _exclude(facts, choice, choice.value, _not_chosen(choice), mention.start)
    elif value := next(iter(mention.of(Kind.VALUE)), None):
        if not sure:
            return False
        lacks = terms.call(q.FUNCTION_NOT, contains(value.name, value.value))
        missing = terms.call(q.FUNCTION_IS_MISSING, terms.column(value.name))
        _exclude(facts, value, value.value, terms.call(q.FUNCTION_OR, missing, lacks), mention.start)
    elif not mention.of(Kind.FIELD) or not _negate_field(facts, mention):
        return False
    facts.used.add(index)
    return True


def _not_chosen(choice: Meaning) -> q.Expression:
    if choice.field is None or choice.field.type != s.FIELD_TYPE_MULTI_CHOICE:
        return _differs(choice.name, choice.value)
    chosen = terms.one_of(terms.column(choice.name), [choice.value])
    return terms.call(q.FUNCTION_NOT, terms.call(q.FUNCTION_COALESCE, chosen, terms.value(False)))


def _negate_field(facts: Facts, mention: Mention) -> bool:
    """Adds that a field is not ticked, or has no value."""
    named = [m.field for m in mention.of(Kind.FIELD) if m.field is not None]
    known = next((f for f in named if f.type == s.FIELD_TYPE_BOOLEAN), None) or _day_of_deed(facts, mention)
    known = known or field_of(mention)
    if known.type == s.FIELD_TYPE_BOOLEAN:
        told = f"{label(known)} ✗"
        held = Condition(_is_false(known.name), told, known.name, "false", mention.start, negated=True, kind=Kind.FIELD)
        facts.conditions.append(held)
        return True
    strength = max(m.strength for m in mention.of(Kind.FIELD))
    if known.type == s.FIELD_TYPE_MONEY and strength < 3 and facts.has("unit", "who"):
        # "Days on which nothing was spent", "who hasn't paid" are no records without an amount.
        return False
    if known.type in TEMPORAL and known in facts.subject.temporal[:1]:
        # Every record has the date that it goes by: "didn't fill it up" does not speak of filled_at.
        return False
    if known.type in NUMERIC and mention.text.endswith("ed") and stems(known.name)[:1] == stems(mention.text):
        # "Nobody watered it" is said of what is done, and not of water_every.
        return False
    measured = known.type in NUMERIC or known.type in TEMPORAL
    if strength < 2 or mention.of(Kind.ENTITY) or not (measured or strength == 3):
        return False
    missing_field(facts, known, mention.start)
    return True


def _day_of_deed(facts: Facts, mention: Mention) -> s.Field | None:
    """The date that says when something was done: what is "not paid" has no day in paid_on."""
    held = [m.field for m in mention.of(Kind.FIELD) if m.field is not None and m.field in facts.subject.temporal[1:]]
    return next((f for f in held if stems(f.name)[:1] == stems(mention.text) and len(stems(f.name)) > 1), None)


def missing_value(facts: Facts, index: int, mention: Mention) -> None:
    """Takes that the field of a mention has no value."""
    missing_field(facts, field_of(mention), mention.start)
    facts.used.add(index)


def missing_field(facts: Facts, known: s.Field, start: int) -> None:
    """Adds that a field has no value."""
    expression = terms.call(q.FUNCTION_IS_MISSING, terms.column(known.name))
    if known.type == s.FIELD_TYPE_BOOLEAN:
        expression = _is_false(known.name)
    if known.type == s.FIELD_TYPE_MULTI_CHOICE:
        none = terms.call(q.FUNCTION_EQUAL, terms.call(q.FUNCTION_LENGTH, terms.column(known.name)), terms.value(0.0))
        expression = terms.call(q.FUNCTION_OR, expression, none)
    facts.conditions.append(
        Condition(expression, f"{label(known)} –", known.name, "", start, negated=True, kind=Kind.FIELD)
    )


def affirmed(denied: Condition) -> Condition:
    """The filter on what a denial leaves out."""
    expression = terms.call(q.FUNCTION_NOT, denied.expression)
    return replace(denied, expression=expression, told=denied.told.replace("≠", "="), negated=False)
