# ruff: noqa: E501 - patterns of questions, one line each.
"""Days with and without something, or within two limits, compared by what another kind of record holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.days import DAYS, hinted
from madeleine_miniapp.domain.questions.across.parts import (
    Days,
    Subjects,
    days_of,
    gathered,
    left_of,
    made_of,
    own_meant,
    same_kind,
)
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read

MORE = re.compile(r"\b(?:more|better|higher|longer|further|happier)\b|更[多好高长久]|[多好高](?=吗)")
LESS = re.compile(r"\b(?:less|worse|lower|shorter|fewer)\b|更[少差低短]|[少差低](?=吗)")
COMPARES = re.compile(
    r"\b(?:more|better|higher|longer|further|happier|less|worse|lower|shorter|fewer|differently|different|change)\b|更[多好高长久少差低短]|不一样|不同|[多好高少差低](?=吗)"
)
_PLAIN = re.compile(
    r"^(?:bad|good|ones?|differently|different|days?|than|better|worse|more|less|the|on|up|or|and|per|day|的|日子|天|时候|比|更多|更少)*$"
)


def compared(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Am I in a better mood on days I train": the days with and those without; or the days of two limits."""
    if not COMPARES.search(text):
        return None
    text, others = hinted(text, subjects)
    for pattern, without in DAYS:
        for match in pattern.finditer(text):
            rest = left_of(text, match.start(), match.end())
            if not COMPARES.search(rest):
                continue
            verdict = "less" if LESS.search(rest) else "more" if MORE.search(rest) else ""
            rest = COMPARES.sub(" ", rest)
            for subject, asker in subjects:
                facts = gathered(rest, subject, asker, lexicon)
                days = (
                    days_of(match["c"], others, lexicon, subject, own=own_meant(text, subject))
                    if facts is not None and not without
                    else None
                )
                figure = _figure(facts, lexicon) if facts is not None and days is not None else None
                if facts is None or days is None or figure is None:
                    continue
                measured, given, at = figure
                sides = [
                    _side(given, measured, facts, at, days, kind, lexicon)
                    for kind in (q.JOIN_KIND_SEMI, q.JOIN_KIND_ANTI)
                ]
                zh = is_chinese(text)
                names = (
                    (f"有{days.told}的日子", f"没有{days.told}的日子")
                    if zh
                    else (f"days with {_article(days)}", "days without")
                )
                told = (
                    f"{measured.told(zh)}，{'有和没有' if zh else ''}{days.told}"
                    if zh
                    else f"{measured.told(zh)} on days with and without {days.told}"
                )
                plan = _rows(names, sides, measured, told, verdict)
                return made_of(
                    Reading(subject, plan, read(rest, subject, asker, lexicon).score, facts=facts), plan, days.subject
                )
    return _two_limits(text, subjects, lexicon)


def _article(days: Days) -> str:
    name = (days.subject.entity.label or days.subject.entity.name).lower()
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _figure(facts: Facts, lexicon: Lexicon) -> tuple[Measured, q.Relation, q.Expression] | None:
    """What is compared, of which records: the mean of what does not add up, else the mean of the days' sums."""
    facts.cue("me", "us", "exist", "mean", "per", "how_much", "how_many", "verb", "what")
    of = facts.quantities()
    if len(of) != 1:
        return None
    at = facts.moment()
    given = base.chosen(facts, facts.spans(), at)
    if facts.left_over():
        return None
    return Measured("mean", of[0]), given, at


def _side(
    given: q.Relation,
    measured: Measured,
    facts: Facts,
    at: q.Expression,
    days: Days,
    kind: q.JoinKind.ValueType,
    lexicon: Lexicon,
) -> q.Relation:
    rows = terms.joined(given, days.records, kind, (facts.day(at), days.day))
    return _mean(rows, measured, facts.day(at), lexicon)


def _mean(rows: q.Relation, measured: Measured, day: q.Expression, lexicon: Lexicon) -> q.Relation:
    if measured.quantity is not None and lexicon.additive(measured.quantity.field):
        sums = terms.grouped(rows, terms.named(day=day), [Measured("sum", measured.quantity).of("value")])
        return terms.grouped(sums, [], [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])
    return terms.grouped(rows, [], [measured.of("value")])


