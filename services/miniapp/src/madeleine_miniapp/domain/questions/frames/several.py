# ruff: noqa: E501 - patterns of questions, one line each.
"""The frame of several figures beside each other: "calories and protein today", "sessions, minutes and km of each of us"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.buckets import buckets_asked
from madeleine_miniapp.domain.questions.frames.figure_list import Asked, adds_up, listed
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.frames.periods import time_named
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import NO_VALUE, Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

_OTHERS = ("sup", "last", "first", "than", "more", "less", "streak", "rank", "top", "share", "often", "unit", "when")
_APART = ("vs", "each_one", "split", "each")
_IN_ALL = re.compile(r"\b(?:together|combined|or)\b|加起来|合起来|合计|或")
_AVERAGE = re.compile(r"typical|average|normal|usual|^a ")
_PLACE = "place_in_order"


@dataclass(slots=True)
class _Rows:
    """What the table has a row for."""

    # The values of a field; `everybody`: all people, those without a record too.
    of: s.Field | None = None
    everybody: bool = False
    bucket: str = ""
    # Over what sums are averaged: "average calories and protein per day".
    per: str = ""
    # Conditions or times that are held against each other.
    parts: list[Condition] = field(default_factory=list[Condition])
    spans: list[Span] = field(default_factory=list[Span])


def several(facts: Facts) -> Plan | None:
    """Figures of several fields, or a figure and the number of records: in all, or for each of what is told apart."""
    apart = any(m.cue("difference") and not m.cue("how_many") for m in facts.items)
    if (
        apart
        or facts.per_record
        or facts.has(*_OTHERS)
        or (facts.has("who") and not facts.has("each"))
        or len(facts.groups) > 1
        or any(x.counted or len(x.fields) != 1 for x in facts.limits)
    ):
        return None
    figures = listed(facts)
    if len(figures) == 2 and _one_in_units(*figures):
        return None
    spans = facts.spans()
    rows = _rows(facts, figures, spans) if 2 <= len(figures) <= 5 else None
    if rows is None:
        return None
    summed = [x.measured.quantity for x in figures if x.measured.function == "sum" and x.measured.quantity is not None]
    if not all(facts.additive(one.field) for one in summed):
        return None
    return _plan(facts, figures, rows, spans)


def _one_in_units(one: Asked, other: Asked) -> bool:
    """ "How far have I swum, in metres": one figure, and the unit that it is to be told in."""
    fields = [x.measured.quantity.field.name for x in (one, other) if x.measured.quantity is not None]
    alike = one.measured.function == other.measured.function and one.where == other.where
    return alike and len(fields) == 2 and fields[0] == fields[1]


def _rows(facts: Facts, figures: list[Asked], spans: list[Span]) -> _Rows | None:
    """What there is a row of figures for, taken; None: the question tells more apart than one thing."""
    made = _Rows()
    said = next((m.text for m in facts.items if m.cue("per")), "")
    buckets, per = buckets_asked(facts)
    averaged = [one for one in figures if one.measured.function in ("mean", "median")]
    sums = any(x.measured.quantity is not None and adds_up(facts, x.measured.quantity) for x in averaged)
    if per and (averaged or per == "day" or _AVERAGE.search(said)) and len(averaged) in (0, len(figures)):
        # Of what does not add up, each month has its average.
        made.per = per if sums or not averaged or per == "day" else ""
    if per and not made.per:
        buckets = list(dict.fromkeys([*buckets, per]))
    own = [c for one in figures for c in one.where]
    held = [c for c in facts.conditions if not c.negated and c.kind in (Kind.CHOICE, Kind.VALUE) and c not in own]
    parts = [c for i, c in enumerate(held) if c.value not in [x.value for x in held[:i]]]
    parts = [c for c in parts if [x.field for x in parts].count(c.field) > 1]
    if parts and not _IN_ALL.search(facts.scan.text):
        made.parts = [c for c in parts if c.field == parts[0].field]
    if facts.groups:
        if is_note(facts.groups[0]):
            return None
        made.of = facts.groups[0]
        made.everybody = made.of.name == facts.person
        facts.grouped = True
    elif facts.subject.shared and (len(facts.people) > 1 or (not facts.people and facts.has("each"))):
        person = next((f for f in facts.subject.entity.fields if f.name == facts.person), None)
        made.of = person or s.Field(name=facts.person, label="who", type=s.FIELD_TYPE_PERSON)
        made.everybody = True
        named = [(i, m) for i, m in facts.free(Kind.FIELD) if all(x.name == facts.person for x in m.of(Kind.FIELD))]
        facts.used |= {index for index, _ in named}
    made.bucket = buckets[0] if buckets else ""
    made.spans = spans if len(spans) > 1 and not made.bucket else []
    apart = bool(made.parts) + bool(made.spans) + (made.of is not None) + len(buckets)
    facts.cue("by", "exist", *(_APART if apart else ()))
    two_keys = made.bucket and made.of is not None and apart == 2 and len(buckets) == 1
    return made if apart < 2 or two_keys else None


def _plan(facts: Facts, figures: list[Asked], rows: _Rows, spans: list[Span]) -> Plan:
    at = facts.moment()
    own = tuple(c for one in figures for c in one.where)
    names = _names(figures)
    measures = [
        one.measured.of(name, terms.both(*(c.expression for c in one.where)) if one.where else None)
        for one, name in zip(figures, names, strict=True)
    ]
    key = ""
    if rows.parts or rows.spans:
        key = rows.parts[0].field if rows.parts else "period"
        leave = (*own, *rows.parts)
        sides = [
            (c.value, terms.filtered(base.chosen(facts, spans, at, leave=leave), c.expression)) for c in rows.parts
        ] or [(time_named(facts, x), base.chosen(facts, [x], at, leave=leave)) for x in rows.spans]
        over = q.Named(name="bucket", value=base.bucket(rows.per, at)) if rows.per else None
        made = _beside([(n, _figures(facts, given, [], figures, measures, over)) for n, given in sides], key, measures)
    else:
        given = base.chosen(facts, spans, at, leave=own)
        keys: list[q.Named] = []
        if rows.of is not None:
            averaged = all(one.measured.function in ("mean", "median") for one in figures)
            given, keys = _by_value(given, rows.of, averaged=averaged)
        if rows.bucket:
            keys = [q.Named(name=rows.bucket, value=base.bucket(rows.bucket, at)), *keys]
        key = keys[0].name if keys else ""
        over = q.Named(name="bucket", value=base.bucket(rows.per, at)) if rows.per else None
        made = _figures(facts, given, keys, figures, measures, over)
        if rows.everybody and rows.of is not None and not rows.bucket:
            made = _with_everybody(facts, made, key, figures, names)
        times = [terms.order(terms.column(rows.bucket))] if rows.bucket else []
        made = terms.ordered(made, *times, terms.order(terms.column(names[0]), descending=True)) if key else made
    zh = measuring.chinese(facts)
    told = ("、" if zh else ", ").join(_told(one, zh) for one in figures)
    if rows.per:
        told += f"（每{rows.per}，再平均）" if zh else f" per {rows.per}, averaged"
    if key:
        of = [label(rows.of).lower()] if rows.of is not None else []
        named = [*([rows.bucket] if rows.bucket else []), *of] or [key]
        told += f"，按{'、'.join(named)}" if zh else f" by {' and '.join(named)}"
    both = [rows.of.name] if rows.of is not None and rows.bucket else []
    shown = [Shown(n) for n in ([key] if key else []) + both]
    shown += [
        Shown(name, one.measured.unit, "" if one.measured.quantity is None else _told(one, zh))
        for one, name in zip(figures, names, strict=True)
    ]
    return Plan(made, tuple(shown), told, tuple(spans), key=key)


def _told(one: Asked, zh: bool) -> str:
    told = one.measured.told(zh)
    return f"{told} ({', '.join(c.told for c in one.where)})" if one.where else told


def _names(figures: list[Asked]) -> list[str]:
    """A column for each figure."""
    names = [one.measured.name for one in figures]
    return [
        name if names.count(name) == 1 else f"{name}_{place}" if names.index(name) < place else name
        for place, name in enumerate(names)
    ]


def _figures(
    facts: Facts,
    given: q.Relation,
    keys: list[q.Named],
    figures: list[Asked],
    measures: list[q.Measure],
    over: q.Named | None,
) -> q.Relation:
    """The figures of each key; with `over`, the means of what they come to in each day or week."""
    if over is None:
        return terms.grouped(given, keys, measures)
    summed = [
        Measured("sum", x.measured.quantity).of(m.name, m.where if m.HasField("where") else None)
        if x.measured.quantity is not None and facts.additive(x.measured.quantity.field)
        else m
        for x, m in zip(figures, measures, strict=True)
    ]
    sums = terms.grouped(given, [*keys, over], summed)
    again = [q.Named(name=k.name, value=terms.column(k.name)) for k in keys]
    means = [terms.measure(m.name, q.MEASURE_FUNCTION_MEAN, terms.column(m.name)) for m in measures]
    return terms.grouped(sums, again, means)


def _by_value(given: q.Relation, of: s.Field, *, averaged: bool) -> tuple[q.Relation, list[q.Named]]:
    """The records with the key by which they are told apart; those of nobody are none of anybody's."""
    held = terms.column(of.name)
    if of.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, of.name)
    if of.type == s.FIELD_TYPE_CHOICE and not averaged:
        return given, [q.Named(name=of.name, value=terms.call(q.FUNCTION_COALESCE, held, terms.value(NO_VALUE)))]
    return terms.filtered(given, terms.present(held)), [q.Named(name=of.name, value=held)]


