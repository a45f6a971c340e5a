# ruff: noqa: E501 - patterns of questions, one line each.
"""Days of several kinds of record: "days I both trained and read", "training days without an entry"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.day_clauses import Days, find_days
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant, same_kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span

# That days are asked for, and how many or which.
_HOW_MANY = re.compile(
    r"\bhow many (?:of )?(?:my |our |the |all )?(?:\w+ )?(?:days|nights|dates)\b|\b(?:the )?(?:number|count) of (?:calendar )?(?:days|nights)\b|\bcount (?:of )?(?:the |my |all )?(?:days|nights)\b|\bhow often\b.*\b(?:same|one) day\b|\b(?:days|nights)\b[^?]*\bhow many\b|\bhow many\b[^?]*\b(?:days|nights)\b|^(?:on )?(?:days|nights)\b|(?:多少|几)[天晚]|天数"
)
_WHICH = re.compile(
    r"\b(?:on )?(?:which|what|list|show|give me)\b[^?]*\b(?:days|nights|dates)\b|哪(?:几|些)?天|哪些日子|列出.*[天日]"
)
_ASKED = re.compile(
    r"\b(?:on )?how many (?:of (?:my|our|the|all) )?(?:calendar )?(?:days|nights|dates)\b|\b(?:on )?how many(?: of)?\b|\b(?:the )?(?:number|count) of\b|\bcount(?: of)?\b|\bhow often\b|\b(?:on )?(?:which|what)\b|\b(?:list|show|give me)\b|\b(?:on|in) (?:the|one and the|one) same (?:day|date|night)\b|\bon (?:one|a single) day\b"
    r"|\b(?:calendar )?(?:days|nights|dates)\b|\b(?:when|where|that|on which|are there|were there|did it happen|is it like that|all together)\b|\b(?:did|do|have|had|has|am|was) (?:i|we)\b|\b(?:both|either way|of mine|also|too|as well)\b|\bi've (?:got|had)\b|\b(?:both )?of (?:them|these)\b|\bplease\b"
    r"|(?:有|一共有?|总共有?)?(?:多少|几)[天晚]|天数|哪(?:几|些)?天|哪些日子|(?:的)?(?:那些|那)?(?:天|日子)|既|同时|同一天|都有|有(?=\s|$)"
)
_AND = re.compile(
    r"(?P<no>,?\s*\b(?:but|and|yet|though)(?: also)? (?:(?:i|we) )?(?:(?:have |had |with |did |do |there (?:was|is) )?(?:no|not|n't|never|nothing)|without|didn't|did not|don't|do not|haven't|forgot to)\b(?: any| an?)?|\b(?:have|had|has|with|were|was) (?:no|not)\b(?: any)?|\bwithout(?: any| an?)?\b|\bbut not\b|\bthat (?:have|had) no\b|[，,]?(?:但是?|却|而|可是?)?(?:又|也)?(?:没有?|不|未|忘了)(?!管|是))"
    r"|(?P<and>,?\s*\b(?:and|plus|as well as|together with|while)\b(?: also)?(?: then)?|&|\+|[，,]?(?:又|也|还|并且|而且|同时|和|与|跟|以及)|,\s|\b(?:were|was|are)(?: also)?\b|\bhad\b|\bwhere\b)"
)
_MOST = 3


@dataclass(frozen=True, slots=True)
class _Part:
    days: Days
    without: bool


def days_of_several(text: str, reader: Reader) -> Reading | None:
    """The days on which several kinds of record are, or are not: how many, or which."""
    many, which = _HOW_MANY.search(text) is not None, _WHICH.search(text) is not None
    if not (many or which):
        return None
    found = times.find(text, reader.today)
    spans = list(dict.fromkeys(f.span for f in found))
    if len(spans) > 1:
        return None
    bare = text
    for one in sorted(found, key=lambda f: -f.start):
        bare = f"{bare[: one.start]} {bare[one.end :]}"
    bare = re.sub(r"\s+", " ", _ASKED.sub(" ", re.sub(r"[?？。!！.]+\s*", " , ", bare))).strip(" ,:，：")
    own = own_meant(text)
    parts = next(_parts(bare, reader, own, without=False, left=_MOST), None)
    if parts is None or len(parts) < 2 or parts[0].without:
        return None
    if len({(p.days.subject.app_id, p.days.subject.entity.name) for p in parts}) < 2:
        return None
    return _made(text, parts, spans, reader, listed=which and not many, own=own)


def _parts(text: str, reader: Reader, own: bool, *, without: bool, left: int) -> Iterator[list[_Part]]:
    """Ways to read a text as clauses about days, joined by words like "and" and "but no"."""
    if left == 0 or not text.strip(" ,，"):
        return
    for match in _AND.finditer(text):
        one, other = text[: match.start()].strip(" ,，"), text[match.end() :].strip(" ,，")
        if not one or not other:
            continue
        first = find_days(reader, one, own=own)
        if first is None:
            continue
        for rest in _parts(other, reader, own, without=match["no"] is not None, left=left - 1):
            if not any(same_kind(first.subject, p.days.subject) for p in rest):
                yield [_Part(first, without), *rest]
    clause = text.strip(" ,，")
    whole = find_days(reader, clause, own=own) if not re.search(r"[,，:：;；]", clause) else None
    if whole is not None:
        yield [_Part(whole, without)]


def _made(text: str, parts: list[_Part], spans: list[Span], reader: Reader, *, listed: bool, own: bool) -> Reading:
    first = parts[0].days
    made = q.Relation()
    for place, part in enumerate(parts):
        days = part.days
        asker = next(a for subject, a in reader.subjects if same_kind(subject, days.subject))
        facts = reader.facts("", days.subject, asker)
        rows = days.records
        if facts is not None and spans:
            rows = terms.filtered(rows, facts.within(spans[0], days.day))
        name = "day" if place == 0 else f"day_{place}"
        one = terms.grouped(rows, [q.Named(name=name, value=days.day)], [])
        kind = q.JOIN_KIND_ANTI if part.without else q.JOIN_KIND_SEMI
        made = one if place == 0 else terms.joined(made, one, kind, (terms.column("day"), terms.column(name)))
    zh = is_chinese(text)
    having = [p.days.told for p in parts if not p.without]
    lacking = [p.days.told for p in parts if p.without]
    if zh:
        told = f"有{'和'.join(having)}" + (f"而没有{'和'.join(lacking)}" if lacking else "") + "的天"
    else:
        told = f"days with {' and '.join(having)}" + (f" but without {' and '.join(lacking)}" if lacking else "")
    asker = next(a for subject, a in reader.subjects if same_kind(subject, first.subject))
    facts = reader.facts("", first.subject, asker)
    if facts is not None and own and first.subject.shared:
        # Told of whom it is computed.
        facts.people = [asker.person_id]
    if listed:
        plan = Plan(terms.ordered(made, terms.order(terms.column("day"))), (Shown("day"),), told, tuple(spans))
    else:
        counted = terms.grouped(made, [], [terms.measure("days", q.MEASURE_FUNCTION_COUNT)])
        shown = (Shown("days", "天" if zh else "days"),)
        plan = Plan(counted, shown, told, tuple(spans), figure="days", counts=True)
    reading = Reading(first.subject, plan, 1.0, facts=facts)
    return made_of(replace(reading), plan, *(p.days.subject for p in parts[1:]))
