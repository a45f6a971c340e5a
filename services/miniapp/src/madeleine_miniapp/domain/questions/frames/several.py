# ruff: noqa: E501 - patterns of questions, one line each.
"""The frame of several figures beside each other: "calories and protein today", "sessions, minutes and km of each of us"."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown

# What stands between figures that are asked for beside each other.
LISTING = re.compile(r"\band\b|\bplus\b|\bwith\b|[,/&+;、和跟及，]")
# Nothing but "and" stands between two things that are listed.
_LISTED = re.compile(r"\s*(?:,|/|&|\+|、|，|\band\b|和|及)+\s*(?:and )?(?:the |my |our |total |their )*")
# What asks for a number of records by itself.
_TIMES = re.compile(r"how often|(?:how many|number of) times|(?:几|多少)[次回顿趟场]|次数")
_OTHERS = (
    "sup", "last", "first", "vs", "than", "more", "less", "streak", "per", "rank", "top", "share", "often", "unit",
)  # fmt: skip


def several(facts: Facts) -> Plan | None:
    """Figures of several fields, or a figure and the number of records, of each person or choice where that is asked."""
    apart = any(m.cue("difference") and not m.cue("how_many") for m in facts.items)
    if (
        facts.limits
        or apart
        or facts.per_record
        or facts.has(*_OTHERS)
        or len(facts.groups) > 1
        or len(facts.people) > 1
    ):
        return None
    named = facts.fields_named(*NUMERIC)
    fields = {f[2][0].name for f in named if len(f[2]) == 1}
    counted = _counted(facts, [m for _, m, _ in named]) if named else []
    places = [m for _, m, _ in named]
    joined = any(LISTING.search(facts.scan.text[a.end : b.start]) for a, b in pairwise(places))
    if not named and (made := _counted_and_spent(facts)) is not None:
        return made
    if not fields or not (counted if len(fields) == 1 else joined):
        return None
    facts.used |= set(counted)
    found = facts.quantities()
    if len(found) + bool(counted) < 2 or len(found) > 5:
        return None
    function = next((n for n in ("median", "mean", "sum") if facts.has(n)), "sum")
    facts.cue(
        "median", "mean", "sum", "how_many", "how_much", "how_long", "and", "what", "each_one", "row", "list", "times"
    )
    for one in found:
        if function == "sum":
            measuring.refuse_sum(facts, one)
    keys = _keys(facts)
    spans = facts.spans()
    if len(spans) > 1:
        return None
    given = base.chosen(facts, spans, facts.moment())
    figures = ([Measured("count")] if counted else []) + [Measured(function, one) for one in found]
    made = terms.grouped(given, keys, [m.of(m.name) for m in figures])
    shown = [Shown(k.name) for k in keys] + [Shown("count")] * bool(counted)
    shown += [Shown(one.field.name, one.unit, label(one.field)) for one in found]
    zh = measuring.chinese(facts)
    told = ("、" if zh else ", ").join(m.told(zh) for m in figures)
    if keys:
        told += f"，按{keys[0].name}" if zh else f" by {keys[0].name}"
    return Plan(made, tuple(shown), told, tuple(spans), key=keys[0].name if keys else "")


def _counted_and_spent(facts: Facts) -> Plan | None:
    """ "How many times and how much altogether": the number of records and what they cost."""
    asked = [m for m in facts.items if m.cue("how_much")]
    if len(asked) != 1 or not _TIMES.search(facts.scan.text) or facts.groups or facts.has("mean", "median", "each"):
        return None
    counted, money = _counted(facts, asked), only_amount(facts)
    spans = facts.spans()
    if not counted or money is None or len(spans) > 1:
        return None
    facts.used |= set(counted)
    facts.cue("how_many", "how_much", "count", "sum", "and", "what", "row", "list", "times", "verb", "money")
    figures = [Measured("count"), Measured("sum", money)]
    made = terms.grouped(base.chosen(facts, spans, facts.moment()), [], [m.of(m.name) for m in figures])
    zh = measuring.chinese(facts)
    told = ("、" if zh else ", ").join(m.told(zh) for m in figures)
    shown = (Shown("count"), Shown(figures[1].name, money.unit, label(money.field)))
    return Plan(made, shown, told, tuple(spans))


def _keys(facts: Facts) -> list[q.Named]:
    """What there is a row of figures for, taken: each person, or each choice of a field."""
    each = facts.subject.shared and not facts.people and facts.cue("each") is not None
    name = facts.person if each else facts.groups[0].name if facts.groups else ""
    facts.grouped = bool(facts.groups) and not each
    facts.cue("by")
    return [q.Named(name=name, value=terms.column(name))] if name else []


def _counted(facts: Facts, figures: list[Mention]) -> list[int]:
    """The words that ask for the number of records beside figures: "sessions, minutes and km", "how many swims and how many km"."""
    for place, (index, mention) in enumerate(
        rest := [(i, m) for i, m in enumerate(facts.items) if i not in facts.used]
    ):
        if mention in figures:
            continue
        asks = mention.cue("count") or mention.cue("how_many")
        if asks and _TIMES.fullmatch(mention.text) and _apart(facts, mention, figures):
            return [index]
        after = rest[place + 1][1] if place + 1 < len(rest) else None
        if asks and after is not None and after not in figures:
            # "How many" with what is counted: the records, by what they are called or by what they are filtered on.
            named = after.of(Kind.ENTITY) or after.cue("times") or after.cue("row")
            if (named or _filtered(facts, mention)) and _apart(facts, mention, figures):
                return [index, *([rest[place + 1][0]] if named and not after.of(Kind.FIELD) else [])]
        if mention.kind is Kind.ENTITY and mention.text.endswith("s") and _in_list(facts, mention, figures):
            return [index]
    return []


def _filtered(facts: Facts, asks: Mention) -> bool:
    """Whether a choice that records are filtered on stands right behind "how many"."""
    return any(0 <= c.start - asks.end <= 2 and c.kind is Kind.CHOICE for c in facts.conditions)


def _apart(facts: Facts, mention: Mention, figures: list[Mention]) -> bool:
    """Whether the figures are asked for besides, not of what is counted."""
    first, last = min(figures, key=lambda m: m.start), max(figures, key=lambda m: m.start)
    between = (
        facts.scan.text[mention.end : first.start]
        if first.start > mention.end
        else facts.scan.text[last.end : mention.start]
    )
    return LISTING.search(between) is not None


def _in_list(facts: Facts, mention: Mention, figures: list[Mention]) -> bool:
    text = facts.scan.text
    return any(
        _LISTED.fullmatch(text[mention.end : f.start] if f.start > mention.end else text[f.end : mention.start])
        for f in figures
    )
