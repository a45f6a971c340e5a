# ruff: noqa: E501 - patterns of words, one line each.
"""Which figures a question lists: "sessions, minutes and km", "how often and how much", "the average and the number of"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Condition, Facts
from madeleine_miniapp.domain.questions.frames import dimensions
from madeleine_miniapp.domain.questions.frames.amounts import only_amount, paying
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.units import Quantity, quantity, unit_named

# What stands between figures that are asked for beside each other.
LISTING = re.compile(r"\band\b|\bplus\b|\bwith\b|[,/&+;、和跟及，]")
# "My yoga sessions, how long are they": what is asked of them, and no number of them.
_OF_THEM = re.compile(r"\s*[,:;.–—-]+ *(?:and )?(?:how (?:long|far|much|hard|big)|what)\b")
# Nothing but "and" stands between two things that are listed.
_LISTED = re.compile(r"\s*(?:,|/|&|\+|、|，|\band\b|和|及)+\s*(?:and )?(?:the |my |our |total |their )*")
_EACH_TIME = re.compile("[每一][次笔顿项回]|per time|each time")
_USUAL = re.compile(r"typical(?:ly)?|usual(?:ly)?|normally|通常|一般")
_FUNCTIONS = ("median", "mean", "sum")
_ASKING = ("count", "how_many", "how_much", "what", "each_one", "row", "list", "times", "and", "verb", "money")


@dataclass(frozen=True, slots=True)
class Asked:
    """One figure that is asked for, and the conditions that are said of it alone."""

    measured: Measured
    where: tuple[Condition, ...] = ()


@dataclass(slots=True)
class _Part:
    """What stands between two "and"."""

    items: list[tuple[int, Mention]]
    amounts: list[Quantity]
    conditions: tuple[Condition, ...]
    counts: bool
    function: str
    # It asks how much, or for a function, of what it need not name.
    asks: bool


def listed(facts: Facts) -> list[Asked]:
    """The figures that the question lists, taken; empty: it does not list any, or not clearly."""
    amounts = _amounts(facts)
    if amounts is None:
        return []
    found: list[Asked] = []
    used = {*amounts, *paying(facts)}
    function = ""
    parts = _parts(facts, amounts)
    if any(len(part.amounts) > 1 for part in parts):
        # "Kilometres per hour": nothing lists them.
        return []
    behind = _said_of_all(facts, amounts)
    trailing = [part for part in parts if behind and part.function and not (part.amounts or part.counts)]
    unnamed = any(part.asks and not part.amounts and not part.counts for part in parts if part not in trailing)
    for part in parts:
        if part in trailing:
            used |= {i for i, m in part.items if m.cue(part.function)}
            continue
        if part.counts and not part.amounts:
            if part.function in ("mean", "median"):
                return []
            made = [Measured("count")]
        elif part.asks or (part.amounts and not unnamed):
            # "My mood, month by month: one average for each" names the figure, and asks for it once.
            function = part.function or ("" if part.asks else function)
            of = part.amounts or _unnamed(facts, list(amounts.values()))
            if not of:
                return []
            made = [Measured(part.function or _usual(facts, one, function or behind), one) for one in of]
        else:
            continue
        found += [Asked(one, part.conditions) for one in made if Asked(one, part.conditions) not in found]
        used |= {i for i, m in part.items if any(m.cue(n) for n in (*_ASKING, *_FUNCTIONS))}
        if part.function == "mean":
            # 平均每次多少 is the mean over records.
            used |= {i for i, m in part.items if _EACH_TIME.fullmatch(m.text)}
    if len(found) < 2 or not _together(facts, parts):
        return []
    facts.used |= used
    return _shared(found)


def _said_of_all(facts: Facts, amounts: dict[int, Quantity]) -> str:
    """The function that stands behind several figures and is said of each: "mood and sleep by month, averages"."""
    if len({one.field.name for one in amounts.values()}) < 2:
        return ""
    end = max(facts.items[i].end for i in amounts)
    said = [n for _, m in facts.free(Kind.CUE) for n in _FUNCTIONS if m.cue(n)]
    behind = [n for _, m in facts.free(Kind.CUE) for n in _FUNCTIONS if m.cue(n) and m.start >= end]
    return behind[0] if behind == said and behind else ""


def _usual(facts: Facts, of: Quantity, said: str) -> str:
    """What is made of a figure for which nothing else is said than of the one before it: what it adds up to, if it does."""
    if said not in ("", "sum"):
        return said
    return "sum" if adds_up(facts, of) else "mean"


def adds_up(facts: Facts, of: Quantity) -> bool:
    """Whether a figure comes to something over several days: nobody sleeps so many hours in a month."""
    return facts.additive(of.field) and not dimensions.is_size(of.field, "rest")


def _amounts(facts: Facts) -> dict[int, Quantity] | None:
    """The mentions of figures and which they are; None where one may be several."""
    made: dict[int, Quantity] = {}
    verbs = paying(facts)
    for index, mention, fields in facts.fields_named(*NUMERIC):
        records = mention.text.endswith("s") and any(m.strength == 3 for m in mention.of(Kind.ENTITY))
        if index in verbs or records or mention.of(Kind.VOID):
            continue
        money = all(f.type == s.FIELD_TYPE_MONEY for f in fields)
        meant = fields[0] if len(fields) == 1 else facts.amount(fields) if money else None
        if meant is None:
            return None
        made[index] = quantity(meant, unit_named(mention.text))
    return made


def _unnamed(facts: Facts, amounts: list[Quantity]) -> list[Quantity]:
    """What "the average" is of: the one figure that is named elsewhere, else the amount of money."""
    if amounts:
        return amounts[:1] if all(one.field == amounts[0].field for one in amounts) else []
    money = only_amount(facts)
    return [money] if money is not None else []


def _parts(facts: Facts, amounts: dict[int, Quantity]) -> list[_Part]:
    """The question between the words that list."""
    text = facts.scan.text
    inside = [(m.start, m.end) for m in facts.items if not m.cue("and") and not m.cue("or")]
    stops = [f.span() for f in LISTING.finditer(text) if not any(a < f.end() and f.start() < b for a, b in inside)]
    bounds = [0, *(end for _, end in stops), len(text) + 1]
    made: list[_Part] = []
    verbs = paying(facts)
    for start, end in pairwise(bounds):
        items = [(i, m) for i, m in enumerate(facts.items) if start <= m.start < end and i not in facts.used]
        has = {n for _, m in items for n in (*_ASKING, *_FUNCTIONS) if m.cue(n)}
        if facts.has("median") and any(m.cue("mean") and _USUAL.fullmatch(m.text) for _, m in items):
            # "What is typical? the median please".
            has.discard("mean")
        of = [amounts[i] for i, _ in items if i in amounts]
        many = any(m.cue("how_many") and not m.cue("how_much") for _, m in items)
        function = next((n for n in _FUNCTIONS if n in has), "")
        # 付了多少 names the figure, and asks for it.
        much = any(i in amounts and m.text.endswith("多少") for i, m in items)
        pays = much or ("what" in has and ("money" in has or any(i in verbs for i, _ in items)))
        made.append(
            _Part(
                items,
                [one for place, one in enumerate(of) if one not in of[:place]],
                tuple(c for c in facts.conditions if start <= c.start < end),
                "count" in has or many or any(_listed_entity(facts, m, amounts) for _, m in items),
                function,
                function != "" or "how_much" in has or pays,
            )
        )
    return made


def _listed_entity(facts: Facts, mention: Mention, amounts: dict[int, Quantity]) -> bool:
    """ "Sessions" in "sessions, minutes and km"."""
    text = facts.scan.text
    if mention.kind is not Kind.ENTITY or not (mention.text.endswith("s") or text.startswith("数", mention.end)):
        return False
    if _OF_THEM.match(text, mention.end):
        return False
    figures = [m for i, m in enumerate(facts.items) if i in amounts or any(m.cue(n) for n in _FUNCTIONS)]
    return any(
        _LISTED.fullmatch(text[mention.end : f.start] if f.start > mention.end else text[f.end : mention.start])
        for f in figures
    )


def _together(facts: Facts, parts: list[_Part]) -> bool:
    """Whether what is held apart, times or people, is not said of one figure each: "runs in May and km in June"."""
    asking = [i for i, part in enumerate(parts) if part.counts or part.amounts or part.asks]
    for kind in (Kind.TIME, Kind.PERSON):
        held = [i for i, part in enumerate(parts) for _, m in part.items if m.of(kind)]
        if len(held) > 1 and any(held[0] < i <= held[-1] for i in asking) and any(held[0] >= i for i in asking):
            return False
    return True


def _shared(found: list[Asked]) -> list[Asked]:
    """The figures with conditions of their own only where these tell them apart; empty: that cannot be told.

    "How many are there, and how many are booked" has one, "the number and the total of groceries" none.
    """
    kinds = [one.measured for one in found]
    first = found[0].where
    if all(kinds.index(kind) == place for place, kind in enumerate(kinds)):
        alone = [one for one in found[1:] if one.where]
        return [] if first and alone else [replace(one, where=()) for one in found]
    # The same figure again is one of others.
    own = {c.field for one in found[1:] for c in one.where}
    if not all(one.where for one in found[1:]) or {c.field for c in first} & own:
        return []
    return [replace(found[0], where=()), *found[1:]]
