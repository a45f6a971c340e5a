"""Workflows of Daily Spark. They carry ids only: what people said never enters Temporal's history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

TASK_QUEUE = "spark"
# A card that could not be made may be asked for again; one that was made, or was nothing, stays as it is.
REUSE = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=20), maximum_attempts=8
)
_QUICK = timedelta(seconds=30)
_WRITING = timedelta(minutes=5)


@dataclass(frozen=True)
class SparkWish:
    """Whose card, for which local day (ISO)."""

    person_id: str
    day: str
    time_zone: str
    language: str


@dataclass(frozen=True)
class Gathered:
    """Memories to rest on; none: `reason` says why there is no card."""

    memory_ids: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True)
class WriteTask:
    """A card to be written from these memories."""

    wish: SparkWish
    memory_ids: list[str]


def operation_id(person_id: str, day: str) -> str:
    """One making for each person and day."""
    return f"spark-{person_id}-{day}"


@workflow.defn(name="MakeSpark")
class MakeSpark:
    """Makes one card; result: its id, or "" with the reason as the step."""

    def __init__(self) -> None:
        self._progress: dict[str, object] = {"step": "looking through the last three weeks", "progress": 0.1}

    @workflow.query
    def progress(self) -> dict[str, object]:
        """{"step", "progress"} for people to read."""
        return self._progress

    @workflow.run
    async def run(self, wish: SparkWish) -> dict[str, str]:
        """Gathers evidence, then writes."""
        gathered = await workflow.execute_activity(
            "gather_evidence", wish, result_type=Gathered, start_to_close_timeout=_QUICK, retry_policy=_RETRIES
        )
        if not gathered.memory_ids:
            return {"result_id": "", "step": gathered.reason}
        self._progress = {"step": "writing the card", "progress": 0.4}
        spark_id = await workflow.execute_activity(
            "write_card",
            WriteTask(wish, gathered.memory_ids),
            result_type=str,
            start_to_close_timeout=_WRITING,
            retry_policy=_RETRIES,
        )
        return {"result_id": spark_id, "step": "the card is there" if spark_id else "there was nothing left to say"}


@workflow.defn(name="ScheduledSpark")
class ScheduledSpark:
    """Fired by a person's schedule: makes the card of the day that it is where they live."""

    @workflow.run
    async def run(self, person_id: str) -> None:
        """Makes the card unless it was asked for already."""
        wishes = await workflow.execute_activity(
            "wishes_of_today",
            person_id,
            result_type=list[SparkWish],
            start_to_close_timeout=_QUICK,
            retry_policy=_RETRIES,
        )
        for wish in wishes:
            try:
                await workflow.execute_child_workflow(
                    MakeSpark.run, wish, id=operation_id(wish.person_id, wish.day), id_reuse_policy=REUSE
                )
            except WorkflowAlreadyStartedError:
                workflow.logger.info("the card of %s is made already", wish.day)
