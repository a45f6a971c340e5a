"""Recalled memories as lines for a prompt: within a budget of tokens, no two nearly the same, in reading order."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from madeleine_memory.domain.condensing import words_of
from madeleine_memory.domain.lexemes import as_unit

# A line beyond this tells its beginning only: one very long message must not push out all others.
_MOST_CHARACTERS = 600
_SAME = 0.8
_PLAIN = re.compile(r"[\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of context; `at`: its place in the list that it was chosen from."""

    at: int
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a line is made of."""

    speaker_name: str
    text: str
    occurred_at: datetime


def tokens_of(text: str) -> int:
    """Tokens that a text takes at most, whatever the tokenizer: one for three ASCII characters, two for any other."""
    plain = len(_PLAIN.findall(text))
    return math.ceil(plain / 3) + 2 * (len(text) - plain)


def pack(sources: Sequence[Source], budget: int) -> list[Line]:
    """Lines of the best sources that fit into `budget` tokens, oldest first; `sources` come best first."""
    chosen: list[Line] = []
    told: list[set[str]] = []
    left = budget
    for at, source in enumerate(sources):
        words = {word.key for word in words_of(source.text)} or {source.text}
        # What says little may be told by what says more, but not the other way round.
        if any(len(words & other) >= _SAME * len(words) for other in told):
            continue
        # On one line, so that nothing in it, or in a name, looks like the next one.
        text = " ".join(source.text.split())
        if len(text) > _MOST_CHARACTERS:
            text = text[: _MOST_CHARACTERS - 1] + "…"
        line = as_unit(" ".join(source.speaker_name.split()), text, source.occurred_at)
        tokens = tokens_of(line) + 1
        if tokens <= left:
            chosen.append(Line(at, line, tokens))
            told.append(words)
            left -= tokens
    return sorted(chosen, key=lambda line: (sources[line.at].occurred_at, line.at))
