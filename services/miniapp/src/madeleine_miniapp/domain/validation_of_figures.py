"""Are a spec's aggregates and views sound?"""

from __future__ import annotations

from collections.abc import Iterator

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import limits as n
from madeleine_miniapp.domain.errors import Violation
from madeleine_miniapp.domain.expressions import functions as f
from madeleine_miniapp.domain.expressions.tokens import names
from madeleine_miniapp.domain.formulas import scope_of, unsound

_GROUPS = n.GROUPABLE | {s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_RATING, s.FIELD_TYPE_RELATION}


def figure_problems(spec: s.AppSpec) -> Iterator[Violation]:
    """What is wrong with the aggregates."""
    for index, aggregate in enumerate(spec.aggregates):
        path = f"aggregates[{index}]"
        if len(aggregate.label) > n.MAX_LABEL or len(aggregate.unit) > n.MAX_UNIT:
            yield Violation(f"{path}.label", f"must have at most {n.MAX_LABEL} characters, and a unit {n.MAX_UNIT}")
        if not 0 <= aggregate.days <= n.MAX_DAYS:
            yield Violation(f"{path}.days", f"must be 0 to {n.MAX_DAYS}")
        if aggregate.expression:
            yield from _expression(path, aggregate, spec)
            continue
        entity = _entity(spec, aggregate.entity)
        if entity is None:
            yield Violation(f"{path}.entity", "must name an entity of the app")
        else:
            yield from _over(path, aggregate, entity)


def _over(path: str, aggregate: s.Aggregate, entity: s.Entity) -> Iterator[Violation]:
    known = {field.name: field.type for field in entity.fields}
    if aggregate.function == s.AGGREGATE_FUNCTION_COUNT:
        if aggregate.field and aggregate.field not in known:
            yield Violation(f"{path}.field", f"is not a field of {entity.name}")
    else:
        if aggregate.function not in s.AggregateFunction.values() or not aggregate.function:
            yield Violation(f"{path}.function", "must be a known function")
        if known.get(aggregate.field) not in n.NUMERIC:
            yield Violation(f"{path}.field", f"must name a field of {entity.name} that holds numbers")
    group = known.get(aggregate.group_by)
    if aggregate.group_by and group not in _GROUPS:
        yield Violation(f"{path}.group_by", f"must name a field of {entity.name} that groups")
    if aggregate.bucket and (aggregate.bucket not in n.BUCKETS or group not in n.TEMPORAL):
        yield Violation(f"{path}.bucket", f"must be one of {', '.join(n.BUCKETS)}, for a group_by that is a date")
    if aggregate.where and (reason := unsound(aggregate.where, scope_of(entity), (f.BOOLEAN,))):
        yield Violation(f"{path}.where", reason)


def _expression(path: str, aggregate: s.Aggregate, spec: s.AppSpec) -> Iterator[Violation]:
    others = {a.name: a for a in spec.aggregates if a.name != aggregate.name}
    if reason := unsound(aggregate.expression, dict.fromkeys(others, f.NUMBER), (f.NUMBER,)):
        yield Violation(f"{path}.expression", reason)
        return
    if way := _cycle(aggregate.name, {a.name: a.expression for a in spec.aggregates if a.expression}):
        yield Violation(f"{path}.expression", f"rests on itself: {' -> '.join(way)}")
        return
    if aggregate.entity and _entity(spec, aggregate.entity) is None:
        yield Violation(f"{path}.entity", "must name an entity of the app")
    for name in ("function", "field", "group_by", "bucket", "where", "days"):
        if getattr(aggregate, name):
            yield Violation(f"{path}.{name}", "must be empty when there is an expression")
    grouped = {(a.entity, a.group_by, a.bucket) for a in _plain(aggregate, others) if a.group_by}
    if len(grouped) > 1 or (grouped and any(not a.group_by for a in _plain(aggregate, others))):
        yield Violation(f"{path}.expression", "must be over figures that are grouped alike")


def _plain(aggregate: s.Aggregate, others: dict[str, s.Aggregate]) -> Iterator[s.Aggregate]:
    for name in sorted(names(aggregate.expression)):
        other = others.get(name)
        if other is not None:
            yield from _plain(other, others) if other.expression else (other,)


def _cycle(start: str, expressions: dict[str, str]) -> list[str]:
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop()
        for name in sorted(names(expressions.get(way[-1], ""))):
            if name == start:
                return [*way, start]
            if name in expressions and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def view_problems(spec: s.AppSpec) -> Iterator[Violation]:
    """What is wrong with the views."""
    for index, view in enumerate(spec.views):
        path = f"views[{index}]"
        entity = _entity(spec, view.entity)
        if view.type not in s.ViewType.values() or view.type == s.VIEW_TYPE_UNSPECIFIED:
            yield Violation(f"{path}.type", "must be a known type")
        if len(view.title) > n.MAX_LABEL or not view.title.isprintable():
            yield Violation(f"{path}.title", f"must be printable text of at most {n.MAX_LABEL} characters")
        if (view.type == s.VIEW_TYPE_CUSTOM) != bool(view.script.strip()):
            yield Violation(f"{path}.script", "is what a custom view needs, and no other may have")
        elif len(view.script.encode()) > n.MAX_SCRIPT:
            yield Violation(f"{path}.script", f"must have at most {n.MAX_SCRIPT} bytes")
        if entity is None:
            yield Violation(f"{path}.entity", "must name an entity of the app")
        else:
            yield from _shown(path, view, entity, spec)


def _shown(path: str, view: s.View, entity: s.Entity, spec: s.AppSpec) -> Iterator[Violation]:
    known = {field.name: field.type for field in entity.fields}
    fitting = n.VIEW_BY.get(view.type)
    if (view.by or fitting) and view.by not in known:
        yield Violation(f"{path}.by", f"must name a field of {entity.name}")
    elif view.by and fitting and known[view.by] not in fitting:
        yield Violation(f"{path}.by", f"{view.by} has a type that this view cannot go by")
    over = {a.name for a in spec.aggregates if a.expression or a.entity == entity.name}
    if (view.aggregate or view.type in n.VIEWS_OF_AGGREGATES) and view.aggregate not in over:
        yield Violation(f"{path}.aggregate", f"must name an aggregate over {entity.name}")
    if view.sort_by and view.sort_by not in known:
        yield Violation(f"{path}.sort_by", f"is not a field of {entity.name}")
    if len(view.fields) > n.MAX_FIELDS or len(set(view.fields)) < len(view.fields):
        yield Violation(f"{path}.fields", "must name each field once")
    for index, name in enumerate(view.fields):
        if name not in known:
            yield Violation(f"{path}.fields[{index}]", f"is not a field of {entity.name}")


def _entity(spec: s.AppSpec, name: str) -> s.Entity | None:
    return next((e for e in spec.entities if e.name == name), None)
