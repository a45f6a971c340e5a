"""Questions about things that wait on a list, are begun and done with: how long a list is, both dates, rates."""

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


def ask(question: str) -> Reading:
    """The question read over the games of two people."""
    spec = s.AppSpec(title="Our games")
    game = spec.entities.add(name="Game", label="Game")
    for name, kind, choices in (
        ("title", s.FIELD_TYPE_TEXT, []),
        ("player", s.FIELD_TYPE_PERSON, []),
        ("status", s.FIELD_TYPE_CHOICE, ["want to play", "playing", "finished"]),
        ("levels", s.FIELD_TYPE_INTEGER, []),
        ("pages", s.FIELD_TYPE_INTEGER, []),
        ("minutes", s.FIELD_TYPE_DURATION, []),
        ("started", s.FIELD_TYPE_DATE, []),
        ("finished", s.FIELD_TYPE_DATE, []),
    ):
        game.fields.add(name=name, label=name, type=kind, choices=choices)
    texts = {"title": ["Zorbo", "Quill Quest"]}
    subject = Subject(spec, game, True, ("player",), "app", texts, date(2025, 11, 1), NOW.date())
    return read(question, subject, Asker("p1", NOW, {"Ada": "p1", "Cem": "p2"}), LEXICON)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("whose want-to-play list is longer, mine or Cem's?", "number of records"),
        ("who has the shortest want to play list", "number of records by player, lowest first"),
        ("how long is my want-to-play list", "number of records"),
        ("how many games are on each of our want-to-play lists", "number of records by player"),
        ("which games are still on my want-to-play list", "records that match"),
        ("how many pages an hour do i play? total pages over total time", "pages / minutes"),
        ("每小时多少页", "pages / minutes"),
        ("sum of levels for each: playing, finished", "sum of levels"),
        ("average levels over all the games", "mean of levels"),
        ("who has the most minutes? all of us side by side", "sum of minutes by player"),
    ],
)
def test_figures_of_lists(question: str, told: str) -> None:
    reading = ask(question)

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert reading.plan.told == told


@pytest.mark.parametrize(
    "question",
    [
        "when did I start Zorbo and when was I done",
        "when did I start and finish Zorbo",
        "Zorbo: started when, finished when?",
        "我什么时候开始玩Zorbo，什么时候结束的",
    ],
)
def test_both_dates_are_shown(question: str) -> None:
    reading = ask(question)

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert reading.facts is not None
    assert {"day", "finished"} <= {c.name for c in reading.plan.shown}
    assert [c.field for c in reading.facts.conditions] == ["title"]


def test_the_longest_thing_on_a_list_is_no_longest_list() -> None:
    reading = ask("the longest game by minutes on my want-to-play list")

    assert reading.plan is not None
    assert "minutes" in reading.plan.told


@pytest.mark.parametrize(
    ("question", "told", "shown"),
    [
        (
            "who finished the most games and how many pages was that",
            "number of records by player, highest first; sum of pages",
            ["player", "value", "pages"],
        ),
        (
            "who has the most pages and in how many games",
            "sum of pages by player, highest first; number of records",
            ["player", "value", "count"],
        ),
        ("从哪天到哪天在玩Zorbo", "相符的记录", ["day", "title", "player", "finished", "status", "levels"]),
        ("start and finish dates of Zorbo", "records that match", ["day", "title", "player", "finished"]),
        ("which games took me longer than three weeks", "records that match", ["day", "title"]),
        ("how many games took less than a week to finish", "number of records", ["count"]),
    ],
)
def test_what_is_told_besides(question: str, told: str, shown: list[str]) -> None:
    reading = ask(question)

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert reading.plan.told == told
    assert {c.name for c in reading.plan.shown} >= set(shown)
