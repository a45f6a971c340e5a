"""From one date of a record to another: "from reporting to fixing", 从下单到收货."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Mention

_FROM = re.compile(r"(?:\b(?:from|between)|从) ?(?:the |its |their |being |getting |when (?:it|they) (?:was|were) )?$")
# What has been taken holds where it is from.
_OPENED = re.compile("from |between |从")
_TO = re.compile(
    r"\s*(?:的?(?:日期|时间)|date|day)?\s*(?:to|until|till|and|到|至)\s*"
    r"(?:the |its |their |being |getting |when (?:it|they) (?:was|were) )?"
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
        held = tuple(m for m in made[index].of(Kind.FIELD) if m.name == field.name)
        before = _FROM.search(facts.scan.text[: made[index].start])
        start = before.start() if before else made[index].start
        text = facts.scan.text[start : made[index].end].strip()
        made[index] = replace(made[index], start=start, text=text, meanings=held)
    facts.scan = replace(facts.scan, mentions=tuple(made))


def _date(mention: Mention) -> s.Field | None:
    held = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in TEMPORAL and m.strength >= 2]
    return held[0].field if held else None
