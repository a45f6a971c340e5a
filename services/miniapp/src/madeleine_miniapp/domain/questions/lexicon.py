"""Other words for fields, learned from the blueprints: calories are also kcal and 热量."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint
from madeleine_miniapp.domain.questions.text import normalise
from madeleine_miniapp.domain.validation import NUMERIC

_UNIT_WORDS = {
    "kcal": ("kilocalories", "大卡", "千卡"),
    "g": ("grams", "克"),
    "kg": ("kilos", "kilograms", "公斤"),
    "h": ("hours", "hrs", "小时"),
    "min": ("minutes", "mins", "分钟"),
    "km": ("kilometres", "kilometers", "公里"),
    "ml": ("millilitres", "毫升"),
    "eur": ("euros", "欧元"),
    "cny": ("yuan", "rmb", "元", "块钱"),
}


def _folded(words: Iterable[str]) -> set[str]:
    return {normalise(w.replace("_", " ")) for w in words if w.strip()}


class Lexicon:
    """Words by field and by kind of record."""

    def __init__(self, blueprints: Iterable[Blueprint]) -> None:
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        self._entities: defaultdict[str, set[str]] = defaultdict(set)
        self._not_additive: set[str] = set()
        canonical: dict[str, str] = {}
        for blueprint in blueprints:
            names = _folded((blueprint.entity, *blueprint.entity_labels.values()))
            for name in names:
                self._entities[name] |= names | _folded(blueprint.entity_aliases)
            for field in blueprint.fields:
                if field.type not in NUMERIC:
                    continue
                own = _folded((field.name, *field.labels.values()))
                canonical |= dict.fromkeys(own, field.name)
                self._words[field.name] |= own | _folded(field.aliases)
                if not field.additive:
                    self._not_additive.add(field.name)
        # An alias leads to its group only where it belongs to a single one: "amount" may be of anything.
        uses = Counter(word for words in self._words.values() for word in words)
        self._group = {w: key for key, words in self._words.items() for w in words if uses[w] == 1} | canonical

    def of_field(self, field: s.Field) -> set[str]:
        """Every word that names the field, its unit's among them."""
        own = _folded((field.name, field.label))
        unit = normalise(field.unit)
        words = own.union(*(self._words[key] for key in self._groups(own)))
        if len(unit) > 1:
            words.add(unit)
        return words | _folded(_UNIT_WORDS.get(unit, ()))

    def of_entity(self, entity: s.Entity) -> set[str]:
        """Every word that names the entity's records."""
        own = _folded((entity.name, entity.label))
        return own.union(*(self._entities.get(name, set()) for name in own))

    def additive(self, field: s.Field) -> bool:
        """Whether a sum of the field's values means something."""
        if field.type == s.FIELD_TYPE_RATING:
            return False
        return not self._groups(_folded((field.name, field.label))) & self._not_additive

    def _groups(self, words: set[str]) -> set[str]:
        return {self._group[w] for w in words if w in self._group}
