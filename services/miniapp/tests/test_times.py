"""Time expressions in English and Chinese, against a Wednesday."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.rewording import asked
from madeleine_miniapp.domain.questions.text import normalise

NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("how many calories today", "2026-03-11", "2026-03-11"),
        ("yesterday", "2026-03-10", "2026-03-10"),
        ("tomorrow", "2026-03-12", "2026-03-12"),
        ("next week", "2026-03-16", "2026-03-22"),
        ("the next 7 days", "2026-03-11", "2026-03-18"),
        ("next month", "2026-04-01", "2026-04-30"),
        ("2026 so far", "2026-01-01", "2026-03-11"),
        ("costs for 2025", "2025-01-01", "2025-12-31"),
        ("since the first of march", "2026-03-01", "2026-03-11"),
        ("in the first two weeks of february", "2026-02-01", "2026-02-14"),
        ("the last 10 days of last month", "2026-02-19", "2026-02-28"),
        ("the 1st to 9th", "2026-03-01", "2026-03-09"),
        ("february, 1st to 14th", "2026-02-01", "2026-02-14"),
        ("so far this week", "2026-03-09", "2026-03-11"),
        ("last week's", "2026-03-02", "2026-03-08"),
        ("the week before last", "2026-02-23", "2026-03-01"),
        ("this month", "2026-03-01", "2026-03-11"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("this year", "2026-01-01", "2026-03-11"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("in february", "2026-02-01", "2026-02-28"),
        ("in december", "2025-12-01", "2025-12-31"),
        ("in march", "2026-03-01", "2026-03-11"),
        ("in may 2025", "2025-05-01", "2025-05-31"),
        ("since january", "2026-01-01", "2026-03-11"),
        ("since christmas eve", "2025-12-24", "2026-03-11"),
        ("since new year's", "2026-01-01", "2026-03-11"),
        ("the past 7 days", "2026-03-05", "2026-03-11"),
        ("in the last two weeks", "2026-02-26", "2026-03-11"),
        ("on 2026-03-01", "2026-03-01", "2026-03-01"),
        ("from 1 march to 9 march", "2026-03-01", "2026-03-09"),
        ("between january and february", "2026-01-01", "2026-02-28"),
        ("on the 5th of march", "2026-03-05", "2026-03-05"),
        ("on monday", "2026-03-09", "2026-03-09"),
        ("last friday", "2026-03-06", "2026-03-06"),
        ("last summer", "2025-06-01", "2025-08-31"),
        ("this winter", "2025-12-01", "2026-02-28"),
        ("two weeks ago", "2026-02-23", "2026-03-01"),
        ("今天", "2026-03-11", "2026-03-11"),
        ("昨天", "2026-03-10", "2026-03-10"),
        ("明天", "2026-03-12", "2026-03-12"),
        ("下周", "2026-03-16", "2026-03-22"),
        ("下个月", "2026-04-01", "2026-04-30"),
        ("接下来7天", "2026-03-11", "2026-03-18"),
        ("2月上旬", "2026-02-01", "2026-02-10"),
        ("上个月最后10天", "2026-02-19", "2026-02-28"),
        ("2月1号到14号", "2026-02-01", "2026-02-14"),
        ("本周", "2026-03-09", "2026-03-11"),
        ("这周", "2026-03-09", "2026-03-11"),
        ("上周", "2026-03-02", "2026-03-08"),
        ("上周五", "2026-03-06", "2026-03-06"),
        ("本月", "2026-03-01", "2026-03-11"),
        ("上个月", "2026-02-01", "2026-02-28"),
        ("过去7天", "2026-03-05", "2026-03-11"),
        ("最近三十天里", "2026-02-10", "2026-03-11"),
        ("二月份", "2026-02-01", "2026-02-28"),
        ("十二月", "2025-12-01", "2025-12-31"),
        ("2月14号", "2026-02-14", "2026-02-14"),
        ("4月29日", "2026-04-29", "2026-04-29"),
        ("从1月到2月", "2026-01-01", "2026-02-28"),
        ("去年夏天", "2025-06-01", "2025-08-31"),
        ("元旦以来", "2026-01-01", "2026-03-11"),
        ("the second half of last month", "2026-02-15", "2026-02-28"),
        ("the first half of january (1st to 15th)", "2026-01-01", "2026-01-15"),
        ("the first half of february (1st to 15th)", "2026-02-01", "2026-02-15"),
        ("valentine's week, 9 to 15 february", "2026-02-09", "2026-02-15"),
        ("since thanksgiving", "2025-11-27", "2026-03-11"),
        ("from 3 january onwards", "2026-01-03", "2026-03-11"),
        ("from last sunday", "2026-03-08", "2026-03-08"),
        ("from monday until now", "2026-03-09", "2026-03-11"),
        ("the week of the 4th", "2026-03-02", "2026-03-08"),
        ("the three days before new year", "2025-12-29", "2025-12-31"),
        ("month to date", "2026-03-01", "2026-03-11"),
        ("past fortnight", "2026-02-26", "2026-03-11"),
        ("the last quarter of 2025", "2025-10-01", "2025-12-31"),
        ("since 26/12", "2025-12-26", "2026-03-11"),
        ("last saturday, 7 march", "2026-03-07", "2026-03-07"),
        ("from wed 4 to fri 6 march", "2026-03-04", "2026-03-06"),
        ("the week before this one", "2026-03-02", "2026-03-08"),
        ("since the year began", "2026-01-01", "2026-03-11"),
        ("still ahead of us", "2026-03-11", "2999-12-31"),
        ("冬至之前不算，情人节那周", "2026-02-09", "2026-02-15"),
        ("从去年11月开始", "2025-11-01", "2026-03-11"),
        ("上个月最后一周", "2026-02-22", "2026-02-28"),
        ("三月到今天为止", "2026-03-01", "2026-03-11"),
        ("去年第四季度", "2025-10-01", "2025-12-31"),
    ],
)
def test_time_expressions(text: str, first: str, last: str) -> None:
    found = times.find(normalise(text), TODAY)
    assert [(f.span.first.isoformat(), f.span.last.isoformat()) for f in found] == [(first, last)]


def test_several_times_are_found_in_order() -> None:
    found = times.find("jan, feb and march so far", TODAY)
    assert [f.span.first for f in found] == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    rolling = times.find("past 7 days vs the 7 days before that", TODAY)
    windows = [f.span.moments(NOW) for f in rolling]
    week = timedelta(days=7)
    assert windows == [(NOW - week, NOW), (NOW - 2 * week, NOW - week)]


def test_a_time_that_is_said_twice_is_one() -> None:
    found = times.find("the first two weeks of feb, 1st to 14th", TODAY)
    assert len({f.span for f in found}) == 1


def test_what_holds_for_this_month_is_said_of_the_last_one() -> None:
    found = times.find(asked("did i read more this month than last?"), TODAY)
    assert [f.span.first for f in found] == [date(2026, 3, 1), date(2026, 2, 1)]
    assert [f.span.name for f in found] == ["this month", "last month"]


@pytest.mark.parametrize(
    "text",
    [
        "may i", "soon", "on 2026-02-31", "2月30号", "at the end of january", "mid february", "over christmas",
        "on 4/5", "the second week of march", "in the week before easter", "over 2020 kcal", "monday to sunday",
        "around new year",
    ],
)  # fmt: skip
def test_what_is_no_time_that_we_know(text: str) -> None:
    assert not times.find(text, TODAY)


def test_spans_are_told() -> None:
    (found,) = times.find("this week", TODAY)
    assert found.span.label("en", TODAY) == "Mon 9 – Wed 11 March"
    assert found.span.label("zh", TODAY) == "3月9日–3月11日"
