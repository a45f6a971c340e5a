# ruff: noqa: E501 - patterns of questions, one line each.
"""Days of one kind of record that are days of another: "average protein on climbing days"."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.parts import (
    Days,
    Part,
    Subjects,
    best,
    cut,
    days_of,
    left_of,
    made_of,
    own_meant,
    same_kind,
)
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.relation_tree import inputs_of

_END = r"(?=[,.;?!]|$)"
# "on climbing days", "on days when I train": (clause, whether days without it are meant).
DAYS = tuple(
    (re.compile(pattern), without)
    for pattern, without in (
        (
            r"\bon (?:the |those |all )?(?:days|nights|dates) (?:that |when |where |on which )?(?:i|we) (?:didn't|did not|don't|do not|haven't|never) (?P<c>[^,.;?!]+)"
            + _END,
            True,
        ),
        (r"\bon (?:the |those |all )?(?:days|nights|dates) without (?:any |an? )?(?P<c>[^,.;?!]+)" + _END, True),
        (
            r"\b(?:on|over|for) (?:the |those |all |my )?(?:days|nights|dates) (?:that |when |where |on which |with (?:an? |some |any )?|of )?(?P<c>[^,.;?!]+)"
            + _END,
            False,
        ),
        (r"\bon (?:my |our |the )?non-(?P<c>[\w' -]{2,30}?) days\b", True),
        (
            r"\bon (?:my |our |the )?(?P<c>(?!(?:how|which|what|those|these|most|some|all|bad|good|week|work|other|many)\b)[\w' -]{2,30}?) days\b",
            False,
        ),
        (r"\b(?:when|whenever) i (?:didn't|did not|don't|do not) (?P<c>[^,.;?!]+)" + _END, True),
        (r"\b(?:when|whenever) (?:i|we) (?P<c>(?:have |had |'ve )?[^,.;?!]+)" + _END, False),
        (r"(?:在)?(?:没有?|不)(?P<c>[^，。？！,?]{1,16}?)的(?:那些|那几|这些)?(?:天|日子|时候)(?:里)?[，,]?", True),
        (r"(?:在)?(?P<c>[^，。？！,?]{1,16}?)的(?:那些|那几|这些)?(?:天|日子|时候)(?:里)?[，,]?", False),
    )
)
_BOTH = (
    re.compile(
        r"\bdays\b(?P<m>.*?)\b(?:with|when i|that i|i|when we) (?:an? |some |any )?(?P<a>[^?!]+?),? but (?P<n>no|not|without|didn't|did not|never) (?:an? |any )?(?P<b>[^?!]+)"
    ),
    re.compile(r"\bhow many of (?P<m>)(?:my |our |the |all )?(?P<a>[^?!]+?) days were (?:also )?(?P<b>[^?!]+?) days"),
    re.compile(r"\bdays?\b(?P<m>.*?)\bwith (?:both )?(?:an? )?(?P<a>[^?!]+?) and (?:an? )?(?P<b>[^?!]+)"),
    re.compile(
        r"(?P<m>.*?)(?:有)?(?:多少|几)天(?:我)?(?P<a>[^，。？！]+?)[，,]?(?:但是?|却|而)(?P<n>没有?|不|未)(?P<b>[^，。？！]+)"
    ),
    re.compile(
        r"\b(?:days?|nights?)\b(?P<m>.*?)\b(?:when |that |where )?(?:i |we )?(?:have |did )?both (?P<a>[^?!]+?) and (?P<b>[^?!]+)"
    ),
    re.compile(r"\bhow many days\b(?P<m>.*?)\b(?:i|we) (?P<a>[^?!]+?) and (?:also )?(?P<b>[^?!]+)"),
    re.compile(
        r"(?P<m>.*?)(?:有)?(?:多少|几)天(?:我)?(?:既|又)?(?P<a>[^，。？！]+?)(?:又|也|还|并且|而且|同时)(?P<b>[^，。？！]+)"
    ),
    re.compile(r"(?P<m>.*?)既(?P<a>[^，。？！]+?)又(?P<b>[^，。？！]+?)的(?:天数|日子|天)(?:有)?(?:多少|几)?"),
)
# "Go by the tracker, not by what I ticked": which records are meant.
_HINT = re.compile(
    r"[.;,，。]?\s*(?:\b(?:go(?:ing)?|judg(?:e|ing)) by (?:the |my |our )?(?P<h>[^.;,?!]+)(?:,? (?:and )?not (?:by |in )?(?P<n>[^.;?!]+))?|(?:以|按|根据)(?P<z>[^，。,]{1,12})(?:为准|的为准))"
)


def on_days(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Average protein on climbing days": a question over one kind, on the days of another."""
    text, others = hinted(text, subjects)
    for pattern, without in DAYS:
        for match in pattern.finditer(text):
            rest = left_of(text, match.start(), match.end())
            part = best(rest, subjects, lexicon)
            if part is None or part.reading.facts is None or part.reading.plan is None:
                continue
            days = days_of(match["c"], others, lexicon, part.reading.subject, own=own_meant(text, part.reading.subject))
            if days is None:
                continue
            part = _per_day(rest, part, lexicon)
            plan = _restricted(part, days, without)
            if plan is not None:
                return made_of(part.reading, plan, days.subject)
    return None


