"""Sample records: what an app must be able to take before it is given to people."""

from __future__ import annotations

from google.protobuf.struct_pb2 import Struct

from madeleine.miniapp.v1 import spec_pb2 as s

# Who and what the samples name; whoever checks them must know both.
PERSON, RECORD = "somebody", "some-record"


def sample(entity: s.Entity) -> Struct:
    """Values for every field that is entered."""
    values = Struct()
    values.update({f.name: _value(f) for f in entity.fields if not f.formula})
    return values


def least(entity: s.Entity) -> Struct:
    """Values for the required fields only: formulas must bear what is missing."""
    values = Struct()
    values.update({f.name: _value(f) for f in entity.fields if f.required and not f.formula})
    return values


def _value(field: s.Field) -> str | float | bool | list[str]:
    lowest = field.min if field.HasField("min") else 1.0
    highest = field.max if field.HasField("max") else max(lowest, 5.0)
    match field.type:
        case s.FIELD_TYPE_NUMBER | s.FIELD_TYPE_MONEY | s.FIELD_TYPE_DURATION:
            return min(max(lowest, 2.0), highest)
        case s.FIELD_TYPE_INTEGER | s.FIELD_TYPE_RATING:
            return float(int(min(max(lowest, 2.0), highest)))
        case s.FIELD_TYPE_BOOLEAN:
            return True
        case s.FIELD_TYPE_DATE:
            return "2026-03-15"
        case s.FIELD_TYPE_DATETIME:
            return "2026-03-15T20:00:00+00:00"
        case s.FIELD_TYPE_CHOICE:
            return field.choices[0]
        case s.FIELD_TYPE_MULTI_CHOICE:
            return [field.choices[0]]
        case s.FIELD_TYPE_PERSON:
            return PERSON
        case s.FIELD_TYPE_URL | s.FIELD_TYPE_IMAGE:
            return "https://example.org/"
        case s.FIELD_TYPE_RELATION:
            return RECORD
        case _:
            return "text"
