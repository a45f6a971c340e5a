# ruff: noqa: E501 - patterns of questions, one line each.
"""Several figures of several kinds of record: beside each other, added up, of the same week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.parts import (
    Part,
    Subjects,
    best,
    gathered,
    made_of,
    same_kind,
)
from madeleine_miniapp.domain.questions.balances import read_balance
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.spans import Span

_THAT = (
    re.compile(
        r"^(?P<a>.*\b(?:which|what) (?P<u>day|week|month)\b.+?)[,;]? and (?P<b>.+?\b(?:(?:in|on) )?(?:that|the same) (?P=u)\b.*)$"
    ),
    re.compile(r"^(?P<a>.*哪(?:一|个)?(?P<u>天|周|星期|月).+?)[，,；]\s*(?P<b>.*(?:那|同)(?:一|个)?(?P=u).*)$"),
)
_THIS = re.compile(r"\b(?:(?:in|on) )?(?:that|the same) (?:day|week|month)\b|(?:那|同)(?:一|个)?(?:天|周|星期|月)")
_UNITS = {"天": "day", "周": "week", "星期": "week", "月": "month"}
_PLUS = re.compile(r"\bplus\b|\btogether with\b|\badded to\b|加上|再加")
_ALL_IN_ALL = re.compile(r"\ball in all\b|\baltogether\b|\bin (?:all|total)\b|\bcombined\b|一共|总共|合计")
_APPS = re.compile(
    r"\b(?:in )?which (?:ones? )?(?:of )?(?:my|our|these|the)? ?(?:apps|logs|trackers|mini-?apps|diaries|lists)\b|哪(?:些|几个|个)(?:应用|小程序|app|记录本?|本子?)"
)
_PART = re.compile(r"[，,；;]\s*(?:and |then )?|\band (?=(?:how|what|which|when)\b)|(?:以及|还有)")
_OTHER_KIND, _WAYS = 2.0, 50


def that_bucket(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Which week did I train most in, and how much did I spend that week": a figure of another kind beside it."""
    for pattern in _THAT:
        match = pattern.search(text)
        if match is None:
            continue
        unit = _UNITS.get(match["u"], match["u"])
        first = _top(match["a"], unit, subjects, lexicon)
        if first is None or first.reading.plan is None:
            continue
        rest = _THIS.sub(" ", match["b"])
        other: tuple[float, Facts, Measured, q.Relation] | None = None
        for subject, asker in subjects:
            facts = None if same_kind(subject, first.reading.subject) else gathered(rest, subject, asker, lexicon)
            figure = _counted(facts) if facts is not None else None
            if facts is None or figure is None:
                continue
            score = read(rest, subject, asker, lexicon).score
            if other is None or score > other[0]:
                other = (score, facts, *figure)
        if other is None or other[0] <= 0:
            continue
        _, facts, measured, given = other
        name = (
            f"{measured.name}_then" if any(x.name == measured.name for x in first.reading.plan.shown) else measured.name
        )
        sums = terms.grouped(
            given, [q.Named(name="then", value=base.bucket(unit, facts.moment()))], [measured.of(name)]
        )
        made = terms.joined(
            first.reading.plan.relation, sums, q.JOIN_KIND_OUTER, (terms.column(unit), terms.column("then"))
        )
        kept = [x.name for x in first.reading.plan.shown] + [name]
        made = terms.extended(made, [q.Named(name=n, value=terms.column(n)) for n in kept], only=True)
        told = f"{first.reading.plan.told}; {measured.told(is_chinese(text))}"
        plan = replace(
            first.reading.plan, relation=made, told=told, shown=(*first.reading.plan.shown, Shown(name, measured.unit))
        )
        return made_of(first.reading, plan, facts.subject)
    return None


