# ruff: noqa: E501 - one field list a line.
"""What every answer has to satisfy: beside each question that must be refused stands a near one that is read."""

from __future__ import annotations

from datetime import date

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Subject

from .test_questions_strict import ASKER, LEXICON, NOW, entity

POTTERY = s.AppSpec(
    title="The pottery",
    currency="EUR",
    entities=[
        entity(
            "Firing", "date date", "kind choice bisque|glaze|raku", "minutes duration min", "heat number °C", "cost money EUR",
            "colours many red|blue|green", "quality rating", "note text", "who person",
        ),
        entity("Pot", "title text", "clay choice stoneware|porcelain", "weight integer g", "started date", "fired date", "maker person"),
        entity("Lesson", "date date", "lesson choice throwing|carving", "quality rating", "who person"),
    ],
)  # fmt: skip
_IDS = {"Firing": "who", "Pot": "maker", "Lesson": "who"}


def ask(question: str, name: str = "Firing") -> Reading:
    held = next(e for e in POTTERY.entities if e.name == name)
    beside = tuple(e for e in POTTERY.entities if e is not held)
    app = "00000000-0000-4000-8000-000000000001"
    about = Subject(POTTERY, held, True, (_IDS[name],), app, {}, date(2025, 11, 1), NOW.date(), beside=beside)
    return read(question, about, ASKER, LEXICON)


@pytest.mark.parametrize(
    ("refused", "answered"),
    [
        # Times, and what they come to.
        (
            "did we pay less often for raku in february than in january",
            "did we pay less for raku in february than in january",
        ),
        (
            "how much did I fire last week compared to the week before",
            "how many firings did I do last week compared to the week before",
        ),
        ("raku firings per week on average", "how many raku firings per week on average"),
        # One figure of all, and a figure for each.
        ("number of firings last week: me, Ben, Cleo?", "number of firings last week by Ben and Cleo together"),
        ("median minutes of a raku firing, everyone's", "median minutes of a raku firing for each of us"),
        ("what share of my firings were raku, and of Ben's", "what share of my firings were raku"),
        ("average minutes per firing and per week", "average minutes per week"),
        ("how much did raku cost each time last month", "how much did raku cost last month"),
        # Words that restrict.
        ("how many raku firings did I only ever do", "how many raku firings did I ever do"),
        ("average heat of a raku firing when I skipped glaze", "average heat of a raku firing"),
        ("do I do raku often?", "did I do raku in february?"),
        ("when did I do raku, and when before that", "when did I do raku"),
        # What everybody did, what is so of some, what is done by a kind.
        ("when was the last firing everyone joined", "when was the last firing"),
        ("how many firings are finished", "how many firings are there"),
        ("how many firings did I do first", "how many firings did I do"),
        ("when did I last do no raku", "when did I last do raku"),
        # Another figure than the one that is asked for.
        ("is the quality of raku better, and how was it", "is the quality of raku better than that of bisque"),
        ("my fastest firing by cost", "my cheapest firing"),
    ],
)
def test_one_word_makes_it_another_question(refused: str, answered: str) -> None:
    reading = ask(refused)
    near = ask(answered)

    assert not reading.computable, reading.plan and reading.plan.told
    assert near.computable, (near.problem, near.unplaced)


def test_what_a_question_asks_outright_is_read() -> None:
    reading = ask("what was the heat on the day with the lowest quality")

    assert not reading.computable, reading.plan and reading.plan.told


def test_which_of_us_has_not_is_a_question_of_people() -> None:
    reading = ask("which of us hasn't done any raku since new year")

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert {c.name for c in reading.plan.shown} == {"who"}


def test_who_has_none_has_the_least() -> None:
    reading = ask("who did raku least in february")

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert "JOIN_KIND_OUTER" in str(reading.plan.relation)


def test_what_is_done_best_is_a_kind_and_no_record_of_it() -> None:
    reading = ask("which lesson does Ben do best", "Lesson")

    assert not reading.computable, reading.plan and reading.plan.told
