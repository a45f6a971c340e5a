"""Which notes of a conversation a summary shows: few, on the topic, no two nearly the same; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import mul

from madeleine_chat.domain.minutes import DECIDED, KINDS, OPEN, SAID, TODO, Line, Note, terms

# Under each heading at most.
MOST: Mapping[str, int] = {DECIDED: 8, TODO: 8, OPEN: 5, SAID: 5}
# So many are compared by meaning, at most.
SHORTLIST = 48
_SAME_WORDS, _SAME_MEANING = 0.6, 0.94
# A line is about a topic when one of these before it, or itself, names it.
_BEFORE = 3
_FOCUS = (
    (OPEN, re.compile(r"\b(?:open|unresolved|undecided|unanswered)\b|没(?:有)?定|未决|还有哪些问题", re.I)),
    (
        TODO,
        re.compile(
            r"\b(?:who (?:is|does|will|promised|has to)|tasks?|to-?dos?|promised?)\b"
            r"|谁.{0,4}(?:做|负责)|任务|待办|分工",
            re.I,
        ),
    ),
    (
        DECIDED,
        re.compile(r"\b(?:decided?|decisions?|agreed?|settled?|conclu\w+|outcome)\b|决定|商定|说好|定了|结论", re.I),
    ),
)


def focus_of(question: str) -> tuple[str, ...]:
    """The headings that a question asks for; all of them unless it names some."""
    return tuple(k for k in KINDS if any(k == kind and p.search(question) for kind, p in _FOCUS)) or KINDS


def about(lines: Sequence[Line], notes: Sequence[Note], topic: set[str]) -> list[Note]:
    """Notes on a topic; all of them without a topic, or when none is on it."""
    if not topic:
        return list(notes)
    on = [n for n in notes if any(topic & terms(line.text) for line in lines[max(0, n.at - _BEFORE) : n.at + 1])]
    return on or list(notes)


def shortlist(notes: Sequence[Note], focus: Sequence[str]) -> list[Note]:
    """The plainest and latest of each heading, in order; at most `SHORTLIST` in all."""
    kept: list[Note] = []
    each = SHORTLIST // len(focus)
    for kind in focus:
        of_kind = [n for n in notes if n.kind == kind]
        kept += sorted(of_kind, key=lambda n: (-n.weight, -n.at))[:each]
    return sorted(kept, key=lambda n: n.at)


def select(notes: Sequence[Note], vectors: Sequence[Sequence[float]] = (), wanted: Sequence[float] = ()) -> list[Note]:
    """The notes to show, in order: by weight and nearness to the question, none that repeats a chosen one.

    `vectors`: unit vectors of the notes in their order, and `wanted` the question's; without them words alone count.
    """
    near = [sum(map(mul, v, wanted)) if wanted else 0.0 for v in vectors] or [0.0] * len(notes)
    # Of what is said twice the later one stands: it may have changed.
    ranked = sorted(range(len(notes)), key=lambda i: (-(notes[i].weight + near[i]), -notes[i].at))
    chosen: list[int] = []
    for i in ranked:
        of_kind = [j for j in chosen if notes[j].kind == notes[i].kind]
        if len(of_kind) < MOST[notes[i].kind] and not any(_repeats(notes, vectors, i, j) for j in of_kind):
            chosen.append(i)
    return [notes[i] for i in sorted(chosen, key=lambda i: notes[i].at)]


def _repeats(notes: Sequence[Note], vectors: Sequence[Sequence[float]], i: int, j: int) -> bool:
    ours, theirs = terms(notes[i].text), terms(notes[j].text)
    if not ours and not theirs:
        return notes[i].text == notes[j].text
    if len(ours & theirs) >= _SAME_WORDS * len(ours | theirs):
        return True
    return bool(vectors) and bool(ours & theirs) and sum(map(mul, vectors[i], vectors[j])) >= _SAME_MEANING
