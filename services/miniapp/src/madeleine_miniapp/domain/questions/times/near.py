"""Days without a month of their own, of the one that they belong to: "february, 1st to 14th", 29号（四月）."""

from __future__ import annotations

import re
from datetime import date

from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.times import terms as t
from madeleine_miniapp.domain.questions.times.calendar import day, is_day, nearest

_SOME_MONTH = re.compile(rf"\b(?:{t.SURE_MONTH})\b|{t.ZH_MONTH}月")


def numbered(found: re.Match[str], today: date) -> Span | None:
    """ "The 29th": None if the month has no such day."""
    number = t.ordinal(found["day"])
    year, month = _near_month(found, number, today)
    return day(date(year, month, number)) if is_day(year, month, number) else None


def numbered_days(found: re.Match[str], today: date) -> Span | None:
    """ "1st to 14th": None if the month has no such days."""
    first, last = t.ordinal(found["a"]), t.ordinal(found["b"])
    year, month = _near_month(found, first, today)
    if not (is_day(year, month, first) and is_day(year, month, last) and first <= last):
        return None
    return Span(date(year, month, first), date(year, month, last))


def _near_month(found: re.Match[str], number: int, today: date) -> tuple[int, int]:
    """Year and month of a day: the month that the text names before it, else after it; else the running one."""
    named = [m for m in _SOME_MONTH.finditer(found.string) if not found.start() <= m.start() < found.end()]
    before = [m for m in named if m.start() < found.start()]
    month = t.month((before[-1] if before else named[0]).group()) if named else 0
    if not month and re.search(r"\blast month\b|上个?月", found.string):
        month = (today.month - 2) % 12 + 1
    of = nearest(month, number, today) if month else None
    return (of.year, of.month) if of else (today.year, today.month)
