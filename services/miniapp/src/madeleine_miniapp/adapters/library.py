"""Blueprints and known fields from the package's JSON files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.scripts import packaged_scripts
from madeleine_miniapp.domain.blueprint import (
    Blueprint,
    BlueprintAggregate,
    BlueprintAutomation,
    BlueprintEntity,
    BlueprintField,
    BlueprintView,
)
from madeleine_miniapp.domain.known_fields import KnownFields

# What a field of a blueprint need not repeat of the known field of its name.
_INHERITED = ("label", "type", "unit", "choices", "additive")


class PackagedLibrary:
    """Reads every blueprint once, when made; raises KeyError or ValueError for a malformed file."""

    def __init__(self) -> None:
        package = resources.files("madeleine_miniapp")
        known: list[dict[str, Any]] = json.loads((package / "known_fields.json").read_text("utf-8"))
        by_name = {k["name"]: k for k in known}
        self._known = KnownFields([_field(k | {"aliases": k["words"]}, {}) for k in known])
        folder = package / "blueprints"
        files = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
        made = (_blueprint(json.loads(f.read_text("utf-8")), by_name) for f in files)
        self._blueprints = {b.id: b for b in made}

    def all(self) -> Sequence[Blueprint]:
        """Every blueprint, by id."""
        return tuple(self._blueprints.values())

    def get(self, blueprint_id: str) -> Blueprint:
        """One blueprint; raises KeyError."""
        return self._blueprints[blueprint_id]

    def known_fields(self) -> KnownFields:
        """What fields are called in general."""
        return self._known


def _blueprint(data: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Blueprint:
    entities = tuple(
        BlueprintEntity(e["name"], e["label"], tuple(e["aliases"]), tuple(_field(f, known) for f in e["fields"]))
        for e in data["entities"]
    )
    main = entities[0].name
    return Blueprint(
        id=data["id"],
        titles=data["title"],
        icon=data["icon"],
        theme=data["theme"],
        descriptions={language: tuple(texts) for language, texts in data["descriptions"].items()},
        entities=entities,
        aggregates=tuple(_aggregate(a, main) for a in data.get("aggregates", ())),
        views=tuple(
            BlueprintView(
                s.ViewType.Value(f"VIEW_TYPE_{v['type'].upper()}"),
                v.get("entity", main),
                v.get("by", ""),
                v.get("aggregate", ""),
                packaged_scripts()[v["script"]] if "script" in v else "",
                v.get("title", {}),
            )
            for v in data["views"]
        ),
        automations=tuple(
            BlueprintAutomation(
                a["trigger"],
                a.get("entity", main),
                a["text"],
                a.get("field", ""),
                a.get("days_before", 0),
                a.get("at", ""),
                a.get("schedule", ""),
            )
            for a in data.get("automations", ())
        ),
    )


def _field(own: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> BlueprintField:
    general = known.get(own["name"], {})
    same_type = own.get("type", general.get("type")) == general.get("type")
    inherited = {k: general[k] for k in _INHERITED if k in general and (same_type or k == "label")}
    data = {**inherited, **own}
    aliases = data["aliases"] if "aliases" in data else general.get("words", ())
    return BlueprintField(
        name=data["name"],
        labels=data["label"],
        type=s.FieldType.Value(f"FIELD_TYPE_{data['type'].upper()}"),
        keep=data.get("keep", "if_named"),
        required=data.get("required", False),
        unit=data.get("unit", ""),
        choices={language: tuple(choices) for language, choices in data.get("choices", {}).items()},
        least=data.get("min"),
        most=data.get("max"),
        aliases=tuple(aliases),
        additive=data.get("additive", True),
        formula=_by_language(data.get("formula")),
    )


def _aggregate(data: Mapping[str, Any], main: str) -> BlueprintAggregate:
    return BlueprintAggregate(
        name=data["name"],
        function=s.AggregateFunction.Value(f"AGGREGATE_FUNCTION_{data.get('function', 'unspecified').upper()}"),
        field=data.get("field", ""),
        entity=data.get("entity", main),
        labels=data.get("label", {}),
        group_by=data.get("group_by", ""),
        bucket=data.get("bucket", ""),
        where=_by_language(data.get("where")),
        expression=data.get("expression", ""),
        days=data.get("days", 0),
        unit=data.get("unit", ""),
    )


def _by_language(text: str | Mapping[str, str] | None) -> Mapping[str, str]:
    if text is None:
        return {}
    return {"en": text, "zh": text} if isinstance(text, str) else text
