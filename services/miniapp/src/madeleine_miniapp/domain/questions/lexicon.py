"""Other words for fields, choices and kinds of record: from the concepts and the blueprints."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import zip_longest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint, BlueprintEntity
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS, PLACES, RECORDS, Concepts, Stems, shipped
from madeleine_miniapp.domain.questions.text import names_of_records, stems

_REMEMBERED = 10_000
_NOT_ADDITIVE_UNITS = frozenset({"bpm", "°c", "c", "kg", "%", "mmhg", "km/h", "min/km", "cm", "度"})
_NOT_ADDITIVE_WORDS = frozenset(
    stems(w)
    for w in (
        "rating", "score", "mood", "heart rate", "avg hr", "hr", "pulse", "weight", "temperature", "humidity", "pace",
        "speed", "age", "height", "odometer", "mileage reading", "effort", "pain", "stress", "price per litre",
        "unit price", "quality", "心率", "评分", "体重", "温度", "湿度", "年龄", "心情", "单价", "里程表", "血压",
    )
)  # fmt: skip


_EXTREME = re.compile(r"最|(?:max|min|biggest|largest|longest|highest|heaviest|best|peak)[_ ]", re.IGNORECASE)
# In a prompt "how many" or "rent" names a field; in a question the one asks for a figure, the other is a thing.
# "Rate" has the stem of "rating".
_ASKING = re.compile(
    r"(?:rate$|rent$|premium$|budget$|how|what|when|where|who|which|number|count|sum|total|average)\b|.*(?:多少|几|多久|总|平均)|学费|租金|房租|预算"
)
# What is called so may be of anything: an amount of water does not make water a word for any amount.
_OF_ANYTHING = frozenset(stems(w) for w in ("amount", "quantity", "value", "level", "reading"))


def _names(words: Iterable[str]) -> list[str]:
    return [w for w in words if w and not _ASKING.match(w)]


def _whole(entity: BlueprintEntity, chosen: Collection[Stems]) -> list[str]:
    """The aliases that name all its records: a "nappy" is only one kind of what a baby's log holds.

    Of many that are `chosen` in other records none is: wine, beer, coffee and tea are kinds of tastings. Nor is what
    one of several figures is called: of rewards some are points, some pocket money.
    """
    kinds = {stems(c) for f in entity.fields for told in f.choices.values() for c in told}
    others = {key for alias in entity.aliases if (key := stems(alias)) in chosen}
    kinds |= others if len(others) > _FEW_KINDS else set()
    figures = [{stems(n) for n in (*f.labels.values(), *f.aliases)} for f in entity.fields if f.type in NUMERIC]
    figures = [named for named in figures if any(stems(alias) in named for alias in entity.aliases)]
    kinds = kinds.union(*figures) if len(figures) > 1 else kinds
    return [alias for alias in entity.aliases if stems(alias) not in kinds]


_FEW_KINDS = 3
_PARTS_APART = frozenset(
    stems(w)
    for w in ("time", "long", "amount", "number", "count", "value", "spend", "far", "sum", "big", "old", "hard", "who")
)
# Names that many kinds of record have: they say nothing of what was done.
_GENERIC = frozenset(
    stems(w)
    for w in (
        "session",
        "entry",
        "record",
        "item",
        "thing",
        "log",
        "activity",
        "reading",
        "meeting",
        "visit",
        "event",
        "note",
        "记录",
        "项目",
    )
)


def _is_measured(field: s.Field) -> bool:
    """Whether a field's unit says that it holds no money."""
    bare = field.type in NUMERIC and field.type != s.FIELD_TYPE_MONEY
    return bare and bool(field.unit) and re.fullmatch(r"[A-Z]{3}|[€$£¥元]", field.unit) is None


def is_extreme(field: s.Field) -> bool:
    """Whether a field holds the most of several, which is a part of what they come to."""
    return any(_EXTREME.match(name) for name in (field.name, field.label))


_WEIGHT = frozenset(stems(w) for w in ("weight", "kg", "kilos", "load", "体重", "重量", "负重"))


def _names_weight(field: s.Field) -> bool:
    """Whether a field is called what a body or a barbell weighs: its total is none of those."""
    parts = {(part,) for name in (field.name, field.label) for part in stems(name)}
    whole = {stems(field.name), stems(field.label)}
    return bool((parts | whole) & _WEIGHT) and ("total",) not in parts


