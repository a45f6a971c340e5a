"""An automation that goes off, as a workflow: it carries ids only, and is done again until chat has taken it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

RUN = "miniapp.RunAutomation"
FIRE = "miniapp.fire_automation"
# What could not be said within a day is no news any more.
_NO_NEWS = timedelta(days=1)
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=15))
_FIRING = timedelta(minutes=5)


@dataclass(frozen=True)
class GoneOff:
    """Which automation; the fields are those of application.automations.ports.Firing."""

    app_id: str
    name: str
    record_id: str
    key: str


@workflow.defn(name=RUN)
class RunAutomation:
    """Carries one out, once."""

    @workflow.run
    async def run(self, gone_off: GoneOff) -> None:
        """Ends when it is done; by the clock its own id, which has the time in it, is what makes it this one."""
        what = gone_off if gone_off.key else replace(gone_off, key=workflow.info().workflow_id)
        await workflow.execute_activity(
            FIRE,
            what,
            start_to_close_timeout=_FIRING,
            schedule_to_close_timeout=_NO_NEWS,
            retry_policy=_RETRIES,
        )
