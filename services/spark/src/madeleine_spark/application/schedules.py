"""Keeps Temporal's schedules as the events say."""

from __future__ import annotations

from typing import Protocol

from madeleine_common.events import RecordedEvent, Repository
from madeleine_spark.domain.sparks import Sparks, stream_of


class ScheduleTable(Protocol):
    """Schedules that fire by themselves."""

    async def set(self, person_id: str, time_of_day: str, time_zone: str) -> None:
        """Fires daily at a local time; raises ConnectionError."""
        ...

    async def remove(self, person_id: str) -> None:
        """Fires no more; raises ConnectionError."""
        ...


class ScheduleKeeper:
    """Reacts to changed schedules and to erasure."""

    def __init__(self, repository: Repository[Sparks], table: ScheduleTable) -> None:
        self._repository = repository
        self._table = table

    async def changed(self, event: RecordedEvent) -> None:
        """Sets what the stream says now, so that events which come twice or late do no harm."""
        person_id = event.stream_id.removeprefix("sparks-")
        schedule = (await self._repository.load(event.stream_id)).state.schedule
        if schedule.enabled and not event.erased:
            await self._table.set(person_id, schedule.time_of_day, schedule.time_zone)
        else:
            await self._table.remove(person_id)

    async def erased(self, event: RecordedEvent) -> None:
        """Lets nothing fire for an erased person."""
        person_id = event.stream_id.removeprefix("person-")
        self._repository.forget(stream_of(person_id))
        await self._table.remove(person_id)
