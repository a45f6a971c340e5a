"""Blueprints: proven apps, each in two languages, from which new ones are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from madeleine.miniapp.v1 import spec_pb2 as s

# Text by language, "en" and "zh".
Texts = Mapping[str, str]
# Whether a field is in every app made from the blueprint, in those whose prompt names little, or where it is named.
Keep = Literal["always", "usually", "if_named"]


@dataclass(frozen=True, slots=True)
class BlueprintField:
    """A field with its labels by language and the other words that people use for it."""

    name: str
    labels: Texts
    type: s.FieldType.ValueType
    keep: Keep = "if_named"
    required: bool = False
    unit: str = ""
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict[str, tuple[str, ...]])
    least: float | None = None
    most: float | None = None
    aliases: tuple[str, ...] = ()
    # False: adding its values up makes no sense (a weight, a pulse).
    additive: bool = True
    # CEL by language, since it may name a choice.
    formula: Texts = dataclasses.field(default_factory=dict[str, str])

    def words(self) -> tuple[str, ...]:
        """Everything that it is called."""
        return (self.name.replace("_", " "), *self.labels.values(), *self.aliases)


@dataclass(frozen=True, slots=True)
class BlueprintEntity:
    """One kind of record."""

    name: str
    labels: Texts
    aliases: tuple[str, ...]
    fields: tuple[BlueprintField, ...]


@dataclass(frozen=True, slots=True)
class BlueprintAggregate:
    """A figure; without labels it is named after what it computes."""

    name: str
    function: s.AggregateFunction.ValueType
    field: str
    entity: str
    labels: Texts = dataclasses.field(default_factory=dict[str, str])
    group_by: str = ""
    bucket: str = ""
    where: Texts = dataclasses.field(default_factory=dict[str, str])
    expression: str = ""
    days: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class BlueprintView:
    """How records are shown."""

    type: s.ViewType.ValueType
    entity: str
    by: str = ""
    aggregate: str = ""
    # JavaScript of a custom view, and what it is called in each language.
    script: str = ""
    titles: Texts = dataclasses.field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class BlueprintAutomation:
    """What the app does by itself."""

    trigger: str
    entity: str
    texts: Texts
    field: str = ""
    days_before: int = 0
    at: str = ""
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One kind of app; its first entity is the main one, others come in where a prompt names them."""

    id: str
    titles: Texts
    icon: str
    theme: str
    descriptions: Mapping[str, tuple[str, ...]]
    entities: tuple[BlueprintEntity, ...]
    aggregates: tuple[BlueprintAggregate, ...]
    views: tuple[BlueprintView, ...]
    automations: tuple[BlueprintAutomation, ...]

    @property
    def main(self) -> BlueprintEntity:
        """What the app is about."""
        return self.entities[0]
