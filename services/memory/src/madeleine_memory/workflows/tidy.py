"""Tidying one space as a workflow: it survives a restart, and there is one at a time for each space."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy


def workflow_id_of(space: str) -> str:
    """The one workflow that tidies this space: starting it again while it runs changes nothing."""
    return f"memory-tidy-{space}"


@workflow.defn(name="memory.Tidy")
class TidyWorkflow:
    """Tidies a space once."""

    @workflow.run
    async def run(self, space: str) -> dict[str, int]:
        """Returns how many memories were superseded, repeated, condensed, cooled and revived."""
        done: dict[str, int] = await workflow.execute_activity(
            "memory.tidy",
            space,
            start_to_close_timeout=timedelta(minutes=30),
            heartbeat_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
        )
        return done
