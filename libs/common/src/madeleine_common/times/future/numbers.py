"""Numbers as people write them, in English and Chinese."""

from __future__ import annotations

_ONES = (
    "zero",
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
_ORDINALS = (
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
)
_HAN = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_VAGUE = {"a": 1, "an": 1, "a couple of": 2, "a couple": 2, "a few": 3, "several": 3, "几": 3}

ONES = rf"(?:{'|'.join(sorted(_ONES[1:], key=len, reverse=True))})"
ENGLISH = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:10])}))?|{ONES})"
ORDINAL = (
    rf"(?:(?:twenty|thirty)[- ](?:{'|'.join(_ORDINALS[1:10])})|twentieth|thirtieth|"
    rf"{'|'.join(sorted(_ORDINALS[1:], key=len, reverse=True))})"
)
HAN = r"(?:[零〇一二两三四五六七八九十百]+)"


def number(text: str) -> float:
    """A count; vague ones have their usual size ("a few" is 3). Raises ValueError for what is no number."""
    text = text.strip()
    if text in _VAGUE:
        return _VAGUE[text]
    if text[:1].isdigit():
        return float(text.replace(",", "."))
    if text.isascii():
        return _english(text)
    return _han(text)


def ordinal(text: str) -> int:
    """ "Twenty-first" as 21, "21st" too."""
    if text[:1].isdigit():
        return int("".join(c for c in text if c.isdigit()))
    if text in ("twentieth", "thirtieth"):
        return 20 if text == "twentieth" else 30
    tens, _, ones = text.replace(" ", "-").rpartition("-")
    return (_TENS[tens] if tens else 0) + _ORDINALS.index(ones)


def _english(text: str) -> float:
    tens, *ones = text.replace("-", " ").split()
    if tens in _TENS:
        return _TENS[tens] + (_ONES.index(ones[0]) if ones else 0)
    return _ONES.index(tens)


def _han(text: str) -> float:
    if not set(text) & set("十百"):
        # Digit by digit, as years are: 二〇二六.
        return float("".join(str(_HAN[c]) for c in text))
    total, digit = 0, None
    for c in text:
        if c in "十百":
            total += (1 if digit is None else digit) * (10 if c == "十" else 100)
            digit = None
        else:
            digit = _HAN.get(c)
    return float(total + (digit or 0))
