"""The flywheel as a workflow: one run at a time, as long as judgements wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError

# There is one: starting it again while it runs changes nothing, which keeps runs from overlapping.
WORKFLOW_ID = "trainer-flywheel"


@dataclass(frozen=True, slots=True)
class EndRun:
    """How a run ended, as a RunState's name, and why."""

    run_id: str
    state: str
    reason: str


@workflow.defn(name="trainer.Flywheel")
class FlywheelWorkflow:
    """Begins, trains and promotes one run, then goes on with the next if enough judgements wait."""

    @workflow.run
    async def run(self) -> dict[str, str]:
        """Returns {"result_id": the run's id, "step": how it ended}; the id is empty if nothing was due."""
        run_id = str(workflow.uuid4())
        quick = {
            "start_to_close_timeout": timedelta(seconds=60),
            "retry_policy": RetryPolicy(maximum_interval=timedelta(seconds=10)),
        }
        if not await workflow.execute_activity("trainer.begin", run_id, **quick):
            return {"result_id": "", "step": "nothing is due"}
        outcome = "served"
        try:
            await workflow.execute_activity(
                "trainer.train_and_promote",
                run_id,
                start_to_close_timeout=timedelta(hours=12),
                heartbeat_timeout=timedelta(seconds=120),
                retry_policy=RetryPolicy(maximum_attempts=3, non_retryable_error_types=["Rejected"]),
            )
        except ActivityError as error:
            cancelled = isinstance(error.cause, CancelledError)
            reason = error.cause.message if isinstance(error.cause, ApplicationError) else "training did not finish"
            state = "RUN_STATE_CANCELLED" if cancelled else "RUN_STATE_FAILED"
            await workflow.execute_activity("trainer.end", EndRun(run_id, state, reason), **quick)
            outcome = "cancelled" if cancelled else f"failed: {reason}"
        if await workflow.execute_activity("trainer.due", **quick):
            workflow.continue_as_new()
        return {"result_id": run_id, "step": outcome}
