"""Tables, extremes, comparisons and figures over figures, as questions ask for them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.adjectives import comparatives, superlatives
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.relations import check_relation

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PEOPLE = {"ana": "Ana", "ben": "Ben", "cleo": "Cleo"}
ASKER = Asker("Ana", NOW, PEOPLE, {name: name for name in PEOPLE.values()})
APP = "00000000-0000-4000-8000-000000000001"


def _field(name: str, kind: s.FieldType.ValueType, unit: str = "", choices: str = "", most: float = 0) -> s.Field:
    made = s.Field(
        name=name, label=name.replace("_", " "), type=kind, unit=unit, choices=choices.split("|") if choices else ()
    )
    if most:
        made.max = most
    return made


DIVES = s.AppSpec(
    title="Dive book",
    currency="EUR",
    entities=[
        s.Entity(
            name="Dive",
            label="Dive",
            fields=[
                _field("date", s.FIELD_TYPE_DATE),
                _field("diver", s.FIELD_TYPE_PERSON),
                _field("site", s.FIELD_TYPE_TEXT),
                _field("water", s.FIELD_TYPE_CHOICE, choices="lake|reef|quarry"),
                _field("seen", s.FIELD_TYPE_MULTI_CHOICE, choices="turtle|ray|eel|crab"),
                _field("duration", s.FIELD_TYPE_DURATION),
                _field("drift", s.FIELD_TYPE_NUMBER, "km"),
                _field("fee", s.FIELD_TYPE_MONEY),
                _field("rating", s.FIELD_TYPE_RATING, most=5),
                _field("note", s.FIELD_TYPE_TEXT),
            ],
        )
    ],
)  # fmt: skip
TEXTS = {"site": ["Blue Hole", "North Wall"], "note": ["needed a little turtle luck"]}


def ask(question: str) -> Reading:
    subject = Subject(DIVES, DIVES.entities[0], True, ("diver",), APP, TEXTS, date(2025, 11, 1), NOW.date())
    return read(question, subject, ASKER, LEXICON)


def planned(question: str) -> Plan:
    """The plan of a question that is wholly understood, its relation sound."""
    reading = ask(question)
    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.plan is not None
    check_relation(reading.plan.relation, {APP: DIVES})
    return reading.plan


@pytest.mark.parametrize(
    ("question", "told", "columns"),
    [
        (
            "minutes by month and water since december",
            "sum of duration by month and water",
            ["month", "water", "value"],
        ),
        ("average fee per logged day, month by month", "sum of fee per day, averaged by month", ["month", "value"]),
        ("longest dive of each of us, in minutes", "highest duration by diver", ["diver", "value"]),
        ("what is the dearest fee per water", "highest fee by water", ["water", "value"]),
        ("dives per person, most first", "number of records by diver", ["diver", "value"]),
        ("sites where we dived: total fee for each, highest first", "sum of fee by site", ["site", "value"]),
        ("each diver's average rating", "mean of rating by diver", ["diver", "value"]),
        # Values that are listed are told apart.
        ("how many lake, reef and quarry dives in february", "number of records", ["water", "value"]),
        ("how many lake and reef dives did i do", "number of records", ["water", "value"]),
        ("average duration of lake and quarry dives", "mean of duration", ["water", "value"]),
        ("my median duration in the lake and in the quarry", "median of duration", ["water", "value"]),
        ("my dives: average duration at blue hole and at north wall", "mean of duration", ["site", "value"]),
        # They are not where one figure is asked of all.
        ("how many lake and reef dives altogether", "number of records", ["count"]),
        ("how many lake or reef dives", "number of records", ["count"]),
        ("how many km did i drift in lake and reef", "sum of drift", ["drift"]),
        ("rank the sites by fee", "sum of fee by site", ["site", "value"]),
        # Several figures beside each other, in all or for each of what is told apart.
        (
            "number of dives and average rating per water",
            "number of records, mean of rating by water",
            ["water", "count", "rating"],
        ),
        ("mean and median fee since january", "mean of fee, median of fee", ["fee", "fee_1"]),
        (
            "how often did we dive at blue hole and what did it cost in total",
            "number of records, sum of fee",
            ["count", "fee"],
        ),
        (
            "north wall vs blue hole: how many dives and total minutes",
            "number of records, sum of duration by site",
            ["site", "count", "duration"],
        ),
        (
            "january vs february: number of dives and total fees",
            "number of records, sum of fee by period",
            ["period", "count", "fee"],
        ),
        (
            "for ben and me: number of dives, average duration",
            "number of records, mean of duration by diver",
            ["diver", "count", "duration"],
        ),
        (
            "for each of us: how many dives, and how many in the lake",
            "number of records, number of records (water = lake) by diver",
            ["diver", "count", "count_1"],
        ),
        (
            "per month: how many dives, and how much we spent",
            "number of records, sum of fee by month",
            ["month", "count", "fee"],
        ),
        # What is asked of each thing is a column of the list.
        (
            "which lake dives did we do in january, and how much was each",
            "records that match",
            ["site", "day", "diver", "fee", "duration", "drift"],
        ),
        ("january vs february by water: total fees", "sum of fee by month and water", ["month", "water", "value"]),
        (
            "what were the notes in february and on which dives",
            "records that match",
            ["note", "site", "day", "diver", "fee", "water"],
        ),
        ("average fee at blue hole and north wall", "mean of fee", ["site", "value"]),
        (
            "list the lake dives by duration, longest first",
            "records that match, by duration",
            ["site", "day", "diver", "fee", "duration", "drift"],
        ),
        # One figure that is asked for in two words is one.
        (
            "how has my rating moved, month by month? one average for each month",
            "mean of rating by month",
            ["month", "value"],
        ),
        ("what's a typical fee? the median please", "median of fee", ["fee"]),
        # Several figures, each with its own function, in a row for each of what is told apart.
        ("duration and drift per month", "sum of duration, sum of drift by month", ["month", "duration", "drift"]),
        (
            "total drift and average rating by water",
            "sum of drift, mean of rating by water",
            ["water", "drift", "rating"],
        ),
        (
            "my duration and fee this month vs last month",
            "sum of duration, sum of fee by period",
            ["period", "duration", "fee"],
        ),
        ("total and average fee per month", "sum of fee, mean of fee by month", ["month", "fee", "fee_1"]),
        ("number of dives and total per month", "number of records, sum of fee by month", ["month", "count", "fee"]),
        ("my dives: number, drift and fee", "number of records, sum of drift, sum of fee", ["count", "drift", "fee"]),
        (
            "average duration and drift per day",
            "mean of duration, mean of drift per day, averaged",
            ["duration", "drift"],
        ),
        (
            "duration and rating, lake vs reef, averages",
            "mean of duration, mean of rating by water",
            ["water", "duration", "rating"],
        ),
    ],
)
def test_tables_have_a_row_for_what_is_asked(question: str, told: str, columns: list[str]) -> None:
    plan = planned(question)

    assert plan.told == told
    assert [c.name for c in plan.shown] == columns


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("top 2 sites by average rating", "mean of rating by site, highest first"),
        ("the two sites we go to most often", "site by number of records"),
        ("which month was the dearest one, how much was it", "month with the highest sum of fee"),
        ("who had the cheapest one on a reef", "record with the lowest fee"),
        ("what did a reef dive cost us each time? date + fee", "records that match"),
        ("are reef dives getting dearer? average fee per month", "mean of fee by month"),
        ("what share of the fees went on reef dives each month", "share of water = reef in sum of fee"),
        ("share of reef dives among my dives", "share of water = reef"),
        (
            "how many dives in february, and how many of them were mine",
            "number of records, number of records (diver = Ana)",
        ),
        ("reef dives this year, dates and fees", "records that match"),
        ("ben or me, who's been diving more often this year", "number of records"),
        ("rank my top three diving sites by minutes", "sum of duration by site, highest first"),
        ("rank our top 3 sites by number of dives", "site by number of records"),
        ("our three commonest things in seen, with counts", "seen by number of records"),
        ("which weekday is the busiest, and how many dives is that", "number of records by weekday"),
        ("priciest dive since january - site, fee and day please", "record with the highest fee"),
        ("who had the longest duration in one go, and on what date?", "record with the highest duration"),
        (
            "on average, how many days go by from one dive to the next?",
            "mean days from one day with a record to the next",
        ),
        ("on how many days did we dive more than once", "more than once (number of records/day)"),
        ("kilometres per hour of each of us", "drift / duration by diver"),
        ("what share of the fees did each of us pay", "share of sum of fee by diver"),
        ("my longest dive: minutes, drift and when", "record with the highest duration"),
        ("last time i was at blue hole: when, and how many minutes", "latest record"),
        ("when did each of us last dive, and what was the site", "latest record of each"),
        ("typical dive at blue hole, median minutes", "median of duration"),
        ("what share of the minutes came from each water", "share of sum of duration by water"),
        ("dives by water, how many each", "number of records by water"),
        ("how many dives do we do a week on average, per month", "number of records per week, averaged by month"),
        (
            "which month had the highest average weekly duration",
            "month with the highest sum of duration per week, averaged",
        ),
        ("the most expensive site of each water", "highest fee by water"),
    ],
)
def test_more_forms_of_figures(question: str, told: str) -> None:
    assert planned(question).told == told


def test_a_day_compared_with_another_is_that_day_alone() -> None:
    plan = planned("minutes on 3 march compared with 3 february")

    assert [(span.first, span.last) for span in plan.spans] == [(date(2026, 3, 3),) * 2, (date(2026, 2, 3),) * 2]


def test_the_weekend_before_another_is_a_weekend() -> None:
    plan = planned("minutes last weekend vs the one before")

    assert [span.first for span in plan.spans] == [date(2026, 3, 7), date(2026, 2, 28)]


def test_the_record_that_is_most_of_each_is_told_with_its_day() -> None:
    plan = planned("longest dive of each of us, and when")

    assert [c.name for c in plan.shown] == ["diver", "duration", "site", "day"]


@pytest.mark.parametrize(
    "question", ["do we dive later at weekends than on weekdays", "which month did we dive the most per week"]
)
def test_no_other_figure_is_told_than_asked(question: str) -> None:
    assert not ask(question).computable


def test_my_last_few_are_mine() -> None:
    mine = ask("my last three dives with date and site")

    assert mine.facts is not None
    assert mine.facts.people == ["Ana"]


def test_my_top_is_of_my_records() -> None:
    mine, everybody = ask("my top three sites by minutes"), ask("our top three sites by minutes")

    assert mine.facts is not None
    assert mine.facts.people == ["Ana"]
    assert everybody.facts is not None
    assert not everybody.facts.people


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("did we dive more often in January or in February?", "who"),
        ("did we dive more often in January than in February?", "more"),
        ("were dives nicer in January or in February? mean rating", "who"),
        ("mean rating of dives with a turtle and of those without: which is higher?", "more"),
        ("fees per weekday in total - and which weekday is the strongest?", "who"),
    ],
)
def test_what_answers_a_comparison(question: str, verdict: str) -> None:
    assert planned(question).verdict == verdict


@pytest.mark.parametrize(
    "question",
    [
        "how much dearer is a reef dive than a lake dive on average? just the difference",
        "二月的fee比一月贵了多少",
        "二月的fee比一月便宜多少钱",
        "what is the difference between January and February in fees",
    ],
)
def test_a_difference_is_one_figure(question: str) -> None:
    plan = planned(question)

    assert plan.figure == "difference"
    assert plan.shown[0].unit == "EUR" or plan.shown[0].unit == ""


@pytest.mark.parametrize(
    "question",
    [
        # Which of time and pace is meant is not said.
        "was I faster in January than in February",
        # Three groupings.
        "fee by month, water and diver",
    ],
)
def test_what_does_not_say_enough_is_refused(question: str) -> None:
    assert not ask(question).computable


def test_half_of_a_remark_names_no_record() -> None:
    reading = ask("how many dives with a little turtle this year")

    assert reading.facts is not None
    assert all(c.field != "note" for c in reading.facts.conditions)


def test_adjectives_have_both_directions() -> None:
    values = {value for _, value, _ in superlatives()}

    assert {"max length", "min length", "max money", "min money", "max good", "min good", "max", "min"} <= values
    assert {name for name, _, _ in comparatives()} == {"more", "less"}
