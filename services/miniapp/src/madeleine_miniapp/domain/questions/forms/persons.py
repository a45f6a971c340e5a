# ruff: noqa: E501 - patterns of questions, one line each.
"""Everybody who is named, and nobody else: a figure for each where several are listed, a share where a cost is shared."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.forms.form import Form
from madeleine_miniapp.domain.questions.mentions import Kind

_EVERYONES = re.compile(r"\b(?:everyone|everybody)'s\s*[?.!]*$")
_ONLY_PEOPLE = re.compile(
    r"\b(?:only|just|solely|alone|nobody (?:but|except)|no one (?:but|except)) (?:for |by |between |with )?$"
)
_LISTS = re.compile(r"\s*(?:,|/|&|\+|and|or|,\s*and|,\s*or)\s*")
_HOW_MANY_AND_WHO = re.compile(
    r"\bhow (?:many|much)\b.*(?:&|\+|,|;|\?|\band\b) *(?:and )?who(?:'s| has| have| is| are| was| did)\b"
)
_AND_OF = re.compile(r"(?:,|\band) (?:and )?(?:of |for |in )?(?:mine|hers|his|[^\W\d]+'s?)\s*[?.!]*$")
_PER_AND_PER = re.compile(r"\bper [a-z]+ (?:and|or) (?:per )?[a-z]+\b")
_COST_EACH = re.compile(
    r"\b(?:cost|costs|come to for|owed? by) (?:for )?(?:each|every|everyone|everybody)\b|\bper (?:person|head)\b.*\bcost\b|\bcosts?\b.*\bper (?:person|head)\b"
)
_WITH = re.compile(r"(?<!compare )(?<!compared )(?<!together )\bwith $")
_WITH_ME = re.compile(r"(?<!compare )(?<!compared )(?<!together )\bwith me\b|\bjoin(?:s|ed|ing)? (?:me|us)\b")
_WHO_HOW_MUCH = re.compile(r"^who \w+s\b.*\bhow (?:far|much|long|often|many)\b")


def of_everyone(form: Form) -> str:
    """ "..., everyone's": of all of us together or of each, which is not clear."""
    return form.said(_EVERYONES) if form.plan.key in form.people else ""


def only_people(form: Form) -> list[str]:
    """ "Only Mei and I": of nobody else."""
    text = form.text
    held = [m for m in form.facts.items if m.kind is Kind.PERSON or (m.cue("me") and m.text in ("me", "i"))]
    return [m.text for m in held if _ONLY_PEOPLE.search(text[: m.start]) and "only" not in form.plan.told]


def everybody_named(form: Form) -> list[str]:
    """ "Me, Mei, Jonas": all who are listed, and a figure for each where nothing joins them."""
    me = form.facts.asker.person_id
    missed: list[str] = []
    for one, other in pairwise(form.facts.items):
        people = {x for x in (one, other) if x.kind is Kind.PERSON}
        asker = next((x for x in (one, other) if x.cue("me") and x.text in ("me", "myself", "i")), None)
        between = form.text[one.end : other.start]
        if not _LISTS.fullmatch(between) or not people:
            continue
        if asker is not None and form.facts.people and me not in form.facts.people:
            missed.append(asker.text)
        commas = between.strip() in (",", "/") and (len(people) == 2 or asker is not None)
        if commas and form.single and len(form.plan.shown) == 1 and len(form.facts.people) > 1:
            missed.append(between.strip())
    return missed


def who_has_them(form: Form) -> str:
    """ "How many are there & who has them": no zeros for those who have none."""
    return form.said(_HOW_MANY_AND_WHO) if form.plan.key in form.people and form.facts.conditions else ""


def of_the_other(form: Form) -> str:
    """ "The share of mine, and of Lena's": one for each, and so "per session and per week"."""
    joint = form.said(_AND_OF) if form.single and len(form.facts.people) > 1 else ""
    return joint or (form.said(_PER_AND_PER) if form.single else "")


def cost_each(form: Form) -> str:
    """ "What did it cost each of us": everybody's share, not what each laid out."""
    shared = any(
        {*f.choices} & {*form.facts.asker.names.values()} for f in form.facts.subject.fields(s.FIELD_TYPE_MULTI_CHOICE)
    )
    return form.said(_COST_EACH) if shared and form.plan.key in form.people else ""


def in_company(form: Form) -> str:
    """ "Did Lena run with me": what one did with the other, no records of either."""
    told = any(c.kind is Kind.VALUE for c in form.facts.conditions)
    others = [p for p in form.facts.people if p != form.facts.asker.person_id]
    if not others or told or form.plan.key or form.plan.verdict:
        return ""
    with_whom = (m for m in form.facts.items if m.of(Kind.PERSON) and len(form.facts.people) > 1)
    named = next((m for m in with_whom if _WITH.search(form.text[: m.start])), None)
    return form.said(_WITH_ME) or (f"with {named.text}" if named is not None else "")


def each_in_a_part(form: Form) -> list[str]:
    """ "How many of Lena's chores did I check": where records name two people, each of them is in the answer."""
    if sum(f == s.FIELD_TYPE_PERSON for f in form.types.values()) < 2 or form.plan.key in form.people:
        return []
    said = {m.value: x.text for x in form.facts.items for m in x.of(Kind.PERSON)}
    own = next((x.text for x in form.facts.items if x.cue("me") and x.text in ("i", "my", "mine")), "")
    said |= {form.facts.asker.person_id: own} if own else {}
    told = form.plan.relation.SerializeToString()
    return [text for person, text in said.items() if len(said) > 1 and person.encode() not in told]


def who_how_much(form: Form) -> str:
    """ "Who cycles, and how far": a figure for each, no records."""
    return form.said(_WHO_HOW_MUCH) if form.plan.told.startswith("records that match") else ""
