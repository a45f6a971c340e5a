"""How questions are read: tables in English and Chinese, without any server."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.drafting import whole
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import stem
from madeleine_miniapp.domain.questions.wording import describe, figure
from madeleine_miniapp.domain.questions.words import worth_reading
from madeleine_miniapp.domain.relations import check_relation

LIBRARY = PackagedLibrary()
LEXICON = Lexicon(LIBRARY.all())
# A Wednesday.
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY = NOW.date()
ASKER = Asker("p1", NOW, {"ana": "p1", "jonas": "p2"})
APP = "00000000-0000-4000-8000-000000000001"


def subject(
    blueprint_id: str, language: str = "en", *, shared: bool = False, people: tuple[str, ...] = (), **texts: list[str]
) -> Subject:
    spec = whole(LIBRARY.get(blueprint_id), language, LIBRARY.known_fields())
    return Subject(spec, spec.entities[0], shared, people, APP, texts, date(2025, 11, 1), TODAY)


def ask(question: str, about: Subject) -> Reading:
    return read(question, about, ASKER, LEXICON)


@pytest.mark.parametrize(
    ("question", "app", "language", "told"),
    [
        ("How many calories did I eat this week?", "meals", "en", "sum of calories"),
        ("roughly how many kcal have i eaten so far this week", "meals", "en", "sum of calories"),
        ("calories today?", "meals", "en", "sum of calories"),
        ("how many calories and how much protein today?", "meals", "en", "sum of calories, sum of protein"),
        ("what's my average protein in february", "meals", "en", "mean of protein"),
        ("how many breakfasts did I have this month", "meals", "en", "number of records"),
        ("how many meals did I log yesterday?", "meals", "en", "number of records"),
        ("What did groceries come to in February?", "expenses", "en", "sum of amount"),
        ("how much did we spend on eating out last month?", "expenses", "en", "sum of amount"),
        ("median hours of sleep over the whole diary", "mood", "en", "median of sleep"),
        ("how many km did I run this week?", "workouts", "en", "sum of distance"),
        ("how often did I swim last month", "workouts", "en", "number of records"),
        ("calories per day this week, on average?", "meals", "en", "sum of calories per day, averaged"),
        ("calories this week vs last week?", "meals", "en", "sum of calories"),
        ("on how many days did I go over 2000 kcal this month", "meals", "en", "over 2000 kcal"),
        ("longest streak of breakfasts?", "meals", "en", "longest run of consecutive days"),
        ("what percentage of my workouts this year were runs", "workouts", "en", "share of kind = run"),
        ("total amount by category this month", "expenses", "en", "sum of amount by category"),
        ("这周我一共吃了多少大卡？", "meals", "zh", "总和：热量"),
        ("今天吃了多少热量", "meals", "zh", "总和：热量"),
        ("上周平均睡眠是多少", "mood", "zh", "平均：睡眠"),
        ("本月早餐吃了几次", "meals", "zh", "条数"),
        ("上个月交通花了多少钱？", "expenses", "zh", "总和：金额"),
    ],
)
def test_questions_are_read_as_sound_relations(question: str, app: str, language: str, told: str) -> None:
    reading = ask(question, subject(app, language))
    assert reading.computable, reading
    assert reading.plan is not None
    assert told in reading.plan.told.casefold()
    check_relation(reading.plan.relation, {APP: reading.subject.spec})


@pytest.mark.parametrize(
    ("question", "app"),
    [
        ("fibre yesterday, in grams?", "meals"),
        ("how much mood did I have?", "mood"),
        ("how many people live in Paris?", "meals"),
        ("how much is 2 + 2", "expenses"),
        ("I had 500 calories yesterday, is that ok?", "meals"),
        ("昨天我喝了多少水", "meals"),
        ("what was my resting pulse when I felt calm", "meals"),
        ("how much does Jonas owe me?", "meals"),
        ("how many calories did I burn today", "meals"),
    ],
)
def test_what_is_not_wholly_understood_is_not_computed(question: str, app: str) -> None:
    assert not ask(question, subject(app, shared=True)).computable


@pytest.mark.parametrize("text", ["good morning!", "thanks, that helps", "我今天好累", "let's go to the park", "😀"])
def test_small_talk_does_not_pass_the_cheap_gate(text: str) -> None:
    assert not worth_reading(text)


def _people(reading: Reading) -> tuple[str, list[str]]:
    assert reading.facts is not None
    return reading.facts.person, reading.facts.people


def test_my_records_are_those_of_the_asker_where_several_people_record() -> None:
    shared = subject("workouts", shared=True, people=("who",))
    assert _people(ask("how many km did I run this week?", shared)) == ("who", ["p1"])
    entered = ask("how many calories did I eat this week?", subject("meals", shared=True))
    assert _people(entered) == ("entered_by", ["p1"])
    assert _people(ask("how many km did Jonas run this week?", shared)) == ("who", ["p2"])
    assert _people(ask("how many km did we run this week?", shared)) == ("who", [])


def test_texts_that_stand_in_the_records_are_names() -> None:
    about = subject("meals", dish=["mapo tofu", "tomato soup"])
    reading = ask("how often did I have mapo tofu this week?", about)
    assert reading.computable
    assert reading.facts is not None
    assert [(c.field, c.value) for c in reading.facts.conditions] == [("dish", "mapo tofu")]
    assert not ask("how often did I have sushi this week?", about).computable


def test_sentences_around_a_question_are_left_out_unless_they_restrict_it() -> None:
    about = subject("meals")
    assert ask("my sister says i never cook. how many breakfasts this month?", about).computable
    assert not ask("i only mean the fancy ones. how many breakfasts this month?", about).computable


def test_the_reading_is_told() -> None:
    reading = ask("how many calories did I eat this week?", subject("meals"))
    assert describe(reading, TODAY, "en", {}) == "sum of calories, Mon 9 – Wed 11 March, Meal log"
    chinese = ask("上周我一共吃了多少大卡？", subject("meals", "zh"))
    assert describe(chinese, TODAY, "zh", {}) == "总和：热量，3月2日–3月8日，饮食记录"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(10630, "kcal", "10,630 kcal"), (0.3, "", "0.3"), (100, "g", "100 g"), (90, "min", "90 min (1 h 30 min)")],
)
def test_figures_are_written_out(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text


@pytest.mark.parametrize(
    "forms", ["run runs running ran", "cycle cycling cycled", "reading readings", "watering waterings watered water"]
)
def test_inflections_share_a_stem(forms: str) -> None:
    assert len({stem(word) for word in forms.split()}) == 1


@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    about = subject("meals", shared=True)
    reading = ask(text, about)
    assert not (reading.computable and not worth_reading(text))
    if reading.plan is not None and reading.computable:
        assert reading.plan.relation != q.Relation()
        check_relation(reading.plan.relation, {APP: about.spec})


@pytest.mark.parametrize(
    ("question", "app", "told"),
    [
        ("which category do we spend most on?", "expenses", "sum of amount by category, highest first"),
        ("did I run more in january than in february?", "workouts", "number of records"),
        ("is my average sleep over 7 hours?", "mood", "mean of sleep"),
        ("days this month without a workout, how many?", "workouts", "days without such a record"),
        ("longest gap between two workouts?", "workouts", "longest run of days without a record"),
        ("average mood by day of the week", "mood", "mean of mood by weekday"),
        ("calories at weekends vs weekdays, daily average", "meals", "sum of calories per day, averaged"),
        ("top 3 dishes this year", "meals", "dish by number of records"),
        ("when did I last swim?", "workouts", "latest record"),
        ("how many meals have no calories?", "meals", "number of records without calories"),
        ("my running pace in february", "workouts", "duration / distance"),
        ("my fastest run", "workouts", "record with the lowest duration / distance"),
        ("my 3 fastest runs", "workouts", "record with the lowest duration / distance"),
        ("pace of each of my runs in march", "workouts", "duration / distance"),
        ("was my pace better in march than in february", "workouts", "duration / distance"),
        ("which month had my best running pace", "workouts", "month with the lowest duration / distance"),
        ("running pace per month", "workouts", "duration / distance by month"),
        ("most sessions in one week", "workouts", "week with the highest number of records"),
        ("in which month did I do the most workouts", "workouts", "month with the highest number of records"),
        ("my longest workout ever", "workouts", "record with the highest duration"),
        ("my longest run ever", "workouts", "record with the highest distance"),
        ("my goal is 3 runs a week. in how many weeks did I make it?", "workouts", "3 (number of records/week)"),
        ("我的目标是每周跑3次，今年有几周达标了", "workouts", "3次 (条数/week)"),
        ("did I do at least 3 workouts this week?", "workouts", "number of records, at least 3 workouts"),
        ("how many rest days did I have in february", "workouts", "days without such a record"),
        ("longest streak without a rest day", "workouts", "longest run of consecutive days"),
        ("二月我休息了几天", "workouts", "没有这类记录的天数"),
        ("rest days per month", "workouts", "days without such a record"),
        ("how far did I swim this year, in metres", "workouts", "sum of distance"),
        ("did my km drop compared with last month", "workouts", "sum of distance"),
        ("去年十二月一共跑了多少公里", "workouts", "总和"),
        ("我最长的一次跑步是在哪里跑的", "workouts", "最高的记录"),
        ("how many minutes more did I run in february than in january", "workouts", "february – january"),
        ("longest break I took between runs", "workouts", "longest run of days without a record"),
        ("我跑步平均一公里用多少分钟", "workouts", "duration / distance"),
        ("last week: sessions, minutes and km", "workouts", "number of records, sum of duration, sum of distance"),
        ("how many swims and how many km in february", "workouts", "number of records, sum of distance"),
        ("上周我练了几次，一共多少分钟", "workouts", "条数、总和"),
        ("is it true that I swim more than I run", "workouts", "number of records"),
    ],
)
def test_frames(question: str, app: str, told: str) -> None:
    reading = ask(question, subject(app, dish=["soup"]))
    assert reading.computable, (reading.unplaced, reading.problem)
    assert reading.plan is not None
    assert told in reading.plan.told.casefold()
    check_relation(reading.plan.relation, {APP: reading.subject.spec})


@pytest.mark.parametrize(
    ("question", "app", "language", "told"),
    [
        ("what did we blow on groceries last month", "expenses", "en", "sum of amount"),
        ("how much did we fork out for groceries in february", "expenses", "en", "sum of amount"),
        ("damn, how many kcal did we devour yesterday?", "meals", "en", "sum of calories"),
        ("how many km did I run on a saturday", "workouts", "en", "sum of distance"),
        ("upcoming: how many tasks are due next week", "tasks", "en", "number of records"),
        ("上个月一共加了多少升油", "fuel", "zh", "总和"),
        ("今年周六一共跑了多少公里", "workouts", "zh", "总和"),
        ("这个月买菜一共花掉了多少钱", "expenses", "zh", "总和"),
        ("麻烦看看昨天一共吃进去多少大卡", "meals", "zh", "总和"),
    ],
)
def test_words_of_daily_talk_restrict_nothing(question: str, app: str, language: str, told: str) -> None:
    reading = ask(question, subject(app, language))
    assert reading.computable, (reading.unplaced, reading.problem)
    assert reading.plan is not None
    assert told in reading.plan.told.casefold()


@pytest.mark.parametrize(
    ("question", "app", "left"),
    [
        ("how many haircuts did we buy last month", "meals", "haircuts"),
        ("how much did we spend on tickets", "mood", "tickets"),
        ("how many km did I swim", "mood", "swim"),
        ("days without baking this month", "workouts", "baking"),
        ("上个月吃了多少面包", "workouts", "面包"),
    ],
)
def test_a_thing_that_nothing_was_made_of_is_never_passed_over(question: str, app: str, left: str) -> None:
    reading = ask(question, subject(app))
    assert not reading.computable
    assert any(left in phrase for phrase in reading.unplaced), reading.unplaced


def test_what_names_another_kind_of_record_is_no_mere_verb() -> None:
    alone = subject("expenses")
    other = whole(LIBRARY.get("meals"), "en", LIBRARY.known_fields()).entities[0]
    beside = replace(alone, beside=(other,))
    assert ask("how much did we use up in february, cost", alone).computable
    assert not ask("how much did we eat in february", beside).computable


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("who is the fastest runner by average pace", "duration / distance by who, lowest first"),
        ("rank us by running pace", "duration / distance by who"),
        ("who swam the farthest altogether this year", "sum of distance by who, highest first"),
        ("who has the longest runs on average", "mean of distance by who, highest first"),
        ("who did the longest run", "record with the highest distance"),
        ("which runner has the most km this month", "sum of distance by who, highest first"),
        ("who had the biggest training week, in minutes?", "week with the highest sum of duration"),
        ("rest days in february for each of us", "days without such a record"),
        ("who hasn't trained this week?", "people without such a record"),
        ("is my longest run longer than jonas's longest?", "highest distance"),
        ("谁跑步的平均心率最低", "平均"),
        ("longest run: me vs jonas", "highest distance"),
        ("compare jonas and me: km run in january and february", "sum of distance"),
        ("谁这个月还没游过泳", "没有这类记录的人"),
        ("what share of the km we ran in february is mine", "share of p1 in sum of distance"),
        ("how often did I swim, and when was the last time?", "number of records"),
        ("sessions and minutes for each of us in march", "number of records, sum of duration by who"),
    ],
)
def test_frames_of_people(question: str, told: str) -> None:
    about = subject("workouts", shared=True, people=("who",))
    about = replace(about, person="who") if about.person != "who" else about
    reading = ask(question, about)
    assert reading.computable, (reading.unplaced, reading.problem)
    assert reading.plan is not None
    assert told in reading.plan.told.casefold()


@pytest.mark.parametrize(
    "question",
    [
        # A goal that is missed is not one that is reached.
        "my goal is 3 runs a week. in how many weeks did I miss it?",
        # Pace or time.
        "was I faster in january than in february",
        # Which week is not said.
        "what did I do in that week",
        # How often it hurt is not what the notes say.
        "how often did my knee hurt? search the notes",
    ],
)
def test_near_questions_are_refused(question: str) -> None:
    assert not ask(question, subject("workouts")).computable
