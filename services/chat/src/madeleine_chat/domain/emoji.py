"""What counts as one emoji."""

from __future__ import annotations

import re
import unicodedata

MOST_BYTES = 32

_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
# Each may be shown as an emoji or as text, have a colour of skin, and tags (the flag of Wales).
_PART = re.compile(
    "(.)[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?\ufe0f?(?:[\U000e0020-\U000e007e]+\U000e007f)?", re.DOTALL
)
_JOINER = "\u200d"
# Signs that Unicode calls punctuation, though they are emoji.
_MORE = frozenset("‼⁉〰")


def is_one_emoji(text: str) -> bool:
    """True for one emoji (UTS 51: also joined by U+200D, a flag, a keycap) or one symbol such as ✓, in 32 bytes."""
    if not text or len(text.encode(errors="replace")) > MOST_BYTES:
        return False
    if _KEYCAP.fullmatch(text) or _FLAG.fullmatch(text):
        return True
    return all((part := _PART.fullmatch(piece)) and _is_symbol(part[1]) for piece in text.split(_JOINER))


def _is_symbol(character: str) -> bool:
    # By block and not by category: emoji are older or younger than this Python's table.
    return (
        ("\U0001f000" <= character <= "\U0001faff" and not "\U0001f1e6" <= character <= "\U0001f1ff")
        or character in _MORE
        or (character < "\U0001f000" and unicodedata.category(character) in ("So", "Sm", "Sc"))
    )
