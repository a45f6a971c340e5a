"""What people do with their cards: ask for one, read, judge, have them come by themselves."""

from __future__ import annotations

from datetime import timedelta

from madeleine.common.v1.operation_pb2 import Operation
from madeleine.spark.v1.spark_pb2 import SparkCard, SparkRating
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of
from madeleine_common.errors import FailedPrecondition, Invalid, NotFound
from madeleine_common.events import CommandKey, NewEvent, Repository
from madeleine_spark.application.making import today
from madeleine_spark.application.ports import Operations, Profiles
from madeleine_spark.domain import sparks
from madeleine_spark.domain.sparks import Judged, Schedule, Sparks, shown, stream_of, subject_of


class Cards:
    """A person's cards."""

    def __init__(self, repository: Repository[Sparks], profiles: Profiles, operations: Operations) -> None:
        self._repository = repository
        self._profiles = profiles
        self._operations = operations

    async def make(self, caller: Principal, day: str) -> Operation:
        """The making of a day's card (empty: today's), the same one however often it is asked for.

        Raises Invalid for a day after tomorrow, FailedPrecondition without consent.
        """
        present = today(caller.time_zone)
        latest = (present + timedelta(1)).isoformat()
        wanted = day or present.isoformat()
        if wanted > latest:
            raise Invalid("day", f"must not be after tomorrow, {latest}: nothing is known of later mornings")
        await self._require_consent(caller)
        return await self._operations.start(caller.person_id, wanted, caller.time_zone, caller.language)

    async def get(self, caller: Principal, spark_id: str) -> SparkCard:
        """One of the caller's cards; raises NotFound."""
        return shown(_owned((await self._repository.load(stream_of(caller.person_id))).state, spark_id))

    async def rate(
        self, caller: Principal, spark_id: str, rating: SparkRating.ValueType, comment: str, key: CommandKey
    ) -> SparkCard:
        """The card with the caller's judgement; raises NotFound."""

        def decide(state: Sparks) -> list[NewEvent]:
            _owned(state, spark_id)
            decided = sparks.rate(state, spark_id, rating, comment)
            return [NewEvent(message, subject_of(caller.person_id)) for message in decided]

        done = await self._repository.execute(stream_of(caller.person_id), decide, metadata_of(caller), command=key)
        return shown(_owned(done.state, spark_id))

    async def schedule(self, caller: Principal, enabled: bool, time_of_day: str, key: CommandKey) -> None:
        """Lets cards come every day at a local time, or no more; raises FailedPrecondition without consent."""
        if enabled:
            await self._require_consent(caller)
        wish = Schedule(enabled, time_of_day, caller.time_zone) if enabled else Schedule()

        def decide(state: Sparks) -> list[NewEvent]:
            decided = sparks.schedule(state, caller.person_id, wish)
            return [NewEvent(message, subject_of(caller.person_id)) for message in decided]

        await self._repository.execute(stream_of(caller.person_id), decide, metadata_of(caller), command=key)

    async def _require_consent(self, caller: Principal) -> None:
        profile = await self._profiles.of(caller.person_id)
        if profile is None or not profile.wants_sparks:
            raise FailedPrecondition(
                "your consent does not allow Daily Sparks; set consent.spark to allow them", reason="CONSENT_REQUIRED"
            )


def _owned(state: Sparks, spark_id: str) -> Judged:
    judged = state.cards.get(spark_id)
    if judged is None:
        raise NotFound("you have no such card", reason="SPARK_NOT_FOUND")
    return judged
