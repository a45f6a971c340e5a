"""Columns that tell which record it is: its title, its day, whose it is, and where or when it was if that is asked."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames.hours import clock_field
from madeleine_miniapp.domain.questions.frames.places import WHERE, place_fields
from madeleine_miniapp.domain.questions.frames.titles import title
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import CLOCK as CLOCK_COLUMN
from madeleine_miniapp.domain.questions.plans import Shown

CLOCK = re.compile(
    r"\bwhat (?:time|hour)\b(?: of (?:the )?day\b)?"
    r"|\bwith (?:the |their )?times?(?= of day\b|[?.!,]|$)|\bat which (?:time|hour)\b|几点"
)


def context(facts: Facts, at: q.Expression, *, when_first: bool = False) -> tuple[list[q.Named], list[Shown]]:
    """Columns that tell which record it is: its title, its day, whose it is."""
    columns: list[q.Named] = []
    shown: list[Shown] = []
    named = title(facts)
    if named is not None:
        columns.append(q.Named(name=named.name, value=terms.column(named.name)))
        shown.append(Shown(named.name, told=label(named)))
    day = q.Named(
        name="day" if not any(f.name == "day" for f in facts.subject.entity.fields) else "on", value=facts.day(at)
    )
    known = next((f for f in facts.subject.temporal if f.name == at.column), None)
    dated = Shown(day.name, told=label(known) if known else "")
    undated = not facts.subject.temporal and not any(m.kind is Kind.TIME for m in facts.items)
    if when_first:
        columns.insert(0, day)
        shown.insert(0, dated)
    elif not undated:
        columns.append(day)
        shown.append(dated)
    if facts.subject.shared:
        columns.append(q.Named(name=facts.person, value=terms.column(facts.person)))
        shown.append(Shown(facts.person))
    if WHERE.search(facts.scan.text):
        for f in place_fields(facts):
            if f.name not in [c.name for c in columns]:
                columns.append(q.Named(name=f.name, value=terms.column(f.name)))
                shown.append(Shown(f.name, told=label(f)))
    if CLOCK.search(facts.scan.text):
        written = clock_field(facts)
        if written is not None:
            columns.append(q.Named(name=written.name, value=terms.column(written.name)))
            shown.append(Shown(written.name, told=label(written)))
        elif known is not None and known.type == s.FIELD_TYPE_DATETIME:
            columns.append(q.Named(name=CLOCK_COLUMN, value=at))
            shown.append(Shown(CLOCK_COLUMN))
    return columns, shown
