"""Parts of a question, each over one kind of record."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading, read, scanned
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import is_chinese

Subjects = Sequence[tuple[Subject, Asker]]
_ASKER = re.compile(r"(?<![^\W_'])(?:i(?:'m|'ve|'d|'ll)?|my|me|mine|myself)(?![\w'])|我(?!们)")
_EVERYONE = re.compile(
    r"\b(?:we|us|our|everyone|everybody|anyone|anybody|somebody|someone|all of us)\b|我们|大家|有人|任何人|所有人"
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the question was read as over one kind of record."""

    reading: Reading
    asker: Asker


@dataclass(frozen=True, slots=True)
class Days:
    """Records whose days are meant."""

    subject: Subject
    records: q.Relation
    day: q.Expression
    told: str


def best(
    text: str, subjects: Subjects, lexicon: Lexicon, fits: Callable[[Reading], bool] = lambda _: True
) -> Part | None:
    """The reading of a part over the kind of record that it names best."""
    found = [Part(read(text, subject, asker, lexicon), asker) for subject, asker in subjects]
    sound = [p for p in found if p.reading.computable and p.reading.score > 0 and fits(p.reading)]
    return max(sound, key=lambda p: p.reading.score, default=None)


def gathered(text: str, subject: Subject, asker: Asker, lexicon: Lexicon) -> Facts | None:
    try:
        return gather(subject, asker, lexicon, scanned(text, subject, asker, lexicon))
    except Doubt:
        return None


def days_of(clause: str, subjects: Subjects, lexicon: Lexicon, other: Subject | None, *, own: bool) -> Days | None:
    """The records that a clause like "I slept less than 6 hours" speaks of; `own`: the asker's, if nobody is named."""
    found: tuple[float, Days] | None = None
    for subject, asker in subjects:
        facts = gathered(clause, subject, asker, lexicon)
        if facts is None or same_kind(subject, other):
            continue
        if own and subject.shared and not facts.people:
            facts.people = [asker.person_id]
        score = read(clause, subject, asker, lexicon).score
        records = records_of(facts)
        if score <= 0 or records is None:
            continue
        told = ", ".join(c.told for c in facts.conditions if c.told) or subject.entity.label or subject.entity.name
        days = Days(subject, records, facts.day(facts.moment()), told)
        found = max(found, (score, days), key=lambda pair: pair[0]) if found else (score, days)
    return found[1] if found else None


def own_meant(text: str, *others: Subject) -> bool:
    """Whether the asker's own days are meant: "I", or records that are theirs alone beside them."""
    if _EVERYONE.search(text):
        return False
    return bool(_ASKER.search(text)) or any(not s.shared for s in others)


def records_of(facts: Facts) -> q.Relation | None:
    """The records that a clause means, if it was wholly understood."""
    facts.cue("me", "us", "how_much", "exist", "row", "times", "verb", "unit", "share_none")
    at = facts.moment()
    made = base.chosen(facts, facts.spans(), at)
    return None if facts.left_over() else made


def same_kind(one: Subject, other: Subject | None) -> bool:
    return other is not None and (one.app_id, one.entity.name) == (other.app_id, other.entity.name)


def left_of(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}".strip(" ,，")


def cut(part: str, spans: Sequence[times.Found], text: str, start: int) -> str:
    """A part of the text without the times in it."""
    for span in sorted(spans, key=lambda f: -f.start):
        if start <= span.start and span.end <= start + len(part):
            part = part[: span.start - start] + " " + part[span.end - start :]
    return part.strip(" ,，?？。.")


def made_of(part: Reading, plan: Plan, *others: Subject) -> Reading:
    return replace(part, plan=plan, also=tuple(s for s in others if not same_kind(s, part.subject)))


def is_zh(text: str) -> bool:
    return is_chinese(text)
