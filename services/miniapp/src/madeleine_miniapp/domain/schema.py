"""JSON Schema of a spec in protobuf's JSON form, made from its descriptor and the limits of validation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_miniapp.domain import limits as n
from madeleine_miniapp.domain.expressions.tokens import MAX_LENGTH

_NAME = {"pattern": "^[a-z][a-z0-9_]{0,39}$"}
_LABEL = {"minLength": 1, "maxLength": n.MAX_LABEL}
_EXPRESSION = {"maxLength": MAX_LENGTH}
_WORDS = {"maxLength": n.MAX_TEXT}
# What the descriptor does not say, by message and field.
_BOUNDS: Mapping[str, Mapping[str, Any]] = {
    "AppSpec.title": {"minLength": 1, "maxLength": n.MAX_TITLE},
    "AppSpec.description": _WORDS,
    "AppSpec.icon": {"maxLength": n.MAX_ICON},
    "AppSpec.entities": {"minItems": 1, "maxItems": n.MAX_ENTITIES},
    "AppSpec.views": {"maxItems": n.MAX_VIEWS},
    "AppSpec.aggregates": {"maxItems": n.MAX_AGGREGATES},
    "AppSpec.automations": {"maxItems": n.MAX_AUTOMATIONS},
    "AppSpec.permissions": {"maxItems": n.MAX_PERMISSIONS},
    "AppSpec.theme": {"enum": ["", *n.THEMES]},
    "AppSpec.currency": {"pattern": "^([A-Z]{3})?$"},
    "Entity.name": _NAME,
    "Entity.label": _LABEL,
    "Entity.fields": {"minItems": 1, "maxItems": n.MAX_FIELDS},
    "Entity.rules": {"maxItems": n.MAX_RULES},
    "Field.name": _NAME,
    "Field.label": _LABEL,
    "Field.unit": {"maxLength": n.MAX_UNIT},
    "Field.choices": {"maxItems": n.MAX_CHOICES, "uniqueItems": True},
    "Field.formula": _EXPRESSION,
    "Field.hint": _WORDS,
    "Rule.expression": {"minLength": 1, **_EXPRESSION},
    "Rule.message": {"minLength": 1, **_WORDS},
    "View.name": _NAME,
    "View.title": {"maxLength": n.MAX_LABEL},
    "View.fields": {"maxItems": n.MAX_FIELDS, "uniqueItems": True},
    "View.script": {"maxLength": n.MAX_SCRIPT},
    "Aggregate.name": _NAME,
    "Aggregate.label": {"maxLength": n.MAX_LABEL},
    "Aggregate.bucket": {"enum": ["", *n.BUCKETS]},
    "Aggregate.where": _EXPRESSION,
    "Aggregate.expression": _EXPRESSION,
    "Aggregate.days": {"minimum": 0, "maximum": n.MAX_DAYS},
    "Aggregate.unit": {"maxLength": n.MAX_UNIT},
    "Automation.name": _NAME,
    "Automation.trigger": {"enum": list(n.TRIGGERS)},
    "Automation.action": {"enum": list(n.ACTIONS)},
    "Automation.text": {"minLength": 1, **_WORDS},
    "Automation.condition": _EXPRESSION,
    "Automation.days_before": {"minimum": 0, "maximum": n.MAX_DAYS_BEFORE},
    "Automation.at": {"pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9])?$"},
    "Permission.role": {"enum": list(n.ROLES)},
}
_REQUIRED: Mapping[str, list[str]] = {
    "AppSpec": ["title", "entities"],
    "Entity": ["name", "label", "fields"],
    "Field": ["name", "label", "type"],
    "Rule": ["expression", "message"],
    "View": ["name", "type", "entity"],
    "Aggregate": ["name"],
    "Automation": ["name", "trigger", "action", "text"],
    "Permission": ["role"],
}
_TYPES = {
    FieldDescriptor.CPPTYPE_STRING: "string",
    FieldDescriptor.CPPTYPE_BOOL: "boolean",
    FieldDescriptor.CPPTYPE_INT32: "integer",
    FieldDescriptor.CPPTYPE_DOUBLE: "number",
}


def spec_schema() -> str:
    """JSON Schema 2020-12 of an AppSpec; what it passes may still be unsound (names that nothing has)."""
    definitions: dict[str, Any] = {}
    _define(AppSpec.DESCRIPTOR, definitions)
    root = definitions.pop("AppSpec")
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "$defs": definitions})


def _define(message: Descriptor, definitions: dict[str, Any]) -> None:
    properties: dict[str, Any] = {}
    definitions[message.name] = {
        "type": "object",
        "properties": properties,
        "required": _REQUIRED[message.name],
        "additionalProperties": False,
    }
    for field in message.fields:
        one = _one(field, definitions)
        bounds = dict(_BOUNDS.get(f"{message.name}.{field.name}", {}))
        if field.is_repeated:
            properties[field.json_name] = {"type": "array", "items": one, **bounds}
        else:
            properties[field.json_name] = {**one, **bounds}


def _one(field: FieldDescriptor, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.enum_type is not None:
        return {"enum": [value.name for value in field.enum_type.values if value.number]}
    if field.message_type is None:
        return {"type": _TYPES[field.cpp_type]}
    if field.message_type.full_name == "google.protobuf.Value":
        return {}
    if field.message_type.name not in definitions:
        _define(field.message_type, definitions)
    return {"$ref": f"#/$defs/{field.message_type.name}"}
