"""Automations on Temporal: a schedule for each that goes by the clock, a workflow for each that goes off."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from madeleine_common.errors import Unavailable
from madeleine_miniapp.application.automations.ports import Firing
from madeleine_miniapp.domain.cron import times_of
from madeleine_miniapp.workflows.automate import GoneOff, RunAutomation

_TASK_QUEUE = "miniapp"
# What was missed while Temporal was away is caught up with, if it is news still.
_CATCH_UP = timedelta(hours=1)
_MONTH_DAYS, _WEEKDAYS = 31, 7


def clock_id(app_id: str, name: str) -> str:
    """The schedule's id; names are people's words, which ids show in the clear."""
    return f"automation-{app_id}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


class TemporalClocks:
    """Clocks and starts (`application.automations.ports.Clocks`, `Starter`)."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def keep(self, app_id: str, name: str, schedule: str, zone: ZoneInfo) -> None:
        """Sets an automation's clock, whatever it was set to before; raises Unavailable."""
        schedule_id = clock_id(app_id, name)
        wanted = Schedule(
            action=ScheduleActionStartWorkflow(
                RunAutomation.run, GoneOff(app_id, name, "", ""), id=schedule_id, task_queue=_TASK_QUEUE
            ),
            spec=ScheduleSpec(calendars=_calendars(schedule), time_zone_name=zone.key),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=_CATCH_UP),
        )

        async def changed(_: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(schedule=wanted)

        try:
            try:
                await self._client.create_schedule(schedule_id, wanted)
            except ScheduleAlreadyRunningError:
                await self._client.get_schedule_handle(schedule_id).update(changed)
        except (RPCError, RuntimeError) as error:
            raise Unavailable(f"Temporal does not answer: {error}") from error

    async def drop(self, app_id: str, name: str) -> None:
        """Takes an automation's clock away, if it has one; raises Unavailable."""
        try:
            await self._client.get_schedule_handle(clock_id(app_id, name)).delete()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Unavailable(f"Temporal does not answer: {error}") from error
        except RuntimeError as error:
            raise Unavailable(f"Temporal does not answer: {error}") from error

    async def start(self, firing: Firing) -> None:
        """Starts what went off, once for each key; raises Unavailable."""
        digest = hashlib.sha256(firing.key.encode()).hexdigest()[:32]
        try:
            await self._client.start_workflow(
                RunAutomation.run,
                GoneOff(**asdict(firing)),
                id=f"automation-{firing.app_id}-{digest}",
                task_queue=_TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            return
        except (RPCError, RuntimeError) as error:
            raise Unavailable(f"Temporal does not answer: {error}") from error


def _calendars(schedule: str) -> list[ScheduleCalendarSpec]:
    """Cron's meaning: where both days of the month and weekdays are given, either will do."""
    minutes, hours, days, months, weekdays = times_of(schedule)
    all_days, all_weekdays = len(days) == _MONTH_DAYS, len(weekdays) == _WEEKDAYS
    both = [(days, frozenset(range(_WEEKDAYS))), (frozenset(range(1, _MONTH_DAYS + 1)), weekdays)]
    either = both if not all_days and not all_weekdays else [(days, weekdays)]
    return [
        ScheduleCalendarSpec(
            minute=_ranges(minutes),
            hour=_ranges(hours),
            day_of_month=_ranges(of_month),
            month=_ranges(months),
            day_of_week=_ranges(of_week),
        )
        for of_month, of_week in either
    ]


def _ranges(values: frozenset[int]) -> list[ScheduleRange]:
    return [ScheduleRange(value) for value in sorted(values)]
