"""Figures and views of a drafted app: the blueprint's, what the prompt asks for, and what its fields call for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint, BlueprintAggregate
from madeleine_miniapp.domain.figuring import Numbers
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.labelling import aggregate_label, view_title
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.naming import stable_name
from madeleine_miniapp.domain.reminding import automate
from madeleine_miniapp.domain.wishes.model import Wishes

MAX_VIEWS = 8
_BY = {
    s.VIEW_TYPE_BOARD: (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN),
    s.VIEW_TYPE_CALENDAR: TEMPORAL,
    s.VIEW_TYPE_CHECKLIST: (s.FIELD_TYPE_BOOLEAN,),
    s.VIEW_TYPE_GALLERY: (s.FIELD_TYPE_IMAGE,),
}
# A field that a wished view cannot do without, by the known fields' names.
_NEEDS = {
    s.VIEW_TYPE_BOARD: "status",
    s.VIEW_TYPE_CALENDAR: "date",
    s.VIEW_TYPE_CHECKLIST: "done",
    s.VIEW_TYPE_GALLERY: "photo",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What an app's figures and views are made from."""

    blueprint: Blueprint
    wishes: Wishes
    known: KnownFields


def show(spec: s.AppSpec, look: Look) -> None:
    """Gives the spec its figures, views and automations."""
    language = look.wishes.language
    main = spec.entities[0]
    _needed(main, look)
    numbers = Numbers(spec, look.wishes, look.blueprint, look.known)
    for aggregate in look.blueprint.aggregates:
        if _holds(aggregate, spec, {a.name for a in spec.aggregates}, language):
            spec.aggregates.append(_built(aggregate, spec, language))
    wished = numbers.wished()
    _views(spec, look, wished, numbers)
    _drawn(spec, look)
    automate(spec, look.blueprint, look.wishes, look.known)


def _needed(main: s.Entity, look: Look) -> None:
    """Adds the field that a view which was asked for goes by."""
    for kind in look.wishes.views:
        name = _NEEDS.get(kind)
        if name is None or any(f.type in _BY[kind] for f in main.fields):
            continue
        general = look.known.named(name)
        if general is not None:
            language = look.wishes.language
            field = s.Field(name=name, label=general.labels[language], type=general.type)
            field.choices.extend(general.choices.get(language, ()))
            main.fields.append(field)


def _holds(aggregate: BlueprintAggregate, spec: s.AppSpec, others: Iterable[str], language: str) -> bool:
    """Whether all that a blueprint's figure uses is there."""
    if aggregate.expression:
        used = set(_words(aggregate.expression))
        return used <= set(others)
    fields = {f.name: f for e in spec.entities if e.name == aggregate.entity for f in e.fields}
    needs = {n for n in (aggregate.field, aggregate.group_by) if n} | set(_words(aggregate.where.get(language, "")))
    if not fields or not needs <= set(fields):
        return False
    literal = aggregate.where.get(language, "")
    # A choice that the person renamed is no longer there to be counted.
    return all(text in {c for f in fields.values() for c in f.choices} for text in _quoted(literal))


def _words(expression: str) -> list[str]:
    """The names in a blueprint's expression."""
    unquoted = "".join(part for i, part in enumerate(expression.split("'")) if i % 2 == 0)
    names = "".join(c if c.isalnum() or c == "_" else " " for c in unquoted).split()
    return [n for n in names if n[0].isalpha() and n not in ("true", "false", "null")]


def _quoted(expression: str) -> list[str]:
    return [part for i, part in enumerate(expression.split("'")) if i % 2]


def _built(aggregate: BlueprintAggregate, spec: s.AppSpec, language: str) -> s.Aggregate:
    entity = next(e for e in spec.entities if e.name == aggregate.entity)
    labels = {f.name: f.label for f in entity.fields}
    label = aggregate.labels.get(language) or aggregate_label(
        aggregate.function,
        labels.get(aggregate.field, entity.label),
        labels.get(aggregate.group_by, ""),
        aggregate.bucket,
        language,
    )
    if aggregate.expression:
        return s.Aggregate(
            name=aggregate.name, entity=entity.name, label=label, expression=aggregate.expression, unit=aggregate.unit
        )
    unit = next((f.unit for f in entity.fields if f.name == aggregate.field), "")
    return s.Aggregate(
        name=aggregate.name,
        function=aggregate.function,
        entity=entity.name,
        field=aggregate.field,
        label=label,
        group_by=aggregate.group_by,
        bucket=aggregate.bucket,
        where=aggregate.where.get(language, ""),
        days=aggregate.days,
        unit=aggregate.unit or unit,
    )


