"""Questions that one kind of record does not answer by itself."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.questions.across import read_across
from madeleine_miniapp.domain.questions.across.places import PLACES
from madeleine_miniapp.domain.questions.across.reader import Reader, Subjects
from madeleine_miniapp.domain.questions.across.tops import that_bucket
from madeleine_miniapp.domain.questions.balances import read_balance
from madeleine_miniapp.domain.questions.chinese import plain
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.text import normalise, stems, tokens

# More than one thing is asked together.
_JOINS = re.compile(r"\btogether with\b|\bplus\b|\badded to\b|加上")


def read_surely(question: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading of a question that says by its form that no one kind of record answers it.

    Who owes whom, and two figures "of that week": a reader of one kind would find names in it, and miss the half.
    """
    found = read_balance(question, subjects, lexicon)
    if found is None or not found.computable:
        found = that_bucket(plain(normalise(question)), Reader(subjects, lexicon)) if len(subjects) > 1 else None
    return found if found is not None and found.computable else None


def read_jointly(question: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading over several kinds of record, for what none of them answers alone."""
    found = read_across(question, subjects, lexicon)
    return found if found is not None and found.computable else None


def passes_over(question: str, reading: Reading, subjects: Subjects) -> bool:
    """Whether a reading over one app makes nothing of the name of another that is asked as well: "in the diary"."""
    if len({subject.app_id for subject, _ in subjects}) < 2 or not reading.computable:
        return False
    if _JOINS.search(normalise(question)):
        return True
    own, others = set[str](), set[str]()
    for subject, _ in subjects:
        words = set(stems(subject.spec.title)) & PLACES
        held = own if subject.app_id == reading.subject.app_id else others
        held |= words
    return any(token.stem in others - own for token in tokens(normalise(question)))
