"""An app from a blueprint and a prompt's wishes, without a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint, BlueprintEntity, BlueprintField
from madeleine_miniapp.domain.known_fields import KnownFields, folded
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.naming import stable_name
from madeleine_miniapp.domain.questions.text import normalise, term_pattern
from madeleine_miniapp.domain.showing import Look, show
from madeleine_miniapp.domain.wishes.model import Wish, Wishes

MAX_FIELDS = 24
# From so many named fields on a prompt is taken to be complete: what a blueprint usually has besides stays away.
_ENOUGH = 4
_BARE = frozenset({"who", "when", "where", "what", "谁", "日期", "时间", "什么", "内容"})
_TEXTUAL = frozenset({s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE})
_NUMERIC = frozenset({s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_MONEY, s.FIELD_TYPE_RATING})


@dataclass(frozen=True, slots=True)
class Draft:
    """A spec, and which of its fields came from where."""

    spec: s.AppSpec
    # "entity.field" of the fields that the prompt names.
    named: frozenset[str]
    # The title is the prompt's own.
    titled: bool = False


def draft(blueprint: Blueprint, wishes: Wishes, known: KnownFields, *, close: bool, currency: str = "") -> Draft:
    """The app; `close`: the blueprint is about what the prompt is about, so that its usual fields belong in it."""
    made: list[s.Entity] = []
    named: set[str] = set()
    left = list(wishes.fields)
    for index, entity in enumerate(blueprint.entities):
        fields, taken = _fields(entity, left, wishes.language, main=index == 0)
        if index and not _comes_in(entity, taken, wishes):
            continue
        if index:
            fields = [f for f in entity.fields if f.keep == "always" or f.name in taken]
        built = s.Entity(name=entity.name, label=entity.labels[wishes.language])
        for field in fields:
            wish = taken.get(field.name)
            built.fields.append(_from_blueprint(field, wish, wishes.language))
            if wish is not None:
                named.add(f"{entity.name}.{field.name}")
                left.remove(wish)
        made.append(built)
    main = made[0]
    for wish in left:
        if len(main.fields) < MAX_FIELDS:
            field = _from_wish(wish, {f.name for f in main.fields}, known, wishes.language)
            main.fields.append(field)
            named.add(f"{main.name}.{field.name}")
    if not close:
        _general(main, blueprint.main, named, wishes, known)
    if wishes.shared:
        _person(main, blueprint.main, known, wishes.language)
    if not any(f.required for f in main.fields):
        next((f for f in main.fields if f.type in _TEXTUAL), main.fields[0]).required = True
    said = wishes.title or ("" if close else wishes.about)
    title = "".join(c for c in said if c.isprintable()).strip()
    spec = s.AppSpec(
        title=(title or blueprint.titles[wishes.language])[:80],
        icon=blueprint.icon,
        theme=blueprint.theme,
        entities=made,
        currency=currency,
    )
    show(spec, Look(blueprint, wishes, known))
    return Draft(spec, frozenset(named), bool(wishes.title))


def whole(blueprint: Blueprint, language: str, known: KnownFields) -> s.AppSpec:
    """The blueprint as it is, with all that it has."""
    entities = [
        s.Entity(
            name=entity.name,
            label=entity.labels[language],
            fields=[_from_blueprint(field, None, language) for field in entity.fields],
        )
        for entity in blueprint.entities
    ]
    spec = s.AppSpec(title=blueprint.titles[language], icon=blueprint.icon, theme=blueprint.theme, entities=entities)
    show(spec, Look(blueprint, Wishes(language), known))
    return spec


def _comes_in(entity: BlueprintEntity, taken: Mapping[str, Wish], wishes: Wishes) -> bool:
    """Whether a further entity is wanted: several of its own fields are named, or one and the entity itself."""
    said = normalise(wishes.prompt)
    called = any(term_pattern(word).search(said) for word in (*entity.labels.values(), *entity.aliases))
    return len(taken) > 1 or (called and len(taken) == 1)


def matching(field: BlueprintField, wish: Wish) -> bool:
    """Whether a wish is for this field of a blueprint."""
    if not _agree(field.type, wish.type):
        return False
    if wish.name and wish.name == field.name:
        return True
    words = {folded(w) for w in field.words()}
    return folded(wish.label) in words


def _agree(has: s.FieldType.ValueType, wanted: s.FieldType.ValueType | None) -> bool:
    if wanted is None or has == wanted:
        return True
    for group in (TEMPORAL, _NUMERIC, _TEXTUAL, frozenset({s.FIELD_TYPE_PERSON, s.FIELD_TYPE_TEXT})):
        if has in group and wanted in group:
            return True
    # "paid" may be a status, "date" may stand for a whole record.
    return False


def _fields(
    entity: BlueprintEntity, wishes: Sequence[Wish], language: str, *, main: bool
) -> tuple[list[BlueprintField], dict[str, Wish]]:
    """The blueprint's fields that the app gets, and the wishes that they meet by name."""
    taken: dict[str, Wish] = {}
    # A wish goes to the field of its own name before one that only has it as an alias.
    for exact in (True, False):
        for wish in wishes:
            if any(wish is w for w in taken.values()):
                continue
            for field in entity.fields:
                own = wish.name == field.name or folded(wish.label) == folded(field.labels[language])
                if field.name not in taken and (own or not exact) and matching(field, wish):
                    taken[field.name] = wish
                    break
    # "Who walked her" is the blueprint's "Done by", if it has one person only.
    people = [f for f in entity.fields if f.type == s.FIELD_TYPE_PERSON]
    asked = [w for w in wishes if w.type == s.FIELD_TYPE_PERSON and not any(w is t for t in taken.values())]
    if len(people) == 1 and len(asked) == 1 and people[0].name not in taken:
        taken[people[0].name] = asked[0]
    few = len(wishes) < _ENOUGH
    fields = [
        f for f in entity.fields if f.name in taken or (main and (f.keep == "always" or (few and f.keep == "usually")))
    ]
    return fields, taken


