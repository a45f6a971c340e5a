"""Is an app's spec sound? Every problem with its path, so that a model or a person can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Violation

NUMERIC = frozenset(
    {s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_RATING, s.FIELD_TYPE_DURATION, s.FIELD_TYPE_MONEY}
)
TEMPORAL = frozenset({s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME})
GROUPABLE = (
    frozenset(
        {s.FIELD_TYPE_TEXT, s.FIELD_TYPE_BOOLEAN, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON}
    )
    | TEMPORAL
)
# Names that queries use for who entered a record.
RESERVED = frozenset({"entered_by", "entered_at"})
MAX_ENTITIES, MAX_FIELDS, MAX_VIEWS, MAX_AGGREGATES, MAX_CHOICES = 8, 30, 20, 20, 50
MAX_LABEL, MAX_TITLE = 60, 80
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
VIEWS_OF_AGGREGATES = frozenset({s.VIEW_TYPE_CHART, s.VIEW_TYPE_METRIC})
CHOOSING = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
# What a view goes `by`, where it needs one.
VIEW_BY = {
    s.VIEW_TYPE_BOARD: frozenset({s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN}),
    s.VIEW_TYPE_CALENDAR: TEMPORAL,
    s.VIEW_TYPE_CHECKLIST: frozenset({s.FIELD_TYPE_BOOLEAN}),
    s.VIEW_TYPE_CHART: GROUPABLE,
}


def problems(spec: s.AppSpec) -> list[Violation]:
    """Everything that is wrong with a spec; empty when it is sound."""
    found: list[Violation] = []
    _text(found, "title", spec.title, MAX_TITLE)
    if not 1 <= len(spec.entities) <= MAX_ENTITIES:
        found.append(Violation("entities", f"must be 1 to {MAX_ENTITIES}"))
    _names(found, "entities", (e.name for e in spec.entities))
    for index, entity in enumerate(spec.entities):
        _entity(found, f"entities[{index}]", entity, spec)
    _names(found, "aggregates", (a.name for a in spec.aggregates))
    for index, aggregate in enumerate(spec.aggregates):
        _aggregate(found, f"aggregates[{index}]", aggregate, spec)
    for index, view in enumerate(spec.views):
        _view(found, f"views[{index}]", view, spec)
    for name, given, most in (
        ("views", len(spec.views), MAX_VIEWS),
        ("aggregates", len(spec.aggregates), MAX_AGGREGATES),
    ):
        if given > most:
            found.append(Violation(name, f"must be at most {most}"))
    return found


def _entity(found: list[Violation], path: str, entity: s.Entity, spec: s.AppSpec) -> None:
    _text(found, f"{path}.label", entity.label, MAX_LABEL)
    if not 1 <= len(entity.fields) <= MAX_FIELDS:
        found.append(Violation(f"{path}.fields", f"must be 1 to {MAX_FIELDS}"))
    _names(found, f"{path}.fields", (f.name for f in entity.fields))
    for index, field in enumerate(entity.fields):
        _field(found, f"{path}.fields[{index}]", field, spec)


def _field(found: list[Violation], path: str, field: s.Field, spec: s.AppSpec) -> None:
    _text(found, f"{path}.label", field.label, MAX_LABEL)
    if field.name in RESERVED:
        found.append(Violation(f"{path}.name", f"{field.name} is reserved"))
    if field.type not in s.FieldType.values() or field.type == s.FIELD_TYPE_UNSPECIFIED:
        found.append(Violation(f"{path}.type", "must be a known type"))
    if field.type in CHOOSING:
        if not 1 <= len(field.choices) <= MAX_CHOICES:
            found.append(Violation(f"{path}.choices", f"must be 1 to {MAX_CHOICES}"))
        for choice in field.choices:
            _text(found, f"{path}.choices", choice, MAX_LABEL)
        if len(set(field.choices)) < len(field.choices):
            found.append(Violation(f"{path}.choices", "must differ from each other"))
    elif field.choices:
        found.append(Violation(f"{path}.choices", "belong to fields of a choice type only"))
    if field.HasField("min") and field.HasField("max") and field.min > field.max:
        found.append(Violation(f"{path}.min", "must not be above max"))
    if field.type == s.FIELD_TYPE_RATING and field.HasField("max") and not 2 <= field.max <= 100:
        found.append(Violation(f"{path}.max", "must be 2 to 100 for a rating"))
    if field.type == s.FIELD_TYPE_RELATION and field.relates_to not in {e.name for e in spec.entities}:
        found.append(Violation(f"{path}.relates_to", "must name an entity of the app"))


def _aggregate(found: list[Violation], path: str, aggregate: s.Aggregate, spec: s.AppSpec) -> None:
    if aggregate.expression:
        return
    entity = next((e for e in spec.entities if e.name == aggregate.entity), None)
    if entity is None:
        found.append(Violation(f"{path}.entity", "must name an entity of the app"))
        return
    if aggregate.function == s.AGGREGATE_FUNCTION_COUNT:
        return
    field = next((f for f in entity.fields if f.name == aggregate.field), None)
    if aggregate.function == s.AGGREGATE_FUNCTION_UNSPECIFIED:
        found.append(Violation(f"{path}.function", "must be a known function"))
    if field is None or field.type not in NUMERIC:
        found.append(Violation(f"{path}.field", f"must name a field of {entity.name} that holds numbers"))


def _view(found: list[Violation], path: str, view: s.View, spec: s.AppSpec) -> None:
    entity = next((e for e in spec.entities if e.name == view.entity), None)
    if view.type not in s.ViewType.values() or view.type == s.VIEW_TYPE_UNSPECIFIED:
        found.append(Violation(f"{path}.type", "must be a known type"))
    if entity is None:
        found.append(Violation(f"{path}.entity", "must name an entity of the app"))
        return
    field = next((f for f in entity.fields if f.name == view.by), None)
    fitting = VIEW_BY.get(view.type)
    if (view.by or fitting) and field is None:
        found.append(Violation(f"{path}.by", f"must name a field of {entity.name}"))
    elif field is not None and fitting and field.type not in fitting:
        found.append(Violation(f"{path}.by", f"{field.name} has a type that this view cannot go by"))
    needs_aggregate = view.type in VIEWS_OF_AGGREGATES
    if (view.aggregate or needs_aggregate) and view.aggregate not in {
        a.name for a in spec.aggregates if a.expression or a.entity == entity.name
    }:
        found.append(Violation(f"{path}.aggregate", f"must name an aggregate over {entity.name}"))


def _names(found: list[Violation], path: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if not _NAME.fullmatch(name):
            found.append(Violation(f"{path}[{index}].name", "must be snake_case: a-z, 0-9 and _, at most 40"))
        elif name in seen:
            found.append(Violation(f"{path}[{index}].name", f"{name} is taken"))
        seen.add(name)


def _text(found: list[Violation], path: str, text: str, most: int) -> None:
    if not text.strip() or len(text) > most or not text.isprintable():
        found.append(Violation(path, f"must be printable text of 1 to {most} characters"))
