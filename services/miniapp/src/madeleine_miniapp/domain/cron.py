"""Checks schedules: cron's five fields, at most four times an hour."""

from __future__ import annotations

import re

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_MONTHS = dict(
    zip(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], range(1, 13), strict=True)
)
_DAYS = dict(zip(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], range(7), strict=True))
_PART = re.compile(r"(\*|[0-9a-z]{1,3})(?:-([0-9a-z]{1,3}))?(?:/(\d{1,2}))?")
_MOST_AN_HOUR = 4


def cron_problem(schedule: str) -> str:
    """Why a schedule cannot be one; empty when it can."""
    parts = schedule.split()
    if len(parts) != len(_FIELDS):
        return "must be cron's five fields: minute, hour, day, month, weekday (“0 9 * * 1”: Mondays at nine)"
    for text, (name, least, most) in zip(parts, _FIELDS, strict=True):
        values = _values(text.lower(), least, most)
        if not values:
            return f"has {text!r} as its {name}, which must be {least} to {most}"
        if name == "minute" and len(values) > _MOST_AN_HOUR:
            return f"must not go off more than {_MOST_AN_HOUR} times an hour"
    return ""


def times_of(schedule: str) -> tuple[frozenset[int], ...]:
    """The minutes, hours, days, months and weekdays (0: Sunday) of a sound schedule."""
    parts = zip(schedule.lower().split(), _FIELDS, strict=True)
    *others, weekdays = (frozenset(_values(text, least, most)) for text, (_, least, most) in parts)
    return (*others, frozenset(day % 7 for day in weekdays))


def _values(text: str, least: int, most: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            return set()
        first, last, step = match.groups()
        start = least if first == "*" else _number(first)
        end = most if first == "*" or (step and not last) else _number(last or first)
        every = int(step or 1)
        if start is None or end is None or not least <= start <= end <= most or every < 1 or (first == "*" and last):
            return set()
        found |= set(range(start, end + 1, every))
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else _MONTHS.get(text, _DAYS.get(text))