def _general(main: s.Entity, blueprint: BlueprintEntity, named: set[str], wishes: Wishes, known: KnownFields) -> None:
    """Where no blueprint is near: a date for what happens, and no general name beside a better one of the prompt's."""
    texts = [f for f in main.fields if f.type in _TEXTUAL and f"{main.name}.{f.name}" in named]
    general = blueprint.fields[0].name
    if texts and f"{main.name}.{general}" not in named:
        if texts[0].name.startswith("field") and wishes.language == "zh":
            # Its Chinese label makes no name: it takes the place of the general field.
            named.remove(f"{main.name}.{texts[0].name}")
            texts[0].name = f"{general}_1"
        kept = [f for f in main.fields if f.name != general]
        del main.fields[:]
        main.fields.extend(kept)
        if texts[0].name == f"{general}_1":
            renamed = next(f for f in main.fields if f.name == f"{general}_1")
            renamed.name = general
            named.add(f"{main.name}.{general}")
    dates = [f for f in main.fields if f.type in TEMPORAL]
    if len(dates) > 1 and f"{main.name}.date" not in named and any(f.name != "date" for f in dates):
        kept = [f for f in main.fields if f.name != "date"]
        del main.fields[:]
        main.fields.extend(kept)


def _person(main: s.Entity, blueprint: BlueprintEntity, known: KnownFields, language: str) -> None:
    """In an app of several people: the blueprint's field that says who, even where the prompt only implies it."""
    if any(f.type == s.FIELD_TYPE_PERSON for f in main.fields):
        return
    field = next((f for f in blueprint.fields if f.type == s.FIELD_TYPE_PERSON), None) or known.named("who")
    if field is not None and field.name not in {f.name for f in main.fields} and len(main.fields) < MAX_FIELDS:
        main.fields.append(_from_blueprint(field, None, language))


def _from_blueprint(field: BlueprintField, wish: Wish | None, language: str) -> s.Field:
    made = s.Field(
        name=field.name,
        label=field.labels[language],
        type=field.type,
        required=field.required,
        unit=field.unit,
        choices=field.choices.get(language, ()),
        formula=field.formula.get(language, ""),
    )
    if field.least is not None:
        made.min = field.least
    if field.most is not None:
        made.max = field.most
    if wish is None:
        return made
    if folded(wish.label) not in _BARE:
        made.label = wish.label
    if wish.choices:
        made.type = s.FIELD_TYPE_CHOICE
        del made.choices[:]
        made.choices.extend(wish.choices)
    elif wish.type == s.FIELD_TYPE_RATING and wish.most is not None and made.type in _NUMERIC:
        made.type, made.max = s.FIELD_TYPE_RATING, wish.most
        made.ClearField("min")
        made.unit = ""
    elif wish.unit and made.type in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER):
        made.unit = wish.unit
    if wish.least is not None and made.type == s.FIELD_TYPE_INTEGER:
        made.min = wish.least
    return made


def _from_wish(wish: Wish, taken: Iterable[str], known: KnownFields, language: str) -> s.Field:
    names = set(taken)
    general = known.named(wish.name) or (known.of(wish.label))
    hint = known.inside(wish.label) if language == "zh" and general is None else None
    stem = wish.name or (general.name if general else hint.field.name if hint else "")
    name = stem if stem and stem not in names else stable_name(wish.label, names, stem or "field")
    kind = wish.type if wish.type is not None else s.FIELD_TYPE_TEXT
    choices: tuple[str, ...] = wish.choices
    if kind == s.FIELD_TYPE_CHOICE and not choices:
        choices = general.choices.get(language, ()) if general else ()
        kind = s.FIELD_TYPE_CHOICE if choices else s.FIELD_TYPE_TEXT
    made = s.Field(name=name, label=wish.label, type=kind, choices=choices if kind == s.FIELD_TYPE_CHOICE else ())
    if kind in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER):
        made.unit = wish.unit
        if wish.least is not None:
            made.min = wish.least
    if kind in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_RATING) and wish.most is not None:
        made.max = wish.most
    return made
