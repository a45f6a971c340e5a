"""A reminder as a workflow: it waits until the reminder is due, whatever is restarted meanwhile.

It carries ids and times only: what people want to be reminded of never enters Temporal's history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

TASK_QUEUE = "chat"
FIRE = "chat.fire_reminder"
# It is told as soon as all that it needs is back, however long that takes.
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
_FIRING = timedelta(seconds=60)


@dataclass(frozen=True)
class ReminderRef:
    """Which reminder, in which conversation."""

    conversation_id: str
    reminder_id: str


@dataclass(frozen=True)
class Firing:
    """A reminder, and the time (ISO, with offset) that has come."""

    ref: ReminderRef
    due_at: str


@dataclass(frozen=True)
class DueTime:
    """When it is due (ISO, with offset), as of a version of the conversation's stream; None: never again."""

    at: str | None
    version: int


def workflow_id_of(reminder_id: str) -> str:
    """The one workflow of a reminder; snoozed after it fired, it runs once more under the same id."""
    return f"chat-reminder-{reminder_id}"


@workflow.defn(name="chat.Reminder")
class ReminderWorkflow:
    """Waits for the time that its signals name, then has the reminder told."""

    def __init__(self) -> None:
        self._due = DueTime(None, 0)

    @workflow.signal
    def due(self, due: DueTime) -> None:
        """Set, put off or cancelled; what is older than what is known changes nothing."""
        if due.version > self._due.version:
            self._due = due

    @workflow.run
    async def run(self, ref: ReminderRef) -> None:
        """Ends when it was told, or is to be told no more."""
        while self._due.at is not None:
            known = self._due
            left = datetime.fromisoformat(self._due.at) - workflow.now()
            if left > timedelta():
                try:
                    await workflow.wait_condition(lambda: self._due is not known, timeout=left)  # noqa: B023
                    continue
                except TimeoutError:
                    pass
            again: str = await workflow.execute_activity(
                FIRE,
                Firing(ref, self._due.at),
                result_type=str,
                start_to_close_timeout=_FIRING,
                retry_policy=_RETRIES,
            )
            if self._due is known:
                self._due = DueTime(again or None, known.version)
