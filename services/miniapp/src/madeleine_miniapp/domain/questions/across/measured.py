"""A measure of one kind of record over the days of another: alone, or beside the days without, or beside other days."""

from __future__ import annotations

import re
from collections.abc import Iterator

from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.compared import Compared, beside_others
from madeleine_miniapp.domain.questions.across.compared_words import COMPARES
from madeleine_miniapp.domain.questions.across.day_clauses import Days, find_days
from madeleine_miniapp.domain.questions.across.day_sets import days_of
from madeleine_miniapp.domain.questions.across.phrases import OTHERS, Phrase, phrases
from madeleine_miniapp.domain.questions.across.places import hinted
from madeleine_miniapp.domain.questions.across.reader import (
    Reader,
    own_meant,
    same_kind,
)
from madeleine_miniapp.domain.questions.across.restricted import on_those_days
from madeleine_miniapp.domain.questions.across.shifting import SHIFTED_DAY, next_day
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Subjects

_DAYS_ASKED = re.compile(
    r"\bhow many (?:\w+ ){0,3}(?:days|nights)\b|\b(?:number|count) of (?:days|nights)\b|(?<![哪那这])(?:多少|几)[天晚]"
)
_NUMBER = re.compile(r"\d|[一二两三四五六七八九十]个?(?:小时|分钟|公里|页|分|次)")
_FILLERS = r"(?:on|in|for|the|my|our|days?|when)\s+"
# Where the days were spoken of.
_HERE = "\x1f"
_EITHER = re.compile(rf"{_HERE}\s*,?\s*(?:(?:n?or)\b|或者?)|(?:\bn?or|\beither|\bneither|或者?)\s*{_HERE}")
_RESTATES, _FEW = re.compile(r"\d|\b(?:avg|average|mean|total|sum|per)\b|平均|一共"), 9
# What holds for all of a day's records, and a share of days, are not told by a record of that day.
_WHOLLY = re.compile(
    r"\ball day(?: long)?\b|\bnothing but\b"
    r"|\b(?:share|percentage|percent|fraction|proportion|%) of (?:\w+ ){0,3}days\b"
    r"|整天|全天"
)
# "After what share of film nights": what follows tells of those nights, and is not what they follow.
_AFTER_WHAT = re.compile(r"\b(?:after|before) (?:what|which|how many)\b|[^，,。？?]{1,8}之?[前后]的?(?:多少|百分之几)")
# Something else stands behind the word that compares, or what is said of the days stands behind it.
_OTHER_SIDE = re.compile(
    r"(?:\b(?:vs|versus|against|compared (?:to|with))\b\.?"
    r"|\bthan\b(?! (?:\d|an?\b|half|one|two|three|four|five|six|seven|eight|nine|ten))"
    r"|还是|对比|相比|[和跟与](?=[^，,。？?]{1,14}(?:相?比|对比)[？?。]*$))"
    rf"[\s,，]*(?:{_FILLERS})*(?!{_HERE})[^\W{_HERE}]"
)
_SENTENCE = re.compile(r"(?<=[.?!？！。;；])\s*|\s[-–—]\s")


def on_days(text: str, reader: Reader) -> Reading | None:
    """ "Average protein on climbing days", "mood on days I train and on the others"."""
    if _WHOLLY.search(text) or _AFTER_WHAT.search(text):
        return None
    bare, given = hinted(text, reader.places, reader.subjects)
    for body, said in _variants(bare):
        body, tomorrow = next_day(body)
        for phrase in phrases(body, times.find(body, reader.today)):
            found = _read(body, said, phrase, reader, given, tomorrow=tomorrow)
            if found is not None and (_DAYS_ASKED.search(text) is None or _counts_days(found)):
                return found
    return None


def _counts_days(reading: Reading) -> bool:
    """Whether the figure is a number of days, where that was asked."""
    return reading.plan is not None and reading.plan.figure in ("days", "")


def _variants(text: str) -> Iterator[tuple[str, str]]:
    """The text, and the text without a sentence that asks the same once more: "do I eat more when I train?"."""
    sentences = [x for x in _SENTENCE.split(text) if x.strip(" ?？。.!")]
    for place, sentence in enumerate(sentences):
        short = len(re.findall(r"\w+", sentence)) <= _FEW
        if 2 <= len(sentences) <= _FEW and short and COMPARES.search(sentence) and not _RESTATES.search(sentence):
            rest = " ".join(x for i, x in enumerate(sentences) if i != place)
            yield rest, text
    yield text, text


