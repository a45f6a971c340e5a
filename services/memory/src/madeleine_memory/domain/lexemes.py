"""Text as words to search by, for scripts with and without spaces between words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

# Han, kana and hangul: PostgreSQL has no dictionary that would split them into words.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]+")

_WORD = re.compile(r"\w+(?:['’-]\w+)*")


@dataclass(frozen=True, slots=True)
class Searchable:
    """What is searched: `words` for PostgreSQL to stem, `grams` as they are."""

    words: str
    grams: tuple[str, ...]


def searchable(text: str) -> Searchable:
    """Splits text into spaced words and distinct character bigrams of unspaced scripts.

    A lone character is its own gram. U+0000, which PostgreSQL cannot hold, becomes a space.
    """
    text = text.replace("\x00", " ")
    grams: dict[str, None] = {}
    for run in _UNSPACED.findall(text):
        pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        grams.update(dict.fromkeys(pairs))
    return Searchable(_UNSPACED.sub(" ", text), tuple(grams))


def as_words(query: str) -> str:
    """The words of a query in lower case, each between spaces: a name stands in it if it does so between spaces."""
    plain = re.sub(r"['’]s\b", " ", query.replace("\x00", " ").lower())
    return f" {' '.join(_WORD.findall(plain))} "


def as_unit(speaker_name: str, text: str, occurred_at: datetime) -> str:
    """A memory as it is indexed and embedded: people ask by name and by date as often as by content."""
    return f"[{occurred_at.day} {occurred_at:%B %Y}] {speaker_name}: {text}"