def _top(text: str, unit: str, subjects: Subjects, lexicon: Lexicon) -> Part | None:
    """The day, week or month with the most: of time, if the records have one and it is done "most", not most often."""

    def fits(reading: Reading) -> bool:
        return reading.plan is not None and any(shown.name == unit for shown in reading.plan.shown)

    part = best(text, subjects, lexicon, fits)
    if part is None or part.reading.plan is None or re.search(r"\boften\b|\btimes\b|次", text):
        return part
    lasting = part.reading.subject.fields(s.FIELD_TYPE_DURATION)
    if len(lasting) == 1 and any(shown.name == "value" and not shown.unit for shown in part.reading.plan.shown):
        label = lasting[0].label or lasting[0].name
        more = (
            re.sub(r"\b(the )?most\b", lambda m: f"{m.group()} {label}", text)
            if not is_chinese(text)
            else text.replace("最多", f"{label}最多")
        )
        again = read(more, part.reading.subject, part.asker, lexicon)
        return Part(again, part.asker) if again.computable and fits(again) else part
    return part


def _counted(facts: Facts) -> tuple[Measured, q.Relation] | None:
    facts.cue("verb", "exist")
    measured = measuring.measured(facts)
    if measured is None and facts.has("what", "how_much") and _named(facts):
        # "What were the costs": of records that are called so.
        money = measuring.only_amount(facts)
        measured = Measured("sum", money) if money else None
    if measured is None:
        return None
    given = base.chosen(facts, facts.spans(), facts.moment())
    return None if facts.left_over() else (measured, given)


def _named(facts: Facts) -> bool:
    return any(m.strength == 3 for x in facts.items for m in x.of(Kind.ENTITY))


