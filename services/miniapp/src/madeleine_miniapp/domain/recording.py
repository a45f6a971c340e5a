"""Judges what people do to records, one record at a time, and says it as events of the stream records-<app id>."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct, Value

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import AppSpec, Entity
from madeleine_miniapp.domain.app import as_struct, entity_of
from madeleine_miniapp.domain.errors import Bad, NotAllowed, NotNow, Violation
from madeleine_miniapp.domain.formulas import Json
from madeleine_miniapp.domain.permissions import ADD, CHANGE, REMOVE, locked_fields, may
from madeleine_miniapp.domain.records import Surroundings, change, coerce

MAX_RECORDS = 100_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as accepted; `by` and `at` (ISO time) say who entered it and when."""

    entity: str
    values: Mapping[str, Json]
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts, and their role in the app."""

    person_id: str
    role: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What judgement rests on: the app as it stands."""

    app_id: str
    spec: AppSpec
    spec_version: int
    memory_space: str

    def entity(self, name: str) -> Entity | None:
        """The named entity, if the app still has it."""
        return next((e for e in self.spec.entities if e.name == name), None)


def memory_space(owner_id: str, conversation_id: str) -> str:
    """Where memory keeps an app's records."""
    return f"conversation:{conversation_id}" if conversation_id else f"person:{owner_id}"


def add(
    facts: Facts, author: Author, entity: str, values: Mapping[str, Value], at: str, around: Surroundings, held: int
) -> Kept:
    """A new record as it will be kept, of an app that holds `held` others; raises Bad, NotAllowed, NotNow."""
    kind = entity_of(facts.spec, entity)
    _may(facts, author, kind, ADD)
    _unlocked(facts, author, kind, values)
    if held >= MAX_RECORDS:
        raise NotNow(f"an app holds at most {MAX_RECORDS} records")
    return Kept(kind.name, coerce(kind, Struct(fields=values), around), author.person_id, at)


def amend(facts: Facts, author: Author, before: Kept, values: Mapping[str, Value], around: Surroundings) -> Kept:
    """A record after a change of some values, null clearing; raises Bad, NotAllowed."""
    kind = _kind(facts, before)
    _may(facts, author, kind, CHANGE, own=before.by == author.person_id)
    _unlocked(facts, author, kind, values)
    return replace(before, values=change(kind, before.values, Struct(fields=values), around))


def amend_partly(
    facts: Facts, author: Author, before: Kept, values: Mapping[str, Value], around: Surroundings
) -> tuple[Kept, list[Violation]]:
    """The same, but bad values alone are left out where the others can stand without them; with what was left out."""
    left, refused = dict(values), list[Violation]()
    while left:
        try:
            return amend(facts, author, before, left, around), refused
        except Bad as error:
            refused += error.violations
            named = {v.field.removeprefix("values.") for v in error.violations} & left.keys()
            left = {name: value for name, value in left.items() if name not in named} if named else {}
    return before, refused


def remove(facts: Facts, author: Author, before: Kept) -> None:
    """Whether a record may be removed; raises NotAllowed."""
    _may(facts, author, _kind(facts, before), REMOVE, own=before.by == author.person_id)


def record_added(facts: Facts, record_id: str, kept: Kept) -> Message:
    """The event of a new record."""
    return events.RecordAdded(
        app_id=facts.app_id,
        record_id=record_id,
        entity=kept.entity,
        values=as_struct(kept.values),
        entered_by=kept.by,
        app_title=facts.spec.title,
        memory_space=facts.memory_space,
        entity_label=_label(facts, kept),
        spec_version=facts.spec_version,
    )


def record_changed(facts: Facts, record_id: str, kept: Kept, actor: str) -> Message:
    """The event of a change; `kept` is the record after it."""
    return events.RecordChanged(
        app_id=facts.app_id,
        record_id=record_id,
        values=as_struct(kept.values),
        changed_by=actor,
        app_title=facts.spec.title,
        memory_space=facts.memory_space,
        entity_label=_label(facts, kept),
        spec_version=facts.spec_version,
    )


def record_removed(facts: Facts, record_id: str, actor: str) -> Message:
    """The event of a removal."""
    return events.RecordRemoved(app_id=facts.app_id, record_id=record_id, removed_by=actor)


def subject_of(event: Message, before: Kept | None, actor: str) -> str:
    """Whose key seals an event: who acted; but a removal goes with what was removed, and never before it."""
    if isinstance(event, events.RecordRemoved) and before is not None:
        return f"person:{before.by}"
    return f"person:{actor}"


def same(one: object, other: object) -> bool:
    """Whether two values are the same JSON: 1 and 1.0 are, 1 and true are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def as_value(given: object) -> Value:
    """A JSON value in protobuf's form; what no field can hold becomes an empty struct, which every field refuses."""
    match given:
        case None:
            return Value(null_value=0)  # pyright: ignore[reportArgumentType]
        case bool():
            return Value(bool_value=given)
        case int() | float():
            return Value(number_value=float(given))
        case str():
            return Value(string_value=given)
        case list():
            return Value(list_value=ListValue(values=[as_value(item) for item in cast("list[object]", given)]))
        case _:
            return Value(struct_value=Struct())


def _kind(facts: Facts, before: Kept) -> Entity:
    kind = facts.entity(before.entity)
    if kind is None:
        raise Bad([Violation("entity", f"{before.entity} is no longer part of this app")])
    return kind


def _label(facts: Facts, kept: Kept) -> str:
    kind = facts.entity(kept.entity)
    return (kind.label if kind else "") or kept.entity


def _may(facts: Facts, author: Author, kind: Entity, action: str, *, own: bool = False) -> None:
    if not may(author.role, facts.spec, kind.name, action, own=own):
        what = f"{'this' if action != ADD else 'a'} record of {kind.label or kind.name}"
        raise NotAllowed(f"as {author.role or 'stranger'} you may not {action} {what}")


def _unlocked(facts: Facts, author: Author, kind: Entity, values: Mapping[str, Value]) -> None:
    if locked := locked_fields(author.role, facts.spec, kind.name) & values.keys():
        reason = f"may not be written by the role {author.role}"
        raise Bad([Violation(f"values.{name}", reason) for name in sorted(locked)])
