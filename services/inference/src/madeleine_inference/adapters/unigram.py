"""SentencePiece unigram tokenisation (arXiv 1804.10959) in little memory.

The package `tokenizers` takes 290 MB for a vocabulary of 250,000 pieces; a dict takes a tenth of it.
"""

from __future__ import annotations

import json
import re
from array import array
from functools import lru_cache
from pathlib import Path

_SPACE = "\u2581"
_SPACES = re.compile(" +")


class UnigramTokenizer:
    """Text to piece ids: normalised, then the most probable split of each word (Viterbi)."""

    def __init__(self, file: Path) -> None:
        data = json.loads(file.read_text("utf-8"))
        self._unknown: int = data["unknown"]
        self._normalize = {int(code_point): text for code_point, text in data["normalize"].items()}
        # The first of two equal pieces wins, as it does in SentencePiece: so the last one is put in first.
        self._pieces = {piece: index for index, piece in reversed(list(enumerate(data["pieces"])))}
        self._scores = array("d", data["scores"])
        self._longest = max(map(len, self._pieces))
        self._unknown_score: float = min(data["scores"]) - 10.0
        self._split = lru_cache(maxsize=8192)(self._best_split)

    def encode(self, text: str) -> list[int]:
        """Ids without begin and end tokens."""
        spaced = _SPACES.sub(" ", " " + text.translate(self._normalize))
        return [i for word in spaced[1:].split(" ") for i in self._split(_SPACE + word)]

    def _best_split(self, word: str) -> tuple[int, ...]:
        best = [0.0] + [float("-inf")] * len(word)
        last: list[tuple[int, int]] = [(0, 0)] * (len(word) + 1)
        for start in range(len(word)):
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                piece = self._pieces.get(word[start:end])
                if piece is not None and best[start] + self._scores[piece] > best[end]:
                    best[end], last[end] = best[start] + self._scores[piece], (start, piece)
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1], last[start + 1] = best[start] + self._unknown_score, (start, self._unknown)
        ids: list[int] = []
        end = len(word)
        while end:
            end, index = last[end]
            ids.append(index)
        return tuple(reversed(ids))
