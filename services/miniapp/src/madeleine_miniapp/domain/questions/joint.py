"""Questions that one kind of record does not answer by itself."""

from __future__ import annotations

from madeleine_miniapp.domain.questions.across import Subjects, read_across
from madeleine_miniapp.domain.questions.balances import read_balance
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading


def read_owed(question: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading of a question about who owes whom: surer than any that knows only the names of fields."""
    found = read_balance(question, subjects, lexicon)
    return found if found is not None and found.computable else None


def read_jointly(question: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading over several kinds of record, for what none of them answers alone."""
    found = read_across(question, subjects, lexicon)
    return found if found is not None and found.computable else None
