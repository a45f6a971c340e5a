"""Answers that rest on the wrong one of several kinds of record, or on none of its records.

What happens to a thing (it was lent, cooked, taken) is told by records of that, which name it; the record of the thing
itself is one, so that its latest, its number, its mean say nothing of what happened.
"""

from __future__ import annotations

from collections.abc import Iterable

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Subject
from madeleine_miniapp.domain.questions.text import normalise, stems, tokens

_OF_OCCASIONS = ("latest", "first", "number of records", "mean", "longest", "最近", "最早", "条数", "平均", "最长")


def is_of_a_thing(reading: Reading, subjects: Iterable[Subject]) -> bool:
    """Whether occasions are told of what one record lists, though another kind of record names it each time."""
    plan, facts, own = reading.plan, reading.facts, reading.subject
    if plan is None or facts is None or own.title is None or not plan.told.startswith(_OF_OCCASIONS) or plan.key:
        return False
    title = own.title.name
    named = [c.value for c in facts.conditions if c.kind is Kind.VALUE and c.field == title and not c.negated]
    held = [normalise(text) for text in own.texts.get(title, ())]
    if not named or not held or own.texts_of(title) > len(set(held)) or is_named(own, facts.scan.text):
        return False
    others = [o for o in subjects if o.app_id == own.app_id and o.entity.name != own.entity.name]
    return any(_repeats(o, value) for o in others for value in named)


def _repeats(other: Subject, value: str) -> bool:
    """Whether records of another kind, which have dates, name something that is called so."""
    value = normalise(value)
    fields = [n for n, texts in other.texts.items() if any(value in normalise(t) for t in texts)]
    return bool(other.temporal) and bool(fields)


def is_named(subject: Subject, text: str) -> bool:
    """Whether a question calls a kind of record by its own name."""
    names = (subject.entity.name, subject.entity.label)
    said = {t.stem for t in tokens(text)}
    return any(
        (name in text) if is_chinese(name) else set(stems(name, camel=True)) <= said for name in map(str, names) if name
    )


def of_nothing(reading: Reading) -> bool:
    """Whether no records may only say that another kind was meant: there are several, and this one is not named."""
    if reading.facts is None and not reading.also:
        return False
    chosen = reading.facts is not None and any(c.kind is Kind.CHOICE for c in reading.facts.conditions)
    text = reading.facts.scan.text if reading.facts is not None else reading.scan.text if reading.scan else ""
    subjects = (reading.subject, *reading.also)
    several = len(reading.subject.spec.entities) > 1
    return several and not chosen and not all(is_named(one, text) for one in subjects)
