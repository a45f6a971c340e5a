# ruff: noqa: E501 - patterns of questions, one line each.
"""The frame of a figure per day, week or month: its mean over them, or a row for each."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, dimensions, measuring, pairs
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.extreme_groups import is_several
from madeleine_miniapp.domain.questions.frames.figures import money_meant
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

# "The average for each month", "each week's average": a row of each, not one figure of them all.
_ROW_OF_EACH = re.compile(
    r"\b(?:for|in|of|over) (?:each|every) (?:single )?(?:day|week|month|year)\b|\b(?:each|every) (?:day|week|month|year)'s\b|\b(day|week|month|year) (?:by|for) \1\b"
)

_HABIT = re.compile(r"\b(?:do|does) (?:i|we|\w+)\b")


_MEANS = re.compile(r"\b(?:averages|means|medians)\b")


def _of_each(facts: Facts, unit: str) -> bool:
    """Whether the average of each week or month is asked for: a list of them, or of what does not add up."""
    if _MEANS.search(facts.scan.text) or any(m.cue("list") and m.text.startswith(("list", "列")) for m in facts.items):
        return True
    named = {f.name: f for _, _, fields in facts.fields_named(*NUMERIC) for f in fields}
    longer = unit in ("week", "month", "year")
    if longer and named and any(m.text == f"by {unit}" for m in facts.items if m.cue("per")):
        return True
    return longer and bool(named) and not any(_adds_up(facts, f) for f in named.values())


def _adds_up(facts: Facts, of: s.Field) -> bool:
    return facts.additive(of) and not dimensions.is_size(of, "rest")


def _planned(facts: Facts) -> bool:
    """Whether the records are of days to come: of a plan, each day is asked for by itself."""
    last = facts.subject.last_day
    return measuring.chinese(facts) and last is not None and last > facts.asker.now.date()


# "Each month, and which was highest": a table of all, and the one.
ALL_AND_WHICH = re.compile(r"\b(?:each|every|per|by) (?:day|week|month|year)\b[^?]*\band which\b")


def per_bucket(facts: Facts) -> Plan | None:
    """A figure per day, week or month: the mean of the sums of those that have a value."""
    per = next((m for _, ms in facts.free_cues("per") for m in ms), None)
    if per is None:
        return None
    if per.value == "night":
        facts.cue("per")
        return None
    mentioned = next(x for x in facts.items if x.cue("per"))
    if facts.has("exist") and mentioned.text.startswith(("every", "each", "每")) and not facts.has("mean"):
        raise Doubt("ask on how many days it was")
    mean = facts.has("mean")
    often = facts.has("count", "times") and mentioned.text.startswith(("each", "every"))
    if often or (facts.has("count", "times", "how_many", "how_much") and mentioned.text.startswith(("per", "a "))):
        # "How often do we cook a week": a number, not the weeks.
        mean = mean or _HABIT.search(facts.scan.text) is not None
    rows_asked = _ROW_OF_EACH.search(facts.scan.text) is not None or (mean and _of_each(facts, per.value))
    # "Average price per meal, per month": of the meals of each month.
    both = facts.scan.text.find(" and per ") >= 0
    of_records = mean and not both and (facts.cue("per_record") is not None or facts.per_record)
    rows_asked = facts.cue("trend") is not None or rows_asked or of_records
    outright = rows_asked or re.search(r" by |^by\b|^[各按]", mentioned.text)
    table = (
        bool(outright)
        or ((facts.has("each_one") or _planned(facts)) and not mean)
        or (
            not mean
            and not re.search(r"typical|average|normal|usual", mentioned.text)
            and (per.value not in ("day",) or mentioned.text.startswith(("each", "every")))
            and not mentioned.text.startswith("a ")
        )
    )
    sup = facts.cue("sup") if ALL_AND_WHICH.search(facts.scan.text) and facts.cue("which_bucket") else None
    if facts.has("sup", "top") or len({m.value for _, ms in facts.free_cues("per") for m in ms}) > 1:
        return None
    facts.cue("per", "logged_only", "unit", *(("each_one",) if table else ()))
    if not rows_asked:
        facts.cue("mean")
    ratio = pairs.asked(facts)
    measured = ratio or measuring.measured(
        facts, default="count" if facts.has("how_many", "count", "times", "row") else ""
    )
    if mean and rows_asked and measured is None:
        raise Doubt("it does not say the average of what")
    if measured is None:
        countable = bool(facts.conditions) or any(
            m.of(Kind.ENTITY) or m.typed(s.FIELD_TYPE_PERSON) for m in facts.items
        )
        counted = facts.has("how_many", "count", "times", "row") or any(is_several(m) for m in facts.items)
        # "Groceries per month": what they came to, where nothing but money is recorded.
        spent = facts.subject.numeric == facts.subject.fields(s.FIELD_TYPE_MONEY) and not counted and money_meant(facts)
        money = only_amount(facts) if facts.has("how_much") or spent else None
        measured = Measured("sum", money) if money else Measured("count") if countable else None
    if measured is None:
        return None
    if measured.quantity is None and any(m.cue("sum") and m.text.endswith(("totals", "sums")) for m in facts.items):
        raise Doubt("it does not say the totals of what")
    of = measured.quantity.field if measured.quantity else None
    if any(of in x.fields or not x.fields for x in facts.limits):
        # What is held against the limit are days, not records.
        return None
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    zh = measuring.chinese(facts)
    function = (
        measured.function
        if measured.function not in ("mean",) or outright
        else ("sum" if measured.quantity and facts.additive(measured.quantity.field) else "mean")
    )
    if rows_asked and len(facts.free_cues("per")) > 0:
        raise Doubt("it averages over one time for each of another; I can tell by one")
    inner = measured if rows_asked else replace(measured, function=function)
    sums = inner.grouped(given, [q.Named(name=per.value, value=base.bucket(per.value, at))], "value")
    if inner.quantity is not None and inner.function != "count":
        sums = terms.filtered(sums, terms.present(terms.column("value")))
    if table or sup or ratio is not None:
        # What is divided is no sum of a week that could be averaged over weeks.
        made = terms.ordered(sums, terms.order(terms.column(per.value)))
        return Plan(
            made,
            (Shown(per.value), Shown("value", inner.unit)),
            inner.told(zh) + (f"，按{per.value}" if zh else f" by {per.value}"),
            tuple(spans),
            key=per.value,
            verdict=("least" if sup.value.startswith("min") else "who") if sup else "",
        )
    made = terms.grouped(sums, [], [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])
    unit = {"day": "天", "week": "周", "month": "月", "year": "年"}[per.value]
    told = (
        f"{inner.told(zh)}（每{unit}平均，只计有记录的）"
        if zh
        else f"{inner.told(zh)} per {per.value}, averaged over {per.value}s that have one"
    )
    return Plan(made, (Shown("value", inner.unit),), told, tuple(spans), figure="value")
