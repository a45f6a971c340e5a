"""Timers of reminders on Temporal (`application.ports.Timers`)."""

from __future__ import annotations

from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from madeleine_chat.workflows.remind import TASK_QUEUE, DueTime, ReminderRef, ReminderWorkflow, workflow_id_of
from madeleine_common.errors import Unavailable


class TemporalTimers:
    """One workflow for each reminder."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def set(self, conversation_id: str, reminder_id: str, due_at: datetime, version: int) -> None:
        """Starts the reminder's workflow, or tells the one under way; raises Unavailable."""
        try:
            await self._client.start_workflow(
                ReminderWorkflow.run,
                ReminderRef(conversation_id, reminder_id),
                id=workflow_id_of(reminder_id),
                task_queue=TASK_QUEUE,
                start_signal="due",
                start_signal_args=[DueTime(due_at.isoformat(), version)],
            )
        except (RPCError, RuntimeError) as error:
            raise Unavailable(f"Temporal does not answer: {error}") from error

    async def stop(self, reminder_id: str, version: int) -> None:
        """Ends the reminder's workflow, if it is under way; raises Unavailable."""
        handle = self._client.get_workflow_handle(workflow_id_of(reminder_id))
        try:
            await handle.signal(ReminderWorkflow.due, DueTime(None, version))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Unavailable(f"Temporal does not answer: {error}") from error
        except RuntimeError as error:
            raise Unavailable(f"Temporal does not answer: {error}") from error