def _rows(names: Sequence[str], sides: Sequence[q.Relation], measured: Measured, told: str, verdict: str) -> Plan:
    """One row for each side, with its name."""
    rows = [
        terms.extended(side, terms.named(days=terms.value(name), value=terms.column("value")), only=True)
        for name, side in zip(names, sides, strict=True)
    ]
    shown = (Shown("days"), Shown("value", measured.unit))
    return Plan(terms.united(*rows), shown, told, key="days", verdict=verdict)


def _two_limits(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Do I eat more on bad days (mood 5 or less) than on good ones (7 and up)": days by what another kind holds."""
    for limiting, asker in subjects:
        bounds = gathered(text, limiting, asker, lexicon)
        if bounds is None or len(bounds.limits) != 2 or not any(x.fields for x in bounds.limits):
            continue
        fields = next(x.fields for x in bounds.limits if x.fields)
        if len(fields) != 1 or any(x.fields and x.fields != fields for x in bounds.limits):
            continue
        for subject, own in subjects:
            facts = None if same_kind(subject, limiting) else gathered(text, subject, own, lexicon)
            of = facts.quantities() if facts is not None else []
            if facts is None or len(of) != 1 or not _explained(facts, bounds):
                continue
            measured, at, zh = Measured("mean", of[0]), facts.moment(), is_chinese(text)
            spans = facts.spans()
            inner = Measured("sum" if lexicon.additive(of[0].field) else "mean", of[0])
            sums = terms.grouped(
                base.chosen(_only(facts), spans, at), terms.named(day=facts.day(at)), [inner.of("value")]
            )
            other = bounds.moment()
            level = terms.measure("level", q.MEASURE_FUNCTION_MEAN, terms.column(fields[0].name))
            levels = terms.grouped(base.chosen(_only(bounds), spans, other), terms.named(on=bounds.day(other)), [level])
            both = terms.joined(sums, levels, q.JOIN_KIND_INNER, (terms.column("day"), terms.column("on")))
            sides = [
                terms.grouped(
                    terms.filtered(both, holds(replace(x, fields=fields), terms.column("level"))),
                    [],
                    [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))],
                )
                for x in bounds.limits
            ]
            name = fields[0].label or fields[0].name
            names = [
                f"{'' if zh else 'days with '}{name.lower()} {_told_limit(x.sign, x.number, zh)}{'的日子' if zh else ''}"
                for x in bounds.limits
            ]
            verdict = "less" if LESS.search(text) else "more" if MORE.search(text) else ""
            told = f"每天的{measured.told(zh)}" if zh else f"{measured.told(zh)} per day, by days' mean {name.lower()}"
            plan = replace(_rows(names, sides, measured, told, verdict), spans=tuple(spans))
            return made_of(Reading(subject, plan, 1.0, facts=_only(facts)), plan, limiting)
    return None


def _only(facts: Facts) -> Facts:
    """The facts without the limits and filters that another kind of record is meant by."""
    made = facts.copy()
    made.limits, made.conditions = [], []
    return made


def _told_limit(sign: str, number: float, zh: bool) -> str:
    told = {"<=": ("or less", "以下"), ">=": ("or more", "以上")}
    if sign in told:
        return f"{number:g}{told[sign][1]}" if zh else f"{number:g} {told[sign][0]}"
    words = {"<": ("below", "低于"), ">": ("above", "高于")}.get(sign, ("", ""))
    return f"{words[zh]}{number:g}" if zh else f"{words[0]} {number:g}".strip()


def _explained(facts: Facts, other: Facts) -> bool:
    """Whether what one reading leaves over is what the other made something of."""
    held = {m.text for i, m in enumerate(other.items) if i in other.used} | {x.told for x in other.limits}
    words = {w for text in held for w in re.findall(r"\w+", text)}
    left = [w for text in facts.left_over() for w in re.findall(r"\w+", text)]
    return all(w in words or _PLAIN.match(w) for w in left)
