# ruff: noqa: E501 - patterns, one line each.
"""Words that times are made of, as patterns, and what they mean."""

from __future__ import annotations

from madeleine_miniapp.domain.questions.spans import MONTHS, WEEKDAYS
from madeleine_miniapp.domain.questions.text import chinese_number

_ONES = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_COUNTS = {w: i for i, w in enumerate(_ONES, 1)} | _TENS | {
    f"{tens}{dash}{one}": number + i for tens, number in _TENS.items() for i, one in enumerate(_ONES[:9], 1) for dash in " -"
} | {"a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a couple": 2, "couple": 2, "a dozen": 12, "half a dozen": 6}  # fmt: skip
_ORDINAL_WORDS = {
    w: i for i, w in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"), 1)
} | {"twenty-first": 21, "twenty-second": 22, "twenty-third": 23, "twenty-fourth": 24, "twenty-fifth": 25, "thirtieth": 30, "thirty-first": 31}  # fmt: skip
_MONTHS = {name.lower(): i for i, name in enumerate(MONTHS, 1)} | {name[:3].lower(): i for i, name in enumerate(MONTHS, 1)} | {"sept": 9}  # fmt: skip
_DAYS = {name.lower(): i for i, name in enumerate(WEEKDAYS)} | {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}  # fmt: skip
_UNITS = {
    "hour": "hour", "hr": "hour", "day": "day", "night": "day", "evening": "day", "week": "week", "fortnight": "fortnight", "month": "month", "quarter": "quarter", "year": "year",
    "小时": "hour", "钟头": "hour", "天": "day", "日": "day", "晚": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "季度": "quarter", "年": "year",
}  # fmt: skip


def any_of(words: dict[str, int]) -> str:
    """A pattern of words, the longer ones first."""
    return "|".join(sorted(words, key=len, reverse=True))


COUNT = rf"(?:\d{{1,3}}|{any_of(_COUNTS)})"
UNIT = r"(?:hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|years?)"
MONTH = rf"(?:{any_of(_MONTHS)})\.?"
# "May", "mar" and "sep" by themselves are other words as well.
SURE_MONTH = "|".join(sorted((m for m in _MONTHS if m not in ("may", "mar", "sep")), key=len, reverse=True))
WEEKDAY = any_of(_DAYS)
DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
ORDINAL = rf"(?:(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th)|{any_of(_ORDINAL_WORDS)})"
YEAR = r"20\d\d"
ZH_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
ZH_MONTH = r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])"
ZH_DAY = r"(?:[12]\d|3[01]|[1-9]|[一二三四五六七八九十]{1,3})"
ZH_UNIT = r"(?:个?小时|个?钟头|天|日|晚|个?周|个?星期|个?礼拜|个?季度|个月|年)"


def count(text: str) -> int:
    """What a number word means; 0 for what is none."""
    return _COUNTS.get(text.strip()) or chinese_number(text.strip()) or 0


def ordinal(text: str) -> int:
    """The day of "14th" or "fourteenth", digits or Chinese numerals; 0 for what is none."""
    return _ORDINAL_WORDS.get(text) or chinese_number(text.rstrip("stndrh日号")) or 0


def month(text: str) -> int:
    """The number of a month; 0 for what is none."""
    return _MONTHS.get(text.rstrip(".")) or chinese_number(text.rstrip("月份")) or 0


def weekday(text: str) -> int:
    """The day of the week, Monday 0."""
    return _DAYS[text] if text in _DAYS else "一二三四五六日".index(text.replace("天", "日"))


def unit(text: str) -> str:
    """The unit that a word names: "nights" are days."""
    return _UNITS.get(text) or _UNITS.get(text.removesuffix("s")) or _UNITS[text.removeprefix("个")]
