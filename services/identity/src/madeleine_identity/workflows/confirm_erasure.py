"""The workflow that sees an erasure through. It carries ids and counts only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError

TASK_QUEUE = "identity"
# One that failed may be started again by the same event; one that succeeded stays.
REUSE = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
_QUICK = timedelta(minutes=1)
_ROTATION = timedelta(hours=6)
_ROTATION_WITH_RETRIES = timedelta(hours=24)
_SILENCE = timedelta(minutes=2)
_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 120.0


@dataclass(frozen=True)
class ErasureTask:
    """Who was erased, by which event; who must confirm; and how long each part may take (seconds)."""

    person_id: str
    event_id: str
    version: int
    services: list[str]
    # A service that has not confirmed after this makes the operation fail.
    within_s: float
    # For so long a replica may still have the person's key in its cache: all are asked again afterwards.
    settle_s: float
    rotate: bool


@dataclass(frozen=True)
class Question:
    """Asks these services whether they have forgotten."""

    person_id: str
    event_id: str
    version: int
    services: list[str]


def operation_id(person_id: str) -> str:
    """A person is erased once."""
    return f"erase-{person_id}"


@workflow.defn(name="ConfirmErasure")
class ConfirmErasure:
    """Asks every service until each has confirmed, twice; then rotates the master key. Result: the last step."""

    def __init__(self) -> None:
        self._step = "waiting for the services"
        self._progress = 0.0

    @workflow.query
    def progress(self) -> dict[str, object]:
        """{"step", "progress"} for people to read: "chat: 12 rows left in messages"."""
        return {"step": self._step, "progress": self._progress}

    @workflow.run
    async def run(self, task: ErasureTask) -> dict[str, str]:
        """Sees one erasure through."""
        started = workflow.now()
        erased_by: str = await workflow.execute_activity(
            "database_clock", result_type=str, start_to_close_timeout=_QUICK, retry_policy=_RETRIES
        )
        await self._confirmed(task, 0.0, 0.4)
        settled = task.settle_s - (workflow.now() - started).total_seconds()
        if settled > 0:
            self._step = "every service has confirmed; waiting until no cache can hold the key"
            await workflow.sleep(settled)
        # What a replica wrote that had not heard of it yet would show now.
        await self._confirmed(task, 0.4, 0.8)
        if not task.rotate:
            return {"step": "erased in every service"}
        self._step = "rotating the master key"
        try:
            rotated: str = await workflow.execute_activity(
                "rotate_master_key",
                erased_by,
                result_type=str,
                start_to_close_timeout=_ROTATION,
                schedule_to_close_timeout=_ROTATION_WITH_RETRIES,
                heartbeat_timeout=_SILENCE,
                retry_policy=_RETRIES,
            )
        except ActivityError as error:
            raise ApplicationError(
                "erased in every service, but the master key could not be rotated: backups made before can be opened",
                non_retryable=True,
            ) from error
        return {"step": f"erased in every service; {rotated}"}

    async def _confirmed(self, task: ErasureTask, low: float, high: float) -> None:
        """Until every service has confirmed; raises ApplicationError with the first that has not in time."""
        end = workflow.now() + timedelta(seconds=task.within_s)
        waiting, wait_s = list(task.services), _FIRST_WAIT_S
        while True:
            left: dict[str, str] = await workflow.execute_activity(
                "what_is_left",
                Question(task.person_id, task.event_id, task.version, waiting),
                result_type=dict[str, str],
                start_to_close_timeout=_QUICK,
                retry_policy=_RETRIES,
            )
            waiting = list(left)
            self._progress = low + (high - low) * (1 - len(left) / len(task.services))
            if not left:
                return
            self._step = "; ".join(f"{service}: {words}" for service, words in left.items())
            if workflow.now() >= end:
                raise ApplicationError(f"not confirmed in {task.within_s / 3600:g} h: {self._step}", non_retryable=True)
            await workflow.sleep(min(wait_s, max((end - workflow.now()).total_seconds(), _FIRST_WAIT_S)))
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
