"""Everybody's cards, latest first."""

from __future__ import annotations

from datetime import date

from madeleine.spark.v1 import events_pb2 as events
from madeleine.spark.v1.spark_pb2 import SparkCard
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection, Pool
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection, caught_up
from madeleine_common.rpc.paging import decode_token, encode_token
from madeleine_spark.domain.sparks import stream_of

_NAME = "spark-cards"


class CardList:
    """The read model; an answer is never older than the question."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, person_id: str, size: int, token: str) -> tuple[list[SparkCard], str]:
        """A person's cards by day, latest first, and the next page's token; raises Invalid, Unavailable."""
        after = decode_token(token, str, str)
        await caught_up(self._pool, _NAME, [stream_of(person_id)])
        rows = await self._pool.fetch(
            "SELECT day, spark_id, card, rating FROM sparks WHERE person_id = $1"
            " AND ($2::date IS NULL OR (day, spark_id) < ($2, $3::uuid)) ORDER BY day DESC, spark_id DESC LIMIT $4",
            person_id,
            date.fromisoformat(str(after[0])) if after else None,
            after[1] if after else None,
            size + 1,
        )
        cards: list[SparkCard] = []
        for row in rows[:size]:
            card = SparkCard.FromString(row["card"])
            card.rating = row["rating"]
            cards.append(card)
        more = len(rows) > size
        return cards, encode_token(cards[-1].day, cards[-1].spark_id) if more else ""


async def _apply(connection: Connection, event: RecordedEvent) -> None:
    match message := event.message:
        case events.SparkMade():
            await connection.execute(
                "INSERT INTO sparks (spark_id, person_id, day, card, rating) VALUES ($1, $2, $3, $4, 0)",
                message.card.spark_id,
                message.card.person_id,
                date.fromisoformat(message.card.day),
                message.card.SerializeToString(deterministic=True),
            )
        case events.SparkRated():
            await connection.execute(
                "UPDATE sparks SET rating = $2 WHERE spark_id = $1", message.spark_id, message.rating
            )
        case _:
            pass


async def _erase(connection: Connection, event: RecordedEvent) -> None:
    await connection.execute("DELETE FROM sparks WHERE person_id = $1", event.stream_id.removeprefix("person-"))


CARDS = Projection(_NAME, ("sparks",), (Subscription(_NAME, "spark", apply=_apply, projection=True),))
ERASURE = Subscription("spark-erasure", "identity", apply=_erase, types=(PERSON_ERASED,))
