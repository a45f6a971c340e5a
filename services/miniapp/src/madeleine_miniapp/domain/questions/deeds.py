"""Figures of what people did: pages_read of a session, where a book has pages as well."""

from __future__ import annotations

import re
from enum import Enum

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import Stems
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.scanning import Scan
from madeleine_miniapp.domain.questions.subjects import Subject
from madeleine_miniapp.domain.questions.text import stems

_DONE = re.compile(r"(?:[a-z]{3,}ed|read|run|eaten|drunk|driven|ridden|swum|spent|done|won|sold|made|sung|written)")
# "How many pages did I get through", "how far into it have I come": what somebody did.
_HOW_MANY = re.compile(r"how (?:many|much) (?:more |different |new )?$")
_DID = re.compile(
    r"(?: (?:of|from|in) [^?,;]{1,50}?| total| in total)? (?:did|have|has|had|'ve)(?: all of| each of| both)? $"
)
# "Pages I've logged": so many as were.
_LOGGED = re.compile(
    r" ?(?:'?ve|have|had|has)?(?: \w+ly)? (?:logged|read|recorded|noted|tracked|got through|gotten through|done)\b"
)
_IN_ONE_GO = re.compile(
    r"\b(?:in (?:an?|one|any one)|an?|per) (?:single )?(?:day|sitting|go|session|evening|night|afternoon)\b"
)
_FIGURE = re.compile(r"^(?:(?:the|number of|total|all|count of|sum of|how many) )*$")
_DID_ZH = re.compile(
    r"(?:(?<![有是])[\u4e00-\u9fff](?:了|过|完)|(?<![想在要待])[读看翻学背写做跑走])(?:大概)?(?:多少|几|的总?)?$"
)
_HOW_FAR = re.compile(r"\bhow far (?:through|into|in|along(?: in)?) [^?,;]{1,60} (?:did|have|has|had|am|is|are) $")


class Deed(Enum):
    """Whether a question asks for how much of something was done, and whether records hold that."""

    NONE = "none"
    HERE = "here"
    ELSEWHERE = "elsewhere"


def of_deed(found: Scan, subject: Subject) -> Deed:
    """Whether the question asks for what people did by a word that another kind of record calls a thing's own size."""
    asked = [m for m in found.mentions if m.of(Kind.FIELD) and _asks(found, m)]
    if not asked:
        return Deed.NONE
    if any(m.strength == 3 for said in asked for m in said.of(Kind.ENTITY)) and _says_so(found, subject):
        # "How many words have we mastered": so many of what is recorded here.
        return Deed.NONE
    others = [e for e in subject.spec.entities if e.name != subject.entity.name]
    named = {stems(m.name) for said in asked for m in said.of(Kind.FIELD)} | {stems(said.text) for said in asked}
    if any(_held(subject.entity, m) for m in asked):
        # "Points made in a day" are those of the chores, though rewards have points_spent.
        apart = any(stems(f.name) in named and not _names(subject.entity, e) for e in others for f in e.fields)
        return Deed.NONE if apart else Deed.HERE
    sized = any(stems(f.name) in named for f in subject.entity.fields)
    done = (e for e in others if not sized or _names(e, subject.entity))
    return Deed.ELSEWHERE if any(_held(e, m) for e in done for m in asked) else Deed.NONE


def _names(deed: s.Entity, thing: s.Entity) -> bool:
    """Whether records of what was done name the thing that it was done with: a session its book."""
    called = {stems(thing.name), stems(thing.label)}
    return any({stems(f.name), stems(f.label)} & called for f in deed.fields)


def _says_so(found: Scan, subject: Subject) -> bool:
    """Whether the records say of themselves whether it was done, or when."""
    held = [f.name for f in (*subject.fields(s.FIELD_TYPE_BOOLEAN), *subject.temporal)]
    return any(m.name in held and m.strength == 3 for said in found.mentions for m in said.of(Kind.FIELD))


def _held(entity: s.Entity, said: Mention) -> bool:
    """Whether records of a kind say how much was done of what a mention names: pages_read for "pages"."""
    words = {stems(said.text), *(stems(m.name) for m in said.of(Kind.FIELD))}
    return any(done_of(entity, word) is not None for word in words)


def done_of(entity: s.Entity, size: Stems) -> s.Field | None:
    """The field that says how much of a size, or itself, was done: pages_read of pages."""
    for f in entity.fields:
        name = stems(f.name)
        if f.type in NUMERIC and size in (name, name[:-1]) and _DONE.fullmatch(re.split("[_ ]", f.name.casefold())[-1]):
            return f
    return None


def _asks(found: Scan, quantity: Mention) -> bool:
    """Whether it is asked how much of a quantity somebody did."""
    before = found.text[: quantity.start]
    if _DID_ZH.search(before) or _IN_ONE_GO.search(found.text, quantity.end):
        return True
    for person in found.mentions:
        if not (person.of(Kind.PERSON) or any(person.cue(n) for n in ("me", "us", "anybody"))):
            continue
        if _HOW_FAR.search(found.text[: person.start]):
            return True
        if person.start > quantity.end and _FIGURE.fullmatch(before) and _LOGGED.match(found.text, person.end):
            between = [m for m in found.mentions if quantity.end <= m.start < person.start]
            if all(m.of(Kind.VALUE) for m in between):
                return True
        if person.start > quantity.end and _HOW_MANY.search(before):
            return _DID.fullmatch(found.text[quantity.end : person.start]) is not None
    return False
