"""Words that ask for a figure, that name nothing, or that say who is meant."""

from __future__ import annotations

import re
from enum import Enum

from madeleine_miniapp.domain.questions.text import blank


class Wanted(Enum):
    """What kind of figure is asked for."""

    COUNT = "count"
    # "how many", "how much": a sum of what adds up, else a count.
    HOW_MUCH = "how much"
    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"
    MAX = "max"
    MIN = "min"


_WANTED = tuple(
    (wanted, re.compile(pattern))
    for wanted, pattern in (
        (
            Wanted.COUNT,
            r"\bhow many times\b|\bhow often\b|\bcount(?: of| how many)?\b|\bnumber of\b|多少次|几次|几顿|几条",
        ),
        (Wanted.MEDIAN, r"\bmedian\b|中位数"),
        (Wanted.MEAN, r"\bon average\b|\baverage\b|\bavg\b|\bmean\b|平均"),
        (Wanted.MAX, r"\b(?:most|highest|maximum|max|largest|biggest|greatest)\b|最多|最高|最大"),
        (Wanted.MIN, r"\b(?:least|lowest|minimum|smallest|fewest)\b|最少|最低|最小"),
        (Wanted.SUM, r"\b(?:in )?total(?: of)?\b|\bsum(?: of)?\b|\baltogether\b|\bin all\b|总共|一共|合计|总计|总"),
        (Wanted.HOW_MUCH, r"\bhow (?:many|much)\b|多少|几"),
    )
)
# A question that names no function: "calories today?", "what did groceries come to in February?".
_ASKING = re.compile(r"\?\s*$|^(?:what|how)\b|吗|呢")
_FILLERS = re.compile(
    r"(?:\b(?:tell|show|give) me\b|\b(?:can|could|would) you\b|\bcome to\b|\bso far\b|\bup to now\b"
    r"|\b(?:hey|hi|please|pls)\b|\bover the whole (?:log|diary|list|time)\b"
    r"|帮我|告诉我|给我|请问|请|到目前为止|大概|大约)"
)
_EMPTY_WORDS = (
    "a an the of in on at for to from with is are was were be been being am did do does done have has had "
    "having what what's whats that those these this it its there roughly about exactly approximately just only "
    "and then now ok so any all value values eat eats eaten ate eating log logs logged record recorded track "
    "tracked note noted enter entered consume consumed take took taken get got go went make made use used say "
    "says know come came obviously overall ever"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())
# Taken from the edges of a run only: inside a word the same characters mean something.
_EMPTY_ZH = "了的吗呢呀啊吧里有是在吃过个共都记录摄入到和还上一做"
_GENERIC_RECORD = re.compile(r"\b(?:entries|entry|records?|times?)\b|次|条|笔|顿")
_ASKER = re.compile(r"\b(?:i(?:'m|'ve|'d|'ll)?|my|me|mine|myself)\b|我(?!们)")
_EVERYONE = re.compile(
    r"\b(?:we(?:'ve|'re|'d|'ll)?|us|our|ours|everyone|everybody|together|all of us)\b|我们|咱们|大家"
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_CJK = re.compile(r"[\u3400-\u9fff]")
_STOPS = re.compile(r"[\x1f?!.,;:()\"，。？！、；：]+")


def take_wanted(text: str) -> tuple[Wanted | None, str, bool]:
    """The kind of figure asked for, the text without its words, and whether two kinds contradict each other."""
    found: list[Wanted] = []
    for wanted, pattern in _WANTED:
        text, hits = pattern.subn("\x1f", text)
        if hits:
            found.append(wanted)
    # "how many in total", "how much on average": the more definite word decides.
    definite = [w for w in found if w is not Wanted.HOW_MUCH]
    if Wanted.COUNT in definite and Wanted.SUM in definite:
        definite.remove(Wanted.SUM)
    if len(definite) > 1:
        return definite[0], text, True
    return (definite or found or [None])[0], text, False


def is_asking(text: str) -> bool:
    """Whether a text without a word for a function may still ask for a figure."""
    return bool(_ASKING.search(text))


def take(pattern: re.Pattern[str], text: str) -> tuple[bool, str]:
    """Whether the pattern occurs, and the text with it blanked."""
    found = pattern.search(text)
    hit = found is not None
    while found:
        text = blank(text, found.start(), found.end())
        found = pattern.search(text)
    return hit, text


def take_fillers(text: str) -> str:
    """The text without polite and vague phrases."""
    return _FILLERS.sub("\x1f", text)


def take_people(text: str) -> tuple[bool, bool, str]:
    """(the asker is meant, everyone is meant, the text without these words)."""
    everyone, text = take(_EVERYONE, text)
    asker, text = take(_ASKER, text)
    return asker, everyone, text


def take_records(text: str) -> tuple[bool, str]:
    """Whether records as such are named ("entries", "times"), and the text without that."""
    return take(_GENERIC_RECORD, text)


def residue(text: str) -> list[str]:
    """Runs of words that nothing was made of; empty when the whole question was understood."""
    runs: list[str] = []
    for stretch in _STOPS.split(text):
        words = _WORD.findall(stretch)
        while words and words[0] in _EMPTY:
            words.pop(0)
        while words and words[-1] in _EMPTY:
            words.pop()
        run = " ".join(words)
        if _CJK.search(run):
            run = run.strip(_EMPTY_ZH + " ")
        if run:
            runs.append(run)
    return runs
