"""Operations as JSON: read with the path of each fault, written, and described by a JSON Schema for a model."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.operations.kinds import Kind
from madeleine_miniapp.domain.operations.model import OPERATIONS, NewField, Operation

MAX_OPERATIONS = 40
_MAX_JSON = 256 * 1024


def operations_from_json(given: str | Sequence[Any] | Mapping[str, Any]) -> list[Operation]:
    """The operations of a JSON text, a list, or an object with "operations"; raises Bad with the path of each fault."""
    listed: Any = _parsed(given) if isinstance(given, str) else given
    if isinstance(listed, Mapping):
        listed = listed.get("operations")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(listed, Sequence) or isinstance(listed, str) or len(listed) > MAX_OPERATIONS:  # pyright: ignore[reportUnknownArgumentType]
        raise Bad([Violation("operations", f"must be a list of at most {MAX_OPERATIONS} operations")])
    bad: list[Violation] = []
    read: list[Operation] = []
    for index, item in enumerate(listed):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        path = f"operations[{index}]"
        kind = OPERATIONS.get(str(item.get("op"))) if isinstance(item, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if kind is None:
            bad.append(Violation(f"{path}.op", f"must be one of {', '.join(OPERATIONS)}"))
        elif (made := _made(kind, {n: v for n, v in item.items() if n != "op"}, path, bad)) is not None:  # pyright: ignore
            read.append(made)
    if bad:
        raise Bad(bad)
    return read


def to_json(operations: Sequence[Operation]) -> list[dict[str, Any]]:
    """The operations as JSON objects; what is as by default is left out."""
    return [{"op": operation.op, **_written(operation)} for operation in operations]


def operations_schema(
    spec: s.AppSpec | None = None, only: Collection[str] | None = None, most: int = 12
) -> dict[str, Any]:
    """JSON Schema of {"operations": [...]}; with a spec, what must be there is an enum of its names.

    `only` narrows it to some operations; those that have nothing in the spec to work on are left out.
    """
    names = _names_of(spec) if spec is not None else {}
    variants: list[dict[str, Any]] = []
    for name, kind in OPERATIONS.items():
        if only is not None and name not in only:
            continue
        variant = _object(kind, names)
        if variant is not None:
            properties = {"op": {"const": name}, **variant["properties"]}
            variants.append({**variant, "properties": properties, "required": ["op", *variant["required"]]})
    listed = {"type": "array", "items": {"anyOf": variants}, "maxItems": most}
    return {
        "type": "object",
        "properties": {"operations": listed},
        "required": ["operations"],
        "additionalProperties": False,
    }


def _parsed(given: str) -> Any:
    if len(given) > _MAX_JSON:
        raise Bad([Violation("operations", f"must have at most {_MAX_JSON} characters")])
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise Bad([Violation("operations", "must be JSON")]) from error


def _made(kind: type[Any], given: Mapping[str, Any], path: str, bad: list[Violation]) -> Any:
    parts = {f.name: f for f in fields(kind)}
    values: dict[str, Any] = {}
    before = len(bad)
    bad.extend(Violation(f"{path}.{n}", "is not a part of this operation") for n in given if n not in parts)
    for name, known in parts.items():
        value = given.get(name)
        if value is None or (value == "" and known.default is not MISSING):
            if known.default is MISSING:
                bad.append(Violation(f"{path}.{name}", "is required"))
            continue
        if name == "fields" and kind.__name__ == "AddEntity":
            values[name] = _new_fields(value, f"{path}.{name}", bad)
            continue
        try:
            values[name] = known.metadata["kind"].read(value)
        except ValueError as error:
            bad.append(Violation(f"{path}.{name}", str(error)))
    return kind(**values) if len(bad) == before else None


def _new_fields(value: Any, path: str, bad: list[Violation]) -> tuple[NewField, ...]:
    if not isinstance(value, list) or not value:
        bad.append(Violation(path, "must be a list of fields"))
        return ()
    made: list[NewField] = []
    for index, item in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if not isinstance(item, Mapping):
            bad.append(Violation(f"{path}[{index}]", "must be an object"))
        elif (field := _made(NewField, item, f"{path}[{index}]", bad)) is not None:  # pyright: ignore[reportUnknownArgumentType]
            made.append(field)
    return tuple(made)


def _written(operation: Any) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for known in fields(operation):
        value = getattr(operation, known.name)
        if known.default is not MISSING and value == known.default:
            continue
        if isinstance(value, tuple):
            items: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType]
            value = [_written(item) if isinstance(item, NewField) else item for item in items]
        written[known.name] = value
    return written


def _object(kind: type[Any], names: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    properties: dict[str, Any] = {}
    for known in fields(kind):
        part: Kind = known.metadata["kind"]
        schema: dict[str, Any] = dict(part.schema)
        if part.names in names:
            schema = {"enum": list(names[part.names])}
            if not names[part.names]:
                if known.default is MISSING:
                    return None
                continue
        if known.name == "fields" and kind.__name__ == "AddEntity":
            schema["items"] = _object(NewField, {})
        properties[known.name] = schema
    required = [f.name for f in fields(kind) if f.default is MISSING]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _names_of(spec: s.AppSpec) -> dict[str, list[str]]:
    return {
        "entities": [e.name for e in spec.entities],
        "fields": list(dict.fromkeys(f.name for e in spec.entities for f in e.fields)),
        "views": [v.name for v in spec.views],
        "aggregates": [a.name for a in spec.aggregates],
        "automations": [a.name for a in spec.automations],
    }
