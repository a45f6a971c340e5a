"""Starts tidying on Temporal."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from madeleine_common.errors import Unavailable
from madeleine_memory.workflows.tidy import TidyWorkflow, workflow_id_of

_TASK_QUEUE = "memory"


class TemporalStarter:
    """Implements the port Starter."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, space: str) -> None:
        """Starts the one tidying of a space, or joins the one under way; raises Unavailable."""
        try:
            await self._client.start_workflow(
                TidyWorkflow.run,
                space,
                id=workflow_id_of(space),
                task_queue=_TASK_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
        except (RPCError, RuntimeError) as error:
            raise Unavailable(f"Temporal does not answer: {error}") from error