def added_up(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "My share of eating out plus what I spent on takeaway in February": figures of one unit, added up."""
    pieces = _PLUS.split(text)
    if len(pieces) < 2 or not subjects:
        return None
    texts = _with_times(pieces, subjects)
    parts = [_figure_part(piece, subjects, lexicon) for piece in texts]
    if any(p is not None and p.facts is not None and p.facts.of_money for p in parts):
        # What is added to money is money: "... plus what I logged for takeaway".
        asked = [f"{text}{'花了多少钱' if is_chinese(text) else ' cost'}" for text in texts]
        parts = [p or _figure_part(text, subjects, lexicon) for p, text in zip(parts, asked, strict=True)]
    sound = [p for p in parts if p is not None and p.plan is not None]
    if len(sound) < len(parts):
        return None
    if len({(p.subject.app_id, p.subject.entity.name) for p in sound}) < 2:
        return None
    plans = [p.plan for p in sound if p.plan is not None]
    units = {next((s.unit for s in plan.shown if s.name == plan.figure), "") for plan in plans}
    if len(units) != 1 or not all(plan.figure for plan in plans):
        return None
    lines = [terms.extended(p.relation, terms.named(value=terms.column(p.figure)), only=True) for p in plans]
    made = terms.grouped(
        terms.united(*lines), [], [terms.measure("total", q.MEASURE_FUNCTION_SUM, terms.column("value"))]
    )
    spans = tuple(dict.fromkeys(span for plan in plans for span in plan.spans))
    plan = Plan(made, (Shown("total", units.pop()),), " + ".join(p.told for p in plans), spans, figure="total")
    return made_of(sound[0], plan, *(p.subject for p in sound[1:]))


def _figure_part(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    shared = read_balance(text, subjects, lexicon)
    if shared is not None and shared.computable:
        return shared
    part = best(text, subjects, lexicon, lambda r: r.plan is not None and bool(r.plan.figure))
    return part.reading if part else None


def _with_times(pieces: Sequence[str], subjects: Subjects) -> list[str]:
    """The parts, each with the one time that is said somewhere."""
    today = subjects[0][1].now.date()
    said = [text[f.start : f.end] for text in pieces for f in times.find(text, today)]
    parts = [_ALL_IN_ALL.sub(" ", piece).strip(" ,，?？。.") for piece in pieces]
    if len(set(said)) != 1:
        return parts
    return [p if times.find(p, today) else (f"{said[0]}{p}" if is_chinese(p) else f"{p} {said[0]}") for p in parts]


def side_by_side(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "On that day, what did I do, how was my mood, how much did I eat": several answers in one row."""
    pieces = [p for p in _PART.split(text) if p.strip(" ?？。.")]
    if not 2 <= len(pieces) <= 5:
        return None
    sound = _apart(_with_times(pieces, subjects), subjects, lexicon)
    if len({(p.subject.app_id, p.subject.entity.name) for p in sound}) < 2:
        return None
    made: q.Relation | None = None
    shown: list[Shown] = []
    for place, part in enumerate(sound):
        one = _in_one_row(part, place)
        if one is None:
            return None
        relation, column = one
        made = relation if made is None else terms.joined(made, relation, q.JOIN_KIND_INNER)
        shown.append(column)
    plans = [p.plan for p in sound if p.plan is not None]
    spans = tuple(dict.fromkeys(span for plan in plans for span in plan.spans))
    if made is None or len(spans) != 1:
        return None
    plan = Plan(made, tuple(shown), "; ".join(p.told for p in plans), spans)
    return made_of(sound[0], plan, *(p.subject for p in sound[1:]))


def _apart(parts: Sequence[str], subjects: Subjects, lexicon: Lexicon) -> list[Reading]:
    """The best reading of each part, of different kinds of record rather than of the same; empty if a part has none."""
    chosen: list[tuple[float, list[Reading]]] = [(0.0, [])]
    for part in parts:
        readings = [read(part, subject, asker, lexicon) for subject, asker in subjects]
        sound = [r for r in readings if r.computable and r.score > 0]
        chosen = [
            (
                worth + r.score + (_OTHER_KIND if not any(same_kind(r.subject, h.subject) for h in held) else 0.0),
                [*held, r],
            )
            for worth, held in chosen
            for r in sound
        ]
        chosen = sorted(chosen, key=lambda pair: -pair[0])[:_WAYS]
    return max(chosen, key=lambda pair: pair[0])[1] if chosen else []


def _in_one_row(part: Reading, place: int) -> tuple[q.Relation, Shown] | None:
    """A part's answer as one cell: its figure, or the names in its rows."""
    plan = part.plan
    if plan is None:
        return None
    if plan.figure and not plan.key:
        figure = next((s for s in plan.shown if s.name == plan.figure), Shown(plan.figure))
        name = f"{figure.name}_{place}"
        return terms.grouped(
            plan.relation, [], [terms.measure(name, q.MEASURE_FUNCTION_MAX, terms.column(figure.name))]
        ), replace(figure, name=name)
    kinds = [s for s in plan.shown if any(f.name == s.name and f.choices for f in part.subject.entity.fields)] or list(
        plan.shown
    )
    name = f"{kinds[0].name}_{place}"
    return terms.grouped(
        plan.relation, [], [terms.measure(name, q.MEASURE_FUNCTION_LIST, terms.column(kinds[0].name))]
    ), replace(kinds[0], name=name)


def written(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Which of my apps did I write something in yesterday": the apps with a record of that time."""
    if not _APPS.search(text) or not subjects:
        return None
    rest = _APPS.sub(" ", text)
    apps: dict[str, list[q.Relation]] = {}
    spans: tuple[Span, ...] = ()
    first: Facts | None = None
    for subject, asker in subjects:
        facts = gathered(rest, subject, asker, lexicon)
        if facts is None:
            return None
        facts.cue("which", "what", "list", "me", "us", "exist", "row", "verb", "thing")
        held, at = facts.spans(), facts.moment()
        if len(held) > 1 or facts.left_over():
            return None
        spans, first = tuple(held), first or facts
        own = (
            [terms.call(q.FUNCTION_EQUAL, terms.column(facts.person), terms.value(asker.person_id))]
            if subject.shared
            else []
        )
        rows = terms.filtered(base.records(facts), *own, *(facts.within(s, at) for s in held))
        apps.setdefault(subject.spec.title, []).append(
            terms.extended(rows, terms.named(app=terms.value(subject.spec.title)), only=True)
        )
    parts = [relation for held in apps.values() for relation in held]
    made = terms.grouped(
        terms.united(*parts), terms.named(app=terms.column("app")), [terms.measure("records", q.MEASURE_FUNCTION_COUNT)]
    )
    zh = is_chinese(text)
    plan = Plan(
        made, (Shown("app"), Shown("records")), "有记录的应用" if zh else "apps with a record", spans, key="app"
    )
    reading = Reading(subjects[0][0], plan, 1.0, facts=first)
    return made_of(reading, plan, *(s for s, _ in subjects[1:]))
