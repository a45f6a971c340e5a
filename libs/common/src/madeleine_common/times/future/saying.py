"""A time as it was read, and as it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_HAN_DAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Due:
    """A moment that a text names: aware, in the asker's time zone."""

    at: datetime
    # (start, end) in the text of what was read, in order; two where "tomorrow ... at 9" stands apart.
    spans: tuple[tuple[int, int], ...]
    # "Monday 16 March 2026, 09:00", or 2026年3月16日星期一 09:00 for a Chinese text.
    reading: str


@dataclass(frozen=True, slots=True)
class NoTime:
    """Why a text names no time ahead, for people to read."""

    reason: str


def told(at: datetime, *, chinese: bool = False) -> str:
    """A moment for people to read, to the minute; seconds where it has some."""
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    if chinese:
        return f"{at.year}年{at.month}月{at.day}日星期{_HAN_DAYS[at.weekday()]} {clock}"
    return f"{DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}, {clock}"


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return any("\u4e00" <= c <= "\u9fff" for c in text)
