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
    said = describe(reading, _NOW.date(), "en", {})
    return said.replace("，", ", ").removesuffix(", Diary").removesuffix(", Meals").removesuffix(", all records")


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


@pytest.mark.parametrize(
    ("question", "reading", "verdict"),
    [
        ("am i happier when i exercise?", "mean of mood, activities = exercise", "more"),
        ("do i sleep less when i'm anxious?", "mean of sleep, feelings = anxious", "less"),
        ("Does being outdoors lift my mood? Compare", "mean of mood, activities = outdoors", "more"),
        ("is my mood any different when i see friends? averages please", "mean of mood, activities = friends", ""),
        ("do i feel better if i sleep more than 7 hours", "mean of mood", "more"),
        ("mood when i exercise vs when i don't exercise", "mean of mood, activities = exercise", ""),
        ("运动的时候我心情更好吗", "平均：mood, activities = exercise", "more"),
        ("运动的那些天心情平均几分，没运动的呢", "平均：mood, activities = exercise", ""),
        ("does mood go up with sleep? mean for 8h+ vs under 7", "mean of mood", "more"),
        ("average mood with 8h or more sleep vs under 7", "mean of mood", ""),
        ("average mood with 7 hours of sleep or more vs less than that", "mean of mood", ""),
        ("average mood with 7 hours of sleep or more vs less", "mean of mood", ""),
        (
            "am i happier after a decent night? average mood with 7 hours of sleep or more vs less",
            "mean of mood",
            "more",
        ),
        ("am i grumpier on work days? with work and without", "mean of mood, activities = work", "less"),
        ("is my mood better after 8+ hours of sleep than after less than 7?", "mean of mood", "more"),
        ("睡不到6小时和睡8小时以上的时候心情平均各几分", "平均：mood", ""),
        (
            "do friends cheer me up? mean mood with friends ticked vs without",
            "mean of mood, activities = friends",
            "more",
        ),
        (
            "does exercise help my mood? with it ticked against all the others",
            "mean of mood, activities = exercise",
            "more",
        ),
        ("work vs no work, average mood - does it bring me down?", "mean of mood, activities = work", "less"),
        ("does work ruin my sleep? average with work versus not", "mean of sleep, activities = work", "less"),
        ("average mood with friends vs without (should be higher i hope)", "mean of mood, activities = friends", ""),
        ("how does my mood with friends compare to without", "mean of mood, activities = friends", ""),
    ],
)
def test_entries_with_something_are_held_against_the_others(question: str, reading: str, verdict: str) -> None:
    assert told(question) == reading
    plan = ask(question).plan
    assert plan is not None
    assert plan.key in ("records", "days")
    assert plan.verdict == verdict


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("what was my average mood with more than 5 and less than 7 hours of sleep", "mean of mood"),
        ("average mood when i slept between 6 and 8 hours", "mean of mood"),
        ("average mood after nights of less than 6 hours", "mean of mood"),
        ("average mood per month", "mean of mood by month"),
        ("average sleep per month", "mean of sleep by month"),
        ("average number of entries per week", "number of records per week, averaged over weeks that have one"),
        ("has my sleep gotten worse? past 14 days against the 14 days before that", "mean of sleep"),
        ("哪种情绪我勾得最多", "feelings出现的次数"),
        ("number of days with at least one mood of 8", "number of days"),
        ("on what share of days was i outdoors", "share of activities = outdoors in number of days"),
    ],
)
def test_what_is_computed(question: str, reading: str) -> None:
    plan = ask(question).plan
    assert plan is not None
    assert plan.told == reading


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("ok so how many times did i feel lonely this year?", "number of records, feelings = lonely"),
        ("ok energy entries this month, how many", "number of records, energy = ok"),
        ("how many notes did I write in february", "number of records, note ✓"),
        ("how many 9s did i give", "number of records, mood = 9"),
        ("how many days since my last 9 or better", "days since the latest such record, 9 or better"),
        ("how many hours did i sleep the night of the 9th of march", "sum of sleep"),
        ("what percentage of nights did i get 8 hours", "share of get 8 hours"),
        ("share of nights under 6 hours", "share of under 6 hours"),
        (
            "is my energy more often high or low on weekends",
            "number of records, energy = high, energy = low",
        ),
        ("which feelings show up when i've slept under 6h", "different feelings of records, slept under 6h"),
        ("上周我勾了哪些感受", "feelings（各一次）"),
        ("我最久多少天没见朋友了", "两次记录之间最长的间隔天数, activities ≠ friends"),
        ("three worst days by mood", "record with the lowest mood"),
        ("mood trend: average per week", "mean of mood by week"),
        ("show me how my mood developed over time, month by month", "mean of mood by month"),
        ("average mood by energy level", "mean of mood by energy"),
        ("how many entries with exercise in may? seems low to me", "number of records, activities = exercise, Fri 1"),
        ("average sleep this month, feels like i'm always tired", "mean of sleep, Fri 1"),
        ("entries with low energy in march (bad habit)", "records that match, energy = low, Sun 1"),
        ("how many entries this week (all of them)", "number of records, Mon 18"),
        ("hw many entries last week", "number of records, Mon 11"),
        ("i forgot the sleep field again... how many entries dont have it", "number of records without sleep, sleep –"),
        ("how many entries with low energy dont have a note", "number of records without note, note –, energy = low"),
        ("how long did i sleep last night?", "sum of sleep, Wed 20 May"),
        ("昨晚我睡了几个小时", "总和：sleep, Wed 20 May"),
        ("lonely entries in february, march, april - one number each", "number of records, feelings = lonely, Sun 1"),
        ("my first mood entry against my latest mood", "mood of the first and of the latest record"),
        ("how has my mood changed since i started?", "mood of the first and of the latest record"),
        ("first and last sleep value, and the difference", "sleep of the latest record minus the first"),
        ("第一条和最新一条的心情分别是多少", "最早和最近一条的mood"),
        ("average mood when I exercise, when I work and when I'm outdoors", "mean of mood, activities = exercise"),
        ("how many entries with mood 8 or higher (8 included)", "number of records, mood 8 or higher"),
        ("entries under 6 (6 not included), how many", "number of records, under 6"),
        ("心情6分以下（不含6分）的记录有几条", "条数, 心情不到6分"),
        ("last year in december, how was my mood on average", "mean of mood, Mon 1 – Wed 31 December 2025"),
        ("last month, on the 12th, what was my average mood", "mean of mood, Sun 12 April"),
    ],
)
def test_what_is_asked_of_a_diary(question: str, reading: str) -> None:
    assert told(question).startswith(reading)


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("was i more tired in march than in february? percent of entries", "more"),
        ("what share of entries was tired in january and what share in february", ""),
        ("share of entries with low energy: higher in april or in march?", "who"),
    ],
)
def test_shares_of_several_times_stand_beside_each_other(question: str, verdict: str) -> None:
    plan = ask(question).plan
    assert plan is not None
    assert plan.key == "period"
    assert plan.verdict == verdict


