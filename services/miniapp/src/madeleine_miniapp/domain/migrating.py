"""How a record follows changes of its app's spec, so that each can be undone.

A record's archive holds what changes have taken from it: values of removed fields, values that a conversion changed or
could not keep, and the entities that it belonged to. Undoing a change brings them back, unless somebody wrote since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import AppSpec, Field
from madeleine_miniapp.domain.converting import convert
from madeleine_miniapp.domain.formulas import Engine, Json, computed

_NO_BOUND = 1e15


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
        elif step.kind == events.MIGRATION_KIND_RENAME_CHOICE and step.field == name:
            reworded.append(step)
        elif step.field == name:
            passing = True
    known = (f for e in spec.entities if e.name == entity for f in e.fields if f.name == name)
    found = Field()
    found.CopyFrom(next(known, Field(type=migration.to_type)))
    for step in reversed(reworded):
        found.choices[:] = [step.choice if choice == step.to else choice for choice in found.choices]
    found.type = migration.to_type or found.type
    if passing:
        # A later step of the same change converts it again: what it might hold in between is not known, nor matters.
        del found.choices[:]
        found.max = _NO_BOUND
    return found


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
                self._convert(migration.field, migration.from_type, target, migration)
            case events.MIGRATION_KIND_RENAME_CHOICE:
                self._reword(migration.field, migration.choice, migration.to)
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
        if kept["type"] != target.type:
            self._convert(name, kept["type"], target)

    def _convert(self, name: str, old: Any, target: Field, merging: events.Migration | None = None) -> None:
        value = self._values.pop(name, None)
        entries = self._converted.get(name, [])
        if entries and (entries[-1]["to"], entries[-1]["type"]) == (old, target.type):
            kept = entries[-1]["value"]
            if not _same(entries[-1]["became"], value):
                # Somebody has written since: what was kept is past.
                entries.pop()
            elif old != target.type or _same(convert(kept, old, target), kept):
                entries.pop()
                self._put(name, kept)
                self._tidy(name, entries)
                return
        # What was merged comes back from what was kept aside: a choice that is still there was not merged.
        merged = merging is not None and merging.choice != "" and merging.choice not in target.choices
        meant = _reworded(value, merging.choice, merging.to) if merging and merged else value
        after = None if meant is None else convert(meant, old, target)
        if value is not None and not _same(after, value):
            entries.append({"type": old, "to": target.type, "value": value, "became": after})
        self._put(name, after)
        self._tidy(name, entries)

    def _reword(self, name: str, old: str, new: str) -> None:
        if name in self._values:
            self._values[name] = cast("Json", _reworded(self._values[name], old, new))
        for entry in self._converted.get(name, []):
            entry["became"] = _reworded(entry["became"], old, new)

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


def _reworded(value: Any, old: str, new: str) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(new if item == old else item for item in cast("list[str]", value)))
    return new if value == old else value


def _same(one: object, other: object) -> bool:
    # 1 and 1.0 are the same in JSON, 1 and true are not.
    return one == other and isinstance(one, bool) == isinstance(other, bool)
