"""Days, weeks from Monday, months and years of a calendar."""

from __future__ import annotations

from datetime import date, timedelta

from madeleine.miniapp.v1 import query_pb2 as q

FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)


def start(day: date, bucket: q.Bucket.ValueType) -> date:
    """The first day of the day, week, month or year that holds a day."""
    if bucket == q.BUCKET_WEEK:
        return day - timedelta(days=day.weekday())
    if bucket == q.BUCKET_MONTH:
        return day.replace(day=1)
    return day.replace(month=1, day=1) if bucket == q.BUCKET_YEAR else day


def after(first: date, bucket: q.Bucket.ValueType) -> date:
    """The first day of the next one."""
    if bucket == q.BUCKET_MONTH:
        return (first + timedelta(days=31)).replace(day=1)
    if bucket == q.BUCKET_YEAR:
        return first.replace(year=first.year + 1)
    return first + timedelta(days=7 if bucket == q.BUCKET_WEEK else 1)


def buckets(first: date, last: date, bucket: q.Bucket.ValueType, most: int) -> list[tuple[date, date]] | None:
    """(first day, last day) of each that has a part in the range; None when there are more than `most`."""
    made: list[tuple[date, date]] = []
    begins = start(first, bucket)
    while begins <= last:
        if len(made) == most:
            return None
        follows = after(begins, bucket)
        made.append((begins, follows - timedelta(days=1)))
        begins = follows
    return made
