"""Parts of a question, each over one kind of record."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.accounting import whose
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading, read, scanned
from madeleine_miniapp.domain.questions.spans import Found, Span
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.units import quantity

_NAMED, _LASTING = 3.0, 4.0
_SLEEP = re.compile(r"sleep|slept|night|睡")
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
    return max(sound, key=lambda p: p.reading.score - _lasting(p.reading.subject), default=None)


def _lasting(subject: Subject) -> float:
    """What is against records of what lasts, such as books, where days are spoken of."""
    return _LASTING if len(subject.temporal) > 1 else 0.0


def gathered(text: str, subject: Subject, asker: Asker, lexicon: Lexicon) -> Facts | None:
    try:
        return gather(subject, asker, lexicon, scanned(text, subject, asker, lexicon))
    except Doubt:
        return None


def days_of(
    clause: str, subjects: Subjects, lexicon: Lexicon, other: Subject | None, *, own: bool, spans: Sequence[Span] = ()
) -> Days | None:
    """The records that a clause like "I slept less than 6 hours" speaks of; `own`: the asker's, if nobody is named."""
    found: tuple[float, Days] | None = None
    for subject, asker in subjects:
        facts = gathered(clause, subject, asker, lexicon)
        if facts is None or same_kind(subject, other):
            continue
        if own and subject.shared and not facts.people:
            facts.people = [asker.person_id]
        if facts.people and not _whose_known(facts):
            continue
        # Records of such a thing by name rather than those that only mention it.
        named = any(m.of(Kind.ENTITY) for m in facts.items)
        score = read(clause, subject, asker, lexicon).score
        told = ", ".join([*(c.told for c in facts.conditions if c.told), *(x.told for x in facts.limits)])
        made = _records(facts, spans)
        if score <= 0 or made is None:
            continue
        days = Days(subject, *made, told or subject.entity.label or subject.entity.name)
        worth = score + (_NAMED if named else 0.0) - _lasting(subject)
        found = max(found, (worth, days), key=lambda pair: pair[0]) if found else (worth, days)
    return found[1] if found else None


def _whose_known(facts: Facts) -> bool:
    try:
        whose(facts)
    except Doubt:
        return False
    return True


def own_meant(text: str, *others: Subject) -> bool:
    """Whether the asker's own days are meant: "I", or records that are theirs alone beside them."""
    if _EVERYONE.search(text):
        return False
    return bool(_ASKER.search(text)) or any(not one.shared for one in others)


def _records(facts: Facts, spans: Sequence[Span]) -> tuple[q.Relation, q.Expression] | None:
    """The records that a clause means, and their day, if it was wholly understood.

    A limit on what adds up is one on the day's sum ("days I ate over 2000 kcal"); nights are told one by one.
    """
    facts.cue("me", "us", "how_much", "exist", "row", "times", "verb", "unit", "share_none")
    at = facts.moment()
    summed = [x for x in facts.limits if len(x.fields) == 1 and not x.counted and _adds_up(facts, x.fields[0])]
    facts.limits = [x for x in facts.limits if x not in summed]
    made = terms.filtered(base.chosen(facts, facts.spans(), at), *(facts.within(span, at) for span in spans))
    if facts.left_over():
        return None
    day = facts.day(at)
    for limit in summed:
        of = quantity(limit.fields[0], limit.unit)
        total = terms.measure("total", q.MEASURE_FUNCTION_SUM, of.expression)
        sums = terms.grouped(made, terms.named(day=day), [total])
        over = terms.extended(
            terms.filtered(sums, holds(limit, terms.column("total"))), terms.named(on=terms.column("day"))
        )
        made = terms.joined(made, over, q.JOIN_KIND_SEMI, (day, terms.column("on")))
    return made, day


def _adds_up(facts: Facts, field: s.Field) -> bool:
    return facts.lexicon.additive(field) and not _SLEEP.search(f"{field.name} {field.label}".casefold())


def same_kind(one: Subject, other: Subject | None) -> bool:
    return other is not None and (one.app_id, one.entity.name) == (other.app_id, other.entity.name)


def left_of(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}".strip(" ,，")


def cut(part: str, spans: Sequence[Found], text: str, start: int) -> str:
    """A part of the text without the times in it."""
    for span in sorted(spans, key=lambda f: -f.start):
        if start <= span.start and span.end <= start + len(part):
            part = part[: span.start - start] + " " + part[span.end - start :]
    return part.strip(" ,，?？。.")


def made_of(part: Reading, plan: Plan, *others: Subject) -> Reading:
    return replace(part, plan=plan, also=tuple(one for one in others if not same_kind(one, part.subject)))