def _beside(sides: list[tuple[str, q.Relation]], key: str, measures: list[q.Measure]) -> q.Relation:
    """The row of figures of each side, in the question's order."""
    made: list[q.Relation] = []
    names = [m.name for m in measures]
    for place, (name, row) in enumerate(sides):
        columns = [q.Named(name=key, value=terms.value(name)), q.Named(name=_PLACE, value=terms.value(float(place)))]
        columns += [q.Named(name=n, value=_figure(m)) for n, m in zip(names, measures, strict=True)]
        made.append(terms.extended(row, columns, only=True))
    united = terms.ordered(terms.united(*made), terms.order(terms.column(_PLACE)))
    return terms.extended(united, [q.Named(name=n, value=terms.column(n)) for n in (key, *names)], only=True)


def _figure(measure: q.Measure) -> q.Expression:
    """A figure of a side; the sum of nothing is none."""
    value = terms.column(measure.name)
    summed = measure.function == q.MEASURE_FUNCTION_SUM
    return terms.call(q.FUNCTION_COALESCE, value, terms.value(0.0)) if summed else value


def _with_everybody(facts: Facts, given: q.Relation, key: str, figures: list[Asked], names: list[str]) -> q.Relation:
    """A row for everybody who has any record at all, or who is asked about; numbers and sums of nothing are zero."""
    held = terms.column(key)
    records = terms.filtered(base.records(facts), terms.present(held), *base.who(facts))
    everyone = terms.grouped(records, [q.Named(name=key, value=held)], [])
    columns = [q.Named(name="other", value=held)]
    columns += [q.Named(name=f"of_{name}", value=terms.column(name)) for name in names]
    both = terms.joined(
        everyone, terms.extended(given, columns, only=True), q.JOIN_KIND_OUTER, (held, terms.column("other"))
    )
    made = [q.Named(name=key, value=held)]
    for one, name in zip(figures, names, strict=True):
        value = terms.column(f"of_{name}")
        zero = one.measured.function in ("count", "sum")
        value = terms.call(q.FUNCTION_COALESCE, value, terms.value(0.0)) if zero else value
        made.append(q.Named(name=name, value=value))
    return terms.extended(both, made, only=True)
