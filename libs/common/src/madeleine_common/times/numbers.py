"""Numbers, months and weekdays as people write them, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable

_ONES = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_FIRST = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_SIZES = {"千": 1000, "百": 100, "十": 10}
_VAGUE = {"a": 1, "an": 1, "a couple of": 2, "a couple": 2, "a few": 3, "several": 3, "几": 3, "幾": 3}
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _joined(ones: Iterable[str]) -> dict[str, int]:
    return {f"{ten}{dash}{one}": n + i for ten, n in _TENS.items() for i, one in enumerate(ones, 1) for dash in "- "}


def any_of(words: Iterable[str]) -> str:
    """A pattern of words, the longer ones first."""
    return "|".join(sorted(words, key=len, reverse=True))


_SMALL = {word: i for i, word in enumerate(_ONES, 1)}
# "one" to "ninety-nine", and "first" to "ninety-ninth"; a dash may be a space.
CARDINALS = _SMALL | _TENS | _joined(_ONES[:9])
ORDINALS = (
    {word: i for i, word in enumerate(_FIRST, 1)}
    | {"twelfth": 12}
    | {f"{word}th": i for word, i in _SMALL.items() if i > 12}
    | {f"{word[:-1]}ieth": i for word, i in _TENS.items()}
    | _joined(_FIRST[:9])
)
# With their abbreviations, in small letters; Monday is 0.
MONTHS = {w: i for i, name in enumerate(_MONTH_NAMES, 1) for w in (name, name[:3])} | {"sept": 9}
WEEKDAYS = {w: i for i, name in enumerate(_DAY_NAMES) for w in (name, name[:3])} | {
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}

ONES = rf"(?:{any_of(_ONES)})"
ENGLISH = rf"(?:{any_of(CARDINALS)})"
ORDINAL = rf"(?:{any_of(ORDINALS)})"
HAN = r"(?:[零〇一二两兩三四五六七八九十百千]+)"


def number(text: str) -> float:
    """A count; vague ones have their usual size ("a few" is 3). Raises ValueError for what is no number."""
    text = text.strip()
    if text in _VAGUE:
        return _VAGUE[text]
    if text[:1].isdigit():
        return float(text.replace(",", "."))
    found = CARDINALS.get(text) if text.isascii() else han(text)
    if found is None:
        raise ValueError(f"{text!r} is no number")
    return float(found)


def ordinal(text: str) -> int:
    """ "Twenty-first" as 21, "21st" too. Raises KeyError for what is none."""
    if text[:1].isdigit():
        return int("".join(c for c in text if c.isdigit()))
    return ORDINALS[text]


def han(text: str) -> int | None:
    """A number in digits or Chinese numerals up to the thousands, or a year digit by digit; None for all else."""
    if text.isdecimal():
        return int(text)
    if not text or set(text) - set(_DIGITS) - set(_SIZES):
        return None
    if not set(text) & set(_SIZES):
        # "三四个" is three or four, 二〇二六 a year.
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) in (1, 4) else None
    total, digit, size = 0, None, 10_000
    for c in text:
        if c in _SIZES:
            if _SIZES[c] >= size or (digit == 0 and c != "十"):
                return None
            size = _SIZES[c]
            total += (1 if digit is None else digit) * size
            digit = None
        elif digit:
            # Two digits of one place.
            return None
        else:
            digit = _DIGITS[c]
    return total + (digit or 0)
