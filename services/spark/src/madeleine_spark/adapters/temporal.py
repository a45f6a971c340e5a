"""Operations and schedules on Temporal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, Operation
from madeleine_common.temporal import watch_operation
from madeleine_spark.workflows.make_spark import (
    REUSE,
    TASK_QUEUE,
    MakeSpark,
    ScheduledSpark,
    SparkWish,
    operation_id,
)


@contextmanager
def _reachable() -> Iterator[None]:
    """Tells Temporal's absence as ConnectionError, which callers and consumers wait out."""
    try:
        yield
    except RPCError as error:
        if error.status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED):
            raise ConnectionError("Temporal is out of reach") from error
        raise


class SparkOperations:
    """Cards in the making."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, person_id: str, day: str, time_zone: str, language: str) -> Operation:
        """Starts the making of a day's card, or finds it; raises ConnectionError."""
        wish, name = SparkWish(person_id, day, time_zone, language), operation_id(person_id, day)
        with _reachable():
            try:
                await self._client.start_workflow(
                    MakeSpark.run, wish, id=name, task_queue=TASK_QUEUE, id_reuse_policy=REUSE
                )
            except WorkflowAlreadyStartedError:
                async for operation in self.watch(name):
                    return operation
        return Operation(operation_id=name, state=OPERATION_STATE_RUNNING, step="waiting")

    def watch(self, operation_id: str) -> AsyncIterator[Operation]:
        """Its progress until it ends; raises NotFound."""
        return watch_operation(self._client, operation_id, "progress")


class Schedules:
    """One Temporal Schedule for each person whose cards come by themselves."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def set(self, person_id: str, time_of_day: str, time_zone: str) -> None:
        """Fires daily at a local time ("HH:MM"); raises ConnectionError."""
        hour, minute = (int(part) for part in time_of_day.split(":"))
        schedule = Schedule(
            action=ScheduleActionStartWorkflow(
                ScheduledSpark.run, person_id, id=f"{_id(person_id)}-run", task_queue=TASK_QUEUE
            ),
            spec=ScheduleSpec(
                calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])],
                time_zone_name=time_zone,
            ),
        )
        with _reachable():
            try:
                await self._client.create_schedule(_id(person_id), schedule)
            except ScheduleAlreadyRunningError:
                await self._client.get_schedule_handle(_id(person_id)).update(lambda _: ScheduleUpdate(schedule))

    async def remove(self, person_id: str) -> None:
        """Fires no more; raises ConnectionError."""
        with _reachable():
            try:
                await self._client.get_schedule_handle(_id(person_id)).delete()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise


def _id(person_id: str) -> str:
    return f"spark-schedule-{person_id}"
