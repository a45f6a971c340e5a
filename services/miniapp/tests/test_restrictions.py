"""What restricts the records that a question is about: limits, hours and weekdays, values that are there or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions import recurring
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.rewording import asked
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.relations import check_relation

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
APP = "00000000-0000-4000-8000-000000000001"


def _climbs() -> Subject:
    """A log of climbs, of no blueprint."""
    spec = s.AppSpec(title="Climbing log", currency="EUR")
    entity = spec.entities.add(name="Climb", label="climb")
    for name, kind in (
        ("climbed_at", s.FIELD_TYPE_DATETIME), ("route", s.FIELD_TYPE_TEXT), ("height", s.FIELD_TYPE_NUMBER),
        ("duration", s.FIELD_TYPE_DURATION), ("score", s.FIELD_TYPE_RATING), ("fee", s.FIELD_TYPE_MONEY),
        ("style", s.FIELD_TYPE_CHOICE), ("gear", s.FIELD_TYPE_MULTI_CHOICE), ("remark", s.FIELD_TYPE_TEXT),
    ):  # fmt: skip
        entity.fields.add(name=name, label=name.replace("_", " "), type=kind)
    entity.fields[2].unit = "m"
    entity.fields[4].max = 10
    entity.fields[6].choices.extend(["lead", "toprope", "solo"])
    entity.fields[7].choices.extend(["rope", "chalk", "helmet"])
    return Subject(spec, entity, False, (), APP, {}, date(2025, 11, 1), NOW.date())


def ask(question: str) -> Reading:
    return read(question, _climbs(), Asker("p1", NOW, {}), LEXICON)


def _told(reading: Reading) -> str:
    assert reading.computable, reading
    assert reading.plan is not None
    check_relation(reading.plan.relation, {APP: reading.subject.spec})
    return str(reading.plan.relation)


@pytest.mark.parametrize(
    ("question", "field", "signs", "numbers"),
    [
        ("how many climbs higher than 20 metres", "height", ["GREATER"], [20]),
        ("how many climbs of 20 m or more this year", "height", ["GREATER_OR_EQUAL"], [20]),
        ("how many climbs were no higher than 20 m", "height", ["LESS_OR_EQUAL"], [20]),
        ("how many climbs between 10 and 20 m", "height", ["GREATER_OR_EQUAL", "LESS_OR_EQUAL"], [10, 20]),
        ("how many climbs got a 9 or better", "score", ["GREATER_OR_EQUAL"], [9]),
        ("how many climbs scored 10 out of 10", "score", ["EQUAL"], [10]),
        ("how many climbs lasted over half an hour", "duration", ["GREATER"], [30]),
        ("how many climbs lasted more than an hour", "duration", ["GREATER"], [1]),
        ("how many climbs with score <4", "score", ["LESS"], [4]),
        ("score 8及以上的有几次", "score", ["GREATER_OR_EQUAL"], [8]),
    ],
)
def test_limits_in_their_wordings(question: str, field: str, signs: list[str], numbers: list[float]) -> None:
    told = _told(ask(question))
    assert f'column: "{field}"' in told
    assert all(f"FUNCTION_{sign}\n" in told for sign in signs)
    assert all(f"number_value: {number}" in told for number in numbers)


@pytest.mark.parametrize(
    ("question", "lacks", "field"),
    [
        ("how many climbs still have no fee", True, "fee"),
        ("how many climbs did I forget to enter the height for", True, "height"),
        ("what is the average height of my climbs? skip those with no fee", False, "fee"),
        ("average height of lead climbs, leave out the ones where I didn't note a score", False, "score"),
        ("what percentage of climbs have a remark", False, "remark"),
        ("平均height是多少？没记fee的不算", False, "fee"),
    ],
)
def test_values_that_are_there_or_not(question: str, lacks: bool, field: str) -> None:
    reading = ask(question)
    told = _told(reading)
    assert f'column: "{field}"' in told
    assert "FUNCTION_IS_MISSING" in told
    assert ("FUNCTION_NOT\n" not in told) is lacks


def test_what_is_left_out_by_another_name_is_not_guessed() -> None:
    # Whose the watch is may restrict; a price of nothing known may, too.
    assert not ask("average height of climbs, only those that have a sponsor").computable
    assert not ask("how many climbs in the gym with a sauna").computable


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("climbs at 7 pm or later", "hour", "19-24"),
        ("climbs between 2 and 4 pm", "hour", "14-16"),
        ("climbs before noon", "hour", "0-12"),
        ("climbs in the evenings", "hour", "18-24"),
        ("下午3点以后", "hour", "15-24"),
        ("on tuesdays and fridays", "on_weekday", "2,5"),
        ("tue to thu", "on_weekday", "2,3,4"),
        ("saturdays or sundays", "weekend", ""),
        ("monday to friday", "workdays", ""),
        ("monday to sunday", "all_week", ""),
    ],
)
def test_times_that_come_again(text: str, name: str, value: str) -> None:
    assert (name, value) in [(r.name, r.value) for r in recurring.find(asked(text))]


@pytest.mark.parametrize("text", ["after 6 climbs", "past 2000 metres", "under 9 m", "more than 5"])
def test_what_is_counted_is_no_hour(text: str) -> None:
    assert not list(recurring.find(asked(text)))


def test_a_window_of_the_latest_records() -> None:
    told = _told(ask("average height of my last 4 climbs"))
    assert "limit: 4" in told
    assert told.index("group") < told.index("limit: 4")


def test_choices_that_were_never_made_and_days_of_which_none_is_such() -> None:
    assert _told(ask("which gear have I never used this month")).count("MEASURE_FUNCTION_COUNT") == 3
    told = _told(ask("on how many days did I climb but never with a helmet"))
    assert "JOIN_KIND_ANTI" in told


def test_days_are_told_once_where_days_are_asked_for() -> None:
    reading = ask("which days did I go on toprope")
    _told(reading)
    assert reading.plan is not None
    assert [shown.name for shown in reading.plan.shown] == ["day"]


def test_yes_or_no_about_any_day() -> None:
    reading = ask("did I climb more than 50 m on any day this month")
    _told(reading)
    assert reading.plan is not None
    assert reading.plan.verdict == "any"


def test_sentences_that_lack_something_are_no_chatter() -> None:
    shared = replace(_climbs(), shared=True)
    reading = read("Some climbs carry no sponsor. Which ones are they?", shared, Asker("p1", NOW, {}), LEXICON)
    assert not reading.computable


def test_a_quantity_of_the_first_records_is_no_record() -> None:
    told = _told(ask("fee of my first 3 climbs this year"))
    assert "MEASURE_FUNCTION_SUM" in told
    assert "limit: 3" in told


def test_two_limits_on_two_fields() -> None:
    told = _told(ask("how many climbs over 20 m and with a score under 5"))
    assert "FUNCTION_GREATER\n" in told
    assert "FUNCTION_LESS\n" in told


def test_a_word_that_remarks_mention_is_no_choice() -> None:
    told = _told(ask("how many climbs mention chalk"))
    assert "FUNCTION_CONTAINS" in told
    assert 'column: "remark"' in told


def test_what_must_be_ticked_at_once() -> None:
    both = _told(ask("how many climbs with both rope and chalk"))
    assert "FUNCTION_OR" not in both
    assert both.count("FUNCTION_IN\n") == 2
    assert "FUNCTION_OR" in _told(ask("how many climbs with rope or chalk"))


@pytest.mark.parametrize(
    "question",
    [
        "how many climbs were done within a week",
        "height in the last week of the year",
        "climbs around 8 pm, how many",
        "how many climbs every other day in march",
        "who is on which route right now",
    ],
)
def test_what_may_restrict_and_is_not_known_is_refused(question: str) -> None:
    assert not ask(question).computable