def _views(spec: s.AppSpec, look: Look, wished: Iterable[s.Aggregate], numbers: Numbers) -> None:
    main = spec.entities[0]
    aggregates: Mapping[str, s.Aggregate] = {a.name: a for a in spec.aggregates}
    views: list[tuple[s.ViewType.ValueType, str, str, str]] = []

    def add(kind: s.ViewType.ValueType, entity: str, by: str = "", aggregate: str = "") -> None:
        if (kind, entity, by, aggregate) not in views:
            views.append((kind, entity, by, aggregate))

    fields = {e.name: {f.name: f for f in e.fields} for e in spec.entities}
    own = [
        v
        for v in look.blueprint.views
        if v.entity in fields
        and not v.script
        and (not v.by or v.by in fields[v.entity])
        and (not v.aggregate or v.aggregate in aggregates)
        and (not v.by or v.type not in _BY or fields[v.entity][v.by].type in _BY[v.type])
    ]
    for view in own[:1]:
        add(view.type, view.entity, view.by, view.aggregate)
    for kind in look.wishes.views:
        if kind in (s.VIEW_TYPE_LIST, s.VIEW_TYPE_TABLE):
            add(kind, main.name)
        elif kind in _BY and (field := next((f for f in main.fields if f.type in _BY[kind]), None)):
            matching = [v for v in own if v.type == kind]
            add(kind, main.name, matching[0].by if matching else field.name)
    for aggregate in wished:
        if aggregate.group_by:
            add(s.VIEW_TYPE_CHART, main.name, aggregate.group_by, aggregate.name)
        else:
            add(s.VIEW_TYPE_METRIC, main.name, "", aggregate.name)
    for view in own[1:]:
        add(view.type, view.entity, view.by, view.aggregate)
    kinds = {v[0] for v in views}
    if not kinds & {s.VIEW_TYPE_LIST, s.VIEW_TYPE_TABLE}:
        several = sum(f.type in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_MONEY) for f in main.fields)
        add(s.VIEW_TYPE_TABLE if several > 2 else s.VIEW_TYPE_LIST, main.name)
    for kind in (s.VIEW_TYPE_CHECKLIST, s.VIEW_TYPE_BOARD, s.VIEW_TYPE_CALENDAR, s.VIEW_TYPE_GALLERY):
        wanted = _BY[kind] if kind != s.VIEW_TYPE_BOARD else (s.FIELD_TYPE_CHOICE,)
        field = next((f for f in main.fields if f.type in wanted), None)
        if field is not None and kind not in kinds:
            add(kind, main.name, field.name)
    asked = s.VIEW_TYPE_CHART in look.wishes.views
    if s.VIEW_TYPE_CHART not in kinds and (over_time := numbers.over_time(counted=asked)):
        add(s.VIEW_TYPE_CHART, main.name, over_time.group_by, over_time.name)
    if s.VIEW_TYPE_METRIC in look.wishes.views and not any(v[0] == s.VIEW_TYPE_METRIC for v in views):
        add(s.VIEW_TYPE_METRIC, main.name, "", numbers.single().name)
    for entity in spec.entities[1:]:
        add(s.VIEW_TYPE_LIST, entity.name)
    names: set[str] = set()
    labels = {a.name: a.label for a in spec.aggregates}
    entities = {e.name: e.label for e in spec.entities}
    for kind, entity, by, aggregate in _most_useful(views):
        kind_name = s.ViewType.Name(kind).removeprefix("VIEW_TYPE_").lower()
        name = stable_name("_".join(p for p in (aggregate or kind_name, "" if aggregate else by) if p), names, "view")
        names.add(name)
        title = labels.get(aggregate, "") or view_title(kind, look.wishes.language)
        if entity != main.name and not aggregate:
            title = f"{entities[entity]} · {title}"
        spec.views.append(s.View(name=name, type=kind, entity=entity, by=by, aggregate=aggregate, title=title[:60]))


def _drawn(spec: s.AppSpec, look: Look) -> None:
    """The views that the blueprint's own scripts draw, where the app has what they go by."""
    fields = {(e.name, f.name) for e in spec.entities for f in e.fields}
    names = {view.name for view in spec.views}
    for view in look.blueprint.views:
        if not view.script or (view.entity, view.by) not in fields:
            continue
        name = stable_name(view.titles["en"], names, "view")
        names.add(name)
        spec.views.append(
            s.View(
                name=name,
                type=s.VIEW_TYPE_CUSTOM,
                entity=view.entity,
                by=view.by,
                script=view.script,
                title=view.titles[look.wishes.language],
            )
        )


def _most_useful(
    views: list[tuple[s.ViewType.ValueType, str, str, str]],
) -> list[tuple[s.ViewType.ValueType, str, str, str]]:
    """At most so many views, of which each type keeps its first."""
    firsts = {next(i for i, v in enumerate(views) if v[0] == kind and v[1] == entity) for kind, entity, _, _ in views}
    others = [i for i in range(len(views)) if i not in firsts]
    kept = sorted([*sorted(firsts), *others][: max(MAX_VIEWS, len(firsts))])
    return [views[i] for i in kept]
