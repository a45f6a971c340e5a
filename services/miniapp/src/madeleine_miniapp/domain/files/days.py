"""Dates and times as people write them; whether day or month comes first is decided by the whole column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        1,
    )
    for name in names
}
_YEAR_FIRST = re.compile(r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})(?!\d)日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_DAY_NAME_FIRST = re.compile(r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?", re.IGNORECASE)
_NAMED_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]+([a-z]{3,9})\.?,?[\s-]+(\d{4})(?!\d)", re.IGNORECASE)
_NAMED_MONTH = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)", re.IGNORECASE)
_TIME = re.compile(
    r"[T\s,]*(?:at\s+)?(?P<half>上午|下午|晚上|凌晨|中午)?\s*(?P<hour>\d{1,2})(?:[:：点时]|h)(?P<minute>\d{1,2})?分?"
    r"(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,6})\d*)?)?\s*(?P<ampm>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2}(?::\d{2})?)?",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
# Spreadsheets count days from here.
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a day, no moment)
_TURN_OF_CENTURY = 70
_LAST_MONTH = 12
_NOON = 12


def day_first(cells: Iterable[str], *, otherwise: bool) -> bool:
    """Whether a column writes the day before the month; `otherwise` where nothing in it says."""
    firsts, seconds, points = 0, 0, 0
    for cell in cells:
        if found := _YEAR_LAST.match(_DAY_NAME_FIRST.sub("", cell.strip(), count=1)):
            firsts += int(found[1]) > _LAST_MONTH
            seconds += int(found[3]) > _LAST_MONTH
            points += found[2] == "."
    if firsts != seconds:
        return firsts > seconds
    # Points part days from months only where the day comes first.
    return bool(points) or otherwise


def is_ambiguous(cells: Iterable[str]) -> bool:
    """Whether nothing in a column says which is the day and which the month, though it matters."""
    given = [found for cell in cells if (found := _YEAR_LAST.match(cell.strip()))]
    matters = [found for found in given if found[2] != "." and found[1] != found[3]]
    return bool(matters) and all(int(found[1]) <= _LAST_MONTH and int(found[3]) <= _LAST_MONTH for found in given)


def are_serials(cells: Iterable[str]) -> bool:
    """Whether a column holds a spreadsheet's numbers of days, 1927 to 2146."""
    given = [cell.strip() for cell in cells if cell.strip()]
    return bool(given) and all(_SERIAL.fullmatch(cell) and 10_000 <= float(cell) < 90_000 for cell in given)


def read_moment(cell: str, *, first_is_day: bool, serial: bool = False) -> tuple[date, str] | None:
    """A date and, where the cell has one, the time of day ("20:00:00+01:00"); None for neither."""
    text = cell.strip()
    if serial and _SERIAL.fullmatch(text):
        moment = _EPOCH + timedelta(seconds=round(float(text) * 86_400))
        return moment.date(), moment.time().isoformat() if "." in text else ""
    text = _DAY_NAME_FIRST.sub("", text, count=1)
    found = _day(text, first_is_day=first_is_day)
    if found is None:
        return None
    day, rest = found
    if not rest.strip(" ,T"):
        return day, ""
    time = _time(rest)
    return (day, time) if time is not None else None


def _day(text: str, *, first_is_day: bool) -> tuple[date, str] | None:
    try:
        if found := _YEAR_FIRST.match(text) or _COMPACT.match(text):
            return date(int(found[1]), int(found[2]), int(found[3])), text[found.end() :]
        if found := _YEAR_LAST.match(text):
            one, other = int(found[1]), int(found[3])
            day, month = (one, other) if first_is_day else (other, one)
            return date(_year(found[4]), month, day), text[found.end() :]
        if found := _NAMED_DAY.match(text):
            return date(int(found[3]), _MONTHS.get(found[2].lower(), 0), int(found[1])), text[found.end() :]
        if found := _NAMED_MONTH.match(text):
            return date(int(found[3]), _MONTHS.get(found[1].lower(), 0), int(found[2])), text[found.end() :]
    except ValueError:
        return None
    return None


def _year(text: str) -> int:
    year = int(text)
    if len(text) > len("26"):
        return year
    return year + (2000 if year < _TURN_OF_CENTURY else 1900)


def _time(text: str) -> str | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, second = int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0)
    half = (found["ampm"] or "").lower()[:1] or {"上午": "a", "凌晨": "a"}.get(found["half"] or "", "")
    if (half == "p" or found["half"] in ("下午", "晚上", "中午")) and hour < _NOON:
        # 中午11点 is before noon, 中午1点 after it.
        hour += _NOON if found["half"] != "中午" or hour < 11 else 0
    elif half == "a" and hour == _NOON:
        hour = 0
    part = (found["part"] or "").ljust(6, "0") if found["part"] else ""
    zone = found["zone"] or ""
    zone = "+00:00" if zone.upper() in ("Z", "UTC") else zone if not zone or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    if hour > 23 or minute > 59 or second > 59:
        return None
    return f"{hour:02}:{minute:02}:{second:02}{f'.{part}' if part else ''}{zone}"
