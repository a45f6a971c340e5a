# ruff: noqa: E501 - patterns of questions, one line each.
"""A measure on some days beside what it is on other days: two rows, and which of them is more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.compared_words import COMPARES, JOINT, LESS, MORE, OF_LIMITS
from madeleine_miniapp.domain.questions.across.day_clauses import Days
from madeleine_miniapp.domain.questions.across.phrases import Phrase
from madeleine_miniapp.domain.questions.across.places import without_places
from madeleine_miniapp.domain.questions.across.reader import (
    Reader,
    made_of,
    own_meant,
    same_kind,
)
from madeleine_miniapp.domain.questions.across.shifting import shifted
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.amounts import eaten, only_amount
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_HIGHER = re.compile(
    r"\b(?:which|what|who)(?: one| of them)? (?:is|was|wins|comes out)(?: the)? ?(?:higher|more|bigger|better|larger|on top|ahead|highest)?\b"
)
_WHICH = re.compile(r"\b(?:on|over|in) which\b|\bwhich (?:days|kind|type|ones?)\b|哪(?:种|些|个|边|样)")
_DONE = re.compile(
    r"\bhow (?:much|many)\b[^?]*\b(?:did i|have i|i(?:'ve| have)?) (?:\w+ )?(?:spend|spent|paid|pay|eat|eaten|burn|run|read|train)|一共|总共"
)
# What lies between them is a figure of its own.
_BY_HOW_MUCH = re.compile(
    r"\b(?:by how (?:much|many)|how (?:much|many)(?: \w+)? (?:more|less|fewer|longer|shorter|higher|lower|better|worse|further))\b|\bdifference\b|[多少高低长短]\w{0,3}(?:多少|几)|相差|差多少"
)
_LEADS = r"^(?:(?:on|over|for|in|during|than|and|only|all|the|per|my|our|those|at|a)\s+)+"


@dataclass(frozen=True, slots=True)
class Compared:
    """Days that are compared with others, and what is left of the question without them."""

    rest: str
    # The question as it was asked.
    said: str
    phrase: Phrase
    days: Days
    # Other days of the same kind of record; None: the days without.
    second: tuple[Phrase, Days] | None = None
    # How the others are called: "rest days".
    others: str = ""
    # The others are said first.
    reverse: bool = False
    # So many days after those that are named.
    shift: int = 0


def beside_others(compared: Compared, reader: Reader) -> Reading | None:
    """ "Do I eat more on days I train": the measure of the rest, one row for each side."""
    if (compared.phrase.without and compared.second is not None) or _BY_HOW_MUCH.search(compared.said):
        return None
    rest = COMPARES.sub(" ", JOINT.sub(" ", _HIGHER.sub(" ", compared.rest)))
    days, said = compared.days, compared.said
    figure = _figure(rest, days, reader, own=own_meant(said))
    if figure is None:
        return None
    facts, measured, zh = figure.facts, figure.measured, is_chinese(said)
    kinds, day = _sides(compared, zh=zh), facts.day(figure.at)
    sides = [
        _side(terms.joined(figure.given, one.records, kind, shifted(day, one.day, compared.shift)), figure, day, reader)
        for kind, one, _ in kinds
    ]
    compares = OF_LIMITS.sub(" ", said)
    more, less = MORE.search(compares), LESS.search(compares)
    verdict = "less" if less else "more" if more else ""
    if more and less:
        # "More or less?" is answered by the figures.
        verdict = ""
    elif verdict and _WHICH.search(said):
        verdict = "least" if less else "who"
    plan = rows([name for _, _, name in kinds], sides, measured, f"{measured.told(zh)} ({days.told})", verdict)
    plan = replace(plan, spans=figure.spans)
    return made_of(Reading(facts.subject, plan, figure.score, facts=facts), plan, days.subject, *days.also)


def _sides(compared: Compared, *, zh: bool) -> list[tuple[q.JoinKind.ValueType, Days, str]]:
    """How each side's days are joined, and their name."""
    semi, anti = q.JOIN_KIND_SEMI, q.JOIN_KIND_ANTI
    first = (anti if compared.phrase.without else semi, compared.days, _told(compared.phrase, compared.days))
    if compared.second is not None:
        phrase, days = compared.second
        return [first, (anti if phrase.without else semi, days, _told(phrase, days))]
    if compared.phrase.without:
        other = (semi, compared.days, "有的日子" if zh else "days with")
    else:
        named = ("其他日子" if zh else "other days") if compared.shift else ("没有的日子" if zh else "days without")
        other = (anti, compared.days, compared.others or named)
    return [other, first] if compared.reverse else [first, other]


def _told(phrase: Phrase, days: Days) -> str:
    """Some days by the question's own name for them, or by what their records are called."""
    text = re.sub(_LEADS, "", phrase.told.strip(" ,，\x1f("))
    if is_chinese(text):
        return re.sub("^[和跟与比在]", "", text)
    if days.limited or not re.match(r"days? (?!with\b)|when", text):
        return text if re.search(r"\bdays?\b|\bnight", text) else f"days {text}"
    name = (days.subject.entity.label or days.subject.entity.name).lower()
    article = "an" if name[:1] in "aeiou" else "a"
    return f"days without {article} {name}" if phrase.without else f"days with {article} {name}"


