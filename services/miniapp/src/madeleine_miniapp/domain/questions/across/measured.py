# ruff: noqa: E501 - patterns of questions, one line each.
"""A measure of one kind of record over the days of another: alone, or beside the days without, or beside other days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.phrases import OTHERS, Phrase, next_day, phrases
from madeleine_miniapp.domain.questions.across.places import hinted, without_places
from madeleine_miniapp.domain.questions.across.reader import (
    Days,
    Reader,
    Subjects,
    made_of,
    own_meant,
    same_kind,
    uncounted,
)
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Asker
from madeleine_miniapp.domain.questions.units import Quantity, quantity
from madeleine_miniapp.domain.relation_tree import inputs_of

MORE = re.compile(
    r"\b(?:more|better|higher|longer|further|happier|bigger|greater|up)\b|更[多好高长久大]|[多好高](?=吗)"
)
LESS = re.compile(
    r"\b(?:less|worse|lower|shorter|fewer|smaller|down|sadder|unhappier)\b|更[少差低短小]|[少差低](?=吗)|变差"
)
COMPARES = re.compile(
    r"\b(?:more|better|higher|longer|further|happier|bigger|greater|less|worse|lower|shorter|fewer|smaller|sadder|differently|different|difference|change|compare|compared?(?: to| with)?|vs\.?|versus)\b|更[多好高长久少差低短]|不一样|不同|[多好高少差低](?=吗)|对比|比较|相比"
)
# What goes with the days and says nothing of them: "that day", "both averages please", "for each".
_JOINT = re.compile(
    r"\b(?:on )?(?:that|those|the same|these) (?:very |same )?(?:days?|nights?|ones)\b|\bwhich days\b|\b(?:both|the two|two) (?:averages|means|numbers|figures|values|groups)(?: of days)?\b|\b(?:averages|numbers|figures) for (?:each|both)\b|\bfor (?:each|both)\b|\bside by side\b|\bnext to\b|\beach\s*$|\bthe two\b|\bis (?:my|it|there)\b(?=\s*(?:$|[?,.]))|\bplease\b|\bbetween\s*(?:and)?\s*$|\bend up with\b|\bhow's\b|\bis it\b|\bdoes it\b|\b(?:fell|falls?|landed|happened)\b(?=\s*\x1f)"
    r"|(?:(?:两个|各自?的?)平均[分值数]?(?:都?要)?|平均[分值数]?都要)(?=[？?。]*$)|两个(?:数|平均|都)[^，。？]*要|各(?=吃|花|练|睡|是)|的?那些天"
)
_PER = re.compile(r"\bper\s+(?:[\w'-]+\s+){0,3}(?:days?|nights?)$")
_HIGHER = re.compile(
    r"\b(?:which|what|who)(?: one| of them)? (?:is|was|wins|comes out)(?: the)? ?(?:higher|more|bigger|better|larger|on top|ahead|highest)?\b"
)
_FIRST = date(2000, 1, 1)
_DAYS_ASKED = re.compile(
    r"\bhow many (?:\w+ ){0,3}(?:days|nights)\b|\b(?:number|count) of (?:days|nights)\b|(?:多少|几)[天晚]"
)
# Where the days were spoken of.
_HERE = "\x1f"
_EITHER = re.compile(rf"{_HERE}\s*,?\s*(?:(?:n?or)\b|或者?)|(?:\bn?or|\beither|\bneither|或者?)\s*{_HERE}")
_LEADS = r"^(?:(?:on|over|for|in|during|than|and|only|all|the|per|my|our|those|at|a)\s+)+"
_RESTATES, _FEW = re.compile(r"\d|\b(?:avg|average|mean|total|sum|per)\b|平均|一共"), 9
_SENTENCE = re.compile(r"(?<=[.?!？！。;；])\s*|\s[-–—]\s")


def on_days(text: str, reader: Reader) -> Reading | None:
    """ "Average protein on climbing days", "mood on days I train and on the others"."""
    bare, given = hinted(text, reader.places, reader.subjects)
    for body, said in _variants(bare):
        body, tomorrow = next_day(body)
        for phrase in phrases(body, times.find(body, reader.today)):
            found = _read(body, said, phrase, reader, given, tomorrow=tomorrow)
            if found is not None and (_DAYS_ASKED.search(text) is None or _counts_days(found)):
                return found
    return None


def _counts_days(reading: Reading) -> bool:
    """Whether the figure is a number of days, where that was asked."""
    return reading.plan is not None and (reading.plan.figure == "days" or reading.plan.figure == "")


def _variants(text: str) -> Iterator[tuple[str, str]]:
    """The text, and the text without a sentence that asks the same once more: "do I eat more when I train?"."""
    sentences = [x for x in _SENTENCE.split(text) if x.strip(" ?？。.!")]
    for place, sentence in enumerate(sentences):
        short = len(re.findall(r"\w+", sentence)) <= _FEW
        if 2 <= len(sentences) <= _FEW and short and COMPARES.search(sentence) and not _RESTATES.search(sentence):
            rest = " ".join(x for i, x in enumerate(sentences) if i != place)
            yield rest, text
    yield text, text


def _read(body: str, said: str, phrase: Phrase, reader: Reader, given: Subjects, *, tomorrow: bool) -> Reading | None:
    clause, moved = _without_times(phrase.clause, reader)
    rest = f"{body[: phrase.start]} {_HERE} {body[phrase.end :]}"
    if _EITHER.search(rest):
        # "Days with a workout or a walk": half of what was said of the days.
        return None
    days = reader.days(clause, own=own_meant(body), given=given)
    if days is None:
        return None
    shift = phrase.shift + (1 if tomorrow and not phrase.shift else 0)
    others, first_is_other = OTHERS.search(rest), False
    if others is not None:
        first_is_other = others.end() <= rest.index(_HERE)
        rest = f"{rest[: others.start()]} \x1f {rest[others.end() :]}"
    second = None if others is not None or shift else _second(rest, days, reader, body)
    if second is not None:
        rest = second[2]
        if second[0].told == days.told and second[1].without == phrase.without:
            # The same days, said twice.
            second = None
    split = others is not None or second is not None or COMPARES.search(rest) is not None
    rest = f"{rest} {moved}" if moved else rest
    if split:
        rest_days = "rest days" if others is not None and "rest" in others.group() and "days" in others.group() else ""
        return _split(
            rest, said, phrase, days, second, reader, reverse=first_is_other, shift=shift, other_name=rest_days
        )
    return _alone(rest, phrase, days, reader, shift, own=own_meant(body))


def _without_times(clause: str, reader: Reader) -> tuple[str, str]:
    """A clause without the times in it, and those: they are said of the whole question."""
    moved: list[str] = []
    for found in sorted(times.find(clause, reader.today), key=lambda f: -f.start):
        moved.insert(0, clause[found.start : found.end])
        clause = f"{clause[: found.start]} {clause[found.end :]}"
    return clause.strip(), " ".join(moved)


def _second(rest: str, first: Days, reader: Reader, body: str) -> tuple[Days, Phrase, str] | None:
    """Other days of the same kind of record that the rest speaks of, with what is left of it then."""
    for phrase in phrases(rest, times.find(rest, reader.today)):
        clause, moved = _without_times(phrase.clause, reader)
        days = reader.days(clause, own=own_meant(body))
        if days is None or not same_kind(days.subject, first.subject) or not days.limited or phrase.shift:
            continue
        left = f"{rest[: phrase.start]} \x1f {rest[phrase.end :]} {moved}"
        return days, phrase, left
    return None


def _split(
    rest: str,
    said: str,
    phrase: Phrase,
    days: Days,
    second: tuple[Days, Phrase, str] | None,
    reader: Reader,
    *,
    reverse: bool,
    shift: int,
    other_name: str = "",
) -> Reading | None:
    if shift or (phrase.without and second is not None):
        return None
    rest = _HIGHER.sub(" ", rest)
    verdict = "less" if LESS.search(said) else "more" if MORE.search(said) else ""
    rest = COMPARES.sub(" ", _JOINT.sub(" ", rest))
    figure = _figure(rest, days, reader, own=own_meant(said))
    if figure is None:
        return None
    facts, measured = figure.facts, figure.measured
    zh = is_chinese(said)
    if second is not None:
        kinds = [
            (q.JOIN_KIND_SEMI, days, _told(phrase, days)),
            (q.JOIN_KIND_SEMI, second[0], _told(second[1], second[0])),
        ]
        if second[1].without:
            kinds[1] = (q.JOIN_KIND_ANTI, second[0], _told(second[1], second[0]))
    else:
        without = other_name or ("没有的日子" if zh else "days without")
        kinds = [(q.JOIN_KIND_SEMI, days, _told(phrase, days)), (q.JOIN_KIND_ANTI, days, without)]
        if phrase.without:
            kinds = [
                (q.JOIN_KIND_ANTI, days, _told(phrase, days)),
                (q.JOIN_KIND_SEMI, days, "有的日子" if zh else "days with"),
            ]
        if reverse:
            kinds.reverse()
    day = facts.day(figure.at)
    sides = [
        _side(terms.joined(figure.given, one.records, kind, (day, one.day)), measured, day, reader)
        for kind, one, _ in kinds
    ]
    plan = rows([name for _, _, name in kinds], sides, measured, f"{measured.told(zh)} ({days.told})", verdict)
    plan = replace(plan, spans=figure.spans)
    return made_of(Reading(facts.subject, plan, figure.score, facts=facts), plan, days.subject)


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


def _figure(rest: str, days: Days, reader: Reader, *, own: bool) -> _Figure | None:
    """What is compared: the mean of what does not add up, else the mean of the days' sums."""
    text, among = without_places(rest, reader.places, reader.subjects)
    found: _Figure | None = None
    for subject, asker in among:
        facts = None if same_kind(subject, days.subject) else reader.facts(text, subject, asker)
        score = reader.read(text, subject, asker).score if facts is not None else 0.0
        if facts is not None and own and subject.shared and not facts.people:
            facts.people = [asker.person_id]
        one = _measure(facts, score, reader) if facts is not None and score > 0 else None
        if one is not None and (found is None or score > found.score):
            found = one
    return found


