# ruff: noqa: E501 - patterns of questions, one line each.
"""Figures of several kinds of record for each day, week or month: "for each day last week: kcal, minutes and mood"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant
from madeleine_miniapp.domain.questions.across.tops import figure_of
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span

# What a row each is asked for.
BUCKET = re.compile(
    r"\b(?:for |of |on )?(?:each|every|per|by|a) (?P<u>day|week|month)\b|\b(?P<ly>daily|weekly|monthly)\b|\b(?P<by>day by day|week by week|month by month)\b|(?:每一?个?|按|逐)(?P<zh>天|日|周|星期|月)(?:的|份)?"
)
_UNITS = {"daily": "day", "天": "day", "日": "day", "周": "week", "星期": "week", "月": "month"}
_PART = re.compile(r"[,，、;；/+&]\s*(?:and )?|\band\b|\bnext to\b|\bbeside\b|\b(?:vs\.?|versus|with)\b|和|与|跟|及")
_ASIDE = re.compile(
    r"\b(?:in (?:a|one) table|side by side|as a table|please|show me|give me|list|table of|my|the)\b|列(?:成|个|一下|出)*(?:表格?)?|(?:做|给我)?(?:个|一个)?表格?$|分别|我的?"
)
_AVERAGE = re.compile(r"\b(?:average|avg|mean|typical)\b|平均|日均|月均|周均")
_OF_ALL = re.compile(r"\b(?:our|we|us|everyone|of (?!my|mine)\w+|the \w+'s)\b|我们|大家")
_LEAST, _MOST = 2, 5


def per_bucket(text: str, reader: Reader) -> Reading | None:
    """One row for each day, week or month, one column for each figure."""
    unit = BUCKET.search(text)
    found = times.find(text, reader.today)
    spans = list(dict.fromkeys(f.span for f in found))
    if unit is None or len(spans) > 1 or _asks_average(text, unit):
        return None
    said = next(x for x in unit.groups() if x)
    bucket = _UNITS.get(said, said.split(" ")[0].removesuffix("ly"))
    bare = text
    for start, end in sorted([(f.start, f.end) for f in found] + [unit.span()], reverse=True):
        bare = f"{bare[:start]} {bare[end:]}"
    pieces = [p for p in (x.strip(" ?？。.:：") for x in _PART.split(_ASIDE.sub(" ", bare))) if p]
    if not _LEAST <= len(pieces) <= _MOST:
        return None
    return _table(text, pieces, bucket, spans, reader)


def _asks_average(text: str, unit: re.Match[str]) -> bool:
    """Whether "per day" belongs to an average: one figure, no table."""
    return _AVERAGE.search(text) is not None and unit["u"] is not None and "per" in unit.group()


def _table(text: str, pieces: list[str], bucket: str, spans: list[Span], reader: Reader) -> Reading | None:
    own = own_meant(text)
    columns: list[tuple[q.Relation, Shown, Reading]] = []
    for place, piece in enumerate(pieces):
        average = f"平均{piece}" if is_chinese(piece) else f"average {piece}"
        total = f"{piece}一共多少钱" if is_chinese(piece) else f"total {piece}"
        mine = own and not _OF_ALL.search(piece)
        ways = (piece, total, average)
        one = next((x for p in ways if (x := figure_of(p, reader, own=mine)) is not None), None)
        if one is None:
            return None
        facts, measured, given = one
        at = facts.moment()
        given = terms.filtered(given, *(facts.within(s, at) for s in spans))
        name = f"{measured.name}_{place}"
        key = q.Named(name=f"at_{place}", value=base.bucket(bucket, at))
        told = Reading(facts.subject, Plan(given, (), measured.told(is_chinese(text))), 1.0, facts=facts)
        columns.append((terms.grouped(given, [key], [measured.of(name)]), Shown(name, measured.unit), told))
    if len({c[2].subject.app_id for c in columns}) < _LEAST:
        return None
    begins = [c[2].subject.first_day for c in columns if c[2].subject.first_day]
    first = spans[0].first if spans else min(begins, default=reader.today)
    made = terms.calendar(first, min(spans[0].last, reader.today) if spans else reader.today, base.BUCKETS[bucket])
    for place, (column, _, _) in enumerate(columns):
        keys = (terms.column("from"), terms.column(f"at_{place}"))
        made = terms.joined(made, column, q.JOIN_KIND_OUTER, keys)
    shown = (Shown(bucket), *(c[1] for c in columns))
    named = {bucket: terms.column("from"), **{c[1].name: terms.column(c[1].name) for c in columns}}
    made = terms.ordered(terms.extended(made, terms.named(**named), only=True), terms.order(terms.column(bucket)))
    plans = [c[2].plan for c in columns]
    told = "; ".join(p.told for p in plans if p is not None)
    told = (
        f"{told}（每{'天' if bucket == 'day' else '周' if bucket == 'week' else '月'}）"
        if is_chinese(text)
        else f"{told}, by {bucket}"
    )
    plan = Plan(made, shown, told, tuple(spans), key=bucket)
    return made_of(columns[0][2], plan, *(c[2].subject for c in columns[1:]))
