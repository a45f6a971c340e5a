"""The making of apps as Temporal workflows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from madeleine.common.v1.operation_pb2 import Operation
from madeleine_common.errors import Conflict, NotFound
from madeleine_common.temporal import cancel_operation, watch_operation
from madeleine_miniapp.application.ports import Order
from madeleine_miniapp.workflows.create_app import CreateApp, NewApp

TASK_QUEUE = "miniapp"
_MAKING = "create-app-"


class TemporalOperations:
    """Starts, watches and cancels workflows; the operation's id is the workflow's."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, order: Order) -> str:
        """Starts the making of an app, once; raises Conflict when its key came with another request before."""
        operation_id = _MAKING + order.app_id
        try:
            await self._client.start_workflow(
                CreateApp.run,
                NewApp(**asdict(order)),
                id=operation_id,
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                memo={"person_id": order.person_id, "fingerprint": order.fingerprint},
            )
        except WorkflowAlreadyStartedError as error:
            if (await self._memo(operation_id))["fingerprint"] != order.fingerprint:
                raise Conflict(
                    "idempotency_key was used before with another request", reason="IDEMPOTENCY_KEY_REUSED"
                ) from error
        return operation_id

    def app_of(self, operation_id: str) -> str:
        """The app that an operation makes; empty for another kind of operation."""
        return operation_id.removeprefix(_MAKING) if operation_id.startswith(_MAKING) else ""

    async def watch(self, operation_id: str, person_id: str) -> AsyncIterator[Operation]:
        """How far it has come, until it ends; raises NotFound for an unknown one or another person's."""
        await self._theirs(operation_id, person_id)
        async for operation in watch_operation(self._client, operation_id, "progress"):
            yield operation

    async def cancel(self, operation_id: str, person_id: str) -> Operation:
        """Stops it, and tells how it stands; raises NotFound for an unknown one or another person's."""
        await self._theirs(operation_id, person_id)
        return await cancel_operation(self._client, operation_id, "progress")

    async def _theirs(self, operation_id: str, person_id: str) -> None:
        try:
            memo = await self._memo(operation_id)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise NotFound("there is no such operation") from error
            raise
        if memo.get("person_id") != person_id:
            raise NotFound("there is no such operation")

    async def _memo(self, operation_id: str) -> dict[str, str]:
        description = await self._client.get_workflow_handle(operation_id).describe()
        return dict(await description.memo())
