"""Blueprints: proven apps that a model adapts to a prompt within narrow bounds."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.questions.text import normalise, term_pattern

# Types that a field named in a prompt may get: those that need no further settings.
EXTRA_TYPES = {
    "text": s.FIELD_TYPE_TEXT,
    "number": s.FIELD_TYPE_NUMBER,
    "yes_no": s.FIELD_TYPE_BOOLEAN,
    "date": s.FIELD_TYPE_DATE,
    "money": s.FIELD_TYPE_MONEY,
    "person": s.FIELD_TYPE_PERSON,
}
MAX_EXTRA, MAX_CANDIDATES, MAX_MODEL_TITLE = 4, 8, 40
_CJK = re.compile(r"[\u3400-\u9fff]")
_BREAKS = re.compile(
    r"[\s]*(?:[,;:.!?()\n/，、；：。！？（）“”\"]|\band\b|\bor\b|\bwith\b|\bplus\b|还有|以及|和|跟)[\s]*"
)
_FILLER_WORDS = (
    "a an the i i'd we my our me us it its that this these those to of for in on at by from what when where "
    "who how much many want need would like please can could you make build app log track record keep see show "
    "note write down if is are was were be so some each every per all"
)
_FILLERS = frozenset(_FILLER_WORDS.split())


@dataclass(frozen=True, slots=True)
class BlueprintField:
    """A field with its labels by language and the other words that people use for it."""

    name: str
    labels: dict[str, str]
    type: s.FieldType.ValueType
    essential: bool
    required: bool
    unit: str
    choices: dict[str, tuple[str, ...]]
    least: float | None
    most: float | None
    aliases: tuple[str, ...]
    # False: adding its values up makes no sense (a weight, a pulse).
    additive: bool


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One kind of app, with one entity."""

    id: str
    titles: dict[str, str]
    icon: str
    descriptions: tuple[str, ...]
    entity: str
    entity_labels: dict[str, str]
    entity_aliases: tuple[str, ...]
    fields: tuple[BlueprintField, ...]
    # (name, type, by, aggregate) of each view; (name, function, field) of each aggregate.
    views: tuple[tuple[str, s.ViewType.ValueType, str, str], ...]
    aggregates: tuple[tuple[str, s.AggregateFunction.ValueType, str], ...]

    @property
    def optional(self) -> tuple[str, ...]:
        """Names of the fields that an adaptation may leave out."""
        return tuple(f.name for f in self.fields if not f.essential)


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What a model may decide: the title, the optional fields kept, and further fields as (label, type)."""

    title: str
    keep: tuple[str, ...]
    extra: tuple[tuple[str, str], ...]


def language_of(text: str) -> str:
    """ "zh" for text with Chinese characters, else "en"."""
    return "zh" if _CJK.search(text) else "en"


def candidates(prompt: str, blueprint: Blueprint) -> list[str]:
    """Short phrases of the prompt that name nothing the blueprint has: the only labels a model may add."""
    known = {w for f in blueprint.fields for w in (f.name.replace("_", " "), *f.labels.values(), *f.aliases)}
    known |= {w for name in (*blueprint.entity_labels.values(), *blueprint.entity_aliases) for w in (name,)}
    lowered = {word.casefold() for word in known}
    found: list[str] = []
    for piece in _BREAKS.split(unicodedata.normalize("NFKC", prompt)):
        words = [w for w in piece.split() if w.casefold() not in _FILLERS]
        phrase = " ".join(words)
        long = len(phrase) > (6 if _CJK.search(phrase) else 24) or len(words) > 3
        if not phrase or long or not phrase.isprintable() or not any(c.isalpha() for c in phrase):
            continue
        if phrase.casefold() in lowered or any(w.casefold() in lowered for w in words):
            continue
        if phrase.casefold() not in {f.casefold() for f in found}:
            found.append(phrase)
    return found[:MAX_CANDIDATES]


def adaptation_schema(blueprint: Blueprint, labels: Sequence[str]) -> str:
    """JSON Schema of an adaptation; every string and array is bounded."""
    properties: dict[str, Any] = {"title": {"type": "string", "minLength": 1, "maxLength": MAX_MODEL_TITLE}}
    if blueprint.optional:
        properties["keep"] = {
            "type": "array",
            "items": {"enum": list(blueprint.optional)},
            "maxItems": len(blueprint.optional),
        }
    if labels:
        item = {
            "type": "object",
            "properties": {"label": {"enum": list(labels)}, "type": {"enum": list(EXTRA_TYPES)}},
            "required": ["label", "type"],
            "additionalProperties": False,
        }
        properties["extra"] = {"type": "array", "items": item, "maxItems": min(MAX_EXTRA, len(labels))}
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return json.dumps(schema, ensure_ascii=False)


def read_adaptation(text: str, blueprint: Blueprint, labels: Sequence[str]) -> Adaptation:
    """What the model wrote, checked again as data; raises Bad."""
    try:
        written: Any = json.loads(text)
        title, keep = written["title"], written.get("keep", [])
        extra = [(item["label"], item["type"]) for item in written.get("extra", [])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Bad([Violation("", f"is not an adaptation: {type(error).__name__}")]) from error
    bad: list[Violation] = []
    if not isinstance(title, str) or not title.strip() or not title.isprintable() or len(title) > MAX_MODEL_TITLE:
        bad.append(Violation("title", f"must be a short name of 1 to {MAX_MODEL_TITLE} printable characters"))
    elif not any(c.isalnum() for c in title):
        bad.append(Violation("title", "must hold a word"))
    if any(name not in blueprint.optional for name in keep):
        bad.append(Violation("keep", f"must be among {', '.join(blueprint.optional)}"))
    for index, (label, kind) in enumerate(extra):
        if label not in labels or kind not in EXTRA_TYPES:
            bad.append(Violation(f"extra[{index}]", "must be a phrase of the prompt and a known type"))
    if len({label for label, _ in extra}) < len(extra):
        bad.append(Violation("extra", "names a field twice"))
    if bad:
        raise Bad(bad)
    return Adaptation(title.strip(), tuple(dict.fromkeys(keep)), tuple(extra))


def plain(blueprint: Blueprint, language: str) -> Adaptation:
    """The blueprint as it is, all fields kept."""
    return Adaptation(blueprint.titles[language], blueprint.optional, ())


def build(blueprint: Blueprint, adaptation: Adaptation, language: str, prompt: str) -> s.AppSpec:
    """The spec that an adaptation makes of a blueprint; views and aggregates of dropped fields go with them.

    Fields that the prompt names stay, whatever the model left out.
    """
    kept = [f for f in blueprint.fields if f.essential or f.name in adaptation.keep or _is_named(f, prompt)]
    fields = [_field(f, language) for f in kept]
    taken = {f.name for f in fields}
    for label, kind in adaptation.extra:
        name = _snake(label, taken)
        taken.add(name)
        fields.append(s.Field(name=name, label=label, type=EXTRA_TYPES[kind]))
    aggregates = [
        s.Aggregate(name=name, function=function, entity=blueprint.entity, field=field)
        for name, function, field in blueprint.aggregates
        if not field or field in taken
    ]
    summed = {a.name for a in aggregates}
    views = [
        s.View(name=name, type=kind, entity=blueprint.entity, by=by, aggregate=aggregate)
        for name, kind, by, aggregate in blueprint.views
        if (not by or by in taken) and (not aggregate or aggregate in summed)
    ]
    label = blueprint.entity_labels[language]
    entity = s.Entity(name=blueprint.entity, label=label, fields=fields)
    return s.AppSpec(title=adaptation.title, icon=blueprint.icon, entities=[entity], views=views, aggregates=aggregates)


def _is_named(field: BlueprintField, prompt: str) -> bool:
    words = (field.name, *field.labels.values(), *field.aliases)
    return any(term_pattern(word).search(normalise(prompt)) for word in words)


def _field(field: BlueprintField, language: str) -> s.Field:
    made = s.Field(
        name=field.name,
        label=field.labels[language],
        type=field.type,
        required=field.required,
        unit=field.unit,
        choices=field.choices.get(language, ()),
    )
    if field.least is not None:
        made.min = field.least
    if field.most is not None:
        made.max = field.most
    return made


def _snake(label: str, taken: set[str]) -> str:
    plain_text = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain_text).strip("_")[:36]
    if not name or not name[0].isalpha():
        name = f"field_{name}".rstrip("_")
    stem, number = name, 2
    while name in taken or name in {"entered_by", "entered_at"}:
        name, number = f"{stem}_{number}", number + 1
    return name
