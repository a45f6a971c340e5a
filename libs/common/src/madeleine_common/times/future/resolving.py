"""From what an expression names to one moment, by the calendar of the asker's time zone."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from madeleine_common.times.future.parts import Impossible, Parts
from madeleine_common.times.future.saying import DAYS

# The part of the day that is now: "this time tomorrow".
SAME_TIME = "now"
OVER = "that time is over"
_AFAR = "that is further away than the calendar reaches"
# Minutes of the day that a part of the day means, later ones for when the first is over.
_PARTS_OF_DAY: dict[str, tuple[int, ...]] = {
    "dawn": (300,),
    "early": (420,),
    "morning": (540, 660),
    "noon": (720,),
    "afternoon": (900, 1020),
    "dusk": (1080,),
    "evening": (1140, 1260),
    "night": (1200, 1320),
    "late": (1320,),
}
# A day by itself is nine in the morning; today, later.
_ANY_TIME, _ANY_TIME_TODAY = (540,), (540, 1080, 1260)
# An hour that may be before or after noon is the one at which people are up.
_UP_FROM, _UP_UNTIL = 7 * 60, 21 * 60
_YEARS_WITH_A_LEAP_YEAR = 9


def moment(parts: Parts, now: datetime) -> datetime:
    """The first moment after `now`, which is aware, at which all parts hold, in `now`'s time zone.

    A time that the clocks leave out is as much later as they are put forward; of one that comes twice it is the first
    that lies ahead. Raises Impossible, ValueError for a `now` without a time zone.
    """
    zone = now.tzinfo
    if zone is None:
        raise ValueError("now has no time zone")
    if parts.recurs:
        raise Impossible("a reminder fires once; what recurs cannot be set")
    try:
        if parts.only_before:
            raise Impossible("it does not say before what")
        return _before(_moment(parts, now, zone), parts, now, zone)
    except (OverflowError, OSError) as error:
        raise Impossible(_AFAR) from error


def _moment(parts: Parts, now: datetime, zone: tzinfo) -> datetime:
    instant = now.astimezone(UTC)
    if parts.after_seconds is not None:
        return _checked(_later_by_months(now, parts, zone) + timedelta(seconds=parts.after_seconds), instant, zone)
    timed = parts.hour is not None or parts.part is not None
    if not timed and (parts.after_days is not None or parts.after_months is not None):
        day = _later_day(now.date(), parts)
        return _checked(_wall(datetime.combine(day, now.time()), zone, instant), instant, zone)
    usual, otherwise = _minutes(parts, now)
    for minutes in filter(None, (usual, otherwise)):
        for day in _days(parts, now.date(), timed):
            for minute in minutes:
                at = datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60))
                found = _wall(at, zone, instant)
                if found > instant:
                    return found.astimezone(zone)
    raise Impossible(OVER)


def _before(found: datetime, parts: Parts, now: datetime, zone: tzinfo) -> datetime:
    instant = now.astimezone(UTC)
    if parts.less_days is not None:
        naive = found.replace(tzinfo=None, fold=0) - timedelta(days=parts.less_days)
        found = _wall(naive, zone, instant)
    return _checked(found.astimezone(UTC) - timedelta(seconds=parts.less_seconds or 0), instant, zone)


def _checked(found: datetime, instant: datetime, zone: tzinfo) -> datetime:
    if found.astimezone(UTC) <= instant:
        raise Impossible(OVER)
    return found.astimezone(zone)


def _wall(naive: datetime, zone: tzinfo, instant: datetime) -> datetime:
    """What the clocks on the wall show, in UTC."""
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return first if first > instant else naive.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _later_day(today: date, parts: Parts) -> date:
    index = today.year * 12 + today.month - 1 + (parts.after_months or 0)
    year, month = index // 12, index % 12 + 1
    if year > date.max.year:
        raise Impossible(_AFAR)
    # A month after 31 January is the last day of February.
    day = date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    return day + timedelta(days=parts.after_days or 0)


def _later_by_months(now: datetime, parts: Parts, zone: tzinfo) -> datetime:
    if parts.after_months is None:
        return now.astimezone(UTC)
    return _wall(datetime.combine(_later_day(now.date(), parts), now.time()), zone, now.astimezone(UTC))


def _minutes(parts: Parts, now: datetime) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Minutes of the day that are meant, and those that are only where none of the first lies ahead."""
    if parts.hour is None:
        if parts.part is not None:
            if parts.part == SAME_TIME:
                return (now.hour * 60 + now.minute,), ()
            return _PARTS_OF_DAY[parts.part][: 2 if parts.days == 0 else 1], ()
        return (_ANY_TIME_TODAY if parts.days == 0 else _ANY_TIME), ()
    minute = parts.hour * 60 + (parts.minute or 0)
    if parts.exact:
        return (minute,), ()
    if parts.part is not None:
        return (_in_part(parts.hour, parts.part) * 60 + (parts.minute or 0),), ()
    both = (minute % 720, minute % 720 + 720)
    up = tuple(m for m in both if _UP_FROM <= m < _UP_UNTIL)
    # Without a day the hour comes again tomorrow; with one, "today at 9" said at ten is 21:00.
    return up, (both if _names_a_day(parts) else ())


