"""Commands on proposed changes: to work one out, to make it, to discard it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.errors import Denied, NotFound
from madeleine_common.events.model import NewEvent
from madeleine_common.events.repository import Repository
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.editing_ports import EditOperations, EditOrder, EditsRead
from madeleine_miniapp.application.ports import PageKey
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.application.told import told
from madeleine_miniapp.application.versions import spec_changed
from madeleine_miniapp.domain import edits
from madeleine_miniapp.domain.app import App, role_of, subject_of
from madeleine_miniapp.domain.permissions import may_edit_spec
from madeleine_miniapp.domain.proposals import make

_EDITS = uuid.UUID("6d1f3c80-3a67-5a0c-9a55-6564697420ff")


class Editing:
    """Starts the working out of changes, reads, makes and discards them."""

    def __init__(
        self, repository: Repository[App], access: Access, operations: EditOperations, read: EditsRead
    ) -> None:
        self._repository = repository
        self._access = access
        self._operations = operations
        self._read = read

    async def start(self, caller: Principal, request: m.EditAppRequest) -> str:
        """Starts to work out a change; the operation's id, the same one for a repeat."""
        await self._editable(caller, request.app_id)
        # The id follows from the key: whatever is repeated, there is one operation and one proposal.
        edit_id = str(uuid.uuid5(_EDITS, f"{caller.subject}|{caller.person_id}|{request.idempotency_key}"))
        key = command_key(caller, request.idempotency_key, request)
        order = EditOrder(
            edit_id,
            request.app_id,
            request.request,
            caller.person_id,
            caller.subject,
            request.idempotency_key,
            key.fingerprint.hex(),
        )
        return await self._operations.start(order)

    async def get(self, caller: Principal, request: m.GetAppEditRequest) -> m.AppEdit:
        """A proposal with its diff; whoever may see the app may see it."""
        await self._access.app(caller, request.app_id)
        await self._read.wait_for(request.app_id)
        edit = await self._read.edit(request.app_id, request.edit_id)
        if edit is None:
            raise NotFound("there is no such change")
        return edit

    async def list(
        self, caller: Principal, request: m.ListAppEditsRequest, after: PageKey | None, limit: int
    ) -> Sequence[m.AppEdit]:
        """Proposals of an app, latest first; whoever may see the app may see them."""
        await self._access.app(caller, request.app_id, records=False)
        await self._read.wait_for(request.app_id)
        return await self._read.edits(request.app_id, request.state, after, limit)

    async def apply(self, caller: Principal, request: m.ApplyAppEditRequest) -> m.App:
        """Makes a proposed change; the app after it, also when it was made already."""
        await self._editable(caller, request.app_id)
        with told():
            await self._repository.execute(
                stream_of(request.app_id),
                lambda state: _made(state, caller, request),
                metadata_of(caller),
                command=command_key(caller, request.idempotency_key, request),
            )
        return (await self._access.app(caller, request.app_id)).app

    async def discard(self, caller: Principal, request: m.DiscardAppEditRequest) -> None:
        """Discards a proposed change."""
        await self._editable(caller, request.app_id)
        with told():
            await self._repository.execute(
                stream_of(request.app_id),
                lambda state: [
                    NewEvent(event, subject_of(state, event, caller.person_id))
                    for event in edits.discard(state.edits, caller.person_id, request.edit_id)
                ],
                metadata_of(caller),
                command=command_key(caller, request.idempotency_key, request),
            )

    async def _editable(self, caller: Principal, app_id: str) -> Viewed:
        viewed = await self._access.app(caller, app_id)
        role = role_of((await self._repository.load(stream_of(app_id))).state, caller.person_id)
        if not may_edit_spec(role):
            raise Denied(f"a {role} may not change the app", reason="ROLE")
        return viewed


def _made(state: App, caller: Principal, request: m.ApplyAppEditRequest) -> list[NewEvent]:
    made = make(state, caller.person_id, request.edit_id)
    return [] if made is None else spec_changed(state, made, caller.person_id)
