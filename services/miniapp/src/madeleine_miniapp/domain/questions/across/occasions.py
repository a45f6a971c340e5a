# ruff: noqa: E501 - patterns of questions, one line each.
"""What something was itself, and what else there was on its day: "my mood the day the plumber came, and what did he cost"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.compared_words import JOINT
from madeleine_miniapp.domain.questions.across.day_clauses import Days, find_days
from madeleine_miniapp.domain.questions.across.day_sets import asker_of, in_span
from madeleine_miniapp.domain.questions.across.phrases import phrases
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant
from madeleine_miniapp.domain.questions.across.tops import figure_or_mean
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_IT = r"(?:it|that|this|he|she|they|those|the bill|the price|the damage)"
# What is asked of the thing itself.
_ITSELF = re.compile(
    rf"[,;.?]*\s*\b(?:and )?(?:how much (?:was|were|did) {_IT}(?: cost| charge| come to)?|what (?:did {_IT} (?:cost|charge|come to)|(?:was|were) (?:the )?(?:bill|price|cost|damage)|{_IT} (?:cost|charged))|(?P<long>how (?:long|many (?:minutes|hours)) (?:was|were|did) {_IT}(?: take| last)?))(?: us| me)?(?=\s*(?:$|[,.;?!]|and\b))"
    r"|[，,；;？?]?\s*(?:又|一共|总共)?(?:花了?|付了?|用了?|是)多少(?:钱|欧元?)|[，,；;？?]?\s*(?P<zlong>[练做跑读]了多(?:久|少分钟|长时间))"
)


def itself_and_that_day(text: str, reader: Reader) -> Reading | None:
    """The day of one thing, what was asked of the thing, and the figure of another kind of record on that day."""
    asked = _ITSELF.search(text)
    if asked is None:
        return None
    bare = f"{text[: asked.start()]} {text[asked.end() :]}"
    found = times.find(bare, reader.today)
    spans = list(dict.fromkeys(f.span for f in found))
    for one in sorted(found, key=lambda f: -f.start):
        bare = f"{bare[: one.start]} {bare[one.end :]}"
    type_ = s.FIELD_TYPE_DURATION if asked["long"] or asked["zlong"] else s.FIELD_TYPE_MONEY
    own = own_meant(text)
    for phrase in phrases(bare):
        days = find_days(reader, phrase.clause, own=own) if not (phrase.without or phrase.shift) else None
        if days is None or not days.limited or days.single or len(days.subject.fields(type_)) != 1 or len(spans) > 1:
            continue
        rest = JOINT.sub(" ", f"{bare[: phrase.start]} {bare[phrase.end :]}").strip(" ,，;.?？")
        other = figure_or_mean(rest, reader, own=own, other=days.subject)
        if other is not None:
            return _beside(days, quantity(days.subject.fields(type_)[0]), spans, other, reader, zh=is_chinese(text))
    return None


def _beside(
    days: Days,
    of: Quantity,
    spans: list[Span],
    other: tuple[Facts, Measured, q.Relation],
    reader: Reader,
    *,
    zh: bool,
) -> Reading:
    """A row for each day of the thing: what it was, and the other figure of that day."""
    facts, measured, given = other
    itself = Measured("sum", of)
    own = terms.grouped(in_span(days, spans, reader), terms.named(day=days.day), [itself.of("itself")])
    sums = terms.grouped(given, terms.named(on=facts.day(facts.moment())), [measured.of("then")])
    made = terms.joined(own, sums, q.JOIN_KIND_OUTER, (terms.column("day"), terms.column("on")))
    made = terms.extended(made, [q.Named(name=n, value=terms.column(n)) for n in ("day", "itself", "then")], only=True)
    shown = (Shown("day"), Shown("itself", itself.unit), Shown("then", measured.unit))
    told = f"{itself.told(zh)} ({days.told}); {measured.told(zh)}"
    plan = Plan(terms.ordered(made, terms.order(terms.column("day"))), shown, told, tuple(spans), key="day")
    told_by = reader.facts("", days.subject, asker_of(days.subject, reader))
    return made_of(Reading(days.subject, plan, 1.0, facts=told_by), plan, facts.subject)
