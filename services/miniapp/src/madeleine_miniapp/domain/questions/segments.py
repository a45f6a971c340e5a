"""Cuts Chinese text into words: the likeliest way by how often words are written, known names first."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from importlib.resources import files

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LONGEST = 8
# Classes are binary logarithms of counts, `_ALL` that of all words; names outweigh what they could be cut into.
_ALL, _NAME, _DAILY, _UNKNOWN = 26.0, 20.0, 14.0, 1.0


@cache
def _written() -> dict[str, float]:
    """The classes of `segments.txt`."""
    found: dict[str, float] = {}
    for line in (files("madeleine_miniapp.domain.questions") / "segments.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            written, *held = line.split(" ")
            found.update(dict.fromkeys(held, float(written)))
    return found


def cut(text: str, names: Container[str] = (), daily: Container[str] = ()) -> list[tuple[int, int]]:
    """Where the words of each run of Chinese characters begin and end; names and words of daily life are words, too."""
    return [part for run in _HAN.finditer(text) for part in _cut(run.group(), run.start(), names, daily)]


def _cut(run: str, offset: int, names: Container[str], daily: Container[str]) -> list[tuple[int, int]]:
    written = _written()
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        found: list[tuple[float, int]] = []
        for start in range(max(0, end - _LONGEST), end):
            word = run[start:end]
            known = written.get(word)
            if end - start > 1:
                known = _NAME if word in names else max(_DAILY, known or 0) if word in daily else known
            if known is not None or end - start == 1:
                found.append((best[start][0] + (known or _UNKNOWN) - _ALL, start))
        best.append(max(found))
    parts: list[tuple[int, int]] = []
    end = len(run)
    while end:
        start = best[end][1]
        parts.append((offset + start, offset + end))
        end = start
    return parts[::-1]
