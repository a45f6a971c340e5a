# ruff: noqa: E501 - patterns of questions, one line each.
"""What is said beside the names of things: a state of some of them, another kind's field, money, the thing beside a person."""

from __future__ import annotations

import re

from google.protobuf import text_format

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.forms.form import Form
from madeleine_miniapp.domain.questions.frames.places import place_fields
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.words import is_void

_CHOICES = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
# What is so of some records only; "still" and 还 alone may be said of all.
_SOME = re.compile(
    r"\b(?:still|yet|already|not|never|without|overdue|expired|due)\b|n't\b|(?:已经?|还没|没有?|尚未|未)|过期|到期|(?<!多)[完掉坏]了?(?=[的吗么]|$)"
)
_CAME_BACK = re.compile(r"\b(?:back|again|twice|more than once|returned|late)\b")
_MONEY_OF = re.compile(
    r"\b(?:(?:ma[dk]e|making|earn\w*) (?:(?:any |the )?(?:more|less|most|least|money)|anything|much) (?:from|on|out of|with|off)|earn\w* (?:the )?(?:more|less|most|least)"
    r"|(?:spen[dt]|pa(?:y|id)|cost) (?:me |us )?(?:the )?(?:more|less|most|least|money)(?! (?:time|hours|minutes|often|attention)))\b"
)
_MONEY_ASKED = re.compile(
    r"^(?:and |so )?(?:all )?(?:the |our |my )?(?:total )?money (?:i|we|he|she|they|that|from|for|spent|paid)\b"
)
_MOST_OF = re.compile(r"(?:\b(?:best|worst|highest|lowest)) (?P<noun>[a-z]{3,})\b")
_PER_NOUN = re.compile(r"\b(?:per|for each|for every|by) (?P<noun>[a-z]+)\b(?! (?:one|of us|person))")
_EACH_OF_US = re.compile(r"[,;:?.-]\s*(?:for )?(?:all|each|every one) (?:(?:two|three|four|five|\d) )?of us\W*$")
_WITH_ALL = re.compile("我[^，。？?]{0,6}[跟和与](?:大家|大伙|他们|别人)")
_WHO_AND_WHAT = re.compile(
    r"\bwho(?:,| and| &) (?:for )?what\b|\bwhat(?:,| and| &) (?:for )?who\b|\bwho\b[^?]*?,? and what (?:was|is|were|are|did)\b"
)
_WHAT_LISTED = re.compile(r"(?:[-–—:,;?]\s*|\band )what(?=,| and|/)")
_AND_FIGURE = re.compile(r"(?:,|\band|:) (?:the |how many |number of )$")


def state_of_some(form: Form) -> str:
    """ "Which are expired", 哪些还没喝完: some of them, no list of all."""
    counted = form.single and form.plan.told.startswith(("number of records", "条数"))
    if not (form.listed or counted) or not _of_all(form):
        return ""
    return form.said(_SOME) or (form.said(_CAME_BACK) if form.listed else "")


def _of_all(form: Form) -> bool:
    """Whether an answer goes over all records there are."""
    told = text_format.MessageToString(form.plan.relation, as_utf8=True)
    # What is told each once is told where it is given.
    given = form.plan.told.startswith("different") and not (
        form.facts.conditions or form.facts.people or form.plan.spans
    )
    return told.count("filter {") <= given and "join {" not in told and "limit:" not in told


def money_of(form: Form) -> str:
    """ "Did I make more from the eggs": money, no number of eggs."""
    money = any(form.reads(f.name) for f in form.facts.subject.fields(s.FIELD_TYPE_MONEY))
    counted = form.plan.counts or form.plan.told.startswith(("sum of", "number of", "总和", "条数"))
    return form.said(_MONEY_OF) if counted and not money else ""


def money_summed(form: Form) -> str:
    """ "All the money I got": a sum, no list."""
    return form.said(_MONEY_ASKED) if form.listed else ""


def most_of_what(form: Form) -> str:
    """ "The best mark": by marks, and by nothing else that has a best."""
    found = _MOST_OF.search(form.text)
    if found is None or is_void(found["noun"]):
        return ""
    start, end = found.span("noun")
    return "" if any(m.start < end and start < m.end for m in form.facts.items) else found.group()


def per_other(form: Form) -> list[str]:
    """ "Spending per shop": of records that have a shop, where others have it and these have none."""
    own = {stems(n) for f in form.facts.subject.entity.fields for n in (f.name, f.label)}
    others = {stems(n) for e in form.facts.subject.beside for f in e.fields for n in (f.name, f.label)} - own
    return [
        found.group() for found in _PER_NOUN.finditer(form.text) if not form.plan.key and stems(found["noun"]) in others
    ]


def each_of_us_told(form: Form) -> str:
    """ "Who collects most? All three of us": a row for each, no single one."""
    top = form.plan.verdict == "cell" or "limit: 1" in str(form.plan.relation)
    return form.said(_EACH_OF_US) if top and form.tells_people else ""


def with_everybody(form: Form) -> str:
    """我跟大家一共: what I was in, no sum of everybody's."""
    own = form.facts.asker.person_id.encode() in form.plan.relation.SerializeToString()
    return "" if own or not form.facts.subject.shared else form.said(_WITH_ALL)


def what_beside_who(form: Form) -> str:
    """ "Who, and what": a thing beside the person."""
    told = [n for n in form.names if form.types.get(n) in (s.FIELD_TYPE_TEXT, *_CHOICES)]
    people = len(form.names & form.people) + len([n for n in told if n not in form.people])
    asked = form.said(_WHO_AND_WHAT)
    return asked if asked and (not told or people < 2) and not form.plan.verdict else ""


def what_listed(form: Form) -> str:
    """ "The last thing done - what, when, how much": what it was, no place of it."""
    places = {f.name for f in place_fields(form.facts)}
    said = {c.field for c in form.facts.conditions if not c.negated}
    told = any(form.types.get(n) in (s.FIELD_TYPE_TEXT, *_CHOICES) for n in form.names - places - said)
    return "" if told or is_chinese(form.text) else form.said(_WHAT_LISTED)


def figure_beside(form: Form) -> list[str]:
    """ "The most crowded week: its date and the hours": hours that records hold are read."""
    return [
        m.text
        for m in form.facts.items
        if form.plan.counts
        and _AND_FIGURE.search(form.text[: m.start])
        and re.match(r"\W*$", form.text[m.end :])
        and any(x.strength == 3 and x.field and x.field.type in NUMERIC for x in m.of(Kind.FIELD))
        and not any(form.reads(x.name) for x in m.of(Kind.FIELD))
    ]
