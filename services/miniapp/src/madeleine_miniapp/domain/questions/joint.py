"""Questions that one kind of record does not answer by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine_miniapp.domain.questions.across import read_across
from madeleine_miniapp.domain.questions.across.best_days import on_best_day
from madeleine_miniapp.domain.questions.across.places import PLACES
from madeleine_miniapp.domain.questions.across.reader import Reader, called_as_others
from madeleine_miniapp.domain.questions.across.tops import that_bucket
from madeleine_miniapp.domain.questions.balances import read_balance
from madeleine_miniapp.domain.questions.chinese import plain
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Mention, Placed
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Subjects
from madeleine_miniapp.domain.questions.text import normalise, stems, tokens

_LAST_NIGHT = re.compile(r"\blast night\b|昨夜", re.IGNORECASE)
_THINGS = (Kind.CHOICE, Kind.FIELD, Kind.ENTITY)
_BY_NAME = 2
# What is asked of all apps, or on days that another app tells.
_OF_SEVERAL = re.compile(
    r"\bon (?:the|that|those) (?:same )?days?\b(?! of (?:the )?\d)|\bthe day (?:after|before|when|we|i)\b"
    r"|\bon (?:my|our|the) (?:\w+ )?\w+(?:est|st) (?:\w+ )?days?\b"
    r"|\b(?:either|both|any|all|each|every|across)(?: of)?(?: the| these| my| our)*(?: two| three| four)? apps?\b"
    r"|\b(?:across|in) (?:everything|all of (?:them|these))\b|[两三四几]个(?:应用|小程序|app)"
    r"|的(?:那天|那[些几]天|第二天)"
)
_EATS = re.compile(r"[吃喝]|\b(?:eat|eats|eaten|ate|drink|drank)\b")
_FOOD = re.compile(r"meal|food|dish|drink|eat|snack|recipe|tast|餐|饭|食|吃|喝")
_MORE_THAN_SHARE = re.compile(
    r"\b(?:more|less) than\b[^.?!,;]*\b(?:share|owed?)\b"
    r"|比[^，,。？?]*(?:分摊|份额|该[付出摊])[^，,。？?]*[多少](?:多少|几|吗|了)"
)
# More than one thing is asked together.
_JOINS = re.compile(
    r"\btogether with\b|\bplus\b(?! or minus)|\badded to\b|加上|[和跟与].*(?:加起来|合起来|加在一起)"
    r"|\band\b.*\b(?:combined|added up|added together|put together)\b"
)


def read_surely(question: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading of a question that says by its form that no one kind of record answers it.

    Who owes whom, and two figures "of that week": a reader of one kind would find names in it, and miss the half.
    """
    found = read_balance(question, subjects, lexicon)
    if found is not None and _MORE_THAN_SHARE.search(normalise(question)):
        # What was paid beyond one's share is neither of the two.
        return None
    if found is None or not found.computable:
        text = plain(normalise(question))
        found = that_bucket(text, Reader(subjects, lexicon)) if len(subjects) > 1 else None
        if found is None and len({subject.app_id for subject, _ in subjects}) == 1:
            found = on_best_day(text, subjects, lexicon)
    if found is None or not found.computable:
        return None
    # "My meal log costs plus my share of the groceries": a share is but half of it.
    apps = {subject.app_id for subject in (found.subject, *found.also)}
    return None if len(apps) == 1 and _adds(question, subjects) else found


def _adds(question: str, subjects: Subjects) -> bool:
    """Whether figures of several apps are asked together."""
    return len({subject.app_id for subject, _ in subjects}) > 1 and _JOINS.search(normalise(question)) is not None


def read_jointly(question: str, subjects: Subjects, lexicon: Lexicon, placed: Placed | None = None) -> Reading | None:
    """The reading over several kinds of record, for what none of them answers alone."""
    if _LAST_NIGHT.search(question):
        # Which day's record tells of it is for the records to say.
        return None
    found = read_across(question, subjects, lexicon, placed)
    return found if found is not None and found.computable else None


def passes_over(question: str, reading: Reading, subjects: Subjects) -> bool:
    """Whether a reading over one app makes nothing of the name of another that is asked as well: "in the diary"."""
    if len({subject.app_id for subject, _ in subjects}) < 2 or not reading.computable:
        return False
    if _adds(question, subjects):
        return True
    own, others = set[str](), set[str]()
    for subject, _ in subjects:
        words = set(stems(subject.spec.title)) & PLACES
        held = own if subject.app_id == reading.subject.app_id else others
        held |= words
    return any(token.stem in others - own for token in tokens(normalise(question)))


def is_of_one(reading: Reading, among: Sequence[Reading], lexicon: Lexicon) -> bool:
    """Whether a question over several named apps is about the one: it names things of it, and of no other alone.

    "A run of days where I trained or read" is half understood by either app.
    """
    own = _named(reading)
    if not own or reading.facts is None or _OF_SEVERAL.search(reading.facts.scan.text):
        return False
    if not _eats(reading) and any(_eats(other) for other in among):
        return False
    if called_as_others(reading.facts.scan, reading.subject, [other.subject for other in among], lexicon):
        return False
    known = [m for m in reading.facts.scan.mentions if _told(m)]
    for other in among:
        if other.subject.app_id == reading.subject.app_id:
            continue
        for mention in _named(other):
            if not any(m.start < mention.end and mention.start < m.end and _knows(m, mention) for m in known):
                return False
    return True


def _eats(reading: Reading) -> bool:
    """Whether it is asked what was eaten, and the reading's records are of that: the verb alone names no thing."""
    if reading.scan is None or not _EATS.search(reading.scan.text):
        return False
    title = f"{reading.subject.spec.title} {reading.subject.entity.name} {reading.subject.entity.label}"
    return _FOOD.search(title.casefold()) is not None or any(
        m.of(*_THINGS, Kind.VALUE) for m in reading.scan.mentions if _EATS.search(m.text)
    )


def _named(reading: Reading) -> list[Mention]:
    """The mentions that name a thing of the reading's records by its own name or another word for it."""
    held = reading.scan.mentions if reading.scan is not None else ()
    return [m for m in held if any(x.name and x.strength >= _BY_NAME for x in m.of(*_THINGS))]


def _knows(own: Mention, other: Mention) -> bool:
    """Whether a reading knows what another app names: a word that only stands in its texts is not "training".

    What another app calls by that very name, "energy", is not what is another word for something here.
    """
    only_text = bool(own.of(Kind.VALUE)) and not own.of(*_THINGS)
    longer = own.end - own.start > other.end - other.start
    named = [max((x.strength for x in m.of(Kind.FIELD)), default=0) for m in (own, other)]
    by_another_word = not own.of(Kind.CUE) and named[0] == _BY_NAME < named[1] and not own.of(Kind.CHOICE, Kind.ENTITY)
    return longer or not (only_text or by_another_word)


def _told(mention: Mention) -> bool:
    """Whether a reading makes something of a mention."""
    return bool(mention.of(*_THINGS, Kind.VALUE, Kind.PERSON, Kind.TIME, Kind.NUMBER)) or mention.kind is Kind.CUE