@pytest.mark.parametrize(
    ("question", "reading", "verdict"),
    [
        ("最近两周平均心情比之前两周高吗", "平均：mood", "more"),
        ("工作和不工作的日子，哪个心情更好", "平均：mood", "who"),
        ("精力高和精力低的时候，心情分别平均多少", "平均：mood", ""),
        ("Were there days this month when i slept less than 6h?", "slept less than 6h", "any"),
        ("不运动的日子心情平均多少", "平均：mood", ""),
    ],
)
def test_comparisons_in_other_words(question: str, reading: str, verdict: str) -> None:
    plan = ask(question).plan
    assert plan is not None
    assert plan.told.startswith(reading)
    assert plan.verdict == verdict
    assert "energy = high" not in told("最近两周平均心情比之前两周高吗")


@pytest.mark.parametrize(
    "question",
    [
        "how was my mood last night",
        "how many entries (feels like 5)",
        "which two feelings do I tick together most often",
    ],
)
def test_what_would_be_read_by_half_is_refused(question: str) -> None:
    assert not ask(question).computable


def test_the_latest_is_held_against_the_first() -> None:
    plan = ask("is my latest mood higher than the first one?").plan
    assert plan is not None
    assert (plan.key, plan.verdict) == ("record", "less")
    plan = ask("average mood when I exercise, when I work and when I'm outdoors").plan
    assert plan is not None
    assert plan.key == "activities"
