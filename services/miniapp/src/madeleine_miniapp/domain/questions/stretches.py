"""From one date of a record to another: "from reporting to fixing", 从下单到收货."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention

_FROM = re.compile(r"(?:\b(?:from|between)|从) ?(?:the |its |their |being |getting |when (?:it|they) (?:was|were) )?$")
# What has been taken holds where it is from.
_OPENED = re.compile("from |between |从")
_TO = re.compile(
    r"\s*(?:的?(?:日期|时间)|date|day)?\s*(?:to|until|till|and|到|至)\s*"
    r"(?:the |its |their |being |getting |when (?:it|they) (?:was|were) )?"
)

# What one date and another are asked together with.
_AS_WELL = re.compile(
    r"(?:\b(?:and|or)|[,&/，、和]|\bdid \w+|\b(?:was|were) (?:it|they|he|she|i)|\bwhen \w+(?: (?:have|has|had))?"
    r"|什么时候|何时|哪天|几号) ?$"
)

Ends = tuple[tuple[int, s.Field], tuple[int, s.Field]]


def ends_named(facts: Facts) -> Ends | None:
    """The two dates between which a stretch of time is asked for, each with the index of its mention."""
    dated = [(i, m, f) for i, m in enumerate(facts.items) if (f := _date(m)) is not None]
    text = facts.scan.text
    for (first, one, start), (second, other, end) in combinations(dated, 2):
        opened = _FROM.search(text[: one.start]) or _OPENED.match(one.text)
        if opened and start.name != end.name and _TO.fullmatch(text[one.end : other.start]):
            return (first, start), (second, end)
    return None


def take_ends(facts: Facts) -> None:
    """The ends of a stretch are dates, though states are called so as well."""
    ends = ends_named(facts)
    if ends is None:
        return
    made = list(facts.items)
    for index, field in ends:
        held = _only(made[index], field)
        before = _FROM.search(facts.scan.text[: made[index].start])
        start = before.start() if before else made[index].start
        text = facts.scan.text[start : made[index].end].strip()
        made[index] = replace(made[index], start=start, text=text, meanings=held)
    facts.scan = replace(facts.scan, mentions=tuple(made))


def take_dates(facts: Facts) -> None:
    """ "When did I start and when did I finish it": dates, though states are called so as well."""
    dated = [(i, m, f) for i, m in enumerate(facts.items) if (f := _date(m)) is not None]
    if len({f.name for _, _, f in dated}) < 2 or not facts.has("when"):
        return
    made = list(facts.items)
    for index, mention, field in dated:
        first = index == dated[0][0]
        if mention.kind is Kind.CHOICE and (first or _AS_WELL.search(facts.scan.text[: mention.start])):
            made[index] = replace(mention, meanings=_only(mention, field))
    facts.scan = replace(facts.scan, mentions=tuple(made))


def _only(mention: Mention, field: s.Field) -> tuple[Meaning, ...]:
    """What a mention means where it names that field."""
    return tuple(m for m in mention.of(Kind.FIELD) if m.name == field.name)


def _date(mention: Mention) -> s.Field | None:
    held = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in TEMPORAL and m.strength >= 2]
    return held[0].field if held else None
