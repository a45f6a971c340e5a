"""Versions of an app and roles in it: changed by hand, listed, restored, given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from google.protobuf.message import Message

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.errors import Invalid
from madeleine_common.events.model import NewEvent
from madeleine_common.events.repository import Repository
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.diffing import diff
from madeleine_miniapp.application.ports import ReadModel
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import changing
from madeleine_miniapp.domain.app import App, subject_of
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.permissions import EDITOR, OWNER


def spec_changed(state: App, change: events.AppSpecChanged, actor: str) -> list[NewEvent]:
    """The events of a change, with its diff: the change is the owner's; who made it, if another, stands by itself."""
    change.diff = diff(state.spec, change.spec)
    made: list[Message] = [change]
    if actor != state.owner_id:
        made.append(events.AppVersionSigned(app_id=change.app_id, version=change.version, person_id=actor))
        change.changed_by = ""
    return [NewEvent(event, subject_of(state, event, actor)) for event in made]


class Versions:
    """Changes apps by hand, lists and restores their versions, gives roles."""

    def __init__(self, repository: Repository[App], access: Access, read_model: ReadModel) -> None:
        self._repository = repository
        self._access = access
        self._read_model = read_model

    async def list(self, caller: Principal, app_id: str, before: int | None, limit: int) -> Sequence[m.App]:
        """An app's versions before one, latest first."""
        viewed = await self._access.app(caller, app_id)
        found = await self._read_model.versions(app_id, before=before, limit=limit)
        for version in found:
            version.role = viewed.app.role
        return found

    async def update(self, caller: Principal, request: m.UpdateAppSpecRequest) -> m.App:
        """Makes a spec that was edited by hand the next version; the app after it."""

        def decide(state: App) -> events.AppSpecChanged | None:
            if not 1 <= request.base_version <= state.version:
                raise Bad([Violation("base_version", f"must be a version of the app, 1 to {state.version}")])
            base = state.versions[request.base_version - 1].spec
            try:
                migrations = changing.between(base, request.spec, request.renamed)
                edited = changing.Edited(request.spec, migrations, request.base_version)
                return changing.change_spec(state, caller.person_id, edited)
            except Bad as error:
                raise Bad([_within_spec(v) for v in error.violations]) from error

        return await self._change(caller, request.app_id, request.idempotency_key, request, decide)

    async def restore(self, caller: Principal, request: m.RestoreAppVersionRequest) -> m.App:
        """Makes an older version the next one; the app after it."""
        return await self._change(
            caller,
            request.app_id,
            request.idempotency_key,
            request,
            lambda state: changing.restore(state, caller.person_id, request.version),
        )

    async def set_role(self, caller: Principal, request: m.SetAppRoleRequest) -> None:
        """Gives a member of the app's conversation a role."""
        viewed = await self._access.app(caller, request.app_id)
        if request.person_id not in viewed.names:
            raise Invalid("person_id", "must be somebody who may see the app")

        def decide(state: App) -> list[NewEvent]:
            given = changing.set_role(state, caller.person_id, request.person_id, request.role)
            return [NewEvent(event, subject_of(state, event, caller.person_id)) for event in given]

        with told():
            await self._repository.execute(
                stream_of(request.app_id),
                decide,
                metadata_of(caller),
                command=command_key(caller, request.idempotency_key, request),
            )

    async def roles(self, caller: Principal, app_id: str) -> Sequence[m.AppRole]:
        """Everybody who may see the app, with their role; its owner first, then by name."""
        viewed = await self._access.app(caller, app_id)
        given = await self._read_model.roles(app_id)
        owner = viewed.app.owner_id
        others = sorted((name, person) for person, name in viewed.names.items() if person != owner)
        return [
            m.AppRole(person_id=owner, role=OWNER),
            *(m.AppRole(person_id=person, role=given.get(person, EDITOR)) for _, person in others),
        ]

    async def _change(
        self,
        caller: Principal,
        app_id: str,
        idempotency_key: str,
        request: Message,
        decide: Callable[[App], events.AppSpecChanged | None],
    ) -> m.App:
        await self._access.app(caller, app_id)

        def decided(state: App) -> list[NewEvent]:
            change = decide(state)
            return [] if change is None else spec_changed(state, change, caller.person_id)

        with told():
            await self._repository.execute(
                stream_of(app_id), decided, metadata_of(caller), command=command_key(caller, idempotency_key, request)
            )
        return (await self._access.app(caller, app_id)).app


def _within_spec(violation: Violation) -> Violation:
    if violation.field == "base_version" or violation.field.startswith("renamed."):
        return violation
    return Violation(f"spec.{violation.field}".rstrip("."), violation.reason)
