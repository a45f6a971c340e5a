"""Times that people name, read by the calendar of their own time zone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from madeleine_common.times import Due, NoTime, due, read, reminder, told

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, tzinfo=BERLIN)
_LINES = (Path(__file__).parent / "future_times.tsv").read_text().splitlines()
_WORDS = (
    "remind me to us at on by in the of a half quarter past to next this last every monday sat week month year"
    " days hours min 0 1 9 12 24 25 31 99 9999 9:30 25:61 9.30 16/3 31/2 99/99 16.3. 2026-02-30 am pm o'clock"
    " noon midnight tonight today tomorrow yesterday morning night feb february 29th 0th first thirty few ago"
    " before end may 明天 大后天 今晚 昨天 上周三 下下周一 周末 月底 2月 13月 二月 三十一 日 号 点 半 一刻 差 分"
    " 百百 十十 零 两 几 个 小时 半个 天 周 月 年 后 以后 前 提前 过 每天 凌晨 晚上 二十五点 下午 的 提醒我 一点"
    " ９ ½ İ 🎉 ， \x00 \n"
)
TABLE = [(line.split("\t")[0], line.split("\t")[1]) for line in _LINES if not line.startswith("#")]


def _at(text: str, now: datetime = NOW) -> str:
    found = read(text, now)
    return f"{found.at:%Y-%m-%d %H:%M}" if isinstance(found, Due) else ""


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_what_people_say(text: str, expected: str) -> None:
    assert _at(text) == expected


@pytest.mark.parametrize(("text", "expected"), [(t, e) for t, e in TABLE if e and not t[0].isascii()])
def test_chinese_in_a_request(text: str, expected: str) -> None:
    what, found = reminder(f"请提醒我{text}给妈妈打电话", NOW)
    assert isinstance(found, Due)
    assert (what, f"{found.at:%Y-%m-%d %H:%M}") == ("给妈妈打电话", expected)


@pytest.mark.parametrize(("text", "expected"), [(t, e) for t, e in TABLE if e and t[0].isascii() and t[-1].isascii()])
@pytest.mark.parametrize("asked", ["remind me {} to call mum", "Remind me to call mum {}.", "{}: call mum"])
def test_english_in_a_request(asked: str, text: str, expected: str) -> None:
    what, found = reminder(asked.format(text), NOW)
    assert isinstance(found, Due)
    assert (what, f"{found.at:%Y-%m-%d %H:%M}") == ("call mum", expected)


@pytest.mark.parametrize(
    ("text", "what", "expected"),
    [
        ("in 20 minutes take the bread out", "take the bread out", "2026-03-11 10:20"),
        ("remind me tomorrow to call mum at 9", "call mum", "2026-03-12 09:00"),
        ("remind me at 9 to buy milk for tomorrow", "buy milk for tomorrow", "2026-03-12 09:00"),
        ("@Madeleine please remind us on Friday evening about the cake", "the cake", "2026-03-13 19:00"),
        ("Can you remind me in an hour that the oven is on?", "the oven is on", "2026-03-11 11:00"),
        ("set a reminder for tomorrow at 7: gym", "gym", "2026-03-12 07:00"),
        ("remind me to buy 9 apples at 5", "buy 9 apples", "2026-03-11 17:00"),
        ("remind me to put on sun cream in half an hour", "put on sun cream", "2026-03-11 10:30"),
        ("Don't let me forget the keys tonight", "the keys", "2026-03-11 20:00"),
        ("半小时后提醒我关火", "关火", "2026-03-11 10:30"),
        ("明天提醒我九点开会", "开会", "2026-03-12 09:00"),
        ("帮我设个提醒，下周三下午三点半交报告", "交报告", "2026-03-18 15:30"),
        ("提醒我多喝一点水，晚上八点", "多喝一点水", "2026-03-11 20:00"),
        ("麻烦后天早上提醒大家带雨伞", "带雨伞", "2026-03-13 09:00"),
        ("wake me up at 6:30 tomorrow", "wake me up", "2026-03-12 06:30"),
        ("remind me the day before Christmas to buy wine", "buy wine", "2026-12-24 09:00"),
        ("I have two tickets for 16 March, remind me the day before", "I have two tickets", "2026-03-15 09:00"),
        ("remind me half an hour before the meeting at 3pm tomorrow", "the meeting", "2026-03-12 14:30"),
        ("remind me about the 3pm meeting at 2:45", "the 3pm meeting", "2026-03-11 14:45"),
        ("remind me this time tomorrow to stretch", "stretch", "2026-03-12 10:00"),
        ("same time next week: gym", "gym", "2026-03-18 10:00"),
        ("remind me first thing tomorrow to email Bob", "email Bob", "2026-03-12 09:00"),
        ("remind me in ten minutes' time", "", "2026-03-11 10:10"),
        ("remind me at 1430 to leave", "leave", "2026-03-11 14:30"),
        ("提醒我周五之前交报告", "交报告", "2026-03-13 09:00"),
        ("提前十分钟提醒我下午三点开会", "开会", "2026-03-11 14:50"),
        ("3月20号晚上8点看演出，提醒我", "看演出", "2026-03-20 20:00"),
        ("我明天要去北京，早上7点提醒我", "我去北京", "2026-03-12 07:00"),
        ("早上6点叫我起床", "起床", "2026-03-12 06:00"),
        ("提醒我明天9am开会", "开会", "2026-03-12 09:00"),
    ],
)
def test_what_and_when(text: str, what: str, expected: str) -> None:
    said, found = reminder(text, NOW)
    assert isinstance(found, Due)
    assert (said, f"{found.at:%Y-%m-%d %H:%M}") == (what, expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "remind me to call mum",
        "buy 9 apples",
        "call me at home",
        "多喝一点水",
        "我有三点建议",
        "I may sit in the sun",
        "the second one",
        "at 9 percent",
        "她喜欢五号楼",
    ],
)
def test_no_time_in_it(text: str) -> None:
    assert read(text, NOW) == NoTime("it names no time")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("on 31 February at 9", "31 February does not exist"),
        ("29 February 2027", "29 February 2027 does not exist"),
        ("at 25:00", "25:00 is no time of day"),
        ("15 am tomorrow", "15 am is no time of day"),
        ("yesterday", "that time is over"),
        ("上周三", "that time is over"),
        ("10 March 2026", "that time is over"),
        ("today at 9am", "that time is over"),
        ("the day before", "it does not say before what"),
        ("a month before 16 May", "months before a time are not read; name the day"),
        ("two weeks before 16 March", "that time is over"),
        ("every Monday at 9", "a reminder fires once; what recurs cannot be set"),
        ("每天早上九点", "a reminder fires once; what recurs cannot be set"),
        ("Tuesday 16 March", "16 March 2026 is a Monday, not a Tuesday"),
        ("in 9999 years", "that is further away than the calendar reaches"),
        ("2月30日", "30 February does not exist"),
        ("13月5日", "there is no month 13"),
    ],
)
def test_times_that_cannot_be(text: str, reason: str) -> None:
    assert read(text, NOW) == NoTime(reason)


def test_where_it_stands_and_how_it_was_read() -> None:
    text = "Remind me on Monday at 9 to call mum"
    found = due(text, NOW)
    assert found is not None
    ((start, end),) = found.spans
    assert text[start:end] == "on Monday at 9"
    assert found.reading == "Monday 16 March 2026, 09:00"
    chinese = due("下周一早上九点开会", NOW)
    assert chinese is not None
    assert chinese.reading == "2026年3月16日星期一 09:00"
    assert told(NOW + timedelta(seconds=5)) == "Wednesday 11 March 2026, 10:00:05"


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        # The clocks go from 2:00 to 3:00 on 29 March, and from 3:00 back to 2:00 on 25 October.
        ("2026-03-28 12:00", "tomorrow at 2:30 am", "2026-03-29T03:30+02:00"),
        ("2026-03-28 12:00", "tomorrow at 3:30 am", "2026-03-29T03:30+02:00"),
        ("2026-03-28 12:00", "in 24 hours", "2026-03-29T13:00+02:00"),
        ("2026-03-28 12:00", "in a day", "2026-03-29T12:00+02:00"),
        ("2026-03-28 02:30", "明天凌晨两点半", "2026-03-29T03:30+02:00"),
        ("2026-03-29 01:50", "in 20 minutes", "2026-03-29T03:10+02:00"),
        ("2026-10-24 12:00", "tomorrow at 2:30 am", "2026-10-25T02:30+02:00"),
        ("2026-10-25 02:45", "at 2:30 am", "2026-10-25T02:30+01:00"),
        ("2026-10-25 02:45", "in 30 minutes", "2026-10-25T02:15+01:00"),
        ("2026-10-24 12:00", "in 24 hours", "2026-10-25T11:00+01:00"),
    ],
)
def test_clocks_that_change(now: str, text: str, expected: str) -> None:
    found = due(text, datetime.fromisoformat(now).replace(tzinfo=BERLIN))
    assert found is not None
    assert found.at.isoformat(timespec="minutes") == expected


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        ("2026-12-31 23:50", "in 20 minutes", "2027-01-01 00:10"),
        ("2026-12-31 22:00", "tomorrow at 9", "2027-01-01 09:00"),
        ("2026-12-30 10:00", "3 January", "2027-01-03 09:00"),
        ("2026-12-30 10:00", "下个月5号", "2027-01-05 09:00"),
        ("2026-12-30 10:00", "next Monday", "2027-01-04 09:00"),
        ("2026-01-31 10:00", "in a month", "2026-02-28 10:00"),
        ("2026-01-30 10:00", "the 31st", "2026-01-31 09:00"),
        ("2026-01-31 10:00", "the 31st", "2026-03-31 09:00"),
        ("2026-03-15 20:00", "next Monday", "2026-03-16 09:00"),
        ("2026-03-14 10:00", "this weekend", "2026-03-15 09:00"),
        ("2026-03-15 10:00", "this weekend", "2026-03-21 09:00"),
        ("2026-03-11 19:00", "at 8", "2026-03-11 20:00"),
        ("2026-03-11 21:30", "at 8", "2026-03-12 08:00"),
        ("2026-03-11 22:00", "今晚十二点", "2026-03-12 00:00"),
        ("2026-03-11 22:00", "tonight at 1", "2026-03-12 01:00"),
        ("2026-03-11 00:30", "tomorrow at 9", "2026-03-12 09:00"),
        ("2026-03-11 21:00", "today", ""),
        ("2026-03-11 09:00", "at 9", "2026-03-12 09:00"),
    ],
)
def test_when_it_is_said(now: str, text: str, expected: str) -> None:
    assert _at(text, datetime.fromisoformat(now).replace(tzinfo=BERLIN)) == expected


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu"])
def test_the_time_zone_is_the_askers(zone: str) -> None:
    now = datetime(2026, 3, 11, 23, 30, tzinfo=UTC).astimezone(ZoneInfo(zone))
    found = due("tomorrow at 9", now)
    assert found is not None
    assert found.at.utcoffset() == found.at.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    assert found.at.date() - now.date() == timedelta(days=1)
    assert found.at.hour == 9


@pytest.mark.parametrize(
    "text", ["9" * 1000, "at " * 400, "in 1 hour " * 100, "明" * 1000, "周" * 500, "1小时" * 300, "İ tomorrow at 9"]
)
def test_odd_texts_are_read_soon(text: str) -> None:
    began = datetime.now(UTC)
    read(text, NOW)
    assert datetime.now(UTC) - began < timedelta(seconds=1)


def test_whatever_is_written_is_read_or_refused() -> None:
    """Words of times in any order, by a fixed seed: what is read lies ahead, and stands in the text."""
    words = _WORDS.split(" ")
    chance = random.Random(6)
    for _ in range(2000):
        text = chance.choice(("", " ")).join(chance.choice(words) for _ in range(chance.randint(1, 9)))
        now = NOW + timedelta(hours=chance.randint(0, 20_000))
        what, found = reminder(text, now)
        if isinstance(found, NoTime):
            assert found.reason
            continue
        assert found.at.astimezone(UTC) > now.astimezone(UTC), text
        assert all(0 <= start < end <= len(text) for start, end in found.spans), text
        assert len(what) <= len(text)
