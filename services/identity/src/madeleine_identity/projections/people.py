"""Everybody's profile by id, for other services and for finding a friend."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from madeleine.identity.v1 import events_pb2 as events
from madeleine_common.bus.consumer import Subscription
from madeleine_common.db import Connection, Pool
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection, caught_up
from madeleine_identity.domain.person import Consent, Person, Profile, consent_of, profile_of, stream_of

_NAME = "identity-people"


class People:
    """The read model; an answer is never older than the question."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, person_ids: Sequence[str]) -> list[Person]:
        """People by id, unknown and erased ones left out; raises Unavailable when the table lags for 5 s."""
        # Consent that was just given or taken must count in the very next call of another service.
        await caught_up(self._pool, _NAME, [stream_of(person_id) for person_id in person_ids])
        rows = await self._pool.fetch(
            "SELECT * FROM people WHERE person_id = ANY($1::uuid[]) ORDER BY person_id", list(person_ids)
        )
        return [_person(row) for row in rows]


async def _apply(connection: Connection, event: RecordedEvent) -> None:
    match message := event.message:
        case events.PersonSignedUp():
            consent, profile = consent_of(message.consent), profile_of(message)
            await connection.execute(
                "INSERT INTO people (person_id, handle, display_name, time_zone, language,"
                " consent_memory, consent_training, consent_spark) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                message.person_id,
                message.handle,
                profile.display_name,
                profile.time_zone,
                profile.language,
                consent.memory,
                consent.training,
                consent.spark,
            )
        case events.ProfileChanged():
            profile = profile_of(message)
            await connection.execute(
                "UPDATE people SET display_name = $2, time_zone = $3, language = $4 WHERE person_id = $1",
                message.person_id,
                profile.display_name,
                profile.time_zone,
                profile.language,
            )
        case events.ConsentChanged():
            consent = consent_of(message.consent)
            await connection.execute(
                "UPDATE people SET consent_memory = $2, consent_training = $3, consent_spark = $4 WHERE person_id = $1",
                message.person_id,
                consent.memory,
                consent.training,
                consent.spark,
            )
        case events.PersonErased():
            await connection.execute("DELETE FROM people WHERE person_id = $1", message.person_id)
        case _:
            # A log-in, or an event of somebody who was erased since.
            pass


def _person(row: asyncpg.Record) -> Person:
    return Person(
        str(row["person_id"]),
        row["handle"],
        Profile(row["display_name"], row["time_zone"], row["language"]),
        Consent(row["consent_memory"], row["consent_training"], row["consent_spark"]),
    )


PEOPLE = Projection(_NAME, ("people",), (Subscription(_NAME, "identity", apply=_apply, projection=True),))
