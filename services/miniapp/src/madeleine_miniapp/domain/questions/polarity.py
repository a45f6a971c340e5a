# ruff: noqa: E501 - tables and patterns of words, one line each.
"""What is worse the more there is of it: the worst pain is the highest, and less stress is better."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.adjectives import KINDS
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.frames import pairs
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.opposites import NOT_SO
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import is_rate

_BURDENS = frozenset(
    part
    for word in (
        "pain", "stress", "severity", "discomfort", "anxiety", "fatigue", "tiredness", "soreness", "ache", "nausea", "itch", "itching",
        "cramps", "anger", "worry", "annoyance", "noise", "damage", "疼痛", "疼", "痛", "压力", "焦虑", "疲劳", "严重", "不适", "痛感",
    )
    for part in ([word] if not word.isascii() else stems(word))
)  # fmt: skip
_OPPOSITE = {
    "max good": "min good", "min good": "max good", "best": "worst", "worst": "best", "more": "less", "less": "more",
    "up": "down", "down": "up", "max speed": "min speed", "min speed": "max speed",
}  # fmt: skip
_JUDGED = re.compile(r"better|worse|improv|[变更]?[好差糟]|进步|恶化|严重")


def turn_round(facts: Facts) -> None:
    """Reads "best", "worse" and the like by what is measured, where that is a burden and nothing else is named."""
    rated = facts.subject.fields(s.FIELD_TYPE_RATING)
    named = [
        m.field
        for mention in facts.items
        for m in mention.of(Kind.FIELD)
        if m.field is not None and m.field.type in NUMERIC and m.strength >= 2
    ]
    rates = [f for f in named or facts.subject.numeric if is_rate(f)]
    if pairs.more_is_faster(facts) or (rates and len(rates) == len(named or rates)):
        _turn(facts, "speed")
    if facts.has("pace"):
        # So is a pace, in minutes for each kilometre.
        _turn(facts, "good")
        return
    spoken = named or rated
    if not spoken or not all(_burdens(f) for f in spoken):
        return
    _turn(facts, "good")


def tell_opposites(facts: Facts) -> None:
    """Takes "failed": of what is recorded as not passed; where it is denied itself, of what is."""
    for index, mention in enumerate(facts.items):
        held = next((m for m in mention.of(Kind.FIELD) if m.value == NOT_SO), None)
        if held is None or held.field is None or mention.kind is not Kind.FIELD:
            continue
        before = facts.items[index - 1] if index else None
        denied = before is not None and before.cue("none") is not None and mention.start - before.end <= 1
        facts.used |= {index - 1, index} if denied else {index}
        is_so = terms.call(q.FUNCTION_EQUAL, terms.column(held.name), terms.value(denied))
        told, value = (f"{label(held.field)} ✓", "true") if denied else (f"{label(held.field)} ✗", "false")
        facts.conditions.append(
            Condition(is_so, told, held.name, value, mention.start, negated=not denied, kind=Kind.FIELD)
        )


def _turn(facts: Facts, size: str) -> None:
    made = tuple(replace(m, meanings=tuple(_turned(one, m.text, size) for one in m.meanings)) for m in facts.items)
    facts.scan = replace(facts.scan, mentions=made)


def _burdens(f: s.Field) -> bool:
    names = f"{f.name} {f.label}"
    return bool({*stems(f.name), *stems(f.label)} & _BURDENS) or any(w in names for w in _BURDENS if not w.isascii())


def _turned(meaning: Meaning, text: str, size: str) -> Meaning:
    if meaning.kind is not Kind.CUE:
        return meaning
    told = KINDS.get(meaning.value, meaning.value)
    if meaning.name in ("sup", "top") and told.endswith(size) and told in _OPPOSITE:
        return replace(meaning, value=_OPPOSITE.get(meaning.value, _OPPOSITE[told]))
    if (meaning.name in ("more", "less") and meaning.value == size) or (
        size == "good" and meaning.name in ("up", "down") and _JUDGED.search(text)
    ):
        return replace(meaning, name=_OPPOSITE[meaning.name])
    return meaning
