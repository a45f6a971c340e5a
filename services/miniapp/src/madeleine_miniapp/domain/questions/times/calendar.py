"""Calendar periods as of a day: the units that times are counted in, feasts, seasons."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from madeleine_miniapp.domain.questions.spans import Span

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12, "春": 3, "夏": 6, "秋": 9, "冬": 12}
_FIXED = {
    "new year's eve": (12, 31), "new year": (1, 1), "christmas eve": (12, 24), "christmas": (12, 25),
    "boxing day": (12, 26), "valentine": (2, 14), "halloween": (10, 31), "women's day": (3, 8), "april fool": (4, 1),
    "st patrick": (3, 17), "may day": (5, 1), "epiphany": (1, 6), "st nicholas": (12, 6), "national day": (10, 1),
    "children's day": (6, 1), "teachers' day": (9, 10), "singles' day": (11, 11), "double twelve": (12, 12),
}  # fmt: skip
# Feasts of the lunar calendar, by year.
_LUNAR = {
    "spring festival": ("2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03"),
    "dragon boat": ("2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09 2028-05-28 2029-06-16 2030-06-05"),
    "lunar new year's eve": ("2023-01-21 2024-02-09 2025-01-28 2026-02-16 2027-02-05 2028-01-25 2029-02-12 2030-02-02"),
    "lantern": ("2023-02-05 2024-02-24 2025-02-12 2026-03-03 2027-02-20 2028-02-09 2029-02-27 2030-02-17"),
    "seventh night": ("2023-08-22 2024-08-10 2025-08-29 2026-08-19 2027-08-08 2028-08-26 2029-08-16 2030-08-05"),
    "mid-autumn": ("2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12"),
}


def day(of: date) -> Span:
    """One day."""
    return Span(of, of)


def running(first: date, last: date, today: date) -> Span:
    """A whole period, up to today if it is running."""
    return Span(first, min(last, today) if first <= today else last, until=last)


def is_day(year: int, month: int, number: int) -> bool:
    """Whether the calendar has that day."""
    return 1 <= month <= 12 and 1 <= number <= monthrange(year, month)[1]


def month_of(year: int, month: int, today: date, months: int = 1) -> Span:
    """A month, or several from it on, up to today if they are running."""
    first, end = date(year, month, 1), year * 12 + month - 2 + months
    return running(first, date(end // 12, end % 12 + 1, monthrange(end // 12, end % 12 + 1)[1]), today)


def latest_month(month: int, today: date) -> Span:
    """The latest month of that name that is past or running."""
    return month_of(today.year - (month > today.month), month, today)


def whole(unit: str, back: int, today: date) -> Span:
    """The day, week, weekend, month, quarter or year that is `back` of them before the present one."""
    if unit == "day":
        return day(today - timedelta(days=back))
    if unit in ("week", "weekend"):
        monday = today - timedelta(days=today.weekday() + 7 * back)
        if unit == "weekend":
            return Span(monday + timedelta(days=5), monday + timedelta(days=6))
        return running(monday, monday + timedelta(days=6), today)
    if unit == "year":
        return running(date(today.year - back, 1, 1), date(today.year - back, 12, 31), today)
    months = 3 if unit == "quarter" else 1
    index = (today.year * 12 + today.month - 1) // months * months - back * months
    return month_of(index // 12, index % 12 + 1, today, months)


def shifted(of: date, months: int) -> date:
    """The same day of the month so many months later, the last one where there is none."""
    index = of.year * 12 + of.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(of.day, monthrange(year, month)[1]))


def rolling(number: int, unit: str, today: date) -> Span | None:
    """The last `number` hours, days, weeks, months or years up to now."""
    if unit == "hour":
        return Span(today - timedelta(days=-(-number // 24)), today, rolling_hours=number)
    if unit in ("month", "year"):
        return Span(shifted(today, -number * (12 if unit == "year" else 1)) + timedelta(days=1), today)
    days = number * {"day": 1, "week": 7, "fortnight": 14}[unit]
    return Span(today - timedelta(days=days - 1), today, rolling_hours=24 * days) if days <= 3660 else None


def coming(number: int, unit: str, today: date) -> Span:
    """The next `number` days, weeks, months or years, today with them: it is still to be told."""
    if unit in ("month", "year"):
        return Span(today, shifted(today, number * (12 if unit == "year" else 1)))
    return Span(today, today + timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14}[unit]))


def edge(of: Span, number: int, unit: str, *, last: bool) -> Span:
    """The first or last `number` days, weeks or months of a period."""
    end = of.until or of.last
    if unit == "month":
        if last:
            return Span(shifted(end + timedelta(days=1), -number), end)
        return Span(of.first, min(end, shifted(of.first, number) - timedelta(days=1)))
    days = number * {"day": 1, "week": 7, "fortnight": 14}[unit]
    if last:
        return Span(max(of.first, end - timedelta(days=days - 1)), end)
    return Span(of.first, min(end, of.first + timedelta(days=days - 1)))


def half(of: Span, *, second: bool, today: date) -> Span | None:
    """Half of a month (to the 15th, of February to the 14th), or of a year."""
    end = of.until or of.last
    if (end - of.first).days > 32:
        middle = date(of.first.year, 6, 30)
        if end != date(of.first.year, 12, 31):
            return None
    else:
        middle = date(of.first.year, of.first.month, 14 if of.first.month == 2 else 15)
    return running(middle + timedelta(days=1), end, today) if second else running(of.first, middle, today)


def week_of(of: Span) -> Span:
    """The week, from Monday, that holds the first day of a time."""
    monday = of.first - timedelta(days=of.first.weekday())
    return Span(monday, monday + timedelta(days=6), until=monday + timedelta(days=6))


def before(of: Span) -> Span | None:
    """The month or week before one, whole; None for a time that is neither."""
    end, eve = of.until or of.last, of.first - timedelta(days=1)
    if of.first.day == 1 and end == shifted(of.first, 1) - timedelta(days=1):
        return Span(shifted(of.first, -1), eve)
    if of.first.weekday() == 0 and end == of.first + timedelta(days=6):
        return Span(of.first - timedelta(days=7), eve, name="week before")
    return None


def nearest(month: int, number: int, today: date) -> date | None:
    """The nearest day of that date, the coming ones of plans among them."""
    years = [today.year + d for d in (-1, 0, 1) if is_day(today.year + d, month, number)]
    days = [date(year, month, number) for year in years]
    return min(days, key=lambda d: (abs((d - today).days), d > today), default=None)


def dated(month: int, number: int, year: int | None, today: date) -> Span | None:
    """That day of that year, else the nearest one; None if there is no such day."""
    if year is not None:
        return day(date(year, month, number)) if is_day(year, month, number) else None
    of = nearest(month, number, today)
    return day(of) if of else None


def season(name: str, year: int | None, which: str, today: date) -> Span:
    """A season of three months: the latest that has begun, that of a year, or the one "last" before."""
    month = _SEASONS[name]
    begins = year if year else today.year - ((month, 1) > (today.month, today.day))
    found = month_of(begins, month, today, 3)
    whole_last = found.until or found.last
    if not year and ((which == "last" and whole_last >= today) or (which == "last year" and begins == today.year)):
        return month_of(begins - 1, month, today, 3)
    return replace(found, until=None)


def feast(name: str, year: int | None, today: date) -> date | None:
    """The day of a feast: the latest that has been, or that of a year."""
    years = [year] if year else [today.year, today.year - 1]
    days = [d for y in years if (d := _feast_of(name, y)) is not None and (year or d <= today)]
    return days[0] if days else None


def _feast_of(name: str, year: int) -> date | None:
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _LUNAR:
        return next((date.fromisoformat(d) for d in _LUNAR[name].split() if d.startswith(str(year))), None)
    if name == "thanksgiving":
        first = date(year, 11, 1)
        return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    easter = _easter(year)
    return easter + timedelta(days={"easter": 0, "good friday": -2, "easter monday": 1, "pentecost": 49}[name])


def _easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian algorithm (Nature, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    return date(year, (h + k - 7 * m + 114) // 31, (h + k - 7 * m + 114) % 31 + 1)
