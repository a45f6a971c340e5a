# ruff: noqa: E501 - patterns of questions, one line each.
"""Days of several kinds of record at once: of both, of either, of neither, of one but not of the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.day_clauses import Days, find_days
from madeleine_miniapp.domain.questions.across.reader import Reader, same_kind
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

_NEGATED = (
    r"(?:neither|without(?: any| an?)?|with no|no|not|didn't|did not|don't|do not|haven't|have not|hadn't|wasn't|never)"
)
_JOINS = re.compile(
    r"(?P<no>,?\s*\b(?:but|and|yet|though|nor)(?: also)? (?:(?:i|we) )?(?:(?:have |had |with |did |do |there (?:was|is) )?(?:no|not|n't|never|nothing)|without|didn't|did not|don't|do not|haven't|forgot to)\b(?: any| an?)?|,?\s*\bnor\b(?: (?:did|do|have) (?:i|we))?|\b(?:have|had|has|with|were|was) (?:no|not)\b(?: any)?|\b(?:(?:is|are|was|were) there|there (?:is|are|was|were)|there's) (?:no|not)\b(?: any| an?)?|\bwithout(?: any| an?)?\b|\bbut not\b|\bthat (?:have|had) no\b|[，,]?(?:但是?|却|而|可是?|且)?(?:又|也)?(?:没有?|不|未|忘了)(?!管|是|到))"
    r"|(?P<or>,?\s*\b(?:and/or|or)\b(?: else| also| i| we)?|或者?是?|(?<=\s)/(?=\s))"
    r"|(?P<and>,?\s*\b(?:and|plus|as well as|together with|while|but|(?:even )?though|although)\b(?: also)?(?: then)?|&|\+|[，,]?(?:又|也|还|并且|而且|同时|和|与|跟|以及)|\b(?:were|was|are)(?: also)?\b|\bhad\b|\bwhere\b)"
    r"|(?P<next>[,，、]\s?)"
)
_LEADING_NO = re.compile(rf"^(?:(?:i|we|there was|with) )?{_NEGATED}\s+|^我?\s*(?:既|都)?\s*(?:没有?|不|未)")
_STOPS = re.compile(r"[,，:：;；]")
_MOST = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Days that are among those that are meant, or not: "and", "or", "but no"."""

    days: Days
    joined: str = "and"
    without: bool = False


def parts_of(text: str, reader: Reader, *, own: bool) -> list[Part]:
    """The days of several kinds of record that a text speaks of; empty if it does not, wholly understood."""
    negated = _LEADING_NO.match(text)
    for parts in _ways(text[negated.end() :] if negated else text, reader, own, "and", _MOST):
        parts = _one_series(parts)
        if negated:
            parts = _denied(parts)
        if len(parts) > 1 and len({(p.days.subject.app_id, p.days.subject.entity.name) for p in parts}) > 1:
            return parts
    return []


def _denied(parts: list[Part]) -> list[Part]:
    """What follows a "neither" or "no": all that is joined by "or" is denied, what comes after a "but" is not.

    "Without this and that" may mean either; nothing is made of it.
    """
    if all(p.joined == "or" or p.without for p in parts[1:]):
        return [Part(p.days, "and", True) for p in parts]
    if all(p.joined == "and" and not p.without for p in parts[1:]):
        return [*parts[1:], Part(parts[0].days, "and", True)]
    return []


def _one_series(parts: list[Part]) -> list[Part]:
    """ "This, that or that": a comma joins as the word after it does; of mixed words nothing is made."""
    joined = {p.joined for p in parts[1:] if not p.without} - {","}
    if len(joined) > 1:
        return []
    by = joined.pop() if joined else "and"
    return [parts[0], *(p if p.without else Part(p.days, by) for p in parts[1:])]


def _ways(
    text: str, reader: Reader, own: bool, joined: str, left: int, taken: tuple[Subject, ...] = ()
) -> Iterator[list[Part]]:
    """Ways to read a text as clauses about days of different kinds of record, joined by "and", "or" and "but no"."""
    if left == 0 or not text.strip(" ,，"):
        return
    for match in _JOINS.finditer(text):
        one, other = text[: match.start()].strip(" ,，"), text[match.end() :].strip(" ,，")
        first = _clause(one, reader, own, taken) if other else None
        if first is None:
            continue
        word = match.lastgroup or "and"
        for rest in _ways(other, reader, own, "," if word == "next" else word, left - 1, (*taken, first.subject)):
            yield [Part(first, joined, joined == "no"), *rest]
    whole = _clause(text.strip(" ,，"), reader, own, taken)
    if whole is not None:
        yield [Part(whole, joined, joined == "no")]


