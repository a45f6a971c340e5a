# ruff: noqa: E501 - patterns, one line each.
"""Words that times are made of, as patterns, and what they mean."""

from __future__ import annotations

from madeleine_common.times.numbers import CARDINALS, MONTHS, ORDINALS, WEEKDAYS, any_of, han

_VAGUE = {
    "a": 1,
    "an": 1,
    "a couple of": 2,
    "couple of": 2,
    "a couple": 2,
    "couple": 2,
    "a dozen": 12,
    "half a dozen": 6,
}
_COUNTS = CARDINALS | _VAGUE
_UNITS = {
    "hour": "hour", "hr": "hour", "day": "day", "night": "day", "evening": "day", "week": "week", "fortnight": "fortnight", "month": "month", "quarter": "quarter", "year": "year",
    "小时": "hour", "钟头": "hour", "天": "day", "日": "day", "晚": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "季度": "quarter", "年": "year",
}  # fmt: skip

COUNT = rf"(?:\d{{1,3}}|{any_of(_COUNTS)})"
UNIT = r"(?:hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|years?)"
MONTH = rf"(?:{any_of(MONTHS)})\.?"
# "May", "mar" and "sep" by themselves are other words as well.
SURE_MONTH = any_of(m for m in MONTHS if m not in ("may", "mar", "sep"))
WEEKDAY = any_of(WEEKDAYS)
DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
ORDINAL = rf"(?:(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th)|{any_of(ORDINALS)})"
YEAR = r"20\d\d"
ZH_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
ZH_MONTH = r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])"
ZH_DAY = r"(?:[12]\d|3[01]|[1-9]|[一二三四五六七八九十]{1,3})"
ZH_UNIT = r"(?:个?小时|个?钟头|天|日|晚|个?周|个?星期|个?礼拜|个?季度|个月|年)"


def count(text: str) -> int:
    """What a number word means; 0 for what is none."""
    return _COUNTS.get(text.strip()) or han(text.strip()) or 0


def ordinal(text: str) -> int:
    """The day of "14th" or "fourteenth", digits or Chinese numerals; 0 for what is none."""
    return ORDINALS.get(text) or han(text.rstrip("stndrh日号")) or 0


def month(text: str) -> int:
    """The number of a month; 0 for what is none."""
    return MONTHS.get(text.rstrip(".")) or han(text.rstrip("月份")) or 0


def weekday(text: str) -> int:
    """The day of the week, Monday 0."""
    return WEEKDAYS[text] if text in WEEKDAYS else "一二三四五六日".index(text.replace("天", "日"))


def unit(text: str) -> str:
    """The unit that a word names: "nights" are days."""
    return _UNITS.get(text) or _UNITS.get(text.removesuffix("s")) or _UNITS[text.removeprefix("个")]
