"""An app's own check after a change: does it take a whole record of each kind?"""

from __future__ import annotations

from datetime import UTC

from google.protobuf.struct_pb2 import Struct, Value

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.formulas import Engine
from madeleine_miniapp.domain.records import Surroundings, coerce

_SAMPLE_ID = "sample"
_TEXTS = {
    s.FIELD_TYPE_TEXT: "sample",
    s.FIELD_TYPE_DATE: "2026-03-15",
    s.FIELD_TYPE_DATETIME: "2026-03-15T12:00:00+00:00",
    s.FIELD_TYPE_PERSON: _SAMPLE_ID,
    s.FIELD_TYPE_URL: "https://example.org/",
    s.FIELD_TYPE_IMAGE: "https://example.org/sample.png",
    s.FIELD_TYPE_RELATION: _SAMPLE_ID,
}


def faults_of_samples(spec: s.AppSpec, engine: Engine) -> list[Violation]:
    """What is wrong with a whole sample record of each kind, its rules aside: those judge what people enter."""
    found: list[Violation] = []
    for index, entity in enumerate(spec.entities):
        plain = s.Entity()
        plain.CopyFrom(entity)
        del plain.rules[:]
        known = {e.name: [_SAMPLE_ID] for e in spec.entities}
        try:
            coerce(plain, sample(entity), Surroundings(UTC, {_SAMPLE_ID: _SAMPLE_ID}, known, engine))
        except Bad as error:
            found += [Violation(f"entities[{index}].{v.field}", v.reason) for v in error.violations]
    return found


def sample(entity: s.Entity) -> Struct:
    """Values for every field that people enter."""
    values = Struct()
    for field in entity.fields:
        if not field.formula:
            values.fields[field.name].CopyFrom(_value(field))
    return values


def _value(field: s.Field) -> Value:
    match field.type:
        case s.FIELD_TYPE_BOOLEAN:
            return Value(bool_value=True)
        case s.FIELD_TYPE_CHOICE:
            return Value(string_value=field.choices[0])
        case s.FIELD_TYPE_MULTI_CHOICE:
            value = Value()
            value.list_value.append(field.choices[0])
            return value
        case _ if field.type in _TEXTS:
            return Value(string_value=_TEXTS[field.type])
        case _:
            least = field.min if field.HasField("min") else 1.0
            return Value(number_value=min(max(least, 1.0), field.max) if field.HasField("max") else max(least, 1.0))
