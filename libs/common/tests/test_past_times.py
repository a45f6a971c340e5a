"""What people mean by "last spring" and 上周: time expressions against fixed moments and zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine_common.times.past import span_of

# A Tuesday.
_NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
_BERLIN, _TOKYO, _NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


def days(query: str, now: datetime = _NOW, zone: ZoneInfo | timezone = UTC) -> tuple[str, str] | None:
    """First day and the day after the last, in the asker's zone."""
    span = span_of(query, now, zone)
    if span is None:
        return None
    assert span.start < span.end
    assert (span.start.hour, span.end.hour) == (0, 0)
    return span.start.date().isoformat(), span.end.date().isoformat()


@pytest.mark.parametrize(
    ("query", "first", "end"),
    [
        ("What did I eat on 2026-03-01?", "2026-03-01", "2026-03-02"),
        ("what happened on 3 March 2025", "2025-03-03", "2025-03-04"),
        ("the party on the 3rd of May, 2024", "2024-05-03", "2024-05-04"),
        ("Who came on March 8th?", "2026-03-08", "2026-03-09"),
        ("Who came on December 24?", "2025-12-24", "2025-12-25"),
        ("where were we in May 2023", "2023-05-01", "2023-06-01"),
        ("What did I plan in May?", "2025-05-01", "2025-06-01"),
        ("What did I buy in March?", "2026-03-01", "2026-04-01"),
        ("since last December", "2025-12-01", "2026-01-01"),
        ("Where was I last spring?", "2025-03-01", "2025-06-01"),
        ("Where was I last summer?", "2025-06-01", "2025-09-01"),
        ("the winter of 2024", "2024-12-01", "2025-03-01"),
        ("what did we do in the winter", "2025-12-01", "2026-03-01"),
        ("three weeks ago", "2026-02-14", "2026-02-21"),
        ("two days ago", "2026-03-08", "2026-03-09"),
        ("a couple of days ago", "2026-03-08", "2026-03-09"),
        ("a month ago", "2026-02-01", "2026-03-01"),
        ("2 years ago", "2024-01-01", "2025-01-01"),
        ("last week", "2026-03-02", "2026-03-09"),
        ("this week", "2026-03-09", "2026-03-16"),
        ("last weekend", "2026-03-07", "2026-03-09"),
        ("last month", "2026-02-01", "2026-03-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("yesterday", "2026-03-09", "2026-03-10"),
        ("what did I say today?", "2026-03-10", "2026-03-11"),
        ("last Friday", "2026-03-06", "2026-03-07"),
        ("on Tuesday", "2026-03-03", "2026-03-04"),
        ("in 2019", "2019-01-01", "2020-01-01"),
        ("我2025年5月3日说了什么？", "2025-05-03", "2025-05-04"),
        ("2025年5月我在哪里", "2025-05-01", "2025-06-01"),
        ("2019年的旅行", "2019-01-01", "2020-01-01"),
        ("昨天吃了什么", "2026-03-09", "2026-03-10"),
        ("前天", "2026-03-08", "2026-03-09"),
        ("今天早上", "2026-03-10", "2026-03-11"),
        ("上周我们聊了什么", "2026-03-02", "2026-03-09"),
        ("上个月", "2026-02-01", "2026-03-01"),
        ("这个星期", "2026-03-09", "2026-03-16"),
        ("去年", "2025-01-01", "2026-01-01"),
        ("去年夏天", "2025-06-01", "2025-09-01"),
        ("今年春天", "2026-03-01", "2026-06-01"),
        ("三天前", "2026-03-07", "2026-03-08"),
        ("两个星期之前", "2026-02-21", "2026-02-28"),
        ("十二个月前", "2025-03-01", "2025-04-01"),
        ("5月的计划", "2025-05-01", "2025-06-01"),
        ("2025年13月的计划", "2025-01-01", "2026-01-01"),
    ],
)
def test_what_a_query_names_is_a_span_of_whole_days(query: str, first: str, end: str) -> None:
    assert days(query) == (first, end)


@pytest.mark.parametrize(
    "query",
    ["", "Where is the key?", "May I come in?", "I march on", "31 February", "2026-02-30", "2026-13-01",
     "the fall of Rome", "route 66", "call 2026", "我喜欢春卷"],
)  # fmt: skip
def test_what_names_no_time_or_an_impossible_one_has_no_span(query: str) -> None:
    assert days(query) is None


def test_an_impossible_date_does_not_hide_a_possible_one() -> None:
    assert days("not on 31 February but on 3 March 2025") == ("2025-03-03", "2025-03-04")
    assert days("29 February") is None, "neither this year nor the one before has one"
    assert days("29 February", datetime(2028, 3, 1, tzinfo=UTC)) == ("2028-02-29", "2028-03-01")


def test_the_same_season_is_the_last_one_or_the_one_before_depending_on_when_it_is_asked() -> None:
    july, january = datetime(2026, 7, 4, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC)
    assert days("last summer", july) == ("2025-06-01", "2025-09-01")
    assert days("this summer", july) == ("2026-06-01", "2026-09-01")
    assert days("last winter", january) == ("2024-12-01", "2025-03-01")
    assert days("last year", january) == ("2025-01-01", "2026-01-01")
    assert days("last month", january) == ("2025-12-01", "2026-01-01")


def test_yesterday_is_the_askers_and_not_the_servers() -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert days("yesterday", late, _TOKYO) == ("2026-03-10", "2026-03-11")
    assert days("yesterday", late, _NEW_YORK) == ("2026-03-09", "2026-03-10")
    span = span_of("yesterday", late, _TOKYO)
    assert span is not None
    assert span.start.astimezone(UTC) == datetime(2026, 3, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(day: str, hours: int) -> None:
    span = span_of(f"on {day}", _NOW, _BERLIN)
    assert span is not None
    assert span.end.astimezone(UTC) - span.start.astimezone(UTC) == timedelta(hours=hours)


def test_years_at_the_edge_of_the_calendar_are_no_time_rather_than_an_error() -> None:
    first = datetime(1, 1, 1, 12, tzinfo=UTC)
    assert days("yesterday", first) is None
    assert days("999 years ago", datetime(900, 1, 1, tzinfo=UTC)) is None
    assert days("this year", datetime(9999, 12, 31, 12, tzinfo=UTC)) is None


@given(
    st.text(alphabet="0123456789 年月日前天个上去今春夏季lastweekyearmonthdayoin-mayjun,", max_size=40),
    st.dates(date(1990, 1, 1)),
)
def test_any_text_has_a_span_that_runs_forwards_or_none(query: str, day: date) -> None:
    span = span_of(query, datetime(day.year, day.month, day.day, 1, tzinfo=UTC), _BERLIN)
    assert span is None or span.start < span.end
