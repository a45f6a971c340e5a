"""Questions over evenings that several spend together: who was there, what was done of what is listed, which years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.joint import read_jointly
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.related import with_logs
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PEOPLE = {"Ada": "p1", "Cem": "p2"}
NAMES = {"p1": "Ada", "p2": "Cem"}
SPEC = s.AppSpec(title="Game nights", currency="EUR")

Field = tuple[str, s.FieldType.ValueType, list[str]]


def _subject(name: str, people: tuple[str, ...], held: dict[str, list[str]], *fields: Field, times: int = 1) -> Subject:
    """A kind of record; each text of it stands in `times` records."""
    entity = SPEC.entities.add(name=name, label=name)
    for field, kind, choices in fields:
        entity.fields.add(name=field, label=field.replace("_", " "), type=kind, choices=choices)
    counts = {field: len(texts) * times for field, texts in held.items()}
    return Subject(SPEC, entity, bool(people), people, "app", held, date(2025, 11, 1), NOW.date(), counts)


GAMES = _subject(
    "Game",
    ("added_by",),
    {"name": ["Catan", "Azul", "Hive", "Tichu"]},
    ("name", s.FIELD_TYPE_TEXT, []),
    ("year", s.FIELD_TYPE_INTEGER, []),
    ("rounds", s.FIELD_TYPE_INTEGER, []),
    ("added_by", s.FIELD_TYPE_PERSON, []),
    ("added_on", s.FIELD_TYPE_DATE, []),
    ("tried_on", s.FIELD_TYPE_DATE, []),
    ("status", s.FIELD_TYPE_CHOICE, ["to play", "playing", "done"]),
)
PLAYED = _subject(
    "Played",
    ("chosen_by",),
    {"game": ["Catan", "Azul", "Hive"]},
    ("played_at", s.FIELD_TYPE_DATETIME, []),
    ("game", s.FIELD_TYPE_TEXT, []),
    ("chosen_by", s.FIELD_TYPE_PERSON, []),
    ("players", s.FIELD_TYPE_MULTI_CHOICE, ["Ada", "Cem"]),
    ("dozed_off", s.FIELD_TYPE_MULTI_CHOICE, ["Ada", "Cem"]),
    ("rounds", s.FIELD_TYPE_INTEGER, []),
    ("cost", s.FIELD_TYPE_MONEY, []),
    times=3,
)
ITEMS = _subject(
    "Item",
    ("added_by",),
    {"item": ["dice", "crisps"]},
    ("item", s.FIELD_TYPE_TEXT, []),
    ("added_by", s.FIELD_TYPE_PERSON, []),
    ("added_on", s.FIELD_TYPE_DATE, []),
    ("bought_on", s.FIELD_TYPE_DATE, []),
    ("price", s.FIELD_TYPE_MONEY, []),
)
LISTED = with_logs([GAMES, PLAYED, ITEMS])[0]


def ask(question: str, subject: Subject, asker: str = "p1") -> Reading:
    return read(question, subject, Asker(asker, NOW, PEOPLE, NAMES), LEXICON)


def relation_of(question: str, subject: Subject, asker: str = "p1") -> str:
    reading = ask(question, subject, asker)
    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.plan is not None
    return str(reading.plan.relation)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("how often did Cem doze off", "dozed_off"),
        ("how often did I doze off in february", "dozed_off"),
        ("who dozed off most often?", "dozed_off"),
        ("how many times did each of us doze off", "dozed_off"),
        ("how many evenings did Cem play in february", "players"),
        ("how many times did Cem choose in january", "chosen_by"),
        ("who chose most often", "chosen_by"),
    ],
)
def test_people_are_told_by_the_list_or_field_whose_word_is_said(question: str, field: str) -> None:
    others = {"dozed_off", "players", "chosen_by"} - {field}
    told = relation_of(question, PLAYED)
    assert f'column: "{field}"' in told
    assert not any(f'column: "{other}"' in told for other in others)


def test_of_a_list_that_no_word_names_nothing_is_told() -> None:
    assert not ask("how much did Cem spend in february", PLAYED).computable


def test_evenings_are_the_records_where_the_app_is_called_so() -> None:
    assert "FUNCTION_HOUR" not in relation_of("what did our evenings cost per month", PLAYED)
    assert "FUNCTION_HOUR" in relation_of("what did we spend in the evening", PLAYED)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("what is the oldest game", 'column: "year"'),
        ("how many games came out before 2010", "number_value: 2009"),
        ("which games are from before 1990", "number_value: 1990"),
    ],
)
def test_things_have_years_of_their_own(question: str, held: str) -> None:
    assert held in relation_of(question, GAMES)


def test_a_day_of_a_record_is_no_year_of_a_thing() -> None:
    assert 'column: "added_on"' in relation_of("how many games were added since 2026", GAMES)


def test_what_was_done_is_told_by_the_log() -> None:
    assert LISTED.logged == ("Played",)
    assert with_logs([GAMES, PLAYED, ITEMS])[1].logged == ()
    for question in ("how many times did we play Catan", "how many rounds did we play", "when did we last play Azul"):
        assert not ask(question, LISTED).computable, question
    assert ask("how many games are there", LISTED).computable
    assert not replace(LISTED, logged=()).logged


def test_counts_by_a_plural_add_up() -> None:
    assert "MEASURE_FUNCTION_SUM" in relation_of("how many rounds did we play in february", PLAYED)


def test_what_was_spent_goes_by_the_day_of_buying() -> None:
    assert 'column: "bought_on"' in relation_of("how much did we spend in february", ITEMS)
    assert not ask("how many items in february", ITEMS).computable


def test_a_mere_verb_is_nothing_to_tell_apart_by() -> None:
    assert not ask("spending per shop since january", PLAYED).computable


@pytest.mark.parametrize("said", ["are still waiting to be played", "are yet to be played", "have we not played yet"])
def test_what_is_yet_to_be_done_is_a_state(said: str) -> None:
    assert 'string_value: "to play"' in relation_of(f"how many games {said}", GAMES)


@pytest.mark.parametrize(
    ("question", "subject", "end"),
    [
        ("how long does a game sit on the list before we try it, on average", GAMES, "tried_on"),
        ("how many days do items wait on our list until we buy them", ITEMS, "bought_on"),
    ],
)
def test_what_waits_does_so_from_one_date_to_another(question: str, subject: Subject, end: str) -> None:
    told = relation_of(question, subject)
    assert all(held in told for held in ("FUNCTION_DAYS_BETWEEN", f'column: "{end}"', 'column: "added_on"'))
    assert not ask("how many days did we wait for the bus", subject).computable


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("which games have we never played", 1),
        ("which games haven't we played in february", 1),
        ("games we've played before but not since february", 2),
    ],
)
def test_what_was_never_done_is_on_the_list_and_not_in_the_log(question: str, times: int) -> None:
    asker = Asker("p1", NOW, PEOPLE, NAMES)
    reading = read_jointly(question, [(one, asker) for one in with_logs([GAMES, PLAYED, ITEMS])], LEXICON)
    assert reading is not None
    assert reading.plan is not None
    told = str(reading.plan.relation)
    assert told.count("JOIN_KIND_ANTI") == 1
    assert told.count("JOIN_KIND_") == times


def test_what_is_dearest_has_a_price() -> None:
    assert not ask("the priciest game for each of us", GAMES).computable
