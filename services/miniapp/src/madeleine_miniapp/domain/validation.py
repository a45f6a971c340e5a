"""Is an app's spec sound? Every problem with its path, so that a model or a person can mend it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import limits as n
from madeleine_miniapp.domain.errors import Violation
from madeleine_miniapp.domain.formulas import formula_problems
from madeleine_miniapp.domain.records import default_problem
from madeleine_miniapp.domain.validation_of_figures import figure_problems, view_problems
from madeleine_miniapp.domain.validation_of_work import automation_problems, permission_problems

_MAX_BYTES = 512 * 1024
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def problems(spec: s.AppSpec) -> list[Violation]:
    """Everything that is wrong with a spec; empty when it is sound."""
    if spec.ByteSize() > _MAX_BYTES:
        return [Violation("", f"must have at most {_MAX_BYTES} bytes")]
    found: list[Violation] = []
    _text(found, "title", spec.title, n.MAX_TITLE)
    _app(found, spec)
    for name, items, least, most in (
        ("entities", spec.entities, 1, n.MAX_ENTITIES),
        ("views", spec.views, 0, n.MAX_VIEWS),
        ("aggregates", spec.aggregates, 0, n.MAX_AGGREGATES),
        ("automations", spec.automations, 0, n.MAX_AUTOMATIONS),
    ):
        _count(found, name, items, least, most)
        _names(found, name, (item.name for item in items))
    _count(found, "permissions", spec.permissions, 0, n.MAX_PERMISSIONS)
    for index, entity in enumerate(spec.entities):
        _entity(found, f"entities[{index}]", entity, spec)
    _required_cycles(found, spec)
    found += figure_problems(spec)
    found += view_problems(spec)
    found += automation_problems(spec)
    found += permission_problems(spec)
    return found


def _app(found: list[Violation], spec: s.AppSpec) -> None:
    _text(found, "description", spec.description, n.MAX_TEXT, optional=True)
    if len(spec.icon) > n.MAX_ICON or any(c.isspace() or (c.isascii() and c.isalnum()) for c in spec.icon):
        found.append(Violation("icon", "must be one emoji"))
    if spec.theme and spec.theme not in n.THEMES:
        found.append(Violation("theme", f"must be one of {', '.join(n.THEMES)}"))
    if spec.currency and not _CURRENCY.fullmatch(spec.currency):
        found.append(Violation("currency", "must be an ISO 4217 code such as EUR"))


def _entity(found: list[Violation], path: str, entity: s.Entity, spec: s.AppSpec) -> None:
    _text(found, f"{path}.label", entity.label, n.MAX_LABEL)
    _count(found, f"{path}.fields", entity.fields, 1, n.MAX_FIELDS)
    _count(found, f"{path}.rules", entity.rules, 0, n.MAX_RULES)
    _names(found, f"{path}.fields", (f.name for f in entity.fields))
    if entity.fields and all(f.formula for f in entity.fields):
        found.append(Violation(f"{path}.fields", "must have one that is entered, not computed"))
    for index, field in enumerate(entity.fields):
        _field(found, f"{path}.fields[{index}]", field, spec)
    for index, rule in enumerate(entity.rules):
        _text(found, f"{path}.rules[{index}].message", rule.message, n.MAX_TEXT)
    found += formula_problems(entity, path)


def _field(found: list[Violation], path: str, field: s.Field, spec: s.AppSpec) -> None:
    _text(found, f"{path}.label", field.label, n.MAX_LABEL)
    _text(found, f"{path}.unit", field.unit, n.MAX_UNIT, optional=True)
    _text(found, f"{path}.hint", field.hint, n.MAX_TEXT, optional=True)
    if field.name in n.RESERVED:
        found.append(Violation(f"{path}.name", f"{field.name} is reserved"))
    if field.type not in s.FieldType.values() or field.type == s.FIELD_TYPE_UNSPECIFIED:
        found.append(Violation(f"{path}.type", "must be a known type"))
        return
    _choices(found, path, field)
    _bounds(found, path, field)
    if field.type == s.FIELD_TYPE_RELATION:
        if field.relates_to not in {e.name for e in spec.entities}:
            found.append(Violation(f"{path}.relates_to", "must name an entity of the app"))
    elif field.relates_to:
        found.append(Violation(f"{path}.relates_to", "belongs to relations only"))
    if reason := default_problem(field):
        found.append(Violation(f"{path}.default_value", reason))


def _choices(found: list[Violation], path: str, field: s.Field) -> None:
    if field.type in n.CHOOSING:
        _count(found, f"{path}.choices", field.choices, 1, n.MAX_CHOICES)
        for choice in field.choices:
            _text(found, f"{path}.choices", choice, n.MAX_LABEL)
        if len(set(field.choices)) < len(field.choices):
            found.append(Violation(f"{path}.choices", "must differ from each other"))
    elif field.choices:
        found.append(Violation(f"{path}.choices", "belong to fields of a choice type only"))


def _bounds(found: list[Violation], path: str, field: s.Field) -> None:
    given = [name for name in ("min", "max") if field.HasField(name)]
    for name in given:
        if field.type not in n.NUMERIC:
            found.append(Violation(f"{path}.{name}", "belongs to fields that hold numbers"))
        elif not math.isfinite(getattr(field, name)):
            found.append(Violation(f"{path}.{name}", "must be a finite number"))
    if len(given) > 1 and field.min > field.max:
        found.append(Violation(f"{path}.min", "must not be above max"))
    if field.type == s.FIELD_TYPE_RATING and field.HasField("max") and not 2 <= field.max <= 100:
        found.append(Violation(f"{path}.max", "must be 2 to 100 for a rating"))


def _required_cycles(found: list[Violation], spec: s.AppSpec) -> None:
    """Records that each need the other first could never be entered."""
    needs = {e.name: {f.relates_to for f in e.fields if f.relates_to and f.required} for e in spec.entities}
    for index, entity in enumerate(spec.entities):
        for at, field in enumerate(entity.fields):
            if field.relates_to and field.required and entity.name in _reached(needs, field.relates_to):
                way = f"entities[{index}].fields[{at}].required"
                found.append(Violation(way, f"{entity.name} would need a {field.relates_to} that needs it first"))


def _reached(needs: dict[str, set[str]], start: str) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for name in needs.get(waiting.pop(), set()) - seen:
            seen.add(name)
            waiting.append(name)
    return seen


def _count(found: list[Violation], path: str, items: Collection[object], least: int, most: int) -> None:
    if not least <= len(items) <= most:
        found.append(Violation(path, f"must be {least} to {most}" if least else f"must be at most {most}"))


def _names(found: list[Violation], path: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if not _NAME.fullmatch(name):
            found.append(Violation(f"{path}[{index}].name", "must be snake_case: a-z, 0-9 and _, at most 40"))
        elif name in seen:
            found.append(Violation(f"{path}[{index}].name", f"{name} is taken"))
        seen.add(name)


def _text(found: list[Violation], path: str, text: str, most: int, *, optional: bool = False) -> None:
    if optional and not text:
        return
    if not text.strip() or len(text) > most or not text.isprintable():
        found.append(Violation(path, f"must be printable text of 1 to {most} characters"))
