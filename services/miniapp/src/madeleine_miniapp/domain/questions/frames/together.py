# ruff: noqa: E501 - patterns of words, one line each.
"""The frame of several figures over the same records: "how many burgers, what did they cost and when was the last one"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.base import chosen
from madeleine_miniapp.domain.questions.frames.figure_list import LISTING
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.units import Quantity

_JOINT = re.compile(r"[,;?，、；？]|\band\b|\bplus\b|&|(?<!\w)和|以及")
_OTHER = (
    "sup", "vs", "than", "more", "less", "streak", "gap", "per", "each", "rank", "share", "by", "often", "median", "none", "except",
    "weekday_table", "difference", "up", "down", "distinct", "hour_table", "for_every", "over_budget", "debt",
)  # fmt: skip
_COST = re.compile(r"\b(?:cost|costs|spen[dt]|pa(?:y|id)|come to|came to|add(?:s|ed)? up)\b|花|钱|付")


def together(facts: Facts) -> Plan | None:
    """The day of the first or last beside a number of records, a sum or a mean."""
    if (
        facts.has(*_OTHER)
        or facts.groups
        or facts.limits
        or facts.window
        or not facts.has("count", "how_many", "how_much")
    ):
        return None
    clauses = _clauses(facts)
    asked = [_asked(clause) for clause in clauses]
    kinds = [kind for kind in asked if kind]
    if (
        not {"last", "first"} & set(kinds)
        or not 2 <= len(set(kinds)) == len(kinds)
        or any(_names(m) for m in _behind(clauses, asked))
    ):
        return None
    if kinds[0] in ("last", "first") and "sum" in kinds and not facts.has("sum"):
        # "Last time I had a burger: when, and how many calories": those of that one.
        return None
    amounts = facts.quantities() if facts.fields_named(*NUMERIC) else []
    money = only_amount(facts) if not amounts and _COST.search(facts.scan.text) else None
    amount = amounts[0] if len(amounts) == 1 else money
    if len(amounts) > 1 or (amount is None and {"sum", "mean"} & set(kinds)):
        return None
    if amount is not None and "sum" in kinds:
        measuring.refuse_sum(facts, amount)
    facts.cue(
        "count", "how_many", "how_much", "sum", "mean", "last", "first", "top", "when", "which_bucket", "times", "row"
    )
    facts.cue("what", "and", "exist", "unit", "per_record", "number_wanted", "money")
    zh = measuring.chinese(facts)
    named = {"last": "最近一次" if zh else "the latest day", "first": "最早一次" if zh else "the first day"}
    told = [named.get(kind) or Measured(kind, amount if kind != "count" else None).told(zh) for kind in kinds]
    return _row(facts, kinds, amount, ("、" if zh else ", ").join(told))


def counted_and_dated(facts: Facts) -> Plan | None:
    """ "How often was I there, and when was the last time": how many there are, and the day of one end."""
    last, first = facts.has("last"), facts.has("first")
    if not facts.has("count") or last == first or facts.groups or not facts.has("when"):
        return None
    asked = [m for m in facts.items if m.cue("count") or m.cue("when")]
    if facts.has("mean", "sum", "sup", "each", "per", "unit") or facts.quantities_named():
        return None
    if len(asked) < 2 or not LISTING.search(facts.scan.text[asked[0].end : asked[-1].start]):
        return None
    facts.cue("count", "when", "last", "first", "times", "row", "exist", "how_many")
    told = Measured("count").told(measuring.chinese(facts))
    return _row(facts, ["count", "last" if last else "first"], None, told)


def _row(facts: Facts, kinds: Sequence[str], amount: Quantity | None, told: str) -> Plan:
    """One row with a figure of each kind: of the amount, or of the records."""
    spans, at = facts.spans(), facts.moment()
    measures: list[q.Measure] = []
    shown: list[Shown] = []
    for kind in kinds:
        if kind in ("last", "first"):
            function = q.MEASURE_FUNCTION_MAX if kind == "last" else q.MEASURE_FUNCTION_MIN
            measures.append(terms.measure(kind, function, facts.day(at)))
            shown.append(Shown(kind))
            continue
        figure = Measured(kind, amount if kind != "count" else None)
        measures.append(figure.of(kind))
        shown.append(Shown(kind, figure.unit))
    made = terms.grouped(chosen(facts, spans, at), [], measures)
    return Plan(made, tuple(shown), told, tuple(spans))


def _clauses(facts: Facts) -> list[list[Mention]]:
    """The mentions between commas and the word "and"."""
    stops = [m.span() for m in _JOINT.finditer(facts.scan.text)]
    bounds = [0, *(end for _, end in stops), len(facts.scan.text) + 1]
    return [[m for m in facts.items if a <= m.start < b] for a, b in pairwise(bounds)]


def _asked(clause: list[Mention]) -> str:
    """Which figure a part of the question asks for; empty: none."""

    def has(*names: str) -> bool:
        return any(m.cue(n) for m in clause for n in names)

    amount = any(m.field is not None and m.field.type in NUMERIC for x in clause for m in x.of(Kind.FIELD))
    if has("last", "first") and has("when", "which_bucket"):
        return "last" if has("last") else "first"
    if has("mean"):
        return "mean"
    if has("count") or (has("how_many") and not amount):
        return "count"
    if has("sum", "how_much") or (amount and has("what", "how_many")):
        return "sum"
    return ""


def _behind(clauses: list[list[Mention]], asked: list[str]) -> list[Mention]:
    """The mentions of all parts but the first that asks: what they name would restrict that part alone."""
    first = next((place for place, kind in enumerate(asked) if kind), 0)
    return [m for clause in clauses[first + 1 :] for m in clause]


def _names(mention: Mention) -> bool:
    return bool(mention.of(Kind.CHOICE, Kind.VALUE, Kind.TIME, Kind.PERSON, Kind.NUMBER)) and not mention.of(Kind.FIELD)
