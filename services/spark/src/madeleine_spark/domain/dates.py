"""Days that people name in passing: "tomorrow", "on the 5th", "5 June", 明天, 6月5日."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?\b", re.IGNORECASE)
_THE_NTH = re.compile(r"\b(?:on|by|for) the (\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_CHINESE = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})[日号號]")
_OFFSETS = (
    (re.compile(r"\bday after tomorrow\b|后天|後天", re.IGNORECASE), 2),
    (re.compile(r"\btomorrow\b|明天|明日", re.IGNORECASE), 1),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b(?:on|this|next) ({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)


def named_day(text: str, said_on: date) -> date | None:
    """The first day after `said_on` that a text names; None if it names none."""
    for pattern, days in _OFFSETS:
        if pattern.search(text):
            return said_on + timedelta(days)
    if match := _WEEKDAY.search(text):
        ahead = (_WEEKDAYS.index(match[1].lower()) - said_on.weekday()) % 7
        return said_on + timedelta(ahead or 7)
    if match := _DAY_MONTH.search(text):
        return _next(said_on, int(match[1]), _MONTHS.index(match[2].lower()) + 1)
    if match := _MONTH_DAY.search(text):
        return _next(said_on, int(match[2]), _MONTHS.index(match[1].lower()) + 1)
    if match := _THE_NTH.search(text):
        return _next(said_on, int(match[1]), None)
    if match := _CHINESE.search(text):
        return _next(said_on, int(match[2]), int(match[1]) if match[1] else None)
    return None


def _next(after: date, day: int, month: int | None) -> date | None:
    """The next such day of the month (any month for None); None for one that there is not, as 31 June."""
    candidate = after + timedelta(1)
    for _ in range(366):
        if candidate.day == day and month in (None, candidate.month):
            return candidate
        candidate += timedelta(1)
    return None
