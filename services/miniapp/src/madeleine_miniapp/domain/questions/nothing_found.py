"""Answers that rest on no records, where another kind of record may have been meant."""

from __future__ import annotations

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Subject
from madeleine_miniapp.domain.questions.text import stems, tokens


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
