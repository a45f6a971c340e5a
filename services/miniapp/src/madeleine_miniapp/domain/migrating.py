"""How a record follows changes of its app's spec, so that each can be undone.

A record's archive holds what changes have taken from it: values of removed fields, values that a conversion changed or
could not keep, and the entities that it belonged to. Undoing a change brings them back, unless somebody wrote since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import FIELD_TYPE_CHOICE, FIELD_TYPE_MULTI_CHOICE, AppSpec, Field
from madeleine_miniapp.domain.converting import convert
from madeleine_miniapp.domain.formulas import Engine, Json, computed

_NO_BOUND = 1e15
_CHOICES = (FIELD_TYPE_CHOICE, FIELD_TYPE_MULTI_CHOICE)
# Before what is kept aside of a choice that is gone, when another one has got its name.
_FORMER = "\x1f"
_OF_CHOICES = (
    events.MIGRATION_KIND_RENAME_CHOICE,
    events.MIGRATION_KIND_MERGE_CHOICE,
    events.MIGRATION_KIND_SPLIT_CHOICE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A record with what changes have taken from it; `entity` is empty while its entity is removed: it is not shown."""

    entity: str
    values: Mapping[str, Json]
    archive: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Following:
    """How records follow one change; made once for many records. `spec` is the one after it."""

    def __init__(self, migrations: Sequence[events.Migration], spec: AppSpec) -> None:
        self._steps = [(step, _target(step, migrations[at + 1 :], spec)) for at, step in enumerate(migrations)]
        self._computed = {e.name: e for e in spec.entities if any(f.formula for f in e.fields)}

    def migrated(self, row: Row) -> Row:
        """The record after the change, its computed fields as they were."""
        if not self._steps:
            return row
        moving = _Moving(row)
        for step, target in self._steps:
            moving.take(step, target)
        return moving.row()

    def followed(self, row: Row, engine: Engine) -> Row:
        """The record after the change, its computed fields computed anew."""
        after = self.migrated(row)
        entity = self._computed.get(after.entity)
        return after if entity is None else replace(after, values=computed(entity, after.values, engine))


def migrate(row: Row, migrations: Sequence[events.Migration], spec: AppSpec) -> Row:
    """One record after one change."""
    return Following(migrations, spec).migrated(row)


def _target(migration: events.Migration, later: Sequence[events.Migration], spec: AppSpec) -> Field:
    """The field that a migration leads to: as it is in the end, but for the type and what is reworded later."""
    entity, name = migration.entity, migration.field
    reworded: list[events.Migration] = []
    passing = False
    for step in later:
        if step.entity != entity:
            continue
        if step.kind == events.MIGRATION_KIND_RENAME_ENTITY:
            entity = step.to
        elif step.kind == events.MIGRATION_KIND_RENAME and step.field == name:
            name = step.to
        elif step.kind in _OF_CHOICES and step.field == name:
            reworded.append(step)
        elif step.field == name:
            passing = True
    known = (f for e in spec.entities if e.name == entity for f in e.fields if f.name == name)
    found = Field()
    found.CopyFrom(next(known, Field(type=migration.to_type)))
    for step in reversed(reworded):
        found.choices[:] = _choices_before(step, found.choices)
    found.type = migration.to_type or found.type
    if passing:
        # A later step of the same change converts it again: what it might hold in between is not known, nor matters.
        del found.choices[:]
        found.max = _NO_BOUND
    return found


def _choices_before(step: events.Migration, choices: Sequence[str]) -> list[str]:
    match step.kind:
        case events.MIGRATION_KIND_MERGE_CHOICE:
            return [*choices, step.choice]
        case events.MIGRATION_KIND_SPLIT_CHOICE:
            return [choice for choice in choices if choice != step.choice]
        case _:
            return [step.choice if choice == step.to else choice for choice in choices]


