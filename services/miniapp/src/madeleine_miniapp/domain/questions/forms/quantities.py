"""Quantities that fit their words: the fastest by a time, "how far" in km, "how long" as long as something lasts."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.facts import label
from madeleine_miniapp.domain.questions.forms.form import Form
from madeleine_miniapp.domain.questions.units import is_price, is_rate

_PACE = re.compile(r"^min/")
_TIMES = frozenset(("h", "min", "s", "hours", "minutes", "days"))
_WEIGHTS = frozenset(("kg", "g", "lb", "lbs", "t", "oz", "mg", "kcal", "cal", "kj"))
_LENGTHS = frozenset(("km", "m", "mi", "miles", "cm", "mm", "ft", "yd", "pages"))
_LONGEST_AND = re.compile(
    r"\b(?:longest|shortest) [^\W\d]+\b[^,;?]*(?:,|;|\?|\band\b)[^?]*\bhow (?:long|many (?:days|weeks|hours|minutes))\b"
)
_HOW_LONG = re.compile(r"\bhow long\b(?! (?:ago|since|until|till|before|after|back)\b)")
_HOW_FAR = re.compile(r"\bhow far\b(?! (?:over|under|along|above|below|off|ahead|behind|apart|back)\b)")
_SUMMED = re.compile(r"\b(?:together|combined|altogether|in total|summed up|added up)\b")
_IN_A_ROW = re.compile(r"\bin a row\b|\bconsecutive\b|\bstreak\b|\brunning\b")
_BEST_TIME = re.compile(r"\bbest (?:[^\W\d]+ )?time\b")


def fitting_adjective(form: Form) -> list[str]:
    """ "My fastest race": by a time, no rank; "cheapest": by money."""
    compared = re.search(r"\b(?:highest|lowest) (?:(?:sum|mean|median|number) of )?(.+)", form.plan.told)
    if compared is None:
        return []
    by = [f for f in form.facts.subject.numeric if compared[1].startswith(label(f))]
    if not by:
        return []
    missed: list[str] = []
    for mention in form.facts.items:
        told = mention.cue("sup")
        dimension = told.value.partition(" ")[2] if told is not None else ""
        if dimension and not any(_fits(dimension, f) for f in by):
            missed.append(mention.text)
    return missed


def _fits(dimension: str, f: s.Field) -> bool:
    unit = f.unit.casefold()
    lasting = f.type == s.FIELD_TYPE_DURATION or unit in _TIMES
    if dimension == "money":
        return is_price(f)
    if dimension == "speed":
        return lasting or is_rate(f) or bool(_PACE.search(unit))
    if dimension in ("length", "distance"):
        return lasting or unit in _LENGTHS or not (unit or f.type in (s.FIELD_TYPE_MONEY, s.FIELD_TYPE_RATING))
    if dimension == "weight":
        return unit in _WEIGHTS
    return True


def longest_and_how_long(form: Form) -> str:
    """ "The longest book, and how long did it take": two figures."""
    return form.said(_LONGEST_AND) if form.plan.told.startswith("days from") and form.facts.subject.numeric else ""


def how_long(form: Form) -> str:
    """ "How long": a time, or a length."""
    lasting = any(
        form.types.get(c.name) == s.FIELD_TYPE_DURATION or c.unit in _TIMES or c.unit in _LENGTHS or "pages" in c.name
        for c in form.plan.shown
    )
    return "" if lasting else form.said(_HOW_LONG)


def how_far(form: Form) -> str:
    """ "How far": a distance."""
    far = any(c.unit in _LENGTHS | {"%"} or "pages" in c.name for c in form.plan.shown)
    return "" if far else form.said(_HOW_FAR)


def summed_up(form: Form) -> str:
    """ "The two largest together": their sum, no list."""
    listed = not form.plan.figure and not form.plan.verdict and "MEASURE_FUNCTION_SUM" not in str(form.plan.relation)
    return form.said(_SUMMED) if listed and form.plan.told.startswith(("record with", "latest", "first")) else ""


def days_in_a_row(form: Form) -> str:
    """ "Days in a row": of what is done on a day, where other records last for many."""
    lasting = form.facts.subject.lasts and form.facts.subject.beside and form.facts.dated is None
    return form.said(_IN_A_ROW) if lasting and "consecutive" in form.plan.told else ""


def best_time(form: Form) -> str:
    """ "My best time": the shortest."""
    return (
        form.said(_BEST_TIME) if re.search(r"\bhighest (?:[a-z]+ )*?(?:duration|time|minutes)", form.plan.told) else ""
    )


def dearest(form: Form) -> list[str]:
    """ "The priciest trip": what it cost, in money or points, which no number of records tells."""
    held = form.facts.subject.numeric
    asked = [m for m in form.facts.items for n in ("sup", "top") if (x := m.cue(n)) and x.value.endswith(" money")]
    told = any(form.reads(f.name) for f in held) or bool(form.facts.derived)
    return [] if told else [m.text for m in asked]
