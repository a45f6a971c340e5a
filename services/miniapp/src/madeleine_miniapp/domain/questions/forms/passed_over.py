# ruff: noqa: E501 - patterns of questions, one line each.
"""What was passed over that tells one figure from another: a sum, what is left, of each unit, of each of several."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.forms.form import MEAN, Form
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.text import stems

_SUMMED = re.compile(r"\b(?:together|altogether|combined|in total|in all|all told)\b")
_LEFT_ZH = re.compile("还剩|剩下|剩余")
_LEFT_TOLD = re.compile("剩|余|差| [-–−] ")
_OF_UNIT = re.compile(
    r"[一每](?:克|斤|两|升|毫升|公里|小时|分钟|页|片|包|杯|泡)最|(?:cheapest|dearest|priciest|costliest|most expensive) (?:[a-z]+ )?per [a-z]+"
)
_FOR_EACH = re.compile(r"\b(?:for|of) each(?: (?:one|child|of them|of us))?\W*$")
_WHAT_AND_HOW_MUCH = re.compile(
    r"^(?:so |and )?what (?:did|have|has) [^,;?]*(?:,|\band) (?:what|how much) (?:did|has|have|was|were) (?:it|they|that|each)\b"
)


def summed(form: Form) -> str:
    """ "How heavy are they together": a sum, no mean."""
    mean = form.plan.told.startswith(("mean of", "平均")) and form.single
    return form.said(_SUMMED) if mean and not form.said(MEAN) else ""


def what_is_still_there(form: Form) -> str:
    """还剩多少克: what is left, and not all there was."""
    return "" if _LEFT_TOLD.search(form.plan.told) or not form.plan.figure else form.said(_LEFT_ZH)


def of_a_unit(form: Form) -> str:
    """一克最贵: by what a gram costs."""
    return "" if "/" in form.plan.told or form.plan.key else form.said(_OF_UNIT)


def for_each_of_them(form: Form) -> str:
    """ "The worst mark for each": a row for each."""
    one = form.plan.told.startswith(("record with", "latest", "first")) and "each" not in form.plan.told
    return form.said(_FOR_EACH) if one else ""


def what_and_how_much(form: Form) -> str:
    """ "What did we pay late, and what did it cost": things beside the figure."""
    return form.said(_WHAT_AND_HOW_MUCH) if form.single and len(form.plan.shown) == 1 else ""


def by_what_is_given(form: Form) -> list[str]:
    """ "Who helped Emil most": somebody else than Emil, by whom records are told apart."""
    types = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON)
    given = [c for c in form.facts.conditions if c.field == form.plan.key and not c.negated and c.value]
    top = form.plan.verdict in ("cell", "who", "least") and form.types.get(form.plan.key) in types
    return [given[0].value] if top and len(given) == 1 else []


def called_elsewhere(form: Form) -> list[str]:
    """ "Who has no table yet": the table of guests, and no task that speaks of a table."""
    others = {
        stems(n)
        for e in form.facts.subject.beside
        for f in e.fields
        if f.type != s.FIELD_TYPE_TEXT
        for n in (f.name, f.label)
    }
    denied = form.plan.told.startswith(("people without", "records that match without"))
    return [
        c.value
        for c in form.facts.conditions
        if denied and c.kind is Kind.VALUE and not is_chinese(c.value) and stems(c.value) in others
    ]
