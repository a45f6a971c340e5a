"""What the words of a message say about what is wanted of the AI: cues for the choice of a tool.

The patterns stand in `cues.json`, by cue and language; both languages' are tried on every text, since people mix them.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

# What somebody quotes is not what they ask for.
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|«[^»]*»|`[^`]*`|^\s*>.*$", re.MULTILINE)
_REMINDS_WHAT = re.compile(
    r"\bremind (?:me|us)(?: again)?,? (?:what|which|who|whose|where|how|why)\b"
    r"|提醒我(?:一下)?.{0,4}(?:是什么|是哪|是谁)",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Three letters of English say about as much as one Chinese character.
_LETTERS = 3
_SHORT, _LONG = 18, 120


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    content = json.loads(resources.files("madeleine_chat.domain").joinpath("cues.json").read_text("utf-8"))
    return {name: re.compile("|".join(by["en"] + by["zh"]), re.IGNORECASE) for name, by in content.items()}


def names() -> tuple[str, ...]:
    """The cues there are, in their order."""
    return (*_patterns(), "short", "long", "quote")


def unquoted(text: str) -> str:
    """The text without what it quotes."""
    return _QUOTED.sub(" ", text).strip()


def reminds_what(text: str) -> bool:
    """True for "remind me what he said": a question, and no wish to be reminded at some time."""
    return _REMINDS_WHAT.search(unquoted(text)) is not None


def is_chinese(text: str) -> bool:
    """True for a text that has Chinese characters."""
    return _HAN.search(text) is not None


def cues(text: str) -> dict[str, float]:
    """1 for each cue that the text outside its quotations shows, else 0."""
    own = unquoted(text)
    found = {name: float(pattern.search(own) is not None) for name, pattern in _patterns().items()}
    length = len(own) * (_LETTERS if is_chinese(own) else 1)
    return found | {"short": float(length < _SHORT), "long": float(length > _LONG), "quote": float(own != text.strip())}
