"""An answer has the form that was asked for: a person, a time of day, a row for each, as many figures as were asked."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PEOPLE = {"ana": "Ana", "ben": "Ben", "cleo": "Cleo"}
ASKER = Asker("Ana", NOW, PEOPLE, {name: name for name in PEOPLE.values()})
GARDEN = s.AppSpec(
    title="The garden",
    currency="EUR",
    entities=[
        s.Entity(
            name="Job",
            label="Job",
            fields=[
                s.Field(name="done_at", label="Done at", type=s.FIELD_TYPE_DATETIME),
                s.Field(name="task", label="Task", type=s.FIELD_TYPE_TEXT),
                s.Field(name="kind", label="Kind", type=s.FIELD_TYPE_CHOICE, choices=["weeding", "digging", "mowing"]),
                s.Field(name="place", label="Place", type=s.FIELD_TYPE_TEXT),
                s.Field(name="minutes", label="Minutes", type=s.FIELD_TYPE_DURATION, unit="min"),
                s.Field(name="who", label="Who", type=s.FIELD_TYPE_PERSON),
            ],
        )
    ],
)


def ask(question: str) -> Reading:
    about = Subject(
        GARDEN,
        GARDEN.entities[0],
        True,
        ("who",),
        "00000000-0000-4000-8000-000000000001",
        {},
        date(2025, 11, 1),
        NOW.date(),
    )
    return read(question, about, ASKER, LEXICON)


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("who did the weeding on 3 march?", {"who"}),
        ("at what time did Ben do the mowing yesterday?", {"at_what_time"}),
        ("where did Cleo dig last week?", {"place"}),
        ("average minutes of weeding for each month", {"month", "value"}),
        ("each person's longest mowing", {"who", "value"}),
        ("which of us did the digging on 2 march?", {"who"}),
    ],
)
def test_what_is_asked_stands_in_the_columns(question: str, columns: set[str]) -> None:
    reading = ask(question)

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert columns <= {c.name for c in reading.plan.shown}


@pytest.mark.parametrize(
    "question",
    [
        # Two figures, two sums, a person beside a figure.
        "how many weedings in january and what do they add up to?",
        "average minutes of weeding and average minutes of digging",
        "how many mowings were there in february, and who did them?",
        "minutes on weeding, and on digging",
        # Every one of us; a day that all share; whose turn.
        "did everyone do some weeding this week?",
        "when did all of us last dig on the same day?",
        "whose turn is the mowing?",
        # What a single record cannot tell, and another unit.
        "did I mow the day I dug most?",
        "total minutes for every Saturday in February",
    ],
)
def test_an_answer_of_another_form_is_none(question: str) -> None:
    reading = ask(question)

    assert not reading.computable, reading.plan and reading.plan.told


def test_what_i_did_for_all_of_us_is_mine() -> None:
    reading = ask("how many minutes have I weeded for all of us this year")

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.facts is not None
    assert reading.facts.people == ["Ana"]


def test_the_average_of_each_month_is_of_its_records() -> None:
    reading = ask("one average of minutes for each month")

    assert reading.plan is not None
    assert (reading.plan.key, reading.plan.told) == ("month", "mean of minutes by month")
