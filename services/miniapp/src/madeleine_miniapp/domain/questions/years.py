# ruff: noqa: E501 - patterns of words, one line each.
"""The year that a thing is of, in a field of its own: the oldest film, books that came out before 1950."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.settling import put
from madeleine_miniapp.domain.questions.text import stems

_YEAR = frozenset(part for word in ("year", "vintage", "年份", "年代") for part in stems(word))
# "Came out in 2019", "made before 1960", 2010年以前的.
_MADE = re.compile(
    r"\b(?:came|come|comes|coming) out(?: in)? $|\b(?:released|made|published|printed|built|produced) (?:in )?$"
)
_OF_YEARS = re.compile(
    r"(?:[a-z]+ )*(?:19|20)\d\d(?: (?:or|and) (?:earlier|later|before|after))?|(?:19|20)\d\d年?(?:[之以][前后])?"
)

_SIDE = re.compile(
    r"(?:\bfrom )?(?:(?P<before>\b(?:before|prior to|earlier than) )|(?P<after>\b(?:after|later than) )|\b(?:in|from|of) )$"
)


def take_years(facts: Facts) -> None:
    """Takes what is said of the years that things are of, where no record can be meant by the time itself."""
    of = _year_field(facts)
    if of is None:
        return
    made: list[Mention] = []
    for mention in facts.items:
        if mention.cue("oldest"):
            # The oldest is the one of the least year.
            made.append(replace(mention, meanings=(Meaning(Kind.CUE, "sup", "min"),)))
            made.append(Mention(mention.end, mention.end, "", (Meaning(Kind.FIELD, of.name, field=of),)))
        elif (held := _of_year(facts, mention, of)) is not None:
            facts.conditions.append(held)
        elif (told := _numbered(facts, mention)) is not None:
            facts.conditions.append(_held(of, told, mention))
            # What stands before the year is said with it.
            start = mention.start - len(told.group())
            made.append(Mention(start, mention.end, facts.scan.text[start : mention.end], (Meaning(Kind.VOID),)))
        else:
            made.append(mention)
    put(facts, made)


def _year_field(facts: Facts) -> s.Field | None:
    held = [f for f in facts.subject.fields(s.FIELD_TYPE_INTEGER) if _YEAR & {*stems(f.name), *stems(f.label)}]
    return held[0] if len(held) == 1 else None


def _of_year(facts: Facts, mention: Mention, of: s.Field) -> Condition | None:
    """That a thing is of such years; None for a time at which something happened."""
    span = next((m.span for m in mention.of(Kind.TIME)), None)
    if span is None or not _OF_YEARS.fullmatch(mention.text):
        return None
    first = facts.subject.first_day
    before_all = first is not None and span.last < first
    if not before_all and not _MADE.search(facts.scan.text[: mention.start]):
        return None
    held = terms.column(of.name)
    within = terms.both(
        terms.call(q.FUNCTION_GREATER_OR_EQUAL, held, terms.value(float(span.first.year))),
        terms.call(q.FUNCTION_LESS_OR_EQUAL, held, terms.value(float(span.last.year))),
    )
    told = f"{label(of)}: {mention.text}"
    return Condition(within, told, of.name, told, mention.start, kind=Kind.NUMBER)


def _numbered(facts: Facts, mention: Mention) -> re.Match[str] | None:
    """What stands before a bare number that is a year long ago: "from before 1990"."""
    if mention.kind is not Kind.NUMBER or re.fullmatch(r"1[89]\d\d", mention.text) is None:
        return None
    return _SIDE.search(facts.scan.text[: mention.start])


def _held(of: s.Field, told: re.Match[str], mention: Mention) -> Condition:
    side = q.FUNCTION_EQUAL
    if told["before"]:
        side = q.FUNCTION_LESS
    elif told["after"]:
        side = q.FUNCTION_GREATER
    held = terms.call(side, terms.column(of.name), terms.value(float(mention.text)))
    said = f"{label(of)}: {told.group()}{mention.text}"
    return Condition(held, said, of.name, said, mention.start, kind=Kind.NUMBER)
