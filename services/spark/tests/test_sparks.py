"""Given/when/then of a person's cards."""

from __future__ import annotations

import pytest

from madeleine.spark.v1 import events_pb2 as events
from madeleine.spark.v1.spark_pb2 import SPARK_RATING_DISMISSED, SPARK_RATING_KEPT, SparkCard
from madeleine_common.testing import Scenario
from madeleine_spark.domain import sparks
from madeleine_spark.domain.sparks import Schedule, Sparks

CARD = SparkCard(spark_id="s1", person_id="p", day="2026-03-18", title="Bees", body="They dance.")
MADE = events.SparkMade(card=CARD, model_output="{}")


def scenario() -> Scenario[Sparks]:
    return Scenario(Sparks(), sparks.evolve)


def test_a_day_has_one_card() -> None:
    scenario().when(lambda s: sparks.make(s, CARD, "{}")).then(MADE)
    another = SparkCard(spark_id="s2", person_id="p", day="2026-03-18")
    scenario().given(MADE).when(lambda s: sparks.make(s, another, "")).then()


def test_a_day_is_skipped_once_and_never_after_its_card() -> None:
    skipped = events.SparkSkipped(person_id="p", day="2026-03-18", reason="quiet")
    scenario().when(lambda s: sparks.skip(s, "p", "2026-03-18", "quiet")).then(skipped)
    for past in (skipped, MADE):
        scenario().given(past).when(lambda s: sparks.skip(s, "p", "2026-03-18", "quiet")).then()


def test_the_last_judgement_counts_and_dismissed_topics_are_known() -> None:
    kept = events.SparkRated(spark_id="s1", person_id="p", rating=SPARK_RATING_KEPT)
    dismissed = events.SparkRated(spark_id="s1", person_id="p", rating=SPARK_RATING_DISMISSED, comment="no bees")
    given = scenario().given(MADE, kept)
    given.when(lambda s: sparks.rate(s, "s1", SPARK_RATING_KEPT, "")).then()
    state = given.when(lambda s: sparks.rate(s, "s1", SPARK_RATING_DISMISSED, "no bees")).then(dismissed)
    assert state.dismissed() == ("Bees no bees",)
    assert sparks.shown(state.cards["s1"]).rating == SPARK_RATING_DISMISSED
    assert CARD.rating == 0
    with pytest.raises(KeyError):
        sparks.rate(state, "s2", SPARK_RATING_KEPT, "")


def test_a_schedule_changes_when_it_changes() -> None:
    wish = Schedule(True, "07:30", "Europe/Paris")
    changed = events.SparkScheduleChanged(person_id="p", enabled=True, time_of_day="07:30", time_zone="Europe/Paris")
    assert scenario().when(lambda s: sparks.schedule(s, "p", wish)).then(changed).schedule == wish
    scenario().given(changed).when(lambda s: sparks.schedule(s, "p", wish)).then()
