"""Changes of an app's spec, each one a new version: made, brought together with another, undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import AppSpec, Entity, Field
from madeleine_miniapp.domain.app import App, existing, role_of
from madeleine_miniapp.domain.errors import Bad, Missing, NotAllowed, NotNow, NotOwner, Overtaken, Violation
from madeleine_miniapp.domain.merging import merge
from madeleine_miniapp.domain.permissions import EDITOR, OWNER, VIEWER, may_edit_spec
from madeleine_miniapp.domain.validation import problems

MAX_VERSIONS = 1000
_INVERSE = {
    events.MIGRATION_KIND_RENAME: events.MIGRATION_KIND_RENAME,
    events.MIGRATION_KIND_REMOVE: events.MIGRATION_KIND_RESTORE,
    events.MIGRATION_KIND_RESTORE: events.MIGRATION_KIND_REMOVE,
    events.MIGRATION_KIND_CONVERT: events.MIGRATION_KIND_CONVERT,
    events.MIGRATION_KIND_RENAME_CHOICE: events.MIGRATION_KIND_RENAME_CHOICE,
    events.MIGRATION_KIND_MERGE_CHOICE: events.MIGRATION_KIND_SPLIT_CHOICE,
    events.MIGRATION_KIND_SPLIT_CHOICE: events.MIGRATION_KIND_MERGE_CHOICE,
    events.MIGRATION_KIND_RENAME_ENTITY: events.MIGRATION_KIND_RENAME_ENTITY,
    events.MIGRATION_KIND_REMOVE_ENTITY: events.MIGRATION_KIND_RESTORE_ENTITY,
    events.MIGRATION_KIND_RESTORE_ENTITY: events.MIGRATION_KIND_REMOVE_ENTITY,
}


@dataclass(frozen=True, slots=True)
class Edited:
    """A spec as somebody edited it from `base_version`, and how its records follow."""

    spec: AppSpec
    migrations: Sequence[events.Migration]
    base_version: int


def change_spec(state: App, actor: str, edited: Edited) -> events.AppSpecChanged | None:
    """The next version; None when it would be as the present one. The caller adds the diff, the request and the like.

    Raises NotAllowed for a viewer, Bad for a spec that is not sound or an unknown base, Overtaken with the paths when
    the app was changed since `base_version` and both changes touch the same.
    """
    existing(state)
    role = role_of(state, actor)
    if not may_edit_spec(role):
        raise NotAllowed(f"a {role} may not change the app")
    if not 1 <= edited.base_version <= state.version:
        raise Bad([Violation("base_version", f"must be a version of the app, 1 to {state.version}")])
    spec = edited.spec
    if edited.base_version < state.version:
        spec = merge(state.versions[edited.base_version - 1].spec, edited.spec, state.spec)
        if not problems(edited.spec) and (found := problems(spec)):
            # Each is sound by itself: a view of a field that the other has removed.
            named = ", ".join(v.field for v in found)
            raise Overtaken(f"the app was changed meanwhile, and with this change it would not be sound: {named}")
    return _changed(state, actor, spec, edited.migrations)


def restore(state: App, actor: str, version: int) -> events.AppSpecChanged | None:
    """The next version, as an older one was: all that came after is undone, and values kept aside come back.

    Raises what `change_spec` raises; Missing for a version that there is not.
    """
    existing(state)
    if not may_edit_spec(role_of(state, actor)):
        raise NotAllowed(f"a {role_of(state, actor)} may not change the app")
    if not 1 <= version <= state.version:
        raise Missing(f"there is no version {version}")
    undone = [m for later in reversed(state.versions[version:]) for m in inverse(later.migrations)]
    changed = _changed(state, actor, state.versions[version - 1].spec, undone)
    if changed is not None:
        changed.restored_version = version
    return changed


def set_role(state: App, actor: str, person_id: str, role: str) -> list[Message]:
    """Gives a person a role; owner only. Raises NotOwner, Bad, NotNow for the owner's own."""
    existing(state)
    if state.owner_id != actor:
        raise NotOwner("only its owner may say who may do what")
    if role not in (EDITOR, VIEWER):
        raise Bad([Violation("role", f"must be {EDITOR} or {VIEWER}; its maker is the {OWNER}")])
    if person_id == state.owner_id:
        raise NotNow("its maker is the owner")
    if role_of(state, person_id) == role:
        return []
    return [events.AppRoleSet(app_id=state.app_id, person_id=person_id, role=role, set_by=actor)]


def inverse(migrations: Sequence[events.Migration]) -> Iterator[events.Migration]:
    """The migrations that undo these, in their order."""
    for migration in reversed(migrations):
        undo = events.Migration()
        undo.CopyFrom(migration)
        undo.kind = _INVERSE[migration.kind]
        match migration.kind:
            case events.MIGRATION_KIND_RENAME:
                undo.field, undo.to = migration.to, migration.field
            case events.MIGRATION_KIND_RENAME_ENTITY:
                undo.entity, undo.to = migration.to, migration.entity
            case events.MIGRATION_KIND_RENAME_CHOICE:
                undo.choice, undo.to = migration.to, migration.choice
            case _:
                undo.from_type, undo.to_type = migration.to_type, migration.from_type
        yield undo


