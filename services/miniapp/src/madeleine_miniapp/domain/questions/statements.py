"""What a question states of records: conditions, limits; and the doubt that ends a reading."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.mentions import Kind


class Doubt(Exception):
    """The question was understood so far that it is clear why it cannot be answered; the text says why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter on records: the expression, and how it is told."""

    expression: q.Expression
    told: str
    field: str
    value: str
    start: int
    negated: bool = False
    kind: Kind = Kind.CHOICE


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that something must pass: "under six hours", "three workouts or more"."""

    sign: str
    number: float
    # Fields that the unit or the neighbouring word may mean; none: whatever the question is about.
    fields: tuple[s.Field, ...]
    unit: str
    # It is records that are counted: "three workouts or more".
    counted: bool
    start: int
    told: str


def label(f: s.Field) -> str:
    """A field's name for people."""
    return f.label or f.name.replace("_", " ")