@dataclass(frozen=True, slots=True)
class _Figure:
    """What is compared, and of which records."""

    facts: Facts
    measured: Measured
    given: q.Relation
    at: q.Expression
    spans: tuple[Span, ...]
    score: float
    # It is how many there are on a day.
    per_day: bool = False


def _figure(rest: str, days: Days, reader: Reader, *, own: bool) -> _Figure | None:
    """What is compared: the mean of what does not add up, else the mean of the days' sums."""
    text, among = without_places(rest, reader.places, reader.subjects)
    found: _Figure | None = None
    for subject, asker in among:
        facts = None if same_kind(subject, days.subject) and not days.also else reader.facts(text, subject, asker)
        score = reader.read(text, subject, asker).score if facts is not None else 0.0
        if facts is not None and own and subject.shared and not facts.people:
            facts.people = [asker.person_id]
        one = _measure(facts, score, reader) if facts is not None and score > 0 else None
        if one is not None and (found is None or score > found.score):
            found = one
    return found


def _measure(facts: Facts, score: float, reader: Reader) -> _Figure | None:
    per_day = facts.has("mean", "per")
    total = facts.has("sum") and not per_day
    facts.cue("me", "us", "exist", "mean", "per", "how_much", "verb", "what", "sum", "than", "vs", "or", "and")
    facts.cue("logged_only", "with_value", "list", "each", "each_one", "unit")
    done = not per_day and _DONE.search(facts.scan.text) is not None
    counted = facts.cue("count", "times") is not None
    try:
        of = facts.quantities()
    except Doubt:
        return None
    facts.cue("how_many")
    function = "sum" if total else "mean"
    measured: Measured | None = None
    if counted and not of:
        if per_day and facts.conditions:
            # How many such there are on a day, counted over which days, those without such among them?
            return None
        measured = Measured("count")
    elif not counted and len(of) < 2:
        one = of[0] if of else _much(facts)
        if done and one is not None and not total:
            # What has been spent on some days is a sum; of days there are more on one side, a mean would be fairer.
            function = "sum" if one.field.type == s.FIELD_TYPE_MONEY else ""
        measured = Measured(function, one) if one and function else None
    if measured is None or (total and measured.quantity and not reader.lexicon.additive(measured.quantity.field)):
        return None
    at, spans = facts.moment(), facts.spans()
    try:
        given = base.chosen(facts, spans, at)
    except Doubt:
        return None
    return (
        None
        if facts.left_over() or not _one_sentence(facts)
        else _Figure(facts, measured, given, at, tuple(spans), score, counted and per_day)
    )


def _one_sentence(facts: Facts) -> bool:
    """Whether no filter stands in a sentence of its own: "when I'm down?" beside what is measured may be talk."""
    stops = [m.start() for m in re.finditer(r"[?？!](?=\s|$)|\.(?=\s)", facts.scan.text)]

    def sentence(at: int) -> int:
        return sum(stop < at for stop in stops)

    measured = {sentence(m.start) for i, m in enumerate(facts.items) if i in facts.used and m.of(Kind.FIELD)}
    return not measured or all(sentence(c.start) in measured for c in facts.conditions if c.field)


def _much(facts: Facts) -> Quantity | None:
    """What "more" and "less" are of, where no figure is named: time, or the one amount."""
    if (food := eaten(facts)) is not None:
        return food
    lasting = facts.subject.fields(s.FIELD_TYPE_DURATION)
    if len(lasting) == 1:
        return quantity(lasting[0])
    return only_amount(facts) if facts.has("money") else None


def _side(rows_: q.Relation, figure: _Figure, day: q.Expression, reader: Reader) -> q.Relation:
    measured = figure.measured
    if figure.per_day:
        counts = terms.grouped(rows_, terms.named(day=day), [measured.of("value")])
        return terms.grouped(counts, [], [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])
    if (
        measured.quantity is not None
        and measured.function == "mean"
        and reader.lexicon.additive(measured.quantity.field)
    ):
        sums = terms.grouped(rows_, terms.named(day=day), [Measured("sum", measured.quantity).of("value")])
        return terms.grouped(sums, [], [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])
    return terms.grouped(rows_, [], [measured.of("value")])


def rows(names: Sequence[str], sides: Sequence[q.Relation], measured: Measured, told: str, verdict: str) -> Plan:
    """One row for each side, with its name."""
    made = [
        terms.extended(side, terms.named(days=terms.value(name), value=terms.column("value")), only=True)
        for name, side in zip(names, sides, strict=True)
    ]
    shown = (Shown("days"), Shown("value", measured.unit))
    return Plan(terms.united(*made), shown, told, key="days", verdict=verdict)
