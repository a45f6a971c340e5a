"""Which blueprint a prompt is nearest to, by meaning and by words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint
from madeleine_miniapp.domain.drafting import matching
from madeleine_miniapp.domain.questions.text import normalise, term_pattern
from madeleine_miniapp.domain.wishes.model import Wishes

# Weights beside a cosine: the prompt says what the blueprint's records are called, or its title; its fields are named.
_CALLED, _FIELDS = 0.03, 0.012
# A blueprint is about the same thing from so far above the mean of the others.
_CLOSE = 0.055
# Without cosines: it is called once.
_CLOSE_IN_WORDS = 0.025
# What prompts without any likeness to a blueprint are made from.
PLAIN_LOG, PLAIN_LIST = "log", "checklist"


@dataclass(frozen=True, slots=True)
class Choice:
    """A blueprint's id, and whether it is about what the prompt is about."""

    blueprint_id: str
    close: bool


def choose(prompt: str, wishes: Wishes, blueprints: Sequence[Blueprint], cosines: Mapping[str, float]) -> Choice:
    """The nearest blueprint; `cosines` of their descriptions to the prompt, empty when nothing can embed just now."""
    scores = likeness(prompt, wishes, blueprints, cosines)
    best = max(scores, key=lambda i: scores[i])
    mean = sum(scores.values()) / len(scores)
    if scores[best] - mean >= (_CLOSE if cosines else _CLOSE_IN_WORDS):
        return Choice(best, best not in (PLAIN_LOG, PLAIN_LIST))
    ticked = any(v in wishes.views for v in (s.VIEW_TYPE_CHECKLIST, s.VIEW_TYPE_LIST))
    dated = any(w.type in (s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME) and w.name == "date" for w in wishes.fields)
    return Choice(PLAIN_LIST if ticked and not dated else PLAIN_LOG, close=False)


def likeness(
    prompt: str, wishes: Wishes, blueprints: Sequence[Blueprint], cosines: Mapping[str, float]
) -> dict[str, float]:
    """A score for each blueprint."""
    text = normalise(prompt)
    holders = Counter(f.name for b in blueprints for f in b.main.fields)
    scores: dict[str, float] = {}
    for blueprint in blueprints:
        score = cosines.get(blueprint.id, 0.0)
        if blueprint.id not in (PLAIN_LOG, PLAIN_LIST) or not wishes.fields:
            weight = 0.9 * _CALLED if blueprint.id in (PLAIN_LOG, PLAIN_LIST) else _CALLED
            score += weight * min(_called(blueprint, text), 2)
            score += _FIELDS * _met(blueprint, wishes, holders, len(blueprints))
        scores[blueprint.id] = score
    return scores


def _called(blueprint: Blueprint, text: str) -> int:
    main = blueprint.main
    words = {normalise(w) for w in (*main.labels.values(), *main.aliases, *blueprint.titles.values()) if len(w) > 1}
    return sum(bool(term_pattern(w).search(text)) for w in words)


def _met(blueprint: Blueprint, wishes: Wishes, holders: Counter[str], total: int) -> float:
    """How many wishes its fields meet; a field that many blueprints have says little."""
    found = 0.0
    for wish in wishes.fields:
        field = next((f for f in blueprint.main.fields if matching(f, wish)), None)
        if field is not None:
            found += log(total / holders[field.name]) / log(total)
    return found
