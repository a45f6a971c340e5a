"""Starts the flywheel on Temporal."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from madeleine_trainer.workflows.flywheel import WORKFLOW_ID, FlywheelWorkflow

_TASK_QUEUE = "trainer"


class TemporalStarter:
    """Implements the port Starter."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self) -> None:
        """Starts the one flywheel; joins it when it runs already."""
        await self._client.start_workflow(
            FlywheelWorkflow.run,
            id=WORKFLOW_ID,
            task_queue=_TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    async def cancel(self) -> None:
        """Cancels the run under way; its process is ended."""
        await self._client.get_workflow_handle(WORKFLOW_ID).cancel()
