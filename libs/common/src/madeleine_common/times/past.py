"""Time expressions of a query as a span of time: "last spring", "in May 2023", "three weeks ago", "去年夏天"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from madeleine_common.times.numbers import ENGLISH, HAN, MONTHS, any_of, number

_MONTH = any_of(MONTHS)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12, "春": 3, "夏": 6, "秋": 9, "冬": 12}
_NUMBER = rf"\d{{1,3}}|a|an|a couple of|a few|{ENGLISH}"
# "May" and "march" are words as well: a month alone counts only after a preposition.
_OF_MONTH = r"(?:in|of|during|since|last|this|early|late|mid)[ -]"


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment until before another."""

    start: datetime
    end: datetime


def span_of(query: str, now: datetime, zone: tzinfo) -> Span | None:
    """The first time that a query names, in the asker's time zone; None if it names none, or one that cannot be.

    Seasons are the northern ones, from the first of March, June, September and December. What may lie ahead
    as well as behind ("in May") is the last one that has begun: memory is asked about what was.
    """
    text = query.lower()
    today = now.astimezone(zone).date()
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            try:
                first, last = read(match, today)
                return Span(_midnight(first, zone), _midnight(last, zone))
            except (ValueError, OverflowError):
                # "31 February", or a year that the calendar does not have.
                continue
    return None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _whole_day(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _whole_month(year: int, month: int, months: int = 1) -> tuple[date, date]:
    index = year * 12 + month - 1
    after = index + months
    return date(index // 12, index % 12 + 1, 1), date(after // 12, after % 12 + 1, 1)


def _dated(match: re.Match[str], today: date) -> tuple[date, date]:
    day, month = int(match["day"]), MONTHS[match["month"]]
    year = int(match["year"]) if match["year"] else today.year
    named = date(year, month, day)
    return _whole_day(named if match["year"] or named <= today else date(year - 1, month, day))


def _numbered(match: re.Match[str], today: date) -> tuple[date, date]:
    return _whole_day(date(int(match["year"]), int(match["month"]), int(match["day"])))


def _month_of_year(match: re.Match[str], today: date) -> tuple[date, date]:
    return _whole_month(int(match["year"]), MONTHS[match["month"]])


def _latest_month(month: int, today: date) -> tuple[date, date]:
    return _whole_month(today.year if month <= today.month else today.year - 1, month)


def _season(name: str, which: str, today: date) -> tuple[date, date]:
    begins = _SEASONS[name]
    year = today.year if (today.month, today.day) >= (begins, 1) else today.year - 1
    start, end = _whole_month(year, begins, 3)
    # "Last summer", said in summer, is the one a year ago; 去年 is always of the year before.
    if which.isdigit():
        return _whole_month(int(which), begins, 3)
    if which == "去年" or (which == "last" and start <= today < end):
        return _whole_month(today.year - 1 if which == "去年" else year - 1, begins, 3)
    return start, end


def _ago(number: int, unit: str, today: date) -> tuple[date, date]:
    if unit in ("day", "天", "日"):
        return _whole_day(today - timedelta(days=number))
    if unit in ("week", "周", "週", "星期"):
        middle = today - timedelta(weeks=number)
        return middle - timedelta(days=3), middle + timedelta(days=4)
    if unit in ("month", "月"):
        return _whole_month(today.year, today.month - number)
    return _whole_month(today.year - number, 1, 12)


def _relative(which: str, unit: str, today: date) -> tuple[date, date]:
    back = 1 if which in ("last", "上", "去") else 0
    if unit in ("week", "周", "週", "星期"):
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, monday + timedelta(days=7)
    if unit == "weekend":
        saturday = today - timedelta(days=(today.weekday() - 5) % 7 if today.weekday() >= 5 else today.weekday() + 2)
        saturday -= timedelta(days=7 if back and today.weekday() >= 5 else 0)
        return saturday, saturday + timedelta(days=2)
    if unit in ("month", "月"):
        return _whole_month(today.year, today.month - back)
    return _whole_month(today.year - back, 1, 12)


def _weekday(match: re.Match[str], today: date) -> tuple[date, date]:
    back = (today.weekday() - _DAYS.index(match["day"])) % 7 or 7
    return _whole_day(today - timedelta(days=back))


_Reader = Callable[[re.Match[str], date], tuple[date, date]]


def _reader(pattern: str, read: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern), read


# The first that matches counts: the more exact come first.
_READERS = (
    _reader(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)\b", _numbered),
    _reader(r"(?P<year>(?:19|20)\d\d)年(?P<month>\d\d?)月(?P<day>\d\d?)[日号號]", _numbered),
    _reader(
        rf"\b(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})\b,?(?: (?P<year>(?:19|20)\d\d)\b)?", _dated
    ),
    _reader(rf"\b(?P<month>{_MONTH}) (?P<day>\d\d?)(?:st|nd|rd|th)?\b(?!\d),?(?: (?P<year>(?:19|20)\d\d)\b)?", _dated),
    _reader(rf"\b(?P<month>{_MONTH}),? (?P<year>(?:19|20)\d\d)\b", _month_of_year),
    _reader(r"(?P<year>(?:19|20)\d\d)年(?P<month>0?[1-9]|1[0-2])月", lambda m, _: _whole_month(int(m[1]), int(m[2]))),
    _reader(
        r"\b(?P<name>spring|summer|autumn|fall|winter)(?: of)? (?P<year>(?:19|20)\d\d)\b",
        lambda m, t: _season(m["name"], m["year"], t),
    ),
    _reader(
        r"\b(?P<which>last|this|in|during)(?: the)? (?P<name>spring|summer|autumn|winter)\b",
        lambda m, t: _season(m["name"], m["which"], t),
    ),
    _reader(r"(?P<which>去年|今年)?(?P<name>[春夏秋冬])[天季]", lambda m, t: _season(m["name"], m["which"] or "", t)),
    _reader(
        rf"\b(?P<number>{_NUMBER}) (?P<unit>day|week|month|year)s? ago\b",
        lambda m, t: _ago(int(number(m["number"])), m["unit"], t),
    ),
    _reader(
        rf"(?P<number>\d{{1,3}}|{HAN}|几|幾)个?個?(?P<unit>天|日|周|週|星期|月|年)(?:之?前)",
        lambda m, t: _ago(int(number(m["number"])), m["unit"], t),
    ),
    _reader(r"\b(?P<which>last|this) (?P<unit>weekend|week|month|year)\b", lambda m, t: _relative(m[1], m[2], t)),
    _reader(r"(?P<which>上|这|這|本)个?個?(?P<unit>周|週|星期|月)", lambda m, t: _relative(m[1], m[2], t)),
    _reader(r"(?P<which>去|今)年(?!春|夏|秋|冬)", lambda m, t: _relative(m["which"], "year", t)),
    _reader(r"前天", lambda _, t: _ago(2, "day", t)),
    _reader(r"\byesterday\b|昨[天日晚]", lambda _, t: _ago(1, "day", t)),
    _reader(r"\b(?:today|this morning|this afternoon)\b|今[天日早晚]", lambda _, t: _ago(0, "day", t)),
    _reader(rf"\b(?:last|on) (?P<day>{'|'.join(_DAYS)})\b", _weekday),
    _reader(rf"\b{_OF_MONTH}(?P<month>{_MONTH})\b", lambda m, t: _latest_month(MONTHS[m["month"]], t)),
    _reader(r"\b(?:in|of|during) (?P<year>(?:19|20)\d\d)\b", lambda m, _: _whole_month(int(m["year"]), 1, 12)),
    _reader(r"(?P<year>(?:19|20)\d\d)年", lambda m, _: _whole_month(int(m["year"]), 1, 12)),
    _reader(r"(?<!\d)(?P<month>1[0-2]|[1-9])月", lambda m, t: _latest_month(int(m["month"]), t)),
)