def _in_part(hour: int, part: str) -> int:
    """The hour of 24 (more: of the night that follows) that is meant by one up to 12 in a part of the day."""
    if part in ("dawn", "early", "morning"):
        return 0 if hour == 12 and part == "dawn" else hour
    if part in ("night", "late", "evening"):
        return hour + 24 if hour < 5 else 24 if hour == 12 else hour + 12
    return hour if hour in (11, 12) else hour % 12 + 12


def _names_a_day(parts: Parts) -> bool:
    return bool(parts.named() - {"hour", "minute", "exact", "part"})


def _days(parts: Parts, today: date, timed: bool) -> Iterator[date]:
    """Days that the parts name, in order; raises Impossible for those that do not exist."""
    plus = timedelta(days=parts.plus or 0)
    if parts.after_days is not None or parts.after_months is not None:
        yield _later_day(today, parts)
    elif parts.days is not None:
        yield _on_weekday(today + timedelta(days=parts.days), parts) + plus
    elif parts.part == SAME_TIME and parts.weeks is not None and parts.weekday is None:
        yield today + timedelta(weeks=parts.weeks)
    elif parts.weekend or parts.weeks is not None or (parts.weekday is not None and parts.day is None):
        wanted = (5, 6) if parts.weekend else range(7) if parts.weekday is None else (parts.weekday,)
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=parts.weeks or 0)
        first = monday if parts.weeks is not None else today
        if parts.weeks is None and parts.weekday is not None and not timed:
            # "Monday", said on a Monday without a time, is in a week.
            first += timedelta(days=1)
        for ahead in range(7 if parts.weeks is not None else 9):
            day = first + timedelta(days=ahead)
            if day.weekday() in wanted:
                yield day + plus
    elif parts.named() & {"day", "month", "months", "year", "years"}:
        yield from _dates(parts, today)
    else:
        yield from (today, today + timedelta(days=1))


def _dates(parts: Parts, today: date) -> Iterator[date]:
    found = False
    for year, month in _months(parts, today):
        if year > date.max.year:
            raise Impossible(_AFAR)
        last = calendar.monthrange(year, month)[1]
        day = last if parts.day == -1 else parts.day or 1
        if 1 <= day <= last:
            found = True
            if (named := date(year, month, day)) >= today or _says_one_day(parts):
                yield _on_weekday(named, parts)
    if not found:
        raise Impossible(_no_such_day(parts))


def _months(parts: Parts, today: date) -> Iterator[tuple[int, int]]:
    """(year, month) in which the day may lie, in order."""
    if parts.months is not None:
        index = today.year * 12 + today.month - 1 + parts.months
        yield index // 12, index % 12 + 1
        return
    if parts.month is not None and not 1 <= parts.month <= 12:
        raise Impossible(f"there is no month {parts.month}")
    year = parts.year if parts.year is not None else today.year + (parts.years or 0)
    if _says_one_day(parts):
        yield year, parts.month or 1
    elif parts.month is not None:
        yield from ((year + ahead, parts.month) for ahead in range(_YEARS_WITH_A_LEAP_YEAR))
    else:
        index = today.year * 12 + today.month - 1
        yield from (((index + ahead) // 12, (index + ahead) % 12 + 1) for ahead in range(12))


def _says_one_day(parts: Parts) -> bool:
    return parts.year is not None or parts.years is not None or parts.months is not None


def _on_weekday(day: date, parts: Parts) -> date:
    """The day, unless a weekday was named that it is not."""
    if parts.weekday is not None and day.weekday() != parts.weekday:
        raise Impossible(f"{day:%-d %B %Y} is a {DAYS[day.weekday()]}, not a {DAYS[parts.weekday]}")
    return day


def _no_such_day(parts: Parts) -> str:
    month = "" if parts.month is None else f" {calendar.month_name[parts.month]}"
    year = "" if parts.year is None else f" {parts.year}"
    return f"{parts.day}{month or ' as a day of the month'}{year} does not exist"
