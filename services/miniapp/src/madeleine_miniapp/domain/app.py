"""The aggregate: one app (stream app-<id>); its records are the state of its document (`domain.recording`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.miniapp_pb2 import Verdict
from madeleine.miniapp.v1.spec_pb2 import AppSpec, Entity
from madeleine_miniapp.domain.edits import Edit, Edits, follow
from madeleine_miniapp.domain.errors import Bad, Missing, NotNow, NotOwner, Violation
from madeleine_miniapp.domain.formulas import Json
from madeleine_miniapp.domain.permissions import EDITOR, OWNER
from madeleine_miniapp.domain.validation import problems


@dataclass(frozen=True, slots=True)
class Version:
    """A spec, and how records followed to it from the one before."""

    spec: AppSpec
    migrations: Sequence[events.Migration] = ()


def _no_roles() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class App:
    """State of one app; `app_id` is empty before it was created (or when its creation was erased).

    `versions`: every version, the first one first. `roles`: those that were given, by person id.
    """

    app_id: str = ""
    owner_id: str = ""
    conversation_id: str = ""
    versions: tuple[Version, ...] = ()
    roles: Mapping[str, str] = field(default_factory=_no_roles)
    edits: Edits = field(default_factory=dict[str, Edit])

    @property
    def spec(self) -> AppSpec:
        """The present spec."""
        return self.versions[-1].spec if self.versions else AppSpec()

    @property
    def version(self) -> int:
        """The number of the present version, from 1."""
        return len(self.versions)


def evolve(state: App, event: Message) -> App:
    """The state after an event."""
    match event:
        case events.AppCreated():
            return replace(
                state,
                app_id=event.app_id,
                owner_id=event.owner_id,
                conversation_id=event.conversation_id,
                versions=(Version(event.spec),),
            )
        case events.AppSpecChanged():
            versions = (*state.versions, Version(event.spec, tuple(event.migrations)))
            return replace(state, versions=versions, edits=follow(state.edits, event))
        case events.AppEditProposed() | events.AppEditDiscarded():
            return replace(state, edits=follow(state.edits, event))
        case events.AppRoleSet():
            return replace(state, roles={**state.roles, event.person_id: event.role})
        case events.AppShared():
            return replace(state, conversation_id=event.conversation_id)
        case _:
            return state


def create(state: App, created: events.AppCreated) -> list[Message]:
    """Starts the stream; raises NotNow when it has begun, Bad for a spec that is not sound."""
    if state.app_id:
        raise NotNow("this app was made already")
    if found := problems(created.spec):
        raise Bad(found)
    return [created]


def share(state: App, actor: str, conversation_id: str) -> list[Message]:
    """Shows a private app to a conversation; owner only, once."""
    existing(state)
    if state.owner_id != actor:
        raise NotOwner("only its owner may share an app")
    if state.conversation_id == conversation_id:
        return []
    if state.conversation_id:
        raise NotNow("the app is already shared with another conversation")
    return [events.AppShared(app_id=state.app_id, conversation_id=conversation_id)]


def judge(state: App, actor: str, verdict: Verdict.ValueType) -> list[Message]:
    """Notes whether a person keeps or discards the app."""
    existing(state)
    return [events.AppJudged(app_id=state.app_id, judged_by=actor, verdict=verdict)]


def role_of(state: App, person_id: str) -> str:
    """A person's role in the app, if they may see it at all: "owner", "editor" or "viewer"."""
    return OWNER if person_id == state.owner_id else state.roles.get(person_id, EDITOR)


def subject_of(state: App, event: Message, actor: str) -> str:
    """Whose key seals an event of the app: who acted; but the app's spec is its owner's, and a role whose it is.

    What an editor made of an app outlives them, as the app does; who made it goes with them (AppVersionSigned).
    """
    match event:
        case events.AppSpecChanged():
            return f"person:{state.owner_id}"
        case events.AppRoleSet():
            return f"person:{event.person_id}"
        case _:
            return f"person:{actor}"


def existing(state: App) -> None:
    """Raises Missing when there is no such app."""
    if not state.app_id:
        raise Missing("there is no such app")


def entity_of(spec: AppSpec, name: str, path: str = "entity") -> Entity:
    """The named entity, or the only one for an empty name; raises Bad."""
    if not name and len(spec.entities) == 1:
        return spec.entities[0]
    for entity in spec.entities:
        if entity.name == name:
            return entity
    known = ", ".join(e.name for e in spec.entities)
    raise Bad([Violation(path, f"must be one of {known}")])


def as_struct(values: Mapping[str, Json]) -> Struct:
    """Values as a Struct; integers become doubles, as JSON numbers are."""
    struct = Struct()
    struct.update(values)
    return struct


def plain(struct: Struct) -> dict[str, Json]:
    """A Struct's checked values, lists as lists of text."""
    values: dict[str, Json] = {}
    for name, value in struct.fields.items():
        match value.WhichOneof("kind"):
            case "number_value":
                number = value.number_value
                values[name] = int(number) if number.is_integer() else number
            case "bool_value":
                values[name] = value.bool_value
            case "list_value":
                values[name] = [item.string_value for item in value.list_value.values]
            case "string_value":
                values[name] = value.string_value
            case _:
                pass
    return values
