"""Makes `domain/questions/segments.txt` of miniapp from jieba's dictionary: how often Chinese words are written.

    pip download --no-deps --no-binary :all: jieba==0.42.1 && tar xzf jieba-0.42.1.tar.gz
    python tools/chinese_segments.py jieba-0.42.1/jieba/dict.txt

Left out is what the reader takes apart itself or would take for a word of its own: numbers and times, words that begin
with a quantity or end in a particle, people's names, and the rare ones.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from pathlib import Path

_OUT = Path(__file__).resolve().parent.parent / "services/miniapp/src/madeleine_miniapp/domain/questions/segments.txt"
_LONGEST, _A_LINE = 5, 200
# How often a word of so many characters is written at least; names of companies and the like more often.
_LEAST = {1: 20, 2: 10, 3: 10, 4: 5, 5: 5}
_LEAST_NAMED = 50
_NAMED, _PEOPLE, _COUNTED = {"nz", "nt"}, {"nr", "nrt", "nrfg"}, {"m", "mq", "mg", "t", "tg"}
_QUANTITIES, _PARTICLES = set("一二三四五六七八九十百千零两双半几各每某这那哪没多第"), set("地得的过着了多几吧")
# What is asked with, restricts or denies.
_TAKEN_APART = {
    *("还有", "只有", "有人", "干吗", "不用", "还要", "做到", "还好", "只要", "要是", "有没有", "还给", "不算", "为止"),
    *("花呢", "是不是", "就是", "有无", "不到", "有些", "不要", "没", "有点", "只是"),
}


def _kept(word: str, count: int, kind: str) -> bool:
    length = len(word)
    if length > _LONGEST or word in _TAKEN_APART or count < _LEAST[length]:
        return False
    if length == 1:
        return True
    if kind in _PEOPLE or (kind in _NAMED and count < _LEAST_NAMED) or (kind in _COUNTED and length < 4):
        return False
    return word[0] not in _QUANTITIES and word[-1] not in _PARTICLES


def main() -> None:
    """Writes the words anew under the head that the file has."""
    classes: dict[int, list[str]] = defaultdict(list)
    for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
        word, count, kind = line.split(" ")
        if _kept(word, int(count), kind):
            classes[round(math.log2(int(count) + 1))].append(word)
    head = [line for line in _OUT.read_text("utf-8").splitlines() if line.startswith("#")]
    lines = [" ".join([str(c), *words]) for c in sorted(classes, reverse=True) for words in _lines(classes[c])]
    _OUT.write_text("\n".join([*head, *lines, ""]), "utf-8")


def _lines(words: list[str]) -> list[list[str]]:
    words = sorted(words)
    return [words[i : i + _A_LINE] for i in range(0, len(words), _A_LINE)]


if __name__ == "__main__":
    main()