def hinted(text: str, subjects: Subjects) -> tuple[str, Subjects]:
    """The text without a word on which records to go by, and those."""
    match = _HINT.search(text)
    if match is None:
        return text, subjects
    wanted = set(stems(match["h"] or match["z"] or ""))
    found = [
        (s, a) for s, a in subjects if wanted & {*stems(s.spec.title), *stems(s.entity.name), *stems(s.entity.label)}
    ]
    return (left_of(text, match.start(), match.end()), found) if found else (text, subjects)


def _per_day(text: str, part: Part, lexicon: Lexicon) -> Part:
    """An average of what adds up is one of days, when days are spoken of."""
    facts = part.reading.facts
    if facts is None or not any(m.cue("mean") for m in facts.items) or any(m.cue("per") for m in facts.items):
        return part
    of = facts.copy().quantities()
    if len(of) != 1 or not lexicon.additive(of[0].field):
        return part
    again = read(
        f"{text.rstrip(' ?？。.')}{'每天' if is_chinese(text) else ' per day'}",
        part.reading.subject,
        part.asker,
        lexicon,
    )
    return Part(again, part.asker) if again.computable else part


def _restricted(part: Part, days: Days, without: bool) -> Plan | None:
    reading, plan = part.reading, part.reading.plan
    if plan is None or reading.facts is None:
        return None
    day = reading.facts.day(reading.facts.copy().moment())
    kind = q.JOIN_KIND_ANTI if without else q.JOIN_KIND_SEMI
    own = terms.records(reading.subject.app_id, reading.subject.entity.name)
    relation = _replaced(plan.relation, own, terms.joined(own, days.records, kind, (day, days.day)))
    zh = is_chinese(reading.facts.scan.text)
    on = (
        ("没有" if without else "有") + days.told + "的日子"
        if zh
        else f"on days {'without' if without else 'with'} {days.told}"
    )
    return replace(plan, relation=relation, told=f"{plan.told}，{on}" if zh else f"{plan.told} {on}")


def _replaced(relation: q.Relation, old: q.Relation, new: q.Relation) -> q.Relation:
    """The relation with other records in place of its own."""
    if relation.SerializeToString(deterministic=True) == old.SerializeToString(deterministic=True):
        return new
    made = q.Relation()
    made.CopyFrom(relation)
    for _, below in inputs_of(made):
        below.CopyFrom(_replaced(below, old, new))
    return made


def both(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Days this year when I both trained and read": days of both kinds, counted."""
    for pattern in _BOTH:
        match = pattern.search(text)
        if match is None:
            continue
        spans = times.find(text, subjects[0][1].now.date()) if subjects else []
        held = [s.span for s in spans]
        clauses = [cut(match[name], spans, text, match.start(name)) for name in ("a", "b")]
        middle = cut(match["m"], spans, text, match.start("m"))
        if len(held) > 1 or re.sub(
            r"\b(?:on|when|that|did|have|i|we|in|of|the|were|was|there|is|are|how|many|which|what|list|show|me|all|count)\b|[我在的有是了哪些]|[\s,，]",
            "",
            middle,
        ):
            continue
        own = own_meant(text)
        first = days_of(clauses[0], subjects, lexicon, None, own=own, spans=held)
        second = days_of(clauses[1], subjects, lexicon, first.subject if first else None, own=own, spans=held)
        if first is None or second is None:
            continue
        sides = [
            terms.grouped(days.records, [q.Named(name=name, value=days.day)], [])
            for name, days in (("day", first), ("other", second))
        ]
        kind = q.JOIN_KIND_ANTI if match.groupdict().get("n") else q.JOIN_KIND_INNER
        made = terms.joined(sides[0], sides[1], kind, (terms.column("day"), terms.column("other")))
        plan = _days_plan(text, made, first, second, without=kind == q.JOIN_KIND_ANTI)
        asker = next(a for subject, a in subjects if same_kind(subject, first.subject))
        reading = read(clauses[0], first.subject, asker, lexicon)
        if own and first.subject.shared and reading.facts is not None and not reading.facts.people:
            # Told of whom it is computed.
            reading.facts.people = [asker.person_id]
        return made_of(replace(reading, problem="", unplaced=()), replace(plan, spans=tuple(held)), second.subject)
    return None


def _days_plan(text: str, made: q.Relation, first: Days, second: Days, *, without: bool) -> Plan:
    if is_chinese(text):
        told = f"有{first.told}而没有{second.told}的天" if without else f"既有{first.told}又有{second.told}的天"
    else:
        told = f"days with {first.told} {'but without' if without else 'and'} {second.told}"
    if re.search(r"\b(?:which|what|list|show)\b.*\bdays\b|哪几?[天些]", text) and not re.search(
        r"how many|几天|多少天", text
    ):
        listed = terms.extended(made, terms.named(day=terms.column("day")), only=True)
        return Plan(terms.ordered(listed, terms.order(terms.column("day"))), (Shown("day"),), told)
    counted = terms.grouped(made, [], [terms.measure("days", q.MEASURE_FUNCTION_COUNT)])
    return Plan(counted, (Shown("days", "天" if is_chinese(text) else "days"),), told, figure="days", counts=True)