def _read(body: str, said: str, phrase: Phrase, reader: Reader, given: Subjects, *, tomorrow: bool) -> Reading | None:
    clause, moved = _without_times(phrase.clause, reader)
    rest = f"{body[: phrase.start]} {_HERE} {body[phrase.end :]}"
    if _EITHER.search(rest):
        # "Days with a workout or a walk": half of what was said of the days.
        return None
    if phrase.without and _NUMBER.search(clause):
        # Days not slept seven hours are no days without a note of seven hours: those may have none at all.
        return None
    own = own_meant(body)
    days = find_days(reader, clause, own=own, given=given) or days_of(clause, reader, own=own)
    if days is not None and days.single and (said_when := _times(body, reader)):
        # The longest, or the last, of that time.
        days = find_days(reader, f"{clause} {said_when}", own=own, given=given)
    if days is None:
        return None
    shift = phrase.shift + (1 if tomorrow and not phrase.shift else 0)
    if not shift and SHIFTED_DAY.search(body):
        # "The day after I slept badly" is not the day that I did.
        return None
    found = _over(rest, moved, body, said, phrase, days, shift, reader)
    if found is None and not days.also:
        # What was done may be told by the very records that are measured: then others that tell it are meant.
        others = find_days(reader, clause, own=own, given=given, others=(days.subject,))
        found = _over(rest, moved, body, said, phrase, others, shift, reader) if others is not None else None
    return found


def _over(
    rest: str, moved: str, body: str, said: str, phrase: Phrase, days: Days, shift: int, reader: Reader
) -> Reading | None:
    """The measure over such days: on them alone, or beside others."""
    others, first_is_other = OTHERS.search(rest), False
    if others is not None:
        first_is_other = others.end() <= rest.index(_HERE)
        rest = f"{rest[: others.start()]} {_HERE} {rest[others.end() :]}"
    second = None if others is not None or shift else _second(rest, days, reader, body)
    if second is not None:
        other, also, rest = second
        # The same days may be said twice.
        second = None if also.told == days.told and other.without == phrase.without else (other, also)
    split = others is not None or second is not None or COMPARES.search(rest) is not None
    rest = f"{rest} {moved}" if moved else rest
    if others is None and second is None and _OTHER_SIDE.search(rest):
        # "The day of my longest run vs the day before": days without are not what it is held against.
        return None
    if not split:
        return on_those_days(rest, phrase, days, reader, shift, own=own_meant(body))
    called = "rest days" if others is not None and "rest" in others.group() and "days" in others.group() else ""
    return beside_others(Compared(rest, said, phrase, days, second, called, first_is_other, shift), reader)


def _without_times(clause: str, reader: Reader) -> tuple[str, str]:
    """A clause without the times in it, and those: they are said of the whole question."""
    moved: list[str] = []
    for found in sorted(times.find(clause, reader.today), key=lambda f: -f.start):
        moved.insert(0, clause[found.start : found.end])
        clause = f"{clause[: found.start]} {clause[found.end :]}"
    return clause.strip(), " ".join(moved)


def _times(text: str, reader: Reader) -> str:
    """The times in a text, in its own words."""
    return " ".join(text[f.start : f.end] for f in times.find(text, reader.today))


def _second(rest: str, first: Days, reader: Reader, body: str) -> tuple[Phrase, Days, str] | None:
    """Other days of the same kind of record that the rest speaks of, with what is left of it then."""
    for phrase in phrases(rest, times.find(rest, reader.today)):
        clause, moved = _without_times(phrase.clause, reader)
        days = find_days(reader, clause, own=own_meant(body))
        if days is not None and not same_kind(days.subject, first.subject):
            days = find_days(reader, clause, own=own_meant(body), others=(days.subject,))
        if days is None or not same_kind(days.subject, first.subject) or phrase.shift:
            continue
        if not days.limited and days.told != first.told:
            continue
        left = f"{rest[: phrase.start]} {_HERE} {rest[phrase.end :]} {moved}"
        return phrase, days, left
    return None
