"""The part of a conversation that a question is about: "this week", "since I last read", "最近50条消息"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from madeleine_common.times.past import span_of

# A question that names no time is about this many days.
DEFAULT_DAYS = 30
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_WORDS |= {
    "couple of": 2,
    "few": 3,
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "十": 10,
    "几": 3,
    "半": 1,
}
_NUMBER = r"(\d{1,5}|an?|one|two|three|four|five|six|seven|ten|couple of|few)"
_HAN_NUMBER = r"(\d{1,5}|[一两二三四五六七十几])"
_MESSAGES = (
    re.compile(rf"\b(?:last|past|latest|recent) {_NUMBER} (?:messages|posts|lines)\b"),
    re.compile(rf"(?:最近|最后|后)(?:的)?{_HAN_NUMBER}条"),
)
_MISSED = re.compile(
    r"\bi(?:'ve| have)? (?:just )?(?:last (?:read|looked|wrote|was)|missed)\b|\b(?:did|do) i miss\b|\bunread\b"
    r"|\bcatch (?:me|us) up\b|\bfill (?:me|us) in\b|\bup to speed\b|\bwhile i was\b"
    r"|\bi (?:was|have been) (?:away|out|gone|asleep|offline|busy)\b|\bi've been (?:away|out|asleep)\b"
    r"|错过|没看|未读|没读|我不在|我没在"
)
_ROLLING = (
    re.compile(rf"\b(?:last|past|previous|for) (?:{_NUMBER} )?(?P<unit>minute|hour|day|week|month)s\b"),
    re.compile(r"\b(?:last|past) (?P<unit>hour)\b"),
    re.compile(rf"(?:最近|过去|这)(?:的)?{_HAN_NUMBER}个?(?P<unit>分钟|小时|天|周|星期|月)"),
)
_UNITS = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
    "week": timedelta(weeks=1), "month": timedelta(days=30),
    "分钟": timedelta(minutes=1), "小时": timedelta(hours=1), "天": timedelta(days=1),
    "周": timedelta(weeks=1), "星期": timedelta(weeks=1), "月": timedelta(days=30),
}  # fmt: skip
_SINCE = re.compile(r"\bsince\b (?P<en>[^.?!,]{2,40})|(?:自|从)?(?P<zh>[^,。??]{1,12})(?:以来|到现在|至今|之后)")
_DAY_NAME = re.compile(r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b")
_HAN_DAY = re.compile(r"(?P<last>上)?(?:个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_HAN_DAYS = "一二三四五六日"
_JUST_NOW = re.compile(r"刚才|刚刚|\bjust now\b")
_LAST_NIGHT = re.compile(r"\blast night\b|昨晚|昨夜")
_TONIGHT = re.compile(r"\b(?:tonight|this evening)\b|今晚")
_MORNING = re.compile(r"\bthis morning\b|今早|今天早上|今天上午")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end` (aware); or the last so many messages; or what the asker has not read."""

    start: datetime | None
    end: datetime
    last: int = 0
    unread: bool = False


def period_of(question: str, now: datetime) -> Period:
    """What a question names; `now` is in the asker's time zone. Weeks begin on Monday."""
    text = question.lower()
    for pattern in _MESSAGES:
        if match := pattern.search(text):
            return Period(None, now, last=_count(match[1]))
    named = _named(text, now)
    if named is not None:
        return named
    if _MISSED.search(text):
        return Period(None, now, unread=True)
    return Period(now - timedelta(days=DEFAULT_DAYS), now)


def _named(text: str, now: datetime) -> Period | None:
    """A time that is named, more exact ones first."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if match := _SINCE.search(text):
        begin = _begin(match["en"] or match["zh"], now)
        if begin is not None and begin < now:
            return Period(begin, now)
    for pattern in _ROLLING:
        if match := pattern.search(text):
            number = match[1] if match.re.groups > 1 and match[1] else "1"
            return Period(now - _count(number) * _UNITS[match["unit"]], now)
    if _JUST_NOW.search(text):
        return Period(now - timedelta(hours=2), now)
    if _LAST_NIGHT.search(text):
        return Period(midnight - timedelta(hours=6), min(now, midnight + timedelta(hours=5)))
    if _TONIGHT.search(text):
        return Period(midnight + timedelta(hours=17) if now.hour >= 17 else midnight, now)
    if _MORNING.search(text):
        return Period(midnight, min(now, midnight + timedelta(hours=12)))
    if match := _HAN_DAY.search(text):
        start = _han_day(match, now)
        return Period(start, min(now, start + timedelta(days=1)))
    span = span_of(text, now, now.tzinfo) if now.tzinfo else None
    if span is not None and span.start < now:
        return Period(span.start, min(span.end, now))
    return None


def _begin(text: str, now: datetime) -> datetime | None:
    """Where "since ..." begins."""
    if match := _DAY_NAME.search(text):
        return _day_back(_DAYS.index(match[1]), now)
    if match := _HAN_DAY.search(text):
        return _han_day(match, now)
    span = span_of(text, now, now.tzinfo) if now.tzinfo else None
    return span.start if span else None


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _day_back(weekday: int, now: datetime) -> datetime:
    """Midnight of the last such day, today included."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=(now.weekday() - weekday) % 7)


def _han_day(match: re.Match[str], now: datetime) -> datetime:
    """周三 is the last one, 上周三 that of the calendar week before."""
    weekday = _HAN_DAYS.index(match["day"].replace("天", "日"))
    if not match["last"]:
        return _day_back(weekday, now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=now.weekday() + 7 - weekday)


def _count(text: str) -> int:
    return max(1, int(text)) if text.isdigit() else _WORDS[text]
