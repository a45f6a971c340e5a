# ruff: noqa: E501 - patterns of questions, one line each.
"""A number of records where that was asked for: "how often", "how many"; and nowhere else."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.forms.form import Form
from madeleine_miniapp.domain.questions.mentions import Kind

_OFTEN = re.compile(
    r"\b(?:how often|(?:more|less|most|least|as|not) often|oftener|(?:how many|more|fewer|most|fewest|number of) times|more frequently|most frequently|less frequently)\b"
)
_EACH = re.compile(r"\b(?:each|per|by|every|apiece|respectively|split|breakdown|broken down)\b")
_COUNTING = re.compile(
    r"\b(?:how many|how often|number|numbers|counts?|counted|times|often|frequen\w+|entries|records|sessions|more|fewer|most|fewest|busiest|least)\b"
)
_SIZE = re.compile(r"(?:single )?(?:big|larg|great|hug|small|tini|high|low|long|short|heav|light|full|strong)\w*")
_HOW_MANY = re.compile(r"^(?:how many|(?:the )?(?:count|number) of)\b(?!.*\b(?:and|which|what|who|when|list)\b)")
_LISTED = re.compile(r"^(?:please )?(?:which|list|name|show me|tell me which|give me the)\b")
_DIFFERENT = re.compile(r"\b(?:how many|number of) (?:different|distinct|unique)\b")
_HOW_MUCH = re.compile(r"\bhow much (?:did|do|does|have|has|had|was|were|is|are)\b")
_HOW_OFTEN = re.compile(r"\bhow (?:many|often)\b|\btimes\b|\bnumber of\b")
_HOW_MANY_WHAT = re.compile(r"^(?:so |and |in |on |for )*how many [^\W\d]+")
_HOW_MANY_UNITS = re.compile(
    r"\b(?:how many|number of|count)\b (?:[\w'-]+ ){0,4}?(?:day|week|month|year|night|evening|morning|afternoon|date|weekend|time)s?\b"
    r"|\bhow many (?:[\w'-]+ )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
)


def often(form: Form) -> str:
    """ "How often", "less often": a number of records, no sum of what they say."""
    said = form.said(_OFTEN)
    counted = form.plan.counts or "MEASURE_FUNCTION_COUNT" in str(form.plan.relation)
    return "" if counted or form.plan.verdict in ("any", "none") else said


def sizes(form: Form) -> list[str]:
    """ "Was it bigger", "the largest": by a figure, no number of records."""
    if not form.plan.told.startswith("number of") or form.said(_COUNTING):
        return []
    compared = [m for m in form.facts.items if m.cue("more") or m.cue("less") or m.cue("sup")]
    # "The priciest" goes by money.
    dear = [m for m in compared if (told := m.cue("sup")) is not None and told.value.endswith(" money")]
    return [m.text for m in compared if m in dear or _SIZE.match(m.text.removeprefix("the "))]


def counted_money(form: Form) -> str:
    """ "Groceries per week": what is spent, unless their number is asked for."""
    counts = re.match(r"number of records per (?:day|week|month|year)", form.plan.told)
    money = any(f.type == s.FIELD_TYPE_MONEY for f in form.facts.subject.numeric)
    return counts.group() if counts and money and not form.said(_COUNTING) else ""


def a_number(form: Form) -> str:
    """ "How many": a number, no list."""
    asked = _HOW_MANY.match(form.text)
    one = form.plan.told.startswith(("record with", "latest record", "first record"))
    listed = form.listed and not form.names & {"count", "value", "length", "days"}
    return asked.group() if asked and (listed or (one and (not form.plan.figure or _counts_records(form)))) else ""


def named_ones(form: Form) -> str:
    """ "Which ones", "list them": those, no number of them."""
    counted = form.single and len(form.plan.shown) == 1 and form.plan.counts
    asked = _LISTED.match(form.text)
    return asked.group() if counted and asked and not form.said(_COUNTING) else ""


def groups_counted(form: Form) -> str:
    """ "How many different dishes": a number of them, no dish."""
    return form.said(_DIFFERENT) if not form.single and form.plan.key and not form.said(_EACH) else ""


def how_much(form: Form) -> str:
    """ "How much did I train": a quantity, no number of records."""
    counted = form.plan.told.startswith("number of records") and not form.said(_HOW_OFTEN)
    return form.said(_HOW_MUCH) if counted else ""


def _counts_records(form: Form) -> bool:
    """Whether "how many" stands right before the name of the records."""
    return any(
        one.cue("how_many") is not None
        and other.start - one.end <= 1
        and any(m.name and m.strength == 3 for m in other.of(Kind.ENTITY))
        for one, other in pairwise(form.facts.items)
    )


def most_of_them(form: Form) -> list[str]:
    """ "Who paid for the most dinners": their number, no sum."""
    if not form.plan.told.startswith("sum of"):
        return []
    return [
        other.text
        for one, other in pairwise(form.facts.items)
        if one.cue("sup") is not None
        and one.text.split()[-1] in ("most", "fewest")
        and 0 <= other.start - one.end <= 1
        and other.kind in (Kind.CHOICE, Kind.VALUE, Kind.ENTITY)
        and other.text.endswith("s")
        and not other.of(Kind.FIELD)
    ]


def no_weeks(form: Form) -> str:
    """ "How many meals": no weeks or days of them."""
    told = form.plan.told.startswith("number of") and form.plan.told.endswith("s with a record")
    return form.said(_HOW_MANY_WHAT) if told and not form.said(_HOW_MANY_UNITS) else ""
