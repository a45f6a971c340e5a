"""Activities of Daily Spark: between Temporal's plain values and the application."""

from __future__ import annotations

from datetime import date

from temporalio import activity
from temporalio.exceptions import ApplicationError

from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_spark.application.making import Making, Wish
from madeleine_spark.workflows.make_spark import Gathered, SparkWish, WriteTask


class Activities:
    """Each may run twice; none appends twice."""

    def __init__(self, making: Making) -> None:
        self._making = making

    @activity.defn
    async def gather_evidence(self, wish: SparkWish) -> Gathered:
        """Chooses what the card shall rest on."""
        try:
            found = await self._making.gather(_wish(wish))
        except KeyDestroyed as error:
            raise _erased() from error
        return Gathered(found.memory_ids, found.reason)

    @activity.defn
    async def write_card(self, task: WriteTask) -> str:
        """Writes, checks and keeps the card."""
        try:
            return await self._making.write(_wish(task.wish), task.memory_ids)
        except KeyDestroyed as error:
            raise _erased() from error

    @activity.defn
    async def wishes_of_today(self, person_id: str) -> list[SparkWish]:
        """Today's wish of a person; none for somebody unknown."""
        wish = await self._making.scheduled(person_id)
        return [SparkWish(person_id, wish.day.isoformat(), wish.time_zone, wish.language)] if wish else []


def _wish(wish: SparkWish) -> Wish:
    return Wish(wish.person_id, date.fromisoformat(wish.day), wish.time_zone, wish.language)


def _erased() -> ApplicationError:
    return ApplicationError("this person's data was erased", non_retryable=True)
