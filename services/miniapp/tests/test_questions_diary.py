"""Questions to a diary: days that say of which entries, times that come again, ticks, in English and Chinese."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.wording import describe
from madeleine_miniapp.domain.relations import check_relation

_LEXICON = Lexicon(PackagedLibrary().all())
_NOW = datetime(2026, 5, 20, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def _diary() -> s.AppSpec:
    spec = s.AppSpec(title="Diary")
    entry = spec.entities.add(name="Entry")
    entry.fields.add(name="at", type=s.FIELD_TYPE_DATETIME)
    entry.fields.add(name="mood", type=s.FIELD_TYPE_RATING).max = 10
    entry.fields.add(name="energy", type=s.FIELD_TYPE_CHOICE).choices.extend(["low", "ok", "high"])
    entry.fields.add(name="sleep", type=s.FIELD_TYPE_NUMBER, unit="h")
    feelings = entry.fields.add(name="feelings", type=s.FIELD_TYPE_MULTI_CHOICE)
    feelings.choices.extend(["happy", "tired", "anxious", "sad", "lonely"])
    activities = entry.fields.add(name="activities", type=s.FIELD_TYPE_MULTI_CHOICE)
    activities.choices.extend(["exercise", "work", "friends", "outdoors"])
    entry.fields.add(name="note", type=s.FIELD_TYPE_TEXT)
    return spec


def _meals() -> s.AppSpec:
    spec = s.AppSpec(title="Meals")
    meal = spec.entities.add(name="Meal")
    meal.fields.add(name="at", type=s.FIELD_TYPE_DATETIME)
    meal.fields.add(name="dish", type=s.FIELD_TYPE_TEXT)
    meal.fields.add(name="calories", type=s.FIELD_TYPE_INTEGER, unit="kcal")
    meal.fields.add(name="protein", type=s.FIELD_TYPE_INTEGER, unit="g")
    meal.fields.add(name="tags", type=s.FIELD_TYPE_MULTI_CHOICE).choices.extend(["homemade", "takeaway", "sweet"])
    return spec


_SPECS = {"diary": _diary(), "meals": _meals()}


def ask(question: str, app: str = "diary") -> Reading:
    spec = _SPECS[app]
    subject = Subject(spec, spec.entities[0], False, (), app, {}, date(2025, 11, 1), _NOW.date())
    return read(question, subject, Asker("Mei", _NOW, {"mei": "Mei"}, {"Mei": "Mei"}), _LEXICON)


def told(question: str, app: str = "diary") -> str:
    """What is computed, of which records."""
    reading = ask(question, app)
    assert reading.computable, (reading.unplaced, reading.problem)
    assert reading.plan is not None
    check_relation(reading.plan.relation, _SPECS)
    return describe(reading, _NOW.date(), "en", {}).rpartition(", all records")[0]


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("avg mood on days i felt lonely", "mean of mood, feelings = lonely"),
        ("mean sleep on the days when I was with friends", "mean of sleep, activities = friends"),
        ("mood on nights i slept under 6 hours, average", "mean of mood, slept under 6 hours"),
        ("难过的日子里我平均睡多久", "平均：sleep, feelings = sad"),
        ("which feeling do I tick most on days with low energy", "feelings by number of records, energy = low"),
    ],
)
def test_days_only_say_of_which_entries(question: str, reading: str) -> None:
    assert told(question) == reading


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        (
            "average protein on days with more than 2000 kcal",
            "sum of protein per day, averaged, days: more than 2000 kcal",
        ),
        ("average calories on days I had takeaway", "sum of calories per day, averaged, days: tags = takeaway"),
    ],
)
def test_days_are_whole_days_where_one_record_does_not_tell_of_its_day(question: str, reading: str) -> None:
    assert told(question, "meals") == reading


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("are my mornings better than my evenings, mood wise", "more"),
        ("do i feel better in the morning or in the evening", "who"),
        ("when do I feel worst, mornings or evenings?", "least"),
        ("average mood on mondays vs fridays", ""),
        ("Do I sleep longer on saturdays than on sundays?", "more"),
        ("Do I feel better on saturdays or sundays?", "who"),
        ("is my mood lower on thursdays than on other days?", "less"),
        ("我早上的心情比晚上好吗", "more"),
        ("周一和周五哪天心情更好", "who"),
    ],
)
def test_times_that_come_again_are_compared(question: str, verdict: str) -> None:
    plan = ask(question).plan
    assert plan is not None
    assert plan.key in ("days", "hours")
    assert plan.verdict == verdict


@pytest.mark.parametrize("question", ["entries before 9 am or after 11 pm, how many?", "mood mornings"])
def test_times_that_are_not_compared_are_not(question: str) -> None:
    plan = ask(question).plan
    assert plan is None or plan.key != "hours"