def between(before: AppSpec, after: AppSpec, renamed: Mapping[str, str]) -> list[events.Migration]:
    """How records follow from one spec to another.

    `renamed`: "entity", "entity.field" or "entity.field.choice" to the new name.
    Raises Bad for a renaming that names nothing.
    """
    wrong = [key for key, new in renamed.items() if not _is_renaming(before, after, renamed, key, new)]
    if wrong:
        reason = "must name what was there, and its new name what is there now"
        raise Bad([Violation(f"renamed.{key}", reason) for key in wrong])
    found: list[events.Migration] = []
    later = {e.name: e for e in after.entities}
    for entity in before.entities:
        new = later.pop(renamed.get(entity.name, entity.name), None)
        if new is None:
            found += _gone(entity)
            continue
        if new.name != entity.name:
            kind = events.MIGRATION_KIND_RENAME_ENTITY
            found.append(events.Migration(kind=kind, entity=entity.name, to=new.name))
        names = {k.partition(".")[2]: v for k, v in renamed.items() if k.startswith(f"{entity.name}.")}
        found += _fields(new.name, entity, new, names)
    for entity in later.values():
        found += _come(entity)
    return found


def _changed(
    state: App, actor: str, spec: AppSpec, migrations: Sequence[events.Migration]
) -> events.AppSpecChanged | None:
    if spec == state.spec:
        return None
    if state.version >= MAX_VERSIONS:
        raise NotNow(f"an app has at most {MAX_VERSIONS} versions")
    if actor != state.owner_id and list(spec.permissions) != list(state.spec.permissions):
        raise NotAllowed("only its owner may change who may do what")
    if found := problems(spec):
        raise Bad(found)
    return events.AppSpecChanged(
        app_id=state.app_id, version=state.version + 1, spec=spec, changed_by=actor, migrations=migrations
    )


def _gone(entity: Entity) -> Iterator[events.Migration]:
    for field in entity.fields:
        yield _of_field(events.MIGRATION_KIND_REMOVE, entity.name, field.name, field, None)
    yield events.Migration(kind=events.MIGRATION_KIND_REMOVE_ENTITY, entity=entity.name)


def _come(entity: Entity) -> Iterator[events.Migration]:
    yield events.Migration(kind=events.MIGRATION_KIND_RESTORE_ENTITY, entity=entity.name)
    for field in entity.fields:
        yield _of_field(events.MIGRATION_KIND_RESTORE, entity.name, field.name, None, field)


def _fields(entity: str, before: Entity, after: Entity, renamed: Mapping[str, str]) -> Iterator[events.Migration]:
    later = {f.name: f for f in after.fields}
    pairs = [(field, later.pop(renamed.get(field.name, field.name), None)) for field in before.fields]
    for old, new in pairs:
        if new is None:
            yield _of_field(events.MIGRATION_KIND_REMOVE, entity, old.name, old, None)
    for old, new in pairs:
        if new is not None and new.name != old.name:
            yield events.Migration(kind=events.MIGRATION_KIND_RENAME, entity=entity, field=old.name, to=new.name)
    for old, new in pairs:
        if new is not None:
            worded = Field()
            worded.CopyFrom(old)
            for at, choice in enumerate(old.choices):
                if to := renamed.get(f"{old.name}.{choice}"):
                    kind = events.MIGRATION_KIND_RENAME_CHOICE
                    yield events.Migration(kind=kind, entity=entity, field=new.name, choice=choice, to=to)
                    worded.choices[at] = to
            yield from of_change(entity, worded, new)
    for field in later.values():
        yield _of_field(events.MIGRATION_KIND_RESTORE, entity, field.name, None, field)


def of_change(entity: str, old: Field, new: Field) -> Iterator[events.Migration]:
    """How values follow when a field (of the new name) changes; what was entered is kept aside while it is computed."""
    name = new.name
    if new.formula and not old.formula:
        yield _of_field(events.MIGRATION_KIND_REMOVE, entity, name, old, None)
    elif (
        new.type != old.type or list(new.choices) != list(old.choices) or new.relates_to != old.relates_to
    ) and not new.formula:
        yield _of_field(events.MIGRATION_KIND_CONVERT, entity, name, old, new)
    if old.formula and not new.formula:
        yield _of_field(events.MIGRATION_KIND_RESTORE, entity, name, None, new)


def _of_field(
    kind: events.MigrationKind.ValueType, entity: str, name: str, old: Field | None, new: Field | None
) -> events.Migration:
    made = events.Migration(kind=kind, entity=entity, field=name)
    if old is not None:
        made.from_type = old.type
    if new is not None:
        made.to_type = new.type
    return made


def _is_renaming(before: AppSpec, after: AppSpec, renamed: Mapping[str, str], key: str, new: str) -> bool:
    entity, _, inside = key.partition(".")
    field, _, choice = inside.partition(".")
    old = next((e for e in before.entities if e.name == entity), None)
    now = next((e for e in after.entities if e.name == renamed.get(entity, entity)), None)
    if old is None or now is None:
        return False
    if not field:
        return new == now.name and not any(e.name == new for e in before.entities)
    if choice:
        had = {c for f in old.fields if f.name == field for c in f.choices}
        has = {c for f in now.fields if f.name == renamed.get(f"{entity}.{field}", field) for c in f.choices}
        return choice in had and new in has and new not in had and choice not in has
    was, fresh = {f.name for f in old.fields}, {f.name for f in now.fields}
    return field in was and new in fresh and new not in was and field not in fresh
