"""The month that a day without one belongs to: "february, 1st to 14th", 29号（四月）."""

from __future__ import annotations

import re
from datetime import date

from madeleine_miniapp.domain.questions.times import terms as t
from madeleine_miniapp.domain.questions.times.calendar import nearest

_SOME_MONTH = re.compile(rf"\b(?:{t.SURE_MONTH})\b|{t.ZH_MONTH}月")


def near_month(found: re.Match[str], number: int, today: date) -> tuple[int, int]:
    """Year and month of a day: the month that the text names before it, else after it; else the running one."""
    named = [m for m in _SOME_MONTH.finditer(found.string) if not found.start() <= m.start() < found.end()]
    before = [m for m in named if m.start() < found.start()]
    month = t.month((before[-1] if before else named[0]).group()) if named else 0
    if not month and re.search(r"\blast month\b|上个?月", found.string):
        month = (today.month - 2) % 12 + 1
    of = nearest(month, number, today) if month else None
    return (of.year, of.month) if of else (today.year, today.month)
