"""Reads questions over several kinds of record, of one app or of several: days of one that are days of another.

The question is cut where it speaks of another kind of record; each part must be understood, whole, over one kind by the
reader of such questions. What a part asks is computed over the days, the week or the time that the other part names.
"""

from __future__ import annotations

from madeleine_miniapp.domain.questions.across.compared import compared
from madeleine_miniapp.domain.questions.across.days import both, on_days
from madeleine_miniapp.domain.questions.across.parts import Subjects
from madeleine_miniapp.domain.questions.across.several import added_up, side_by_side, that_bucket, written
from madeleine_miniapp.domain.questions.facts import Doubt
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.text import normalise


def read_across(question: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading of a question that takes several kinds of record; None if it is none, or not wholly understood."""
    text = normalise(question).replace("\n", " ")
    for attempt in (written, both, compared, on_days, that_bucket, added_up, side_by_side):
        try:
            found = attempt(text, subjects, lexicon)
        except Doubt:
            continue
        if found is not None:
            return found
    return None
