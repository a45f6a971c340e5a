"""Finds time expressions in a text: components that stand together, and what they say together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from madeleine_common.times.future import before, chinese, english
from madeleine_common.times.future.components import Component, clock
from madeleine_common.times.future.parts import Impossible, Parts

_COMPONENTS = (*english.COMPONENTS, *chinese.COMPONENTS, *before.COMPONENTS)
_GLUE = re.compile(rf"{english.GLUE}|{chinese.GLUE}")
_LEADING = re.compile(rf"(?:{english.LEADING}|{chinese.LEADING})+$")
_WORD = re.compile(r"[a-z0-9]+|.", re.DOTALL)
_PLAIN = str.maketrans(
    "０１２３４５６７８９：／．－，？！　’‘週點個後鐘頭號兩這禮時間過從內",
    "0123456789:/.-,?! ''周点个后钟头号两这礼时间过从内",
)
# A snooze is "20 minutes", with nothing before it.
_ONLY_DURATION = (
    (re.compile(rf"(?:for )?(?P<d>{english.DURATION})"), english.duration),
    (re.compile(rf"(?!.*日)(?P<d>{chinese.DURATION})"), chinese.duration),
)
_ONLY_HOUR = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Expression:
    """Where in the text it stands, and what it says, or why that cannot be."""

    start: int
    end: int
    parts: Parts | Impossible


def plain(text: str) -> str:
    """The text in lower case, simplified in the characters of times, as long as it was."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text).translate(_PLAIN).replace("\n", " ")


def expressions(text: str) -> Iterator[Expression]:
    """The time expressions of a plain text, in order."""
    whole = _whole(text)
    if whole is not None:
        yield whole
        return
    run: Expression | None = None
    at, word_end = 0, 0
    while at < len(text):
        found = _longest(text, at, run)
        if found is not None:
            if run is not None and found.start != run.start:
                yield run
            run = found if found.start < at else Expression(_from(text, word_end, at), found.end, found.parts)
            at = word_end = found.end
        elif (glue := _GLUE.match(text, at)) is not None:
            at = glue.end()
        else:
            if run is not None:
                yield run
                run = None
            word = _WORD.match(text, at)
            at = word_end = word.end() if word is not None else at + 1
    if run is not None:
        yield run


def _longest(text: str, at: int, run: Expression | None) -> Expression | None:
    """The longest component here: the run with it, where they go together, else itself."""
    best: Expression | None = None
    for component in _COMPONENTS:
        match = component.pattern.match(text, at)
        if match is None or match.end() == at or (best is not None and match.end() <= best.end):
            continue
        found = _with(run, component, match)
        best = found or best
    return best


def _with(run: Expression | None, component: Component, match: re.Match[str]) -> Expression | None:
    try:
        said = component.read(match)
    except Impossible as error:
        start = match.start() if run is None else run.start
        return Expression(start, match.end(), error)
    if run is not None:
        if isinstance(run.parts, Impossible):
            return Expression(run.start, match.end(), run.parts)
        together = run.parts.with_(said)
        if together is not None:
            return Expression(run.start, match.end(), together)
    alone = None if component.follows else Parts().with_(said)
    return None if alone is None else Expression(match.start(), match.end(), alone)


def _from(text: str, word_end: int, at: int) -> int:
    """Where an expression begins, with the prepositions right before it."""
    leading = _LEADING.search(text, word_end, at)
    if leading is None:
        return at
    return leading.start() + len(leading.group()) - len(leading.group().lstrip())


def _whole(text: str) -> Expression | None:
    """A text that is nothing but a length of time or an hour."""
    bare = text.strip()
    start = text.find(bare)
    for pattern, read in _ONLY_DURATION:
        match = pattern.fullmatch(bare)
        if match is not None:
            return Expression(start, start + len(bare), Parts().with_(read(match["d"])) or Parts())
    if _ONLY_HOUR.fullmatch(bare):
        try:
            return Expression(start, start + len(bare), Parts().with_(clock(int(bare), 0)) or Parts())
        except Impossible as error:
            return Expression(start, start + len(bare), error)
    return None
