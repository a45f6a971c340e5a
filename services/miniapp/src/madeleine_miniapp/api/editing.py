"""Requests about proposed changes to commands."""

from __future__ import annotations

from typing import Any

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, Operation
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks
from madeleine_miniapp.api.pages import page_key, page_token
from madeleine_miniapp.application.editing import Editing
from madeleine_miniapp.domain import edits

_MAX_TEXT = 2000
_STATES = ("", edits.PROPOSED, edits.APPLIED, edits.DISCARDED)


class EditingApi:
    """EditApp and what follows from it."""

    _editing: Editing

    async def EditApp(self, request: m.EditAppRequest, context: Any) -> m.EditAppResponse:
        """Starts to change an app by a sentence."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        checks.text("request", request.request, most=_MAX_TEXT)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        operation_id = await self._editing.start(require_person(), request)
        operation = Operation(operation_id=operation_id, state=OPERATION_STATE_RUNNING, step="started")
        return m.EditAppResponse(operation=operation)

    async def GetAppEdit(self, request: m.GetAppEditRequest, context: Any) -> m.GetAppEditResponse:
        """A proposed change with its diff."""
        _checks(request.app_id, request.edit_id).done()
        return m.GetAppEditResponse(edit=await self._editing.get(require_person(), request))

    async def ListAppEdits(self, request: m.ListAppEditsRequest, context: Any) -> m.ListAppEditsResponse:
        """An app's proposed changes, latest first."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        if request.state not in _STATES:
            checks.bad("state", f"must be one of {', '.join(_STATES[1:])}, or empty")
        size = checks.page_size(request.page_size)
        checks.done()
        after = page_key(request.page_token)
        found = await self._editing.list(require_person(), request, after, size + 1)
        last = found[size - 1] if len(found) > size else None
        token = page_token(last.created_at, last.edit_id) if last else ""
        return m.ListAppEditsResponse(edits=found[:size], next_page_token=token)

    async def ApplyAppEdit(self, request: m.ApplyAppEditRequest, context: Any) -> m.ApplyAppEditResponse:
        """Makes a proposed change."""
        checks = _checks(request.app_id, request.edit_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return m.ApplyAppEditResponse(app=await self._editing.apply(require_person(), request))

    async def DiscardAppEdit(self, request: m.DiscardAppEditRequest, context: Any) -> m.DiscardAppEditResponse:
        """Discards a proposed change."""
        checks = _checks(request.app_id, request.edit_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        await self._editing.discard(require_person(), request)
        return m.DiscardAppEditResponse()


def _checks(app_id: str, edit_id: str) -> Checks:
    checks = Checks()
    checks.id("app_id", app_id)
    checks.id("edit_id", edit_id)
    return checks