def _measure(facts: Facts, score: float, reader: Reader) -> _Figure | None:
    total = facts.has("sum") and not facts.has("mean", "per")
    facts.cue("me", "us", "exist", "mean", "per", "how_much", "verb", "what", "sum", "than", "vs", "or", "and")
    facts.cue("logged_only", "with_value", "list", "each", "each_one", "unit")
    counted = facts.cue("count", "times") is not None
    try:
        of = facts.quantities()
    except Doubt:
        return None
    facts.cue("how_many")
    function = "sum" if total else "mean"
    measured: Measured | None = None
    if counted and not of:
        measured = Measured("count")
    elif not counted and len(of) < 2:
        one = of[0] if of else _much(facts)
        measured = Measured(function, one) if one else None
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
        else _Figure(facts, measured, given, at, tuple(spans), score)
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
    lasting = facts.subject.fields(s.FIELD_TYPE_DURATION)
    if len(lasting) == 1:
        return quantity(lasting[0])
    return measuring.only_amount(facts) if facts.has("money") else None


def _side(rows_: q.Relation, measured: Measured, day: q.Expression, reader: Reader) -> q.Relation:
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


def _alone(rest: str, phrase: Phrase, days: Days, reader: Reader, shift: int, *, own: bool) -> Reading | None:
    if _PER.search(phrase.told) and not re.search(r"\bper day\b|\bdaily\b", rest):
        rest = f"{rest.rstrip(' ?.')} per day"
    rest = _JOINT.sub(" ", rest)
    part = reader.best(rest, lambda r: r.plan is not None, other=days.subject, mine=own)
    if part is None or uncounted(part[0], rest):
        return None
    reading = _per_day(rest, *part, reader, own=own)
    plan = _restricted(reading, days, phrase, shift)
    return made_of(reading, plan, days.subject) if plan is not None else None