def _clause(text: str, reader: Reader, own: bool, taken: tuple[Subject, ...]) -> Days | None:
    """The days of one clause, which has no further ones in it."""
    return None if not text or _STOPS.search(text) else find_days(reader, text, own=own, others=taken)


def relation(
    parts: Sequence[Part], spans: Sequence[Span], reader: Reader, bounds: tuple[date, date] | None
) -> q.Relation | None:
    """The days as one column, "day"; None where all are denied and it is not known of which days."""
    having, lacking = [p for p in parts if not p.without], [p for p in parts if p.without]
    made: q.Relation | None = None
    if any(p.joined == "or" for p in having):
        rows = [_days(p, "day", spans, reader) for p in having]
        made = terms.grouped(terms.united(*rows), terms.named(day=terms.column("day")), [])
    else:
        for place, part in enumerate(having):
            one = _days(part, "day" if made is None else f"day_{place}", spans, reader)
            made = one if made is None else _kept(made, one, f"day_{place}", q.JOIN_KIND_SEMI)
    if made is None:
        if bounds is None:
            return None
        made = terms.extended(terms.calendar(*bounds), terms.named(day=terms.column("from")), only=True)
    for place, part in enumerate(lacking):
        made = _kept(made, _days(part, f"no_{place}", spans, reader), f"no_{place}", q.JOIN_KIND_ANTI)
    return made


def _kept(made: q.Relation, other: q.Relation, name: str, kind: q.JoinKind.ValueType) -> q.Relation:
    return terms.joined(made, other, kind, (terms.column("day"), terms.column(name)))


def _days(part: Part, name: str, spans: Sequence[Span], reader: Reader) -> q.Relation:
    rows = in_span(part.days, spans, reader)
    return terms.grouped(rows, [q.Named(name=name, value=part.days.day)], [])


def in_span(days: Days, spans: Sequence[Span], reader: Reader) -> q.Relation:
    """The records of some days that fall into the one span that is asked of, if any is."""
    facts = reader.facts("", days.subject, asker_of(days.subject, reader))
    if facts is None or not spans:
        return days.records
    dated = days.day.call.function == q.FUNCTION_DAY
    return terms.filtered(days.records, facts.within(spans[0], days.day.call.arguments[0] if dated else days.day))


def days_of(text: str, reader: Reader, *, own: bool) -> Days | None:
    """The days of several kinds of record that a clause speaks of, as those of one: "I trained and read"."""
    parts = parts_of(text, reader, own=own)
    made = relation(parts, (), reader, None) if parts else None
    if made is None:
        return None
    also = tuple(p.days.subject for p in parts[1:])
    return Days(
        parts[0].days.subject, made, terms.column("day"), _things(parts, is_chinese(text)), limited=True, also=also
    )


def asker_of(subject: Subject, reader: Reader) -> Asker:
    """Who asks of a subject."""
    return next(a for one, a in reader.subjects if same_kind(one, subject))


def told(parts: Sequence[Part], text: str) -> str:
    """What the days are, in the question's language."""
    zh = is_chinese(text)
    with_ = ("有" if zh else "with ") if not all(p.without for p in parts) else ""
    return f"{with_}{_things(parts, zh)}的天" if zh else f"days {with_}{_things(parts, zh)}"


def _things(parts: Sequence[Part], zh: bool) -> str:
    either = any(p.joined == "or" and not p.without for p in parts)
    having = [p.days.told for p in parts if not p.without]
    lacking = [p.days.told for p in parts if p.without]
    with_ = (("或" if either else "和") if zh else (" or " if either else " and ")).join(having)
    without = f"没有{'和'.join(lacking)}" if zh else f"without {' or '.join(lacking)}"
    return ("而" if zh else " but ").join(x for x in (with_, without if lacking else "") if x)