class _Moving:
    """One record on its way."""

    def __init__(self, row: Row) -> None:
        self._entity = row.entity
        self._values = dict(row.values)
        self._removed: dict[str, list[Any]] = _copied(row.archive.get("removed"))
        self._converted: dict[str, list[Any]] = _copied(row.archive.get("converted"))
        self._entities: list[str] = list(row.archive.get("entities", ()))

    def row(self) -> Row:
        parts = {"removed": self._removed, "converted": self._converted, "entities": self._entities}
        archive = {name: part for name, part in parts.items() if part}
        return Row(self._entity, self._values, archive)

    def take(self, migration: events.Migration, target: Field) -> None:
        if migration.kind == events.MIGRATION_KIND_RESTORE_ENTITY:
            if not self._entity and self._entities and self._entities[-1] == migration.entity:
                self._entity = self._entities.pop()
            return
        if migration.entity != self._entity:
            return
        match migration.kind:
            case events.MIGRATION_KIND_RENAME:
                self._rename(migration.field, migration.to)
            case events.MIGRATION_KIND_REMOVE:
                self._remove(migration.field, migration.from_type)
            case events.MIGRATION_KIND_RESTORE:
                self._restore(migration.field, target)
            case events.MIGRATION_KIND_CONVERT:
                self._convert(migration.field, migration.from_type, target)
            case events.MIGRATION_KIND_RENAME_CHOICE:
                self._reword(migration.field, migration.choice, migration.to)
            case events.MIGRATION_KIND_MERGE_CHOICE:
                self._merge(migration.field, target.type, migration.choice, migration.to)
            case events.MIGRATION_KIND_SPLIT_CHOICE:
                self._split(migration.field, migration.choice)
            case events.MIGRATION_KIND_RENAME_ENTITY:
                self._entity = migration.to
            case events.MIGRATION_KIND_REMOVE_ENTITY:
                self._entities.append(self._entity)
                self._entity = ""
            case _:
                pass

    def _rename(self, old: str, new: str) -> None:
        if old in self._values:
            self._values[new] = self._values.pop(old)
        if old in self._converted:
            self._converted[new] = self._converted.pop(old)

    def _remove(self, name: str, kind: int) -> None:
        kept: dict[str, Any] = {"type": kind}
        if name in self._values:
            kept["value"] = self._values.pop(name)
        if name in self._converted:
            kept["converted"] = self._converted.pop(name)
        # Where an older field of this name lies below, an empty one must lie upon it.
        if len(kept) > 1 or name in self._removed:
            self._removed.setdefault(name, []).append(kept)

    def _restore(self, name: str, target: Field) -> None:
        if name not in self._removed:
            return
        kept = self._removed[name].pop()
        if not self._removed[name]:
            del self._removed[name]
        if "converted" in kept:
            self._converted[name] = kept["converted"]
        if "value" in kept:
            self._values[name] = kept["value"]
        elif name in self._values:
            # It was computed meanwhile, and nothing was entered before: what was computed stays.
            return
        if kept["type"] != target.type or target.type in _CHOICES:
            self._convert(name, kept["type"], target)

    def _convert(self, name: str, old: Any, target: Field) -> None:
        value = self._values.pop(name, None)
        entries = self._converted.get(name, [])
        if entries and "merged" not in entries[-1] and (entries[-1]["to"], entries[-1]["type"]) == (old, target.type):
            kept = entries[-1]["value"]
            if not _same(entries[-1]["became"], value):
                # Somebody has written since: what was kept is past.
                entries.pop()
            elif _fits(kept, target):
                entries.pop()
                self._put(name, kept)
                self._tidy(name, entries)
                return
        after = None if value is None else convert(value, old, target)
        # What lies below belongs to a conversion before: one that took nothing must lie upon it.
        below = bool(entries) and old != target.type
        if below or (value is not None and not _same(after, value)):
            entries.append({"type": old, "to": target.type, "value": value, "became": after})
        self._put(name, after)
        self._tidy(name, entries)

    def _reword(self, name: str, old: str, new: str) -> None:
        if name in self._values:
            self._values[name] = cast("Json", _kept_reworded(self._values[name], old, new))
        for entry in self._converted.get(name, []):
            for part, kind in (("value", entry["type"]), ("became", entry["to"])):
                if kind in _CHOICES:
                    entry[part] = _kept_reworded(entry[part], old, new)

    def _merge(self, name: str, kind: int, choice: str, to: str) -> None:
        value = self._values.get(name)
        after = cast("Json", _reworded(value, choice, to))
        # Where the choice was merged before, what did not hold it this time must lie upon that.
        before = any(entry.get("merged") == choice for entry in self._converted.get(name, ()))
        if before or not _same(after, value):
            self._put(name, after)
            entry = {"merged": choice, "type": kind, "to": kind, "value": value, "became": after}
            self._converted.setdefault(name, []).append(entry)

    def _split(self, name: str, choice: str) -> None:
        entries = self._converted.get(name, [])
        if entries and entries[-1].get("merged") == choice:
            kept = entries.pop()
            # Unless somebody has written since.
            if _same(kept["became"], self._values.get(name)):
                self._put(name, kept["value"])
        self._tidy(name, entries)

    def _put(self, name: str, value: Json | None) -> None:
        if value is not None:
            self._values[name] = value

    def _tidy(self, name: str, entries: list[Any]) -> None:
        if entries:
            self._converted[name] = entries
        else:
            self._converted.pop(name, None)


def _copied(stacks: Mapping[str, Sequence[Any]] | None) -> dict[str, list[Any]]:
    return {name: [dict(entry) for entry in entries] for name, entries in (stacks or {}).items()}


def _fits(value: Any, field: Field) -> bool:
    """Whether the field's choices still offer what is chosen."""
    chosen = cast("list[Any]", value) if isinstance(value, list) else [value]
    return not field.choices or all(choice in field.choices for choice in chosen)


def _reworded(value: Any, old: str, new: str) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(new if item == old else item for item in cast("list[str]", value)))
    return new if value == old else value


def _kept_reworded(value: Any, old: str, new: str) -> Any:
    """As `_reworded`, and the way back from it: what a former choice named `new` was is told apart from the new one."""
    if isinstance(value, list):
        return [_kept_reworded(item, old, new) for item in cast("list[str]", value)]
    if not isinstance(value, str):
        return value
    match value.lstrip(_FORMER):
        case name if name == new:
            return _FORMER + value
        case name if name == old:
            return new if value == old else value.removeprefix(_FORMER)
        case _:
            return value


def _same(one: object, other: object) -> bool:
    # 1 and 1.0 are the same in JSON, 1 and true are not.
    return one == other and isinstance(one, bool) == isinstance(other, bool)
