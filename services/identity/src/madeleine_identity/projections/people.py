"""Everybody's profile by id, for other services and for finding a friend."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import asyncpg

from madeleine.identity.v1 import events_pb2 as events
from madeleine_common.bus.consumer import Subscription
from madeleine_common.db import Connection, Pool
from madeleine_common.errors import Unavailable
from madeleine_common.events import RecordedEvent
from madeleine_identity.domain.person import Consent, Person, Profile, consent_of, profile_of, stream_of

_NAME = "identity-people"
_WAIT_S, _EVERY_S = 5.0, 0.02
# Streams whose newest events have not reached the table yet.
_BEHIND = """
SELECT count(*) FROM (
    SELECT stream_id, max(version) AS head FROM events WHERE stream_id = ANY($1::text[]) GROUP BY stream_id
) e LEFT JOIN stream_positions p ON p.stream_id = e.stream_id AND p.projection = $2
WHERE coalesce(p.version, 0) < e.head
"""


class People:
    """The read model; an answer is never older than the question."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, person_ids: Sequence[str]) -> list[Person]:
        """People by id, unknown and erased ones left out; raises Unavailable when the table lags for 5 s."""
        await self._caught_up([stream_of(person_id) for person_id in person_ids])
        rows = await self._pool.fetch(
            "SELECT * FROM people WHERE person_id = ANY($1::uuid[]) ORDER BY person_id", list(person_ids)
        )
        return [_person(row) for row in rows]

    async def _caught_up(self, streams: list[str]) -> None:
        # Consent that was just given or taken must count in the very next call of another service.
        end = time.monotonic() + _WAIT_S
        while await self._pool.fetchval(_BEHIND, streams, _NAME):
            if time.monotonic() > end:
                raise Unavailable("profiles are being brought up to date; try again")
            await asyncio.sleep(_EVERY_S)


def subscription() -> Subscription:
    """Keeps the read model."""
    return Subscription(_NAME, "identity", apply=_apply, projection=True)


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
