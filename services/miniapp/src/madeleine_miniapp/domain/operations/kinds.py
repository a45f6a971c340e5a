"""What an operation's parts may hold: how each is read from JSON, and its JSON Schema."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.expressions.tokens import MAX_LENGTH
from madeleine_miniapp.domain.limits import MAX_CHOICES, MAX_FIELDS, MAX_LABEL, MAX_TEXT, MAX_UNIT

Scalar = str | float | bool | tuple[str, ...]


def _words(enum: Any, prefix: str) -> dict[str, int]:
    return {n.removeprefix(prefix).lower(): v for n, v in enum.items() if v}


# The words that operations use for the contract's enums.
FIELD_TYPES: Mapping[str, Any] = _words(s.FieldType, "FIELD_TYPE_")
VIEW_TYPES: Mapping[str, Any] = _words(s.ViewType, "VIEW_TYPE_")
FUNCTIONS: Mapping[str, Any] = _words(s.AggregateFunction, "AGGREGATE_FUNCTION_")
# What a change may take away from a field.
CLEARABLE = ("unit", "min", "max", "default", "formula", "hint")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value; `read` raises ValueError with the reason, `names` says what an enum of names it may become."""

    schema: Mapping[str, Any]
    read: Callable[[Any], Any]
    names: str = ""


def part(kind: Kind, default: Any = MISSING) -> Any:
    """A dataclass field of that kind; required unless it has a default."""
    return field(default=default, metadata={"kind": kind})


def text(most: int, names: str = "") -> Kind:
    """Text of 1 to `most` characters."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise ValueError(f"must be text of 1 to {most} characters")
        return value.strip()

    return Kind({"type": "string", "minLength": 1, "maxLength": most}, read, names)


def one_of(words: Sequence[str]) -> Kind:
    """One of some words."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return str(value)

    return Kind({"enum": list(words)}, read)


def texts(item: Kind, most: int) -> Kind:
    """A list of at most so many."""

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError(f"must be a list of at most {most}")
        return tuple(item.read(each) for each in value)  # pyright: ignore[reportUnknownVariableType]

    return Kind({"type": "array", "items": dict(item.schema), "maxItems": most}, read)


def whole(least: int, most: int) -> Kind:
    """A whole number within bounds."""

    def read(value: Any) -> int:
        number = int(value) if isinstance(value, float) and value.is_integer() else value
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return number

    return Kind({"type": "integer", "minimum": least, "maximum": most}, read)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a finite number")
    return float(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, list):
        return CHOICES.read(value)
    if not isinstance(value, str | int | float | bool) or len(str(value)) > MAX_TEXT:
        raise ValueError(f"must be text of at most {MAX_TEXT} characters, a number, true or false, or a list of text")
    return value


FLAG = Kind({"type": "boolean"}, _flag)
NUMBER = Kind({"type": "number"}, _number)
LABEL = text(MAX_LABEL)
UNIT = text(MAX_UNIT)
WORDS = text(MAX_TEXT)
EXPRESSION = text(MAX_LENGTH)
# Things that are there: specialised to a spec, an enum of its names.
ENTITY = text(MAX_LABEL, "entities")
FIELD = text(MAX_LABEL, "fields")
VIEW = text(MAX_LABEL, "views")
AGGREGATE = text(MAX_LABEL, "aggregates")
AUTOMATION = text(MAX_LABEL, "automations")
# A field that may have been added by an operation before.
NAME = text(MAX_LABEL)
CHOICES = texts(LABEL, MAX_CHOICES)
NAMES = texts(NAME, MAX_FIELDS)
DEFAULT = Kind(
    {
        "anyOf": [
            {"type": "string", "maxLength": MAX_TEXT},
            {"type": "number"},
            {"type": "boolean"},
            CHOICES.schema,
        ]
    },
    _scalar,
)
