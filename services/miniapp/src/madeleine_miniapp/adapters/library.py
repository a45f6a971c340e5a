"""Blueprints from the package's JSON files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint, BlueprintField


class PackagedLibrary:
    """Reads every blueprint once, when made; raises KeyError or ValueError for a malformed file."""

    def __init__(self) -> None:
        folder = resources.files("madeleine_miniapp") / "blueprints"
        files = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
        self._blueprints = {b.id: b for b in (_blueprint(json.loads(f.read_text("utf-8"))) for f in files)}

    def all(self) -> Sequence[Blueprint]:
        """Every blueprint, by id."""
        return tuple(self._blueprints.values())

    def get(self, blueprint_id: str) -> Blueprint:
        """One blueprint; raises KeyError."""
        return self._blueprints[blueprint_id]


def _blueprint(data: dict[str, Any]) -> Blueprint:
    entity = data["entity"]
    return Blueprint(
        id=data["id"],
        titles=data["title"],
        icon=data["icon"],
        descriptions=tuple(data["descriptions"]),
        entity=entity["name"],
        entity_labels=entity["label"],
        entity_aliases=tuple(entity["aliases"]),
        fields=tuple(_field(f) for f in data["fields"]),
        views=tuple(
            (v["name"], s.ViewType.Value(f"VIEW_TYPE_{v['type'].upper()}"), v["by"], v["aggregate"])
            for v in data["views"]
        ),
        aggregates=tuple(
            (a["name"], s.AggregateFunction.Value(f"AGGREGATE_FUNCTION_{a['function'].upper()}"), a["field"])
            for a in data["aggregates"]
        ),
    )


def _field(data: dict[str, Any]) -> BlueprintField:
    return BlueprintField(
        name=data["name"],
        labels=data["label"],
        type=s.FieldType.Value(f"FIELD_TYPE_{data['type'].upper()}"),
        essential=data["essential"],
        required=data.get("required", False),
        unit=data.get("unit", ""),
        choices={language: tuple(choices) for language, choices in data.get("choices", {}).items()},
        least=data.get("min"),
        most=data.get("max"),
        aliases=tuple(data.get("aliases", ())),
        additive=data.get("additive", True),
    )
