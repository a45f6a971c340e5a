"""Requests about the making of apps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, Operation
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal, require_person
from madeleine_common.errors import Denied, NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_miniapp.application.apps import Apps
from madeleine_miniapp.application.ports import Library, Operations
from madeleine_miniapp.application.reading import Reading
from madeleine_miniapp.domain.drafting import whole

_LANGUAGES = ("", "en", "zh")
_MAX_TEXT = 2000


class MakingApi:
    """CreateApp, operations to watch and to cancel, and the blueprints."""

    _apps: Apps
    _reading: Reading
    _operations: Operations
    _library: Library

    async def CreateApp(self, request: m.CreateAppRequest, context: Any) -> m.CreateAppResponse:
        """Starts to make an app from a sentence."""
        checks = Checks()
        checks.text("prompt", request.prompt, most=_MAX_TEXT)
        checks.id("conversation_id", request.conversation_id, optional=True)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        operation_id = await self._apps.create(require_person(), request)
        operation = Operation(operation_id=operation_id, state=OPERATION_STATE_RUNNING, step="started")
        return m.CreateAppResponse(operation=operation)

    async def WatchAppOperation(
        self, request: m.WatchAppOperationRequest, context: Any
    ) -> AsyncIterator[m.WatchAppOperationResponse]:
        """Streams how far an operation has come, and the app that it makes as it stands."""
        checks = Checks()
        checks.text("operation_id", request.operation_id)
        checks.done()
        caller = require_person()
        async for operation in self._operations.watch(request.operation_id, caller.person_id):
            app = await self._as_it_stands(caller, request.operation_id)
            yield m.WatchAppOperationResponse(operation=operation, app=app)

    async def CancelAppOperation(
        self, request: m.CancelAppOperationRequest, context: Any
    ) -> m.CancelAppOperationResponse:
        """Stops an operation; what it has made stays."""
        checks = Checks()
        checks.text("operation_id", request.operation_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        caller = require_person()
        operation = await self._operations.cancel(request.operation_id, caller.person_id)
        app = await self._as_it_stands(caller, request.operation_id)
        return m.CancelAppOperationResponse(operation=operation, app=app)

    async def ListBlueprints(self, request: m.ListBlueprintsRequest, context: Any) -> m.ListBlueprintsResponse:
        """Every blueprint with all that it has, in a language."""
        checks = Checks()
        if request.language not in _LANGUAGES:
            checks.bad("language", "must be en or zh")
        checks.done()
        require_person()
        language = request.language or "en"
        known = self._library.known_fields()
        return m.ListBlueprintsResponse(
            blueprints=[
                m.Blueprint(blueprint_id=blueprint.id, spec=whole(blueprint, language, known))
                for blueprint in self._library.all()
            ]
        )

    async def _as_it_stands(self, caller: Principal, operation_id: str) -> m.App | None:
        """The app that an operation makes, if it is there."""
        app_id = self._operations.app_of(operation_id)
        if not app_id:
            return None
        try:
            return await self._reading.app(caller, app_id)
        except (NotFound, Denied):
            return None
