# ruff: noqa: E501 - patterns of questions, one line each.
"""Figures where figures were asked for: two where two were, money as money, an average only as one."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.forms.form import BUCKETS, COMPARED_TIMES, MEAN, Form
from madeleine_miniapp.domain.questions.mentions import Kind

_FIGURE = r"(?:total|sum|amount|average|mean|cost|price|distance|duration|length|value)s?"
_COUNTED = r"(?:the )?(?:number|count) of|how many|how often"
_TWO_FIGURES = re.compile(
    rf"\b(?:{_COUNTED})\b[^,;?]*(?:,|\band\b|\bwith\b|\bplus\b|&)\s*(?:and |with )?(?:(?:the|their|its|our|my|what|what's|is|do|did|does|also|for|at) )*(?:(?:combined|overall|grand|daily) )?(?:{_FIGURE}\b|(?:they|it) (?:add|come|cost|c[ao]me|amount)|how (?:much|long|far|many)\b)"
    rf"|\b(?:the |their )?{_FIGURE}\b[^,;?]*(?:\band\b|\bplus\b|&) (?:(?:the|their|its) )?(?:number|count) of"
)
_COUNTS = re.compile(rf"\b(?:{_COUNTED})\b")
# "... and my average dinner": the function is said again, of something else.
_FUNCTION = r"(?:average|mean|median|total|sum|number|how (?:many|much))"
_AGAIN = re.compile(
    rf"\b{_FUNCTION}\b.*?(?:\band|\bplus|\bversus|\bvs\.?|\bagainst)(?: (?:my|the|our|on|an|for|in|of|what|is|was))* {_FUNCTION}\b"
)
# "How many activities" is no amount of money, "since when" no list.
_CURRENCY = re.compile(r"\b(?:euros?|eur|dollars?|usd|pounds?|yuan|rmb|cny|bucks|quid|money)\b|[€$£¥]")
# A quantity of time is no number of records.
_TIME_SPENT = re.compile(
    r"\b(?:total|how much|average|mean|overall|most|least|more|less) (?:[a-z]+ing )?time\b(?! of)|\bof (?:my|our|the|all)(?: the)?(?: [a-z]+ing)? time\b"
)
_TIME_UNITS = frozenset(("h", "min", "s", "hours", "minutes", "days", "min/km"))
_DOES_EACH = re.compile(r"\b(?:does|do|did|has|is) (?:each|every) [a-z]+\b")
_WITH_ITS = re.compile(r"\b(?:and|with|plus) (?:its|their)\b")
_COMPARES = re.compile(r"\bcompare[ds]?\b|\bcomparison\b|\bversus\b|\bvs\b|\bside by side\b")
_PER_RECORD = re.compile(r"\bper (?!day|night|week|month|year|hour|minute|km|kilomet|person|head|member)[a-z]+\b")
_UNITS = (
    (re.compile(r"\bhow many (?:hours|minutes)\b"), frozenset(("h", "min", "hours", "minutes", "s"))),
    (re.compile(r"\bhow many (?:km|kilomet(?:re|er)s|miles)\b"), frozenset(("km", "m", "mi", "miles"))),
    (re.compile(r"\bhow many (?:days|nights)\b"), frozenset(("days", "nights", "day", "night", "weeks"))),
    (re.compile(r"\bhow many (?:kcals?|calories)\b"), frozenset(("kcal", "cal", "kJ"))),
    (re.compile(r"\bhow many grams\b"), frozenset(("g", "kg"))),
    # Those of a pool are no time.
    (re.compile(r"\bhow many (?:lengths|laps)\b"), frozenset(("lengths", "laps"))),
)
# No number of records is one of these.
_MEASURED = re.compile(r"\bhow many (?:hours|minutes|km|kilomet(?:re|er)s|miles|kcals?|calories|grams)\b")
_PERCENT = re.compile(r"%|\b(?:percent\w*|per cent|share|proportion|fraction|ratio|rate)\b")
_IN_DAYS = re.compile(r"\bin days\b(?=\s*(?:[?.!,]|$))")
_IN_ONE = re.compile(r"\b(?:together|combined|overall|taken as one|altogether)\b")
_LEFT = re.compile(r"剩|结余|余额|\b(?:have|has|is|got|money|much|cash|anything) left\b|\bleft over\b|\bbalance\b")
# "How many reminders did I send": the verb tells of what is counted.
_DID_WITH_THEM = re.compile(r" (?:(?:did|do|does|have|has|had) (?:\w+ ){1,2}|(?:was|were|have been|are) )$")
_WHICH = re.compile(r"(?:at |in |on |from )?(?:which|what|who)\b")


def two_figures(form: Form) -> str:
    """ "The number and the total": two figures."""
    if form.plan.key in COMPARED_TIMES or (form.plan.key and len(_COUNTS.findall(form.text)) > 1):
        return ""
    return form.said(_TWO_FIGURES) if form.figures(but=BUCKETS | {"on", "who", "to"}) < 2 else ""


def what_is_left(form: Form) -> str:
    """What is left of money is no sum of what came and went, unless a field says so."""
    sums = any(re.fullmatch("[A-Z]{3}", c.unit) and c.name in form.types for c in form.plan.shown)
    told = any(m.of(Kind.FIELD) and _LEFT.search(m.text) for m in form.facts.items)
    # 还剩多少没付 says of which.
    told = told or any(c.negated for c in form.facts.conditions)
    return form.said(_LEFT) if form.plan.figure and not form.plan.key and sums and not told else ""


def again(form: Form) -> str:
    """ "... and my average dinner": a second figure."""
    return "and" if form.single and len(form.plan.shown) == 1 and form.said(_AGAIN) else ""


def how_many(form: Form) -> str:
    """ "How many activities" asks for no money, nor for a share."""
    counted = re.search(r"\bhow many (?!percent|per cent)", form.text) if form.single else None
    led = counted and re.match(r"(?:\w+ ){0,2}how many\b", form.text) and not form.said(_CURRENCY)
    unit = next((c.unit for c in form.plan.shown if c.name == form.plan.figure), "")
    share = counted and unit == "%" and not form.said(_PERCENT)
    return "how many" if share or (led and re.fullmatch("[A-Z]{3}", unit)) else ""


def mean_of_each(form: Form) -> str:
    """ "How long does each run take": a mean only where one was asked."""
    averaged = form.plan.told.startswith("mean") and not form.plan.key and not form.said(MEAN)
    return form.said(_DOES_EACH) if averaged else ""


def with_its(form: Form) -> str:
    """ "With its price": one more column."""
    return form.said(_WITH_ITS) if len(form.plan.shown) < 2 else ""


def compared(form: Form) -> str:
    """A comparison has two sides."""
    return form.said(_COMPARES) if len(form.plan.shown) < 2 and not form.plan.verdict else ""


def best_per_record(form: Form) -> str:
    """ "Which ... has the most per trip": what is best is named, no figure."""
    best = form.single and any(m.cue("sup") for m in form.facts.items) and _WHICH.match(form.text)
    return form.said(_PER_RECORD) if best else ""


def mean_of_several(form: Form) -> str:
    """The mean of several people's records together is none of theirs, nor that of two days the mood of either."""
    several = len(form.facts.people) > 1 or (len(form.plan.spans) > 1 and not form.said(_IN_ONE))
    joint = several and not form.plan.key and form.plan.told.startswith("mean")
    return "average" if joint else ""


