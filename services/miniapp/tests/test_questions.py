"""How questions are read: tables in English and Chinese, without any server."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain import blueprint as blueprints
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Asker, Reading, Subject, read, worth_reading
from madeleine_miniapp.domain.questions.text import normalise
from madeleine_miniapp.domain.questions.wording import describe, figure

LIBRARY = PackagedLibrary()
LEXICON = Lexicon(LIBRARY.all())
# A Wednesday.
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY = NOW.date()
ASKER = Asker("p1", NOW, {"Ana": "p1", "Jonas": "p2"})


def subject(blueprint_id: str, language: str = "en", *, shared: bool = False, people: tuple[str, ...] = ()) -> Subject:
    blueprint = LIBRARY.get(blueprint_id)
    spec = blueprints.build(blueprint, blueprints.plain(blueprint, language), language, "")
    return Subject(spec, spec.entities[0], shared, people)


def ask(question: str, about: Subject) -> Reading:
    return read(question, about, ASKER, LEXICON)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("how many calories today", "2026-03-11", "2026-03-11"),
        ("yesterday", "2026-03-10", "2026-03-10"),
        ("so far this week", "2026-03-09", "2026-03-11"),
        ("last week's", "2026-03-02", "2026-03-08"),
        ("this month", "2026-03-01", "2026-03-11"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("this year", "2026-01-01", "2026-03-11"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("in february", "2026-02-01", "2026-02-28"),
        ("in december", "2025-12-01", "2025-12-31"),
        ("in march", "2026-03-01", "2026-03-11"),
        ("in may 2025", "2025-05-01", "2025-05-31"),
        ("since january", "2026-01-01", "2026-03-11"),
        ("the past 7 days", "2026-03-05", "2026-03-11"),
        ("in the last two weeks", "2026-02-26", "2026-03-11"),
        ("on 2026-03-01", "2026-03-01", "2026-03-01"),
        ("今天", "2026-03-11", "2026-03-11"),
        ("昨天", "2026-03-10", "2026-03-10"),
        ("本周", "2026-03-09", "2026-03-11"),
        ("这周", "2026-03-09", "2026-03-11"),
        ("上周", "2026-03-02", "2026-03-08"),
        ("本月", "2026-03-01", "2026-03-11"),
        ("上个月", "2026-02-01", "2026-02-28"),
        ("过去7天", "2026-03-05", "2026-03-11"),
        ("最近三十天里", "2026-02-10", "2026-03-11"),
        ("二月份", "2026-02-01", "2026-02-28"),
        ("十二月", "2025-12-01", "2025-12-31"),
    ],
)
def test_time_expressions(text: str, first: str, last: str) -> None:
    span, _ = times.find(normalise(text), TODAY)
    assert span is not None
    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


@pytest.mark.parametrize("text", ["may i", "2月14号", "february 14 days ago", "soon", "on 2026-02-31"])
def test_what_is_no_time_that_we_know(text: str) -> None:
    span, rest = times.find(text, TODAY)
    assert span is None or any(c.isdigit() for c in rest)


def test_ranges_cross_the_change_of_clocks_and_roll_by_hours() -> None:
    now = datetime(2026, 3, 29, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    span, _ = times.find("today", now.date())
    assert span is not None
    start, end = span.bounds(now, by_day=False)
    assert (end.timestamp() - start.timestamp()) / 3600 == 23
    rolling, _ = times.find("past 7 days", now.date())
    assert rolling is not None
    start, end = rolling.bounds(now, by_day=False)
    assert start < now < end
    assert rolling.bounds(now, by_day=True)[0].date() == date(2026, 3, 23)


@pytest.mark.parametrize(
    ("question", "app", "language", "function", "field", "filters"),
    [
        ("How many calories did I eat this week?", "meals", "en", "SUM", "calories", []),
        ("roughly how many kcal have i eaten so far this week", "meals", "en", "SUM", "calories", []),
        ("calories today?", "meals", "en", "SUM", "calories", []),
        ("what's my average protein in february", "meals", "en", "MEAN", "protein", []),
        ("how many breakfasts did I have this month", "meals", "en", "COUNT", "", ["breakfast"]),
        ("how many meals did I log yesterday?", "meals", "en", "COUNT", "", []),
        ("What did groceries come to in February?", "expenses", "en", "SUM", "amount", ["groceries"]),
        ("how much did we spend on eating out last month?", "expenses", "en", "SUM", "amount", ["eating out"]),
        ("what's the biggest amount this year", "expenses", "en", "MAX", "amount", []),
        ("highest mood last week?", "mood", "en", "MAX", "mood", []),
        ("median hours of sleep over the whole diary", "mood", "en", "MEDIAN", "sleep", []),
        ("how many km did I run this week?", "workouts", "en", "SUM", "distance", ["run"]),
        ("how often did I swim last month", "workouts", "en", "COUNT", "", ["swim"]),
        ("这周我一共吃了多少大卡？", "meals", "zh", "SUM", "calories", []),
        ("今天吃了多少热量", "meals", "zh", "SUM", "calories", []),
        ("上周平均睡眠是多少", "mood", "zh", "MEAN", "sleep", []),
        ("本月早餐吃了几次", "meals", "zh", "COUNT", "", ["早餐"]),
        ("上个月交通花了多少钱？", "expenses", "zh", "SUM", "amount", ["交通"]),
        ("心情最高是多少", "mood", "zh", "MAX", "mood", []),
    ],
)
def test_questions_are_read(
    question: str, app: str, language: str, function: str, field: str, filters: list[str]
) -> None:
    reading = ask(question, subject(app, language))
    assert reading.computable, reading
    assert s.AggregateFunction.Name(reading.query.function) == f"AGGREGATE_FUNCTION_{function}"
    assert reading.query.field == field
    assert [f.value.string_value for f in reading.query.filters] == filters


@pytest.mark.parametrize(
    ("question", "app"),
    [
        ("how many calories per day this week?", "meals"),
        ("calories this week vs last week?", "meals"),
        ("how many calories and how much protein today?", "meals"),
        ("carbs yesterday, in grams?", "meals"),
        ("how many days over 2000 kcal this month", "meals"),
        ("how much mood did I have?", "mood"),
        ("how many people live in Paris?", "meals"),
        ("how much is 2 + 2", "expenses"),
        ("I had 500 calories yesterday, is that ok?", "meals"),
        ("昨天我喝了多少水", "meals"),
        ("which dish had the most calories?", "meals"),
        ("Jonas and I, how many km this week?", "workouts"),
    ],
)
def test_what_is_not_wholly_understood_is_not_computed(question: str, app: str) -> None:
    assert not ask(question, subject(app, shared=True)).computable


@pytest.mark.parametrize("text", ["good morning!", "thanks, that helps", "我今天好累", "let's go to the park", "😀"])
def test_small_talk_does_not_pass_the_cheap_gate(text: str) -> None:
    assert not worth_reading(text)


def test_my_records_are_those_of_the_asker_where_several_people_record() -> None:
    shared = subject("workouts", shared=True, people=("who",))
    mine = ask("how many km did I run this week?", shared)
    assert ("who", "p1") in [(f.field, f.value.string_value) for f in mine.query.filters]
    entered = ask("how many calories did I eat this week?", subject("meals", shared=True))
    assert [(f.field, f.value.string_value) for f in entered.query.filters] == [("entered_by", "p1")]
    theirs = ask("how many km did Jonas run this week?", shared)
    assert ("who", "p2") in [(f.field, f.value.string_value) for f in theirs.query.filters]
    ours = ask("how many km did we run this week?", shared)
    assert [f.field for f in ours.query.filters] == ["kind"]


def test_grouping_by_a_field() -> None:
    reading = ask("total amount by category this month", subject("expenses"))
    assert reading.computable
    assert reading.query.group_by == "category"


def test_the_reading_is_told() -> None:
    reading = ask("how many calories did I eat this week?", subject("meals"))
    assert describe(reading, TODAY, "en", {}) == "sum of calories, Mon 9 – Wed 11 March, Meal log"
    chinese = ask("上周我一共吃了多少大卡？", subject("meals", "zh"))
    assert describe(chinese, TODAY, "zh", {}) == "总和：热量，3月2日–3月8日，饮食记录"


@pytest.mark.parametrize(
    ("value", "unit", "duration", "text"),
    [
        (10630, "kcal", False, "10,630 kcal"),
        (0.3, "", False, "0.3"),
        (100, "g", False, "100 g"),
        (5400, "", True, "1 h 30 min"),
    ],
)
def test_figures_are_written_out(value: float, unit: str, duration: bool, text: str) -> None:
    assert figure(value, unit, duration) == text


@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    reading = ask(text, subject("meals", shared=True))
    assert not (reading.computable and not worth_reading(text))
