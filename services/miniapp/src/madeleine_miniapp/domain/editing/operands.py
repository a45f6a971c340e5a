"""The fields that the parts of a sum name."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import (
    NUMBERS,
)
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import tokens

PLACES = re.compile(r"^(?:the\s+|a\s+|an\s+|our\s+|my\s+)+", re.I)


def operand(scene: Scene, phrase: str, entity: str) -> FieldRef | None:
    """The one number that a phrase in a sum names; None where none is, or several are."""
    phrase = PLACES.sub("", phrase.strip())
    phrase = re.sub(r"^(?:how much|what)\s+(?:i|we|it)\s+|^(?:how much|what) (?:the )?", "", phrase, flags=re.I)
    ref = scene.names.field(phrase, entity)
    if ref is not None and ref.field.type in NUMBERS:
        return ref
    made = [o.label for o in scene.operations if isinstance(o, ops.AddField) and o.formula and o.entity == entity]
    alike = [label for label in made if set(tokens(phrase)) <= set(tokens(label))]
    if ref is None and len(alike) == 1 and tokens(phrase):
        # "Tips in total, tips per hour": what was computed a moment ago.
        return scene.names.field(alike[0], entity, least=0.98)
    if len(phrase.split()) <= 3 and re.search(
        r"多少钱|价钱|价格|钱$|\b(?:price|cost|money|earn|get|make|made|pay|paid|spend|spent|charge)\b", phrase
    ):
        money = scene.names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
        whole = [r for r in money if r.field.formula and re.search(r"\btotal\b|总", r.field.label, re.I)]
        return money[0] if len(money) == 1 else whole[0] if len(whole) == 1 else None
    return None


def operands(scene: Scene, text: str, entity: str) -> list[FieldRef]:
    """The fields that an enumeration names; none where a part of it names none."""
    found: list[FieldRef] = []
    for part in re.split(r"\s*,\s*(?:and\s+)?|\s+(?:and|plus|&|\+)\s+|[、和与跟及]", text):
        if not part.strip():
            continue
        ref = scene.names.field(PLACES.sub("", part.strip()), entity, least=0.9)
        several = scene.names.mentions(part.lower(), entity) if ref is None else ()
        if several and not re.sub(r"\s", "", _without(part.lower(), [(a, b) for a, b, _ in several])):
            # "Flour water and starter": no comma between.
            found += [r for *_, r in several]
            continue
        ref = ref or scene.names.field(PLACES.sub("", part.strip()), entity)
        if ref is None:
            return []
        found.append(ref)
    return found


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text
