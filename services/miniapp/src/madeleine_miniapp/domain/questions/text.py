"""Text as questions are read: normalised, with what is understood blanked out."""

from __future__ import annotations

import re
import unicodedata

# Stands for what was understood; neither a letter nor a space, so that phrases never reach across it.
GAP = "\x1f"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_CJK = re.compile(r"[\u3400-\u9fff]")


def normalise(text: str) -> str:
    """NFKC, casefolded, plain quotes, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")
    return re.sub(r"\s+", " ", folded).strip()


def blank(text: str, start: int, end: int) -> str:
    """The text with a stretch replaced by one gap."""
    return text[:start] + GAP + text[end:]


def term_pattern(term: str) -> re.Pattern[str]:
    """Finds a term: whole words (a plain plural may differ) in alphabets, a substring in Chinese."""
    folded = normalise(term.replace("_", " "))
    if _CJK.search(folded):
        return re.compile(re.escape(folded))
    stem = re.escape(folded).replace(r"\ ", r"[ \-]")
    return re.compile(rf"(?<![^\W_]){stem}(?:'?s|es)?(?![^\W_])")


def chinese_number(text: str) -> int | None:
    """1 to 99 in digits or Chinese numerals; None for anything else."""
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
            return None
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return _DIGITS.get(text)