class Lexicon:
    """Words by field, by choice and by kind of record."""

    def __init__(self, blueprints: Iterable[Blueprint]) -> None:
        self._concepts = Concepts()
        for section, words in shipped():
            self._concepts.add(CHOICES if section == PLACES else section, words)
            if section == PLACES:
                self._concepts.add(FIELDS, words)
        chosen = frozenset(self._concepts.words(CHOICES))
        self._of_entity: dict[tuple[str, str], frozenset[Stems]] = {}
        self._vague: dict[Stems, set[Stems]] = defaultdict(set)
        self._not_additive: set[Stems] = set(_NOT_ADDITIVE_WORDS)
        for blueprint in blueprints:
            for entity in blueprint.entities:
                self._concepts.add(RECORDS, (entity.name, *entity.labels.values(), *_whole(entity, chosen)))
            for field in (f for e in blueprint.entities for f in e.fields if f.type in NUMERIC):
                own = (field.name, *field.labels.values())
                vague = [w for w in field.aliases if stems(w) in _OF_ANYTHING]
                self._concepts.add(FIELDS, _names((*own, *(w for w in field.aliases if w not in vague))))
                for name in own:
                    self._vague[stems(name)].update(stems(w) for w in vague)
                if field.type in NUMERIC and not field.additive:
                    self._not_additive |= {stems(n) for n in (field.name, *field.labels.values())}
                for told in zip_longest(*field.choices.values(), fillvalue=""):
                    self._concepts.add(CHOICES, [c for c in told if c])
        # Words that some records are about: where they name nothing, they are no mere verbs.
        self.particular = frozenset(
            w[0] for part in (RECORDS, CHOICES) for w in self._concepts.words(part) if len(w) == 1
        )

    def of_field(self, field: s.Field) -> frozenset[Stems]:
        """Other words for a field than its own name and label."""
        names = {stems(field.name), stems(field.label)} - {()}
        sections = [FIELDS]
        if field.type == s.FIELD_TYPE_BOOLEAN:
            # What is so or not is a state, as choices are; 服药 is done as the records of it say: 吃药.
            sections += [CHOICES, RECORDS] if is_chinese(field.name + field.label) else [CHOICES]
        words = {word for part in sections for name in names for word in self._concepts.of(part, name)}
        if _is_measured(field):
            # An "amount" in ml is nothing that one pays.
            words -= self.of_words(FIELDS, "cost")
        return frozenset(words.union(*(self._vague.get(name, ()) for name in names))) - names

    def of_part(self, part: str) -> frozenset[Stems]:
        """Single words that mean the same as a part of a field's name."""
        return frozenset(w for w in self._concepts.of(FIELDS, (part,)) if len(w) == 1 and w not in _PARTS_APART)

    def knows_field(self, phrase: str) -> bool:
        """Whether a phrase is a word for something that records may say, in any app."""
        return bool(self._concepts.of(FIELDS, stems(phrase)))

    def of_choice(self, choice: str, *, sure: bool = False) -> frozenset[Stems]:
        """Other words for a choice; `sure`: only where it is what they are called by."""
        return self._concepts.of(CHOICES, stems(choice), sure=sure)

    def of_kind(self, choice: str) -> frozenset[Stems]:
        """Other words for a kind of record, which is a choice where an app has records of several kinds."""
        return self._concepts.of(RECORDS, stems(choice))

    def of_entity(self, entity: s.Entity) -> frozenset[Stems]:
        """Other words for the records of an entity."""
        key = (entity.name, entity.label)
        if key not in self._of_entity and len(self._of_entity) < _REMEMBERED:
            self._of_entity[key] = self._words_of(entity)
        return self._of_entity.get(key) or self._words_of(entity)

    def _words_of(self, entity: s.Entity) -> frozenset[Stems]:
        names = names_of_records(entity.name, entity.label)
        return (
            frozenset(word for name in names for word in self._concepts.of(RECORDS, name, sure=name in _GENERIC))
            - names
        )

    def heading(self, entity: s.Entity) -> frozenset[Stems]:
        """What its records are called, by its names and by the concepts that are called so first."""
        names = names_of_records(entity.name, entity.label)
        return frozenset(names).union(*(self._concepts.of(RECORDS, name, sure=True) for name in names))

    def takings(self, entity: s.Entity) -> frozenset[str]:
        """The fields of money that comes in: what a kind of record that is sold or earned is worth, not tips."""
        names = names_of_records(entity.name, entity.label)
        if not names & (self.of_words(RECORDS, "sale") | self.of_words(RECORDS, "income")):
            return frozenset()
        money = [f for f in entity.fields if f.type == s.FIELD_TYPE_MONEY]
        plain = self.of_words(FIELDS, "cost")
        of = [f for f in money if {stems(f.name), stems(f.label)} & plain] if len(money) > 1 else money
        of = of or [f for f in money if self.additive(f)]
        return frozenset(f.name for f in of[:1])

    def of_entity_titled(self, entity: s.Entity, word: str) -> frozenset[Stems]:
        """Other words for the records of an entity whose app's title has a word that means them, too."""
        names = names_of_records(entity.name, entity.label)
        return self._concepts.shared(RECORDS, stems(word), names)

    def of_words(self, section: str, words: str) -> frozenset[Stems]:
        """The words of all concepts that a word belongs to."""
        return self._concepts.of(section, stems(words)) | {stems(words)}

    def additive(self, field: s.Field) -> bool:
        """Whether a sum of the field's values means something."""
        if field.type == s.FIELD_TYPE_RATING:
            return False
        if any({"per", "每"} & set(stems(name)) for name in (field.name, field.label)):
            # A price per litre, 每公斤价格.
            return False
        if field.unit.casefold() == "kg" and not _names_weight(field):
            # Kilos of honey add up, as no body's weight does.
            return True
        if (
            field.type not in (s.FIELD_TYPE_MONEY, s.FIELD_TYPE_DURATION)
            and field.unit.casefold() in _NOT_ADDITIVE_UNITS
        ):
            return False
        names = [stems(field.name), stems(field.label)]
        # A winning score is a score.
        if is_extreme(field):
            return False
        if field.type == s.FIELD_TYPE_INTEGER and not field.unit and field.name.endswith("s"):
            # "Episodes" are so many of them, where "episode" says which one it was.
            names = [name for name in names if name in _NOT_ADDITIVE_WORDS]
        heads = {name[at:] for name in names for at in range(1, len(name))}
        return not (heads & _NOT_ADDITIVE_WORDS or self._not_additive.intersection(names))
