"""A person's cards, from the events of the stream sparks-<person id>."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from google.protobuf.message import Message

from madeleine.spark.v1 import events_pb2 as events
from madeleine.spark.v1.spark_pb2 import SPARK_RATING_DISMISSED, SPARK_RATING_UNSPECIFIED, SparkCard, SparkRating

Decided: TypeAlias = list[Message]


@dataclass(frozen=True, slots=True)
class Judged:
    """A card and what the person said of it."""

    card: SparkCard
    rating: SparkRating.ValueType = SPARK_RATING_UNSPECIFIED
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When cards come by themselves: local time of day, "HH:MM"."""

    enabled: bool = False
    time_of_day: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Sparks:
    """All cards of one person by id, the days on which there was nothing to say, and their schedule."""

    cards: Mapping[str, Judged] = field(default_factory=dict[str, Judged])
    skipped: frozenset[str] = frozenset()
    schedule: Schedule = Schedule()

    def of_day(self, day: str) -> SparkCard | None:
        """The day's card."""
        return next((judged.card for judged in self.cards.values() if judged.card.day == day), None)

    def dismissed(self) -> tuple[str, ...]:
        """What unwelcome cards were about, and what the person said of them."""
        unwelcome = [judged for judged in self.cards.values() if judged.rating == SPARK_RATING_DISMISSED]
        return tuple(f"{judged.card.title} {judged.comment}" for judged in unwelcome)


def stream_of(person_id: str) -> str:
    """The stream of a person's cards."""
    return f"sparks-{person_id}"


def subject_of(person_id: str) -> str:
    """The data subject whose key seals them."""
    return f"person:{person_id}"


def make(state: Sparks, card: SparkCard, model_output: str) -> Decided:
    """A new card; nothing if the day has one already."""
    if state.of_day(card.day) is not None:
        return []
    return [events.SparkMade(card=card, model_output=model_output)]


def skip(state: Sparks, person_id: str, day: str, reason: str) -> Decided:
    """A day without a card; nothing if the day is done already."""
    if day in state.skipped or state.of_day(day) is not None:
        return []
    return [events.SparkSkipped(person_id=person_id, day=day, reason=reason)]


def rate(state: Sparks, spark_id: str, rating: SparkRating.ValueType, comment: str) -> Decided:
    """What the person says of a card; nothing if they said so already; raises KeyError for an unknown card."""
    judged = state.cards[spark_id]
    if (judged.rating, judged.comment) == (rating, comment):
        return []
    return [events.SparkRated(spark_id=spark_id, person_id=judged.card.person_id, rating=rating, comment=comment)]


def schedule(state: Sparks, person_id: str, wish: Schedule) -> Decided:
    """When cards shall come; nothing if it is so already."""
    if wish == state.schedule:
        return []
    return [
        events.SparkScheduleChanged(
            person_id=person_id, enabled=wish.enabled, time_of_day=wish.time_of_day, time_zone=wish.time_zone
        )
    ]


def evolve(state: Sparks, event: Message) -> Sparks:
    """The state after an event."""
    match event:
        case events.SparkMade():
            return replace(state, cards={**state.cards, event.card.spark_id: Judged(event.card)})
        case events.SparkSkipped():
            return replace(state, skipped=state.skipped | {event.day})
        case events.SparkRated():
            judged = replace(state.cards[event.spark_id], rating=event.rating, comment=event.comment)
            return replace(state, cards={**state.cards, event.spark_id: judged})
        case events.SparkScheduleChanged():
            return replace(state, schedule=Schedule(event.enabled, event.time_of_day, event.time_zone))
        case _:
            return state


def shown(judged: Judged) -> SparkCard:
    """The card as its person sees it, with their rating."""
    card = SparkCard()
    card.CopyFrom(judged.card)
    card.rating = judged.rating
    return card
