"""JSON Schemas of tools' arguments, and how arguments are held against them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema

from madeleine_chat.application.tools.tool import Arguments

# What a tool takes of a long message; the services' own limit.
MOST_TEXT = 2000


def arguments_schema(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def text(most: int = MOST_TEXT) -> dict[str, Any]:
    """A string that is not empty."""
    return {"type": "string", "minLength": 1, "maxLength": most}


def one_of(values: list[str]) -> dict[str, Any]:
    """One of some strings."""
    return {"type": "string", "enum": values}


def fits(arguments: Arguments, schema: Mapping[str, Any]) -> bool:
    """Whether arguments satisfy a schema."""
    return jsonschema.Draft202012Validator(schema).is_valid(dict(arguments))


def parsed(written: str, schema: Mapping[str, Any]) -> Arguments | None:
    """What a model wrote under a schema; None when it broke off or is something else."""
    try:
        value = json.loads(written)
    except ValueError:
        return None
    return value if isinstance(value, dict) and fits(value, schema) else None
