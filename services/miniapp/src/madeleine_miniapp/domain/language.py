"""Which of the two languages a text is in."""

from __future__ import annotations

import re

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def is_chinese(text: str) -> bool:
    """Whether any character of the text is Chinese."""
    return _CHINESE.search(text) is not None


def language_of(text: str) -> str:
    """ "zh" for text with Chinese characters, else "en"."""
    return "zh" if is_chinese(text) else "en"
