# ruff: noqa: E501 - patterns of questions, one line each.
"""Whether something was so on days that are told by another kind of record: "did I read on the day of the party"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.compared_words import COMPARES, JOINT
from madeleine_miniapp.domain.questions.across.day_clauses import find_days
from madeleine_miniapp.domain.questions.across.day_sets import asker_of, in_span
from madeleine_miniapp.domain.questions.across.phrases import phrases
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant
from madeleine_miniapp.domain.questions.across.shifting import shifted
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading

_WHETHER = re.compile(
    r"^[\s,]*(?:so |and )?(?:did|have|had|was|were|do) (?P<who>i|we|anyone|anybody|somebody|someone)\b(?: also| even| actually)?|(?:了没有?|了?吗|过没有?|没有)\s*[？?]?\s*$|有没有|是不是|是否"
)
_LIMIT = re.compile(r"\b(?:more|less|fewer|better|worse|longer) than (?=\d)|[超多少]过?(?=\d)")
_KEPT = re.compile(r"^[\s,，]+|[\s,，。.?？!]+$")
_THAT_DAY = re.compile(r"\b(?:on )?(?:that|the same) (?:very )?(?:day|night|date)\b|(?:那|当|同一)天")


def whether_then(text: str, reader: Reader) -> Reading | None:
    """ "The last time I felt anxious, did I train that day": yes or no, with the days."""
    found = times.find(text, reader.today)
    spans = list(dict.fromkeys(f.span for f in found))
    timeless = text
    for one in sorted(found, key=lambda f: -f.start):
        timeless = f"{timeless[: one.start]} {timeless[one.end :]}"
    if len(spans) > 1 or COMPARES.search(_LIMIT.sub(" ", timeless)):
        return None
    own = own_meant(text)
    for phrase in phrases(timeless):
        rest = f"{timeless[: phrase.start]} {timeless[phrase.end :]}"
        asked = _WHETHER.search(rest.strip(" ,，"))
        if asked is None or phrase.without:
            continue
        rest = _WHETHER.sub(lambda m: f" {m['who'] or ''} ", rest.strip(" ,，"))
        rest = _KEPT.sub("", JOINT.sub(" ", _THAT_DAY.sub(" ", rest)))
        days = find_days(reader, phrase.clause, own=own)
        if days is not None and days.single and found:
            # The longest, or the last, of that time.
            said = " ".join(text[f.start : f.end] for f in found)
            days = find_days(reader, f"{phrase.clause} {said}", own=own)
        other = find_days(reader, rest, own=own, others=(days.subject,)) if days is not None else None
        if days is None or other is None:
            continue
        zh = is_chinese(text)
        rows, on = in_span(other, spans, reader), days.records
        made = terms.joined(rows, on, q.JOIN_KIND_SEMI, shifted(other.day, days.day, phrase.shift))
        made = terms.ordered(terms.grouped(made, terms.named(day=other.day), []), terms.order(terms.column("day")))
        told = f"有{other.told}，在{days.told}的日子" if zh else f"days with {other.told}, of those with {days.told}"
        plan = Plan(made, (Shown("day"),), told, tuple(spans), verdict="any")
        facts = reader.facts("", other.subject, asker_of(other.subject, reader))
        if facts is not None and own and other.subject.shared:
            facts.people = [asker_of(other.subject, reader).person_id]
        return made_of(Reading(other.subject, plan, 1.0, facts=facts), plan, days.subject)
    return None
