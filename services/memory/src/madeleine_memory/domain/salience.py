"""How likely a text is to be asked for later, told from the text alone: cheap features, learned weights."""

from __future__ import annotations

import math
import re

_WIDE = re.compile(r"[\u2e80-\U0003134f]")
_TIME = re.compile(
    r"\b(yesterday|tonight|last|ago|next|tomorrow|weeks?|months?|years?|weekends?|today|recently|since"
    r"|(mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may \d|june|july|august|september|october"
    r"|november|december)\b|昨|今天|明天|后天|去年|今年|明年|上周|下周|星期|周末|月|年|前",
    re.IGNORECASE,
)
_PLEASANTRY = re.compile(
    r"\b(thanks?|wow|great|awesome|cool|nice|congrats|congratulations|sounds|yeah|yep|glad|hey|hi|bye|lol|haha|ok|okay"
    r"|sure)\b|谢谢|哈哈|好的|嗯|你好|再见|恭喜|真棒",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(i|i'm|i've|my|we|our|mine|me)\b|我|咱", re.IGNORECASE)
# Capitalised within a sentence; Chinese has no such sign.
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_ASKS_WHEN = re.compile(
    r"^\s*when\b|\bhow long\b|\b(what|which) (time|day|date|month|year)\b|什么时候|何时|哪天|哪年|几月|几号|几点|多久",
    re.IGNORECASE,
)


def features(text: str) -> dict[str, float]:
    """Features of a text by name, each within 0 and 1.2."""
    ending = text.rstrip()
    return {
        # A wide character says about as much as three letters.
        "length": min(math.log1p(len(text) + 2 * len(_WIDE.findall(text))) / 6, 1.2),
        "names": min(len(_NAME.findall(text)), 3) / 3,
        "digits": float(any(c.isdigit() for c in text)),
        "time": float(tells_time(text)),
        "pleasantry": float(bool(_PLEASANTRY.search(text))),
        "own": float(bool(_OWN.search(text))),
        "exclaims": float("!" in text or "！" in text),
        "ends_asking": float(ending.endswith(("?", "？"))),
        "asks_within": float("?" in ending[:-1] or "？" in ending[:-1]),
    }


def tells_time(text: str) -> bool:
    """True where a text says when something was or will be."""
    return bool(_TIME.search(text))


def asks_when(query: str) -> bool:
    """True where a question wants a time for an answer."""
    return bool(_ASKS_WHEN.search(query))
