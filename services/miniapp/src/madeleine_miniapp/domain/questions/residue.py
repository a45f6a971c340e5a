"""The words of a question in which nothing was found: what was not understood, without what may be passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import lightness, words
from madeleine_miniapp.domain.questions.mentions import Mention
from madeleine_miniapp.domain.questions.text import Token
from madeleine_miniapp.domain.questions.vocabulary import Vocabulary

_STOP = re.compile(r"[^\s\w'\-]")
_WRITTEN = (
    re.compile(r"(?<![^\W_])[\"“'](?P<told>[^\W\d_]+(?:[ -][^\W\d_]+){1,5})[\"”'](?![^\W_])"),
    re.compile(
        r"\b(?:note|noted|notes|noting|wrote|written|remarked|jotted)(?: down)?(?: that)? (?:i|we|it|they)"
        r"(?:'d| should| must| would| want to| need to| have to) (?P<told>[a-z]+(?: [a-z]+){1,4})"
    ),
)
# A word, and whether it may be passed over; None: on no account.
_Passed = tuple[Token, bool | None]


def residue(
    text: str,
    given: Sequence[Token],
    taken: Sequence[bool],
    vocabulary: Vocabulary,
    chosen: Sequence[Mention],
    cuts: Sequence[tuple[int, int]],
) -> list[tuple[int, int, str]]:
    """Phrases in which nothing was found, without empty and everyday words at their edges: (start, end, text).

    `taken` tells which characters belong to the `chosen` mentions, `cuts` are the words of the Chinese.
    """
    everyday = vocabulary.everyday
    light = lightness.passed(text, given, chosen, vocabulary.particular)
    exact = [a or b for a, b in zip(lightness.denying(given), quoted(text, given), strict=True)]
    passed = [a or b for a, b in zip(everyday.passed(text, given), light, strict=True)]
    told = [None if d else p for p, d in zip(passed, exact, strict=True)]
    phrases: list[tuple[int, int, str]] = []
    for run in _runs(text, list(zip(given, told, strict=True)), taken):
        start, end = run[0].start, run[-1].end
        if is_chinese(text[start:end]):
            phrases += [(a, b, text[a:b]) for a, b in everyday.unknown(text, start, end, cuts)]
        else:
            phrases.append((start, end, text[start:end]))
    return phrases


def quoted(text: str, given: Sequence[Token]) -> list[bool]:
    """Which words are said to be written in the records: "marked 'make again'", "noted I should make again"."""
    stretches = [m.span("told") for pattern in _WRITTEN for m in pattern.finditer(text)]
    return [any(a <= token.start < b for a, b in stretches) for token in given]


def _runs(text: str, given: Sequence[_Passed], taken: Sequence[bool]) -> Iterator[list[Token]]:
    """Neighbouring words of one language that no mention holds and no stop parts."""
    run: list[_Passed] = []
    for token, passed in given:
        named = any(taken[token.start : token.end])
        if run and (named or _parted(text, run[-1][0], token)):
            yield from _trimmed(run)
            run = []
        if not named:
            run.append((token, passed))
    yield from _trimmed(run)


def _parted(text: str, one: Token, other: Token) -> bool:
    stop = _STOP.search(text[one.end : other.start])
    return stop is not None or is_chinese(one.text) != is_chinese(other.text)


def _trimmed(run: Sequence[_Passed]) -> Iterator[list[Token]]:
    """A run without the English words at its edges that say nothing; none if nothing else is in it."""
    telling = [i for i, (token, passed) in enumerate(run) if not _empty(token.text, passed=passed)]
    if telling:
        yield [token for token, _ in run[telling[0] : telling[-1] + 1]]


def _empty(word: str, *, passed: bool | None) -> bool:
    return not is_chinese(word) and passed is not None and (passed or words.is_void(word))