def _per_day(text: str, reading: Reading, asker: Asker, reader: Reader, *, own: bool) -> Reading:
    """An average of what adds up is one of days, when days are spoken of."""
    facts = reading.facts
    if facts is None or not any(m.cue("mean") for m in facts.items) or any(m.cue("per") for m in facts.items):
        return reading
    of = facts.copy().quantities()
    if len(of) != 1 or not reader.lexicon.additive(of[0].field):
        return reading
    again = reader.read(f"{text.rstrip(' ?？。.')}{'每天' if is_chinese(text) else ' per day'}", reading.subject, asker)
    return again if again.computable else reading


def _restricted(reading: Reading, days: Days, phrase: Phrase, shift: int) -> Plan | None:
    plan = reading.plan
    if plan is None or reading.facts is None or _over_all_days(plan.relation):
        return None
    day = reading.facts.day(reading.facts.copy().moment())
    kind = q.JOIN_KIND_ANTI if phrase.without else q.JOIN_KIND_SEMI
    own = terms.records(reading.subject.app_id, reading.subject.entity.name)
    keys = (day, days.day)
    if shift:
        keys = (_number(day), terms.call(q.FUNCTION_ADD, _number(days.day), terms.value(float(shift))))
    relation = _replaced(plan.relation, own, terms.joined(own, days.records, kind, keys))
    zh = is_chinese(reading.facts.scan.text)
    on = _on(days, phrase, shift, zh)
    return replace(plan, relation=relation, told=f"{plan.told}，{on}" if zh else f"{plan.told} {on}")


def _on(days: Days, phrase: Phrase, shift: int, zh: bool) -> str:
    """ "On days after those with a workout"."""
    if zh:
        after = "的后一天" if shift > 0 else "的前一天" if shift < 0 else ""
        return f"{'没有' if phrase.without else '有'}{days.told}的日子{after}"
    after = "after days " if shift > 0 else "before days " if shift < 0 else "on days "
    return f"{after}{'without' if phrase.without else 'with'} {days.told}"


def _over_all_days(relation: q.Relation) -> bool:
    """Whether days without records, or days in a row, are computed: fewer records would make other days of them."""
    kind = relation.WhichOneof("kind")
    return kind in ("calendar", "runs") or any(_over_all_days(below) for _, below in inputs_of(relation))


def _number(day: q.Expression) -> q.Expression:
    """A day as a number, so that days may be added."""
    return terms.call(q.FUNCTION_DAYS_BETWEEN, day, terms.value(_FIRST))


def _replaced(relation: q.Relation, old: q.Relation, new: q.Relation) -> q.Relation:
    """The relation with other records in place of its own."""
    if relation.SerializeToString(deterministic=True) == old.SerializeToString(deterministic=True):
        return new
    made = q.Relation()
    made.CopyFrom(relation)
    for _, below in inputs_of(made):
        below.CopyFrom(_replaced(below, old, new))
    return made
