"""The working out of changes as Temporal workflows."""

from __future__ import annotations

from dataclasses import asdict

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from madeleine_common.errors import Conflict
from madeleine_miniapp.adapters.operations import TASK_QUEUE
from madeleine_miniapp.application.editing_ports import EditOrder
from madeleine_miniapp.workflows.edit_app import EditApp, NewEdit


class TemporalEdits:
    """Starts workflows; the operation's id is the workflow's, and `TemporalOperations` watches it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, order: EditOrder) -> str:
        """Starts the working out of a change, once; raises Conflict when its key came with another request before."""
        operation_id = f"edit-app-{order.edit_id}"
        try:
            await self._client.start_workflow(
                EditApp.run,
                NewEdit(**asdict(order)),
                id=operation_id,
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                memo={"person_id": order.person_id, "fingerprint": order.fingerprint, "app_id": order.app_id},
            )
        except WorkflowAlreadyStartedError as error:
            memo = await (await self._client.get_workflow_handle(operation_id).describe()).memo()
            if memo["fingerprint"] != order.fingerprint:
                raise Conflict(
                    "idempotency_key was used before with another request", reason="IDEMPOTENCY_KEY_REUSED"
                ) from error
        return operation_id
