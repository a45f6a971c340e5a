"""A measure on some days only: the plan of the rest of the question, over the records of those days."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.compared_words import JOINT
from madeleine_miniapp.domain.questions.across.day_clauses import Days
from madeleine_miniapp.domain.questions.across.phrases import Phrase
from madeleine_miniapp.domain.questions.across.reader import (
    Reader,
    lasting,
    made_of,
    uncounted,
)
from madeleine_miniapp.domain.questions.across.shifting import SHIFTED_DAY, shifted
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.amounts import eaten
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity
from madeleine_miniapp.domain.relation_tree import inputs_of

_WHICH = re.compile(
    r"\b(?:what|which|who|list|where)\b(?!'s\b| (?:is|was|are|were) | (?:\w+ )?(?:mood|score|rating|mark)\b)"
    r"|什么|啥|哪|谁|列"
)
# "Which feeling did I tick most": the most often.
_MOSTLY = re.compile(r"\bwhich\b.*\bmost\b|\bmost (?:often|common|frequent\w*)\b|最(?:多|常)")
# "How much do I eat on days when ...": what is usual is told of a day.
_HABIT = re.compile(r"\bhow (?:much|many|long|far)\b.*\bdo (?:i|we)\b")
_SUM = re.compile(r"(?:sum|number) of (?!.*\b(?:per|averaged)\b)|(?:总和|条数)(?!.*平均)")
_THAT_DAY = re.compile(r"^(?:on )?the (?:day|night) (?:i|we|when|that|of)\b|(?<![每些几])那一?天[里的]?[，,]?$")
_PER = re.compile(r"\bper\s+(?:[\w'-]+\s+){0,3}(?:days?|nights?)$")


def on_those_days(rest: str, phrase: Phrase, days: Days, reader: Reader, shift: int, *, own: bool) -> Reading | None:
    """ "Average protein on climbing days": the plan of the rest; `shift`: so many days after those that are named."""
    if _PER.search(phrase.told) and not re.search(r"\bper day\b|\bdaily\b", rest):
        rest = f"{rest.rstrip(' ?.')} per day"
    rest = JOINT.sub(" ", rest)
    other = None if days.also else days.subject
    # "My mood on climbing days": what does not add up is the average.
    said = [rest] if _WHICH.search(rest) else [rest, f"平均{rest}" if is_chinese(rest) else f"average {rest}"]
    parts = (reader.best(one, lambda r: r.plan is not None, other=other, mine=own) for one in said)
    part = next((p for p in parts if p is not None), None)
    if part is None or (uncounted(part[0], rest) and not _MOSTLY.search(rest)):
        return None
    if lasting(part[0].subject) and part[0].facts is not None and part[0].facts.dated is None:
        # Pages of books are on no day, unless it is said on which of their days.
        return None
    if not days.limited and _is_of(part[0].subject, days.subject):
        # "Game nights" are those on which one was played, not days on which one was bought.
        return None
    reading = _per_day(rest, *part, reader)
    one_such = SHIFTED_DAY.search(phrase.told) if phrase.shift else _THAT_DAY.search(phrase.told)
    if one_such and not days.single and _adds_up(reading):
        # "How many kcal the day after I slept badly": of one such day, or of all of them?
        return None
    plan = _restricted(reading, days, phrase, shift)
    if plan is not None and one_such and days.single:
        plan = _each_day(plan, reading)
    return made_of(reading, plan, days.subject, *days.also) if plan is not None else None


def _each_day(plan: Plan, reading: Reading) -> Plan:
    """A figure of each of the days that are equally the most, where it would be one of all of them."""
    facts, relation = reading.facts, q.Relation()
    relation.CopyFrom(plan.relation)
    of_records = relation.WhichOneof("kind") == "group" and not _grouped(relation.group.input)
    if facts is None or not plan.figure or not of_records or relation.group.keys:
        return plan
    relation.group.keys.append(q.Named(name="day", value=facts.day(facts.copy().moment())))
    made = terms.ordered(relation, terms.order(terms.column("day")))
    return replace(plan, relation=made, shown=(Shown("day"), *plan.shown), key="day")


def _grouped(relation: q.Relation) -> bool:
    return relation.WhichOneof("kind") == "group" or any(_grouped(below) for _, below in inputs_of(relation))


def _adds_up(reading: Reading) -> bool:
    """Whether a reading's figure is a sum of all that is there."""
    plan = reading.plan
    return plan is not None and bool(plan.figure) and not plan.key and _SUM.match(plan.told) is not None


def _is_of(one: Subject, other: Subject) -> bool:
    """Whether records of one kind say which of the other they are of: the game of a play."""
    fields = {stems(name) for f in one.entity.fields for name in (f.name, f.label)}
    named = {stems(other.entity.name), stems(other.entity.label)} - {()}
    return one.app_id == other.app_id and bool(named & fields)


def _per_day(text: str, reading: Reading, asker: Asker, reader: Reader) -> Reading:
    """An average of what adds up is one of days, when days are spoken of."""
    facts = reading.facts
    if facts is None or any(m.cue("per") for m in facts.items):
        return reading
    of = facts.copy().quantities()
    food = eaten(facts.copy()) if not of else None
    of = [food] if food is not None else of
    if len(of) != 1 or not reader.lexicon.additive(of[0].field):
        return reading
    if any(m.cue("median") for m in facts.items):
        return _median_day(reading, of[0])
    if not any(m.cue("mean") for m in facts.items) and not _HABIT.search(text):
        return reading
    again = reader.read(f"{text.rstrip(' ?？。.')}{'每天' if is_chinese(text) else ' per day'}", reading.subject, asker)
    return again if again.computable else reading


def _median_day(reading: Reading, of: Quantity) -> Reading:
    """The middle one of the days' sums."""
    facts = reading.facts
    if facts is None or reading.plan is None:
        return reading
    trial = facts.copy()
    at = trial.moment()
    given = base.chosen(trial, trial.spans(), at)
    sums = terms.grouped(given, terms.named(day=facts.day(at)), [Measured("sum", of).of("value")])
    made = terms.grouped(sums, [], [terms.measure("value", q.MEASURE_FUNCTION_MEDIAN, terms.column("value"))])
    told = Measured("median", of).told(zh := is_chinese(facts.scan.text))
    told = f"{told}（每天）" if zh else f"{told} per day"
    return replace(
        reading, plan=replace(reading.plan, relation=made, shown=(Shown("value", of.unit),), told=told, figure="value")
    )


def _restricted(reading: Reading, days: Days, phrase: Phrase, shift: int) -> Plan | None:
    plan = reading.plan
    if plan is None or reading.facts is None or _over_all_days(plan.relation):
        return None
    if shift and len(reading.subject.temporal) > 2:
        # What begins on one day and ends on another has but one of both as its own: which one is not said.
        return None
    day = reading.facts.day(reading.facts.copy().moment())
    kind = q.JOIN_KIND_ANTI if phrase.without else q.JOIN_KIND_SEMI
    own = terms.records(reading.subject.app_id, reading.subject.entity.name)
    relation = _replaced(plan.relation, own, terms.joined(own, days.records, kind, shifted(day, days.day, shift)))
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


def _replaced(relation: q.Relation, old: q.Relation, new: q.Relation) -> q.Relation:
    """The relation with other records in place of its own."""
    if relation.SerializeToString(deterministic=True) == old.SerializeToString(deterministic=True):
        return new
    made = q.Relation()
    made.CopyFrom(relation)
    for _, below in inputs_of(made):
        below.CopyFrom(_replaced(below, old, new))
    return made
