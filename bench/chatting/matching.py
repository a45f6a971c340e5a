"""Whether a text holds a string, by the rule that the dialogues' README gives, however its numbers are written."""

from __future__ import annotations

import re
import unicodedata

_THOUSANDS = re.compile(r"(?<=\d)[,.'\u2019\u00a0\u202f](?=\d{3}(?!\d))")
_HALF_DAY = re.compile(r"(?<!\d)(\d{1,2})(?:[.:](\d\d))?\s*(am|pm|a\.m\.|p\.m\.)(?!\w)", re.IGNORECASE)


def hit(needle: str, text: str) -> bool:
    """True when the text holds it, as it is written or with numbers and times written otherwise."""
    return _hit(needle, text) or _hit(plain(needle), plain(text))


def plain(text: str) -> str:
    """Numbers without thousands separators, times of 24 hours, full-width characters narrow."""
    narrow = unicodedata.normalize("NFKC", text)
    return _HALF_DAY.sub(_of_24_hours, _THOUSANDS.sub("", narrow))


def _hit(needle: str, text: str) -> bool:
    left = r"(?<![0-9A-Za-z])" if needle[0].isascii() and needle[0].isalnum() else ""
    right = r"(?![0-9])" if needle[-1].isdigit() else ""
    return re.search(left + re.escape(needle) + right, text, re.IGNORECASE) is not None


def _of_24_hours(match: re.Match[str]) -> str:
    hour = int(match[1]) % 12 + (12 if match[3][0] in "pP" else 0)
    return f"{hour}:{match[2] or '00'}"
