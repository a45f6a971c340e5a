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
    made_of,
    uncounted,
)
from madeleine_miniapp.domain.questions.across.shifting import shifted
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Asker
from madeleine_miniapp.domain.relation_tree import inputs_of

_PER = re.compile(r"\bper\s+(?:[\w'-]+\s+){0,3}(?:days?|nights?)$")


def on_those_days(rest: str, phrase: Phrase, days: Days, reader: Reader, shift: int, *, own: bool) -> Reading | None:
    """ "Average protein on climbing days": the plan of the rest; `shift`: so many days after those that are named."""
    if _PER.search(phrase.told) and not re.search(r"\bper day\b|\bdaily\b", rest):
        rest = f"{rest.rstrip(' ?.')} per day"
    rest = JOINT.sub(" ", rest)
    other = None if days.also else days.subject
    said = (rest, f"平均{rest}" if is_chinese(rest) else f"average {rest}")
    parts = (reader.best(one, lambda r: r.plan is not None, other=other, mine=own) for one in said)
    part = next((p for p in parts if p is not None), None)
    if part is None or uncounted(part[0], rest):
        return None
    reading = _per_day(rest, *part, reader)
    plan = _restricted(reading, days, phrase, shift)
    return made_of(reading, plan, days.subject, *days.also) if plan is not None else None


def _per_day(text: str, reading: Reading, asker: Asker, reader: Reader) -> Reading:
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
