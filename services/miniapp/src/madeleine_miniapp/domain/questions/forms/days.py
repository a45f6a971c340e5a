# ruff: noqa: E501 - patterns of questions, one line each.
"""Times where times were asked for: when, at what time, a row for each month."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.forms.form import BUCKETS, COMPARED_TIMES, MEAN, Form
from madeleine_miniapp.domain.questions.frames.context import CLOCK
from madeleine_miniapp.domain.questions.plans import CLOCK as CLOCK_COLUMN

_BUCKET = r"(day|night|week|month|year|weekday)"
_WHEN = re.compile(
    r"\bwhen (?:did|do|does|was|were|is|are|have|has|had|will|exactly)\b|\b(?:and|or|at|tell me|know|remember|recall|forget|wondering|idea|since) when(?:\s*[?.!,]|$)|\b(?:know|remember|recall|forget|wondering|idea|tell me|remind me) when\b|\bwhat (?:date|day) (?:did|do|does|was|were|is)\b"
)
# "the average for each month", "each week's total", "month by month": a row for each, averages too.
_TABLED = re.compile(
    rf"\b(?:for|in|of|over|on) (?:each|every) (?:single |calendar )?{_BUCKET}\b|\b(?:each|every) {_BUCKET}'s\b"
    r"|\b(?:for|on|of) (?:each|every) (?:single )?(?:mon|tues|wednes|thurs|fri|satur|sun)(day)\b|\b(?P<twice>day|night|week|month|year|weekday) (?:by|after|for) (?P=twice)\b|\bby (?P<plain>day|week|month|year)\b|\bbroken down (?:by|per) (?P<down>day|week|month|year)\b"
)
_BEGUN = re.compile(r"start|begin|begun|began|since|from|开始")
_SINCE_WHEN = re.compile(r"\bsince when\b")
_EARLIEST_EVER = re.compile(r"\b(?:earliest|latest)\b[^,;?]*\bever\b")
_PER_TIME = re.compile(r"\bper (?:day|week|month|year)\b")
_DAYS_AFTER = re.compile(
    r"\b(?:days|nights|mornings) (?:right |just )?(?:after|before|following|preceding) (?:an? |the |my )?(?!\d|(?:that|this|christmas|easter|new year|each)\b)[a-z]+"
)
_DAY_WITHOUT = re.compile(r"\ba (?:whole |full |single |entire )?(?:day|week|month) (?:without|with no|not)\b")


def when(form: Form) -> str:
    """ "When" asks for a date."""
    timed = {n for n, kind in form.types.items() if kind in (s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME)}
    dated = form.names & (timed | BUCKETS | {"on", "day_of_it", "to", "first", "last"})
    return "" if dated or form.plan.key in COMPARED_TIMES else form.said(_WHEN)


def what_time(form: Form) -> str:
    """ "At what time" asks for a time of day."""
    return "" if form.names & {CLOCK_COLUMN, "time", "hour", "时间"} else form.said(CLOCK)


def each_bucket(form: Form) -> str:
    """ "For each month": a row for each."""
    tabled = _TABLED.search(form.text)
    if tabled is None:
        return ""
    bucket = next(x for x in tabled.groups() if x)
    apart = bucket in form.names or "period" in form.names or (form.names & BUCKETS and not form.plan.figure)
    return "" if apart else tabled.group()


def since_when(form: Form) -> str:
    """ "Since when" asks for no list of everything."""
    begun = any(_BEGUN.match(f.name.casefold()) for f in form.facts.subject.temporal[:1])
    first = form.plan.told.startswith("first record")
    answered = form.plan.figure or form.plan.verdict or first or (form.facts.conditions and begun)
    return "" if answered else form.said(_SINCE_WHEN)


def earliest_ever(form: Form) -> str:
    """ "My earliest start ever" is a time of day, unless a date is asked."""
    answered = CLOCK_COLUMN in form.names or re.search(r"\bdate|\bday", form.text)
    return "" if answered else form.said(_EARLIEST_EVER)


def per_time(form: Form) -> str:
    """ "Per week" by category: sums, no averages."""
    averaged = form.plan.key and "averaged" in form.plan.told and not form.said(MEAN)
    return form.said(_PER_TIME) if averaged else ""


def days_after(form: Form) -> str:
    """ "On days after I ran" are not the days of the runs."""
    said = form.said(_DAYS_AFTER)
    return "" if not said or "DAYS_BETWEEN" in str(form.plan.relation) else said


def day_without(form: Form) -> str:
    """ "A day without": days are asked for, no records of something else."""
    return form.said(_DAY_WITHOUT) if any(c.negated for c in form.facts.conditions) else ""
