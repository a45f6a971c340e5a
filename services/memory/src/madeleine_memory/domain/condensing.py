"""What a byte budget keeps of each text: its most telling words, where the whole does not fit.

Every memory is a list of words. What a word is worth: its memory's value x the word's idf / sqrt(sum of the memory's
idfs), so that a long text is worth more than a short one, but not in proportion. A memory's five most telling words
come in together or not at all; then every further word of every memory competes by worth per byte (the greedy solution
of a knapsack). Left out first is what BM25 would pass over anyway: words that every sentence has.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

# Words and numbers with what holds them together ("8:30", "o'clock", "2.5").
_TOKEN = re.compile(r"[\w$€£¥%#@+]+(?:['’.,:/-]\w+)*")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]")
# Characters that join words in Chinese: between them stand the pieces that tell something.
_JOINTS = re.compile(r"[的了吗嗎呢吧啊呀嘛就都也很还還在是我你您他她它们們这這那个個把被和跟与與]+")
# Not "not", "no", "never": without them a text says the opposite.
_FILLERS_TEXT = """
a about above after again against all also am an and any are as at awesome be because been before being below
between both but by bye can cool could definitely did do does doing down during each few for from further get glad
gonna good got great had has have having he hello hers herself hey hi him himself his how i i'd i'll i'm i've if
in into is it it's its itself just let's like lol lot lots many me more most much my myself nice of off oh ok okay
on once only or other our ours ourselves out over own really same she she's should so some such sure than thank
thanks that that's the their theirs them themselves then there there's these they they'd they'll they're they've
this those through to too totally under until up us very was we we'd we'll we're we've were what what's when where
which while who whom why will with wow would yeah yep yes you you'd you'll you're you've your yours yourself
yourselves haha well
"""
_FILLERS = frozenset(_FILLERS_TEXT.split())
TELLING = 5


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and where it stands."""

    text: str
    at: int
    bytes: int

    @property
    def key(self) -> str:
        """What makes it the same word elsewhere."""
        return self.text.lower().replace("’", "'")


def words_of(text: str) -> list[Word]:
    """The words of a text that tell something, each once, in order; of Chinese, what stands between its joints."""
    found: dict[str, Word] = {}
    for token in _TOKEN.finditer(text):
        pieces = _JOINTS.split(token[0]) if _WIDE.search(token[0]) else [token[0]]
        for piece in filter(None, pieces):
            word = Word(piece, len(found), len(piece.encode()) + 1)
            if word.key not in _FILLERS:
                found.setdefault(word.key, word)
    return list(found.values())


class Rarity:
    """How telling each word is among all texts of a space: idf, as BM25 has it."""

    def __init__(self, texts: Sequence[Sequence[Word]]) -> None:
        self._held = Counter(word.key for text in texts for word in text)
        self._size = len(texts)

    def idf(self, word: Word) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)) for a word in n of N texts."""
        held = self._held[word.key]
        return math.log(1 + (max(self._size, held) - held + 0.5) / (held + 0.5))

    def telling(self, text: Sequence[Word]) -> list[Word]:
        """A text's words, the most telling first."""
        return sorted(text, key=lambda w: (-self.idf(w), w.at))


def condense(
    texts: Mapping[str, str], values: Mapping[str, float], budget: int, whole: Collection[str] = ()
) -> dict[str, str]:
    """What is kept of each text within `budget` bytes in all, by the texts' keys; absent: nothing.

    `values` are above 0. Texts in `whole` go whole or not at all; so does a text
    that tells nothing (an emoji, "ok"), the last of all.
    """
    words = {key: words_of(text) for key, text in texts.items()}
    rarity = Rarity(list(words.values()))
    # (worth per byte, text, words, their bytes, whether these come first)
    offers: list[tuple[float, str, list[Word], int, bool]] = []
    for key, text in words.items():
        idfs = {word: rarity.idf(word) for word in text}
        scale = values[key] / math.sqrt(sum(idfs.values()) or 1)
        if key in whole:
            size = len(texts[key].encode())
            offers.append((scale * sum(idfs.values()) / max(size, 1), key, text, size, True))
            continue
        ranked = rarity.telling(text)
        head = ranked[:TELLING]
        if not head:
            offers.append((0.0, key, [], len(texts[key].encode()), True))
            continue
        size = sum(word.bytes for word in head)
        density = scale * sum(idfs[word] for word in head) / size
        offers.append((density, key, head, size, True))
        # Never before its head: what a text is about comes first.
        offers += [(min(density, scale * idfs[w] / w.bytes), key, [w], w.bytes, False) for w in ranked[TELLING:]]
    # Stable: of equal offers of one text, the head comes first.
    offers.sort(key=lambda offer: -offer[0])
    kept: dict[str, list[Word]] = {}
    used = 0
    for _, key, offered, size, first in offers:
        if used + size <= budget and (first or key in kept):
            kept.setdefault(key, []).extend(offered)
            used += size
    return {key: texts[key] if key in whole else _written(texts[key], chosen) for key, chosen in kept.items()}


def _written(text: str, chosen: Sequence[Word]) -> str:
    short = " ".join(word.text for word in sorted(chosen, key=lambda word: word.at))
    # Bare words are worth it only where they save something.
    return short if short and len(short.encode()) < len(text.encode()) else text


def still_answers(original: str, kept: str, rarity: Rarity) -> bool:
    """Whether what is kept holds most of the original's most telling words: a question by them would still find it."""
    probe = rarity.telling(words_of(original))[:TELLING]
    held = {word.key for word in words_of(kept)}
    return sum(word.key in held for word in probe) * 2 > len(probe)