def time_spent(form: Form) -> str:
    """ "The total time": hours or minutes."""
    lasting = any(form.reads(f.name) for f in form.facts.subject.fields(s.FIELD_TYPE_DURATION))
    return "" if lasting or any(c.unit in _TIME_UNITS for c in form.plan.shown) else form.said(_TIME_SPENT)


def units(form: Form) -> list[str]:
    """ "How many km" asks for a figure in km."""
    if (days := form.said(_IN_DAYS)) and any(c.unit in ("min", "h", "s") for c in form.plan.shown):
        return [days]
    unit = next((c.unit for c in form.plan.shown if c.name == form.plan.figure), "")
    # "How many minutes per km": min/km.
    known = {unit, unit.split("/")[0]}
    if form.plan.told == "number of records" and not form.plan.key and (said := form.said(_MEASURED)):
        return [said]
    if unit == "%" and any(m.cue("share") for m in form.facts.items):
        return []
    return [said for asked, fitting in _UNITS if unit and not known & fitting and (said := form.said(asked))]


def of_what_was_done(form: Form) -> str:
    """ "How many reminders did I send": those were sent, which the state of an invoice does not tell."""
    for asked, named in pairwise(form.facts.items):
        counted = named.typed(s.FIELD_TYPE_INTEGER) if asked.cue("how_many") else None
        if counted is None or counted.unit or form.plan.figure == "":
            continue
        for c in form.facts.conditions:
            if c.kind is Kind.CHOICE and _DID_WITH_THEM.fullmatch(form.text[named.end : c.start]):
                return form.text[c.start :].split()[0]
    return ""
