"""Days, weeks and months that figures are told by, or averaged over."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.measuring import Measured

_LENGTHS = ("day", "week", "month", "year")
_LISTED = re.compile(r"(?:each|every|by|for each)\b|.* by \w+$|[各按]|每个")


def bucket_asked(facts: Facts) -> str:
    """ "day", "week", ...: what figures are averaged over, if anything."""
    per = facts.cue("per")
    return per.value if per and per.value != "night" else ""


def buckets_asked(facts: Facts) -> tuple[list[str], str]:
    """The days, weeks or months that have a row each, and those over which figures are averaged; all taken."""
    rows, per = list(facts.buckets), ""
    facts.buckets = []
    said_of = [x.value for _, found in facts.free_cues("per") for x in found if x.value in _LENGTHS]
    if len(set(said_of)) > 1:
        # "How often a week, per month": the longer time has the rows, the shorter is averaged over.
        facts.used |= {i for i, found in facts.free_cues("per") if found[0].value in _LENGTHS}
        longest, shortest = max(said_of, key=_LENGTHS.index), min(said_of, key=_LENGTHS.index)
        return [*rows, longest], shortest
    mean, several = facts.has("mean"), len(facts.free_cues("per")) > 1
    for index, found in facts.free_cues("per"):
        said, bucket = facts.items[index].text, found[0].value
        if bucket == "night":
            continue
        facts.used.add(index)
        outright = re.search(r" by |^by\b|^[各按]", said)
        if outright or (_LISTED.match(said) and (not mean or several)):
            rows.append(bucket)
        else:
            per = per or bucket
    if per and rows and (per in rows or per == "month"):
        per = ""
    return [b for b in dict.fromkeys(rows) if b != "night"], per


def figures_of(
    facts: Facts, given: q.Relation, measured: Measured, at: q.Expression, per: str, keys: list[q.Named]
) -> q.Relation:
    """The measure of each key; with `per`, the mean of its sums per day, week or month."""
    if not per:
        return measured.grouped(given, keys, "value")
    inner = _inner(facts, measured)
    sums = inner.grouped(given, [*keys, q.Named(name="bucket", value=base.bucket(per, at))], "value")
    sums = terms.filtered(sums, terms.present(terms.column("value")))
    again = [q.Named(name=k.name, value=terms.column(k.name)) for k in keys]
    return terms.grouped(sums, again, [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])


def _inner(facts: Facts, measured: Measured) -> Measured:
    """What is summed in each day before the days are averaged."""
    if measured.function != "mean" or measured.quantity is None:
        return measured
    return Measured("sum" if facts.additive(measured.quantity.field) else "mean", measured.quantity)


def told_per(facts: Facts, measured: Measured, per: str, zh: bool) -> str:
    """ "sum of calories per day, averaged": how figures_of computes, in words."""
    if not per:
        return measured.told(zh)
    told = _inner(facts, measured).told(zh)
    return f"{told}（每{per}，再平均）" if zh else f"{told} per {per}, averaged"
