"""Time expressions in English and Chinese, read against a given present in the asker's time zone."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from madeleine_miniapp.domain.questions.text import blank, chinese_number

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ABBREVIATIONS = {name[:3].lower(): i for i, name in enumerate(MONTHS, 1)} | {"sept": 9}
_NAMED = {name.lower(): i for i, name in enumerate(MONTHS, 1)}
_COUNTED = "one two three four five six seven eight nine ten"
_WORDS = {w: i for i, w in enumerate(_COUNTED.split(), 1)}
_NUMBER = r"(?P<n>\d{1,3}|" + "|".join(_WORDS) + ")"
_LONG_MONTH = "|".join(m for m in _NAMED if m != "may")
_ANY_MONTH = "|".join((*_NAMED, *sorted(_ABBREVIATIONS, key=len, reverse=True)))
_ZH_NUMBER = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})"


class TwoTimes(Exception):
    """The question speaks of more than one time."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days from `first` to `last`; `rolling_hours` set: that many hours up to now, where times are known."""

    first: date
    last: date
    rolling_hours: int = 0

    def bounds(self, now: datetime, *, by_day: bool) -> tuple[datetime, datetime]:
        """Half-open range in the zone of `now`; `by_day`: the records have dates without times."""
        if self.rolling_hours and not by_day:
            # (now - h, now], made half-open at the resolution of a timestamp in the database.
            tick = timedelta(microseconds=1)
            return now - timedelta(hours=self.rolling_hours) + tick, now + tick
        return _midnight(self.first, now.tzinfo), _midnight(self.last + timedelta(days=1), now.tzinfo)

    def label(self, language: str, today: date) -> str:
        """ "Mon 9 – Sun 15 March", with years where they are not the present one."""
        if language == "zh":
            texts = [
                (f"{d.year}年" if d.year != today.year else "") + f"{d.month}月{d.day}日"
                for d in (self.first, self.last)
            ]
            return texts[0] if self.first == self.last else f"{texts[0]}–{texts[1]}"
        year = f" {self.last.year}" if self.last.year != today.year else ""
        last = f"{self.last:%a} {self.last.day} {MONTHS[self.last.month - 1]}{year}"
        if self.first == self.last:
            return last
        first = f"{self.first:%a} {self.first.day}"
        if (self.first.year, self.first.month) != (self.last.year, self.last.month):
            first += f" {MONTHS[self.first.month - 1]}"
        if self.first.year != self.last.year:
            first += f" {self.first.year}"
        return f"{first} – {last}"


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), zone)


def find(text: str, today: date) -> tuple[Span | None, str]:
    """The span that a normalised text speaks of, and the text with it blanked; raises TwoTimes."""
    spans: list[Span] = []
    for pattern, read in _PATTERNS:
        while found := pattern.search(text):
            span = read(found, today)
            if span is None:
                break
            spans.append(span)
            text = blank(text, found.start(), found.end())
    if len(set(spans)) > 1:
        raise TwoTimes
    return (spans[0] if spans else None), text


def _day(back: int) -> Callable[[re.Match[str], date], Span]:
    return lambda _, today: Span(today - timedelta(days=back), today - timedelta(days=back))


def _week(back: int) -> Callable[[re.Match[str], date], Span]:
    def read(_: re.Match[str], today: date) -> Span:
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return Span(monday, today if back == 0 else monday + timedelta(days=6))

    return read


def _month_of(year: int, month: int, today: date) -> Span:
    first = date(year, month, 1)
    last = date(year, month, monthrange(year, month)[1])
    return Span(first, min(last, today) if first <= today else last)


def _month(back: int) -> Callable[[re.Match[str], date], Span]:
    def read(_: re.Match[str], today: date) -> Span:
        index = today.year * 12 + today.month - 1 - back
        return _month_of(index // 12, index % 12 + 1, today)

    return read


def _year(back: int) -> Callable[[re.Match[str], date], Span]:
    def read(_: re.Match[str], today: date) -> Span:
        year = today.year - back
        return Span(date(year, 1, 1), today if back == 0 else date(year, 12, 31))

    return read


def _past(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    number = groups.get("n") or "1"
    days = _WORDS.get(number) or chinese_number(number)
    if not days or days > 366:
        return None
    if groups.get("weeks"):
        days *= 7
    return Span(today - timedelta(days=days - 1), today, rolling_hours=24 * days)


def _named_month(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    name = groups["month"]
    month = _NAMED.get(name) or _ABBREVIATIONS.get(name) or chinese_number(name)
    if not month or not 1 <= month <= 12:
        return None
    # Unless told, the latest one that is past or running.
    year = int(groups["year"]) if groups.get("year") else today.year - (month > today.month)
    if groups.get("since"):
        return Span(date(year, month, 1), today) if date(year, month, 1) <= today else None
    return _month_of(year, month, today)


def _iso(found: re.Match[str], today: date) -> Span | None:
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    return Span(day, day)


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span | None]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(?:on )?(?P<day>\d{4}-\d\d-\d\d)\b", _iso),
        (r"\b(?:in |over |during |within )?(?:the )?(?:past|last) " + _NUMBER + r" (?:days|(?P<weeks>weeks))\b", _past),
        (r"\b(?:in |over |during )?the past (?P<weeks>week)\b", _past),
        (r"(?:过去|最近|近|前)" + _ZH_NUMBER + r"(?:天|日|个?(?P<weeks>周|星期))(?:里|内|以来)?", _past),
        (r"\b(?P<since>since) (?:the )?new year(?:'s(?: day)?)?\b|\b(?:so far )?this year\b|今年(?:以来)?", _year(0)),
        (r"\blast year\b|去年", _year(1)),
        (r"\b(?:so far )?this week\b|本周|这一?周|这个?星期|本星期", _week(0)),
        (r"\blast week(?:'s)?\b|上一?周|上个?星期", _week(1)),
        (r"\b(?:so far )?this month(?:'s)?\b|本月|这个?月", _month(0)),
        (r"\blast month(?:'s)?\b|上个?月", _month(1)),
        (r"\b(?P<since>since) (?P<month>" + _ANY_MONTH + r")(?: (?P<year>20\d\d))?\b", _named_month),
        (r"\b(?:(?:in|during|for|of) )?(?P<month>" + _LONG_MONTH + r")(?: (?P<year>20\d\d))?\b", _named_month),
        (r"\b(?:in|during|for|of) (?P<month>" + _ANY_MONTH + r")(?: (?P<year>20\d\d))?\b", _named_month),
        (
            r"(?:(?P<year>20\d\d)年)?(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?(?!\d|[一二三四五六七八九十])",
            _named_month,
        ),
        (r"\btoday(?:'s)?\b|今天|今日", _day(0)),
        (r"\byesterday(?:'s)?\b|昨天|昨日", _day(1)),
        (r"前天", _day(2)),
    )
)
