"""Reads questions over several kinds of record, of one app or of several.

A question is cut where it speaks of another kind of record (`phrases`: by days; `sums`, `beside`: by "plus", by commas;
`tops`: by "that week"). Ways to cut are tried one after another. A part goes to the kind of record that knows its words
best (`reader`), which must understand it whole. An app's own name says where to look (`places`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine_miniapp.domain.questions.across.against import against
from madeleine_miniapp.domain.questions.across.apps import written
from madeleine_miniapp.domain.questions.across.beside import side_by_side
from madeleine_miniapp.domain.questions.across.buckets import per_bucket
from madeleine_miniapp.domain.questions.across.counted import days_of_several
from madeleine_miniapp.domain.questions.across.in_common import IN_COMMON, in_both
from madeleine_miniapp.domain.questions.across.limited import two_limits
from madeleine_miniapp.domain.questions.across.measured import on_days
from madeleine_miniapp.domain.questions.across.occasions import itself_and_that_day
from madeleine_miniapp.domain.questions.across.per_person import per_person
from madeleine_miniapp.domain.questions.across.reader import Reader
from madeleine_miniapp.domain.questions.across.shown import unshown
from madeleine_miniapp.domain.questions.across.sums import added_up
from madeleine_miniapp.domain.questions.across.tops import that_bucket
from madeleine_miniapp.domain.questions.across.undone import never_done
from madeleine_miniapp.domain.questions.across.unwritten import as_without
from madeleine_miniapp.domain.questions.across.whether import whether_then
from madeleine_miniapp.domain.questions.facts import Doubt
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Placed
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.rewording import asked
from madeleine_miniapp.domain.questions.subjects import Subjects

# "On my happiest day": which day that is must be found first.
_EXTREME_DAY = re.compile(
    r"\bon (?P<day>(?:my|the|our) (?:(?!latest|rest\b)[a-z]+est|best|worst|(?:most|least) [a-z]+)"
    r" (?:[a-z]+ )?(?:day|night)\b)"
)
_FORMS: tuple[Callable[[str, Reader], Reading | None], ...] = (
    written,
    never_done,
    per_bucket,
    per_person,
    days_of_several,
    two_limits,
    whether_then,
    itself_and_that_day,
    on_days,
    that_bucket,
    added_up,
    against,
    side_by_side,
)


_SHIFT = re.compile(r"\b(?:after|before) (?:a|an|the|my|those) (?:\w+ ){0,2}(?:days?|off)\b")
_SHIFTED = re.compile(r"\b(?:after|before) days\b")


def _unshifted(text: str, found: Reading) -> bool:
    """Whether a question of the days after some is answered by those days themselves."""
    return bool(_SHIFT.search(text)) and found.plan is not None and not _SHIFTED.search(found.plan.told)


def read_across(question: str, subjects: Subjects, lexicon: Lexicon, placed: Placed | None = None) -> Reading | None:
    """The reading of a question that takes several kinds of record; None if it is none, or not wholly understood."""
    if len(subjects) < 2:
        return None
    text, reader = as_without(asked(question).replace(" vs. ", " vs ")), Reader(subjects, lexicon, placed)
    forms = _FORMS
    if IN_COMMON.search(text):
        # What several people have in common is told by apps, and by nothing else.
        forms = (in_both,)
    elif (extreme := _EXTREME_DAY.search(text)) is not None:
        rest = f"{text[: extreme.start()]} {text[extreme.end() :]}".strip(" ,?.")
        text, forms = f"{extreme['day']}: {rest} that day", (that_bucket,)
    for form in forms:
        try:
            found = form(text, reader)
        except Doubt:
            continue
        lost = found is not None and (_unshifted(text, found) or unshown(text, found, reader))
        if found is not None and found.computable and not lost:
            return found
    return None
