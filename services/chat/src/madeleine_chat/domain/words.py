"""Text as words to search by, for scripts with and without spaces between words."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Han, kana and hangul: nothing in them says where a word ends.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(f"[{UNSPACED}]+")
_EXCERPT = 200
# What stands before the hit in an excerpt.
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Searchable:
    """A text as it is searched.

    `words`: as long as the text, unspaced scripts blanked out; PostgreSQL stems them. `runs`: of unspaced scripts.
    """

    words: str
    runs: tuple[str, ...]

    @property
    def grams(self) -> tuple[str, ...]:
        """Distinct bigrams of the runs, and each run's last character: every character begins one of them."""
        found: dict[str, None] = {}
        for run in self.runs:
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run))))
        return tuple(found)


def searchable(text: str) -> Searchable:
    """Splits text into spaced words and runs of unspaced scripts."""
    return Searchable(_RUN.sub(lambda run: " " * len(run[0]), text), tuple(_RUN.findall(text)))


def grams_sought(runs: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(bigrams that must occur, characters that must begin a gram) for the runs of a query."""
    pairs = dict.fromkeys(run[i : i + 2] for run in runs for i in range(len(run) - 1))
    return tuple(pairs), tuple(dict.fromkeys(run for run in runs if len(run) == 1))


def excerpt(text: str, word: str, runs: tuple[str, ...]) -> str:
    """At most 200 characters around the first hit: `word` as the text has it ("": none), or a run of the query's."""
    words = searchable(text).words
    found = [at for run in runs if (at := text.find(run)) >= 0]
    if word and (hit := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", words)):
        found.append(hit.start())
    at = min(found, default=0)
    begin = max(0, min(at - _BEFORE, len(text) - _EXCERPT))
    end = min(len(text), begin + _EXCERPT)
    if begin:
        begin = _word_after(text, begin + 1, at)
    if end < len(text):
        end = _word_before(text, end - 1, at)
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"


def _word_after(text: str, begin: int, at: int) -> int:
    """Where the next word begins, at the hit at the latest."""
    space = re.compile(r"\s").search(text, begin, at)
    return space.end() if space else begin


def _word_before(text: str, end: int, at: int) -> int:
    """Where the last whole word ends, behind the hit."""
    return max((i for i in range(max(at + 1, end - 40), end) if text[i].isspace()), default=end)
