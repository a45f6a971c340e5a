# ruff: noqa: E501 - patterns of questions, one line each.
"""The frame that ends in one figure."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions import words
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring, titles
from madeleine_miniapp.domain.questions.frames.amounts import only_amount, said_of_money
from madeleine_miniapp.domain.questions.frames.buckets import figures_of, told_per
from madeleine_miniapp.domain.questions.frames.columns import lists_columns
from madeleine_miniapp.domain.questions.frames.distinct import distinct
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.frames.rows import EACH_TIME
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity, quantity
from madeleine_miniapp.domain.questions.whose import people_fields

_VALUES = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
_PAID_TOGETHER = re.compile(
    r"\bwhat (?:have|has|did|do|does)\b[^,;?]*\b(?:pa(?:y|id)|spen[dt])\b(?! for)[^,;?]*\b(?:together|altogether|in total|between us)\b"
)

_WHAT_PAID_FOR = re.compile(r"\bwhat\b.*\b(?:pay|paid) for\b(?: (?:the|our|my)\b)? ?")
_OF_DAYS = re.compile(
    r"^(?:on |for )?(?:how many|(?:the )?number of) (?:different )?days\b|^[^，,。？?]*有?(?:多少|几)天"
)
_SOLD = re.compile(r"\b(?:sell|sold|buy|bought)\b|[卖买]")
_COME_TO = re.compile(r"\b(?:c[ao]me to|cost|costs|spen[dt]|pa(?:y|id)|set (?:me|us) back|total)\b|花|钱")


def scalar(facts: Facts) -> Plan | None:
    """A count, total, mean or median of the records that are meant."""
    facts.cue("logged_only")
    if lists_columns(facts) and not facts.has("mean", "median", "sum", "count", "how_many"):
        return None
    if len(facts.items) == 1 and not words.worth_reading(facts.scan.text):
        # A field's bare name asks nothing.
        return None
    figure = ("how_many", "how_much", "how_long", "count", "sum", "mean", "median", "distinct", "times", "what", "per")
    if facts.has("exist") and not facts.has(*figure) and not facts.limits:
        # "Did I fill in my mood today?" asks whether, not how much.
        return None
    paid_for = _WHAT_PAID_FOR.search(facts.scan.text)
    if paid_for and (facts.conditions or any(m.of(Kind.ENTITY) and m.start == paid_for.end() for m in facts.items)):
        # "What did I pay for the flat" asks for the amount.
        paid_for = None
    if (paid_for or facts.has("which", "list")) and not facts.has(
        "how_many", "how_much", "count", "sum", "mean", "median"
    ):
        return None
    night = facts.cue("per") if any(m.value == "night" for _, ms in facts.free_cues("per") for m in ms) else None
    if EACH_TIME.search(facts.scan.text) and not facts.has("mean", "median"):
        return None
    if facts.per_record and facts.has("sum"):
        raise Doubt("it asks for a total and for each record; say which")
    if (facts.cue("per_record") or facts.per_record) and not facts.has("mean", "median"):
        facts.cue("mean")
        measured = measuring.measured(facts, default="mean")
    elif facts.has("distinct") or _counts_values(facts):
        return distinct(facts)
    else:
        asked = facts.has("how_many", "count", "times") or _bare_records(facts)
        countable = bool(facts.conditions) or any(len(x.fields) == 1 for x in facts.limits)
        countable = (
            countable
            or _payments_counted(facts)
            or _deeds_counted(facts)
            # 这个月新加了几项: those with such a date.
            or facts.dated is not None
            or any(m.of(Kind.ENTITY) or m.cue("row") or m.cue("times") for m in facts.items)
        )
        measured = measuring.measured(facts, default="mean" if night else "")
        if measured is None and asked and countable:
            measured = Measured("count")
        joint = bool(_PAID_TOGETHER.search(facts.scan.text)) and (facts.people or facts.has("us"))
        if measured is None and (countable or night or joint):
            free = any(m.cue("free") for m in facts.items)
            spent = facts.has("how_much") or (facts.has("what") and not free and _COME_TO.search(facts.scan.text))
            money = only_amount(facts) if spent else None
            measured = Measured("sum", money) if money else None
        if measured is not None and measured.function == "count" and not countable:
            return None
    if measured is None:
        return None
    if measured.function == "sum" and any(m.cue("free") for m in facts.items):
        # What costs nothing adds up to nothing: it is the things that are asked for.
        return None
    if measured.function == "count" and (pieces := _pieces(facts)) is not None:
        if not _SOLD.search(facts.scan.text):
            raise Doubt(f"it may ask for the number of records or the sum of {label(pieces).lower()}")
        # What is sold or bought is so many pieces.
        measured = Measured("sum", quantity(pieces))
    if measured.function == "count" and _OF_DAYS.search(facts.scan.text):
        # Of two entries of a day one is enough.
        measured = Measured("days", Quantity(s.Field(name="days"), facts.day(facts.moment()), "days"))
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    if facts.one_day and measured.function in ("sum", "count"):
        days = terms.grouped(given, terms.named(day=facts.day(at)), [measured.of(measured.name)])
        return Plan(
            terms.ordered(days, terms.order(terms.column("day"))),
            (Shown("day"), Shown(measured.name, measured.unit)),
            measured.told(measuring.chinese(facts)),
            tuple(spans),
            key="day",
        )
    # Of certain days it is what each comes to that is averaged.
    per = "day" if facts.of_days and measured.function == "mean" else ""
    name = "value" if per else measured.name
    made = figures_of(facts, given, measured, at, per, []) if per else terms.grouped(given, [], [measured.of(name)])
    return Plan(
        made,
        (Shown(name, measured.unit),),
        told_per(facts, measured, per, measuring.chinese(facts)),
        tuple(spans),
        figure=name,
        counts=measured.function == "count",
    )


def _deeds_counted(facts: Facts) -> bool:
    """ "How many times did Oskar win": the records that somebody is the winner of, by a verb beside other people."""
    role = next((f for f in facts.subject.fields(s.FIELD_TYPE_PERSON) if f.name == facts.person_field), None)
    deeds = bool(facts.people) and role is not None and (len(people_fields(facts)) > 1 or role.name.endswith("by"))
    # "How often has Ann paid for anything": the verb alone says what was done.
    return deeds or (bool(facts.people) and facts.has("count", "times") and said_of_money(facts))


def _payments_counted(facts: Facts) -> bool:
    """几笔 are so many records where money is recorded."""
    classified = any(m.cue("how_many") and m.text.endswith("笔") for m in facts.items)
    return classified and bool(facts.subject.fields(s.FIELD_TYPE_MONEY))


def _bare_records(facts: Facts) -> bool:
    """ "Sessions of 90 minutes or more since May?": how many."""
    first = next((m for m in facts.items if m.kind is not Kind.VOID), None)
    if first is None or not facts.limits or not first.of(Kind.ENTITY, Kind.CHOICE) or first.start > 4:
        return False
    listed = facts.has("which", "what", "list", "when", "who", "where", "exist", "last", "first", "sup", "top", "often")
    named = [n for n in facts.free(Kind.FIELD) if max(m.strength for m in n[1].of(Kind.FIELD)) >= 2]
    # What has a name is told by it.
    return (
        titles.title(facts) is None
        and not listed
        and not named
        and not re.match(r"(?:all|every|any)\b", facts.scan.text)
    )


def _counts_values(facts: Facts) -> bool:
    """ "How many authors are on my list": the values of a field that is named, where the records are called otherwise."""
    title = titles.title(facts)
    for one, other in pairwise(facts.items):
        held = other.of(Kind.FIELD)
        if not (one.cue("how_many") or one.cue("count")) or other.start - one.end > 1 or not other.text.endswith("s"):
            continue
        if other.kind is Kind.FIELD and not other.of(Kind.ENTITY) and held[0].strength == 3 and held[0].field:
            return held[0].field.type in _VALUES and held[0].field != title and not titles.is_note(held[0].field)
    return False


def _pieces(facts: Facts) -> s.Field | None:
    """The field that says how many of a thing a record is of, where such things are counted: "how many coffees"."""
    for one, other in pairwise(facts.items):
        if one.cue("how_many") and other.kind in (Kind.CHOICE, Kind.VALUE) and other.start - one.end <= 2:
            words_of = facts.lexicon.of_words(FIELDS, "quantity")
            counted = (f for f in facts.subject.numeric if f.type != s.FIELD_TYPE_MONEY)
            return next((f for f in counted if {stems(f.name), stems(f.label)} & words_of), None)
    return None
