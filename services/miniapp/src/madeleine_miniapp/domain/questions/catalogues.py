"""Catalogues and logs: what an app keeps a list of, and the records of what was done with the things on it.

Items and their loans, recipes and what was cooked, medicines and doses. A date or a number of a listed thing is its own
(bought on, price, in stock): who asks when, how often or by whom something was done with it asks the log.
"""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.subjects import Subject
from madeleine_miniapp.domain.questions.text import stems

# Of things that are called alike a list may hold some, not many.
_ALIKE = 1.3
_BY_NAME = 2
_WHEN = ("when", "last", "first", "streak", "gap", "ago", "per", "weekday_table", "which_bucket", "unit")
_HOW_OFTEN = ("count", "how_many", "how_much", "mean", "median", "often")
# What the list of things tells by a field that is called so: how much there is left, when it was got.
_OF_THINGS = (
    (re.compile(r"剩|库存|\b(?:left|in stock|remaining)\b"), re.compile(r"剩|余|库存|\b(?:left|stock|remaining)\b")),
    (re.compile(r"[买购]|\b(?:buy|bought|purchased?)\b"), re.compile(r"[买购]|\b(?:bought|purchased?)\b")),
)
_NOTED = re.compile(r"\b(?:notes?|noted|remarks?|comments?|wr(?:ite|ote|itten)|jot(?:ted)?)\b|备注|记了什么|写了?什么")
_TIMES = re.compile(r"\btimes\b|\boften\b|[次回遍]")
_DID = re.compile(r"\b(?:did|have|has|had)\b|'ve\b|[了过完]")
_SITTINGS = re.compile(r"(?:evening|night|session|sitting)s?")
# What is on the list itself is counted by it.
_HELD = re.compile(
    r"\b(?:do|does) [\w' ]{1,20}\b(?:have|own|keep|know)\b|\b(?:are|is) there\b|\bon (?:the|our|my) (?:\w+ )?list\b"
    r"|有[多几]少?|[家里]有"
)


def is_catalogue(subject: Subject) -> bool:
    """Whether records are a list of things, each named once, beside which another kind tells what was done when."""
    fields = subject.entity.fields
    title = subject.title
    if not fields or title is None or fields[0].name != title.name:
        return False
    named = subject.texts.get(title.name, ())
    if not named or subject.texts_of(title.name) > _ALIKE * len(named):
        return False
    return any(_is_log(e) for e in subject.spec.entities if e.name != subject.entity.name)


def leave_to_others(facts: Facts) -> None:
    """Raises Doubt for what only another kind of record of the app can tell: the list of things, or the log."""
    _leave_to_field(facts)
    if facts.subject.beyond is not None:
        return
    if facts.subject.logged and _asks_of_doing(facts):
        raise Doubt(f"what was done is recorded by {facts.subject.logged[0]}")
    if is_catalogue(facts.subject):
        _leave_to_log(facts)
    else:
        _leave_to_list(facts)


def _leave_to_field(facts: Facts) -> None:
    """A word of the app's title is no name of all its records where one kind has a field of that name."""
    others = {
        name
        for e in facts.subject.spec.entities
        if e.name != facts.subject.entity.name
        for f in e.fields
        for name in (stems(f.name), stems(f.label))
    }
    for mention in facts.items:
        named = mention.of(Kind.ENTITY)
        by_title = mention.kind is Kind.ENTITY and all(not x.name and x.strength == 1 for x in named)
        if by_title and stems(mention.text) in others:
            raise Doubt(f"{facts.subject.spec.title} has other records with {mention.text}")


def _leave_to_list(facts: Facts) -> None:
    """How much is left of a thing, and when it was got, is told by the list, where that has a field for it."""
    text, spec = facts.scan.text, facts.subject.spec
    for asked, called in _OF_THINGS:
        if not asked.search(text) or _holds(facts.subject.entity, called):
            continue
        if _is_log(facts.subject.entity) and any(_holds(e, called) and not _is_log(e) for e in spec.entities):
            raise Doubt(f"{spec.title} has other records that tell this")


def _leave_to_log(facts: Facts) -> None:
    """What was done, when, how often or by whom, is not told by the list of things it was done with."""
    subject = facts.subject
    log = f"{subject.spec.title} has other records of what was done"
    one = any(c.field == _title(subject) and not c.negated for c in facts.conditions)
    if facts.people and subject.shared and not subject.person_fields:
        raise Doubt(log)
    timed = any(m.of(Kind.TIME) or any(m.cue(n) for n in _WHEN) for m in facts.items)
    if timed and not _names(facts, TEMPORAL) and facts.dated is None and (one or not _named_itself(facts)):
        raise Doubt(log)
    if not one:
        return
    # "How many tools are called so" counts what is listed, unless times are counted.
    listed = _named_itself(facts)
    counted = any(m.cue(n) and not (listed and not _TIMES.search(m.text)) for m in facts.items for n in _HOW_OFTEN)
    if counted and not _names(facts, NUMERIC) and not _HELD.search(facts.scan.text):
        raise Doubt(log)
    noted = any(is_note(f) for e in subject.spec.entities if _is_log(e) for f in e.fields)
    if noted and _NOTED.search(facts.scan.text) and not any(is_note(f) for f in subject.entity.fields):
        raise Doubt(log)
    if any(m.cue("who") for m in facts.items) and not _names(facts, (s.FIELD_TYPE_PERSON, s.FIELD_TYPE_TEXT)):
        raise Doubt(log)


def _title(subject: Subject) -> str:
    """The name of the field that names a record; empty if there is none."""
    return subject.title.name if subject.title is not None else ""


def _is_log(entity: s.Entity) -> bool:
    """Whether records are first of all of a time: what was done, and when."""
    return bool(entity.fields) and entity.fields[0].type in TEMPORAL


def _holds(entity: s.Entity, called: re.Pattern[str]) -> bool:
    """Whether a field is called by a word."""
    return any(called.search(name.casefold().replace("_", " ")) for f in entity.fields for name in (f.name, f.label))


def _names(facts: Facts, types: tuple[s.FieldType.ValueType, ...] | frozenset[s.FieldType.ValueType]) -> bool:
    """Whether the question names a field of these types by a word of its own."""
    title = _title(facts.subject)
    return any(
        x.strength >= _BY_NAME and x.field is not None and x.field.type in types and x.name != title
        for m in facts.scan.mentions
        for x in m.of(Kind.FIELD)
    )


def _named_itself(facts: Facts) -> bool:
    """Whether the question names the listed things: how many plants, which recipes."""
    own = facts.subject.entity.name
    return any(_is_of(m, own) for m in facts.scan.mentions)


def _is_of(mention: Mention, entity: str) -> bool:
    return any(x.strength >= _BY_NAME and x.name == entity for x in mention.of(Kind.ENTITY))


def _asks_of_doing(facts: Facts) -> bool:
    """ "How many times have we baked it", "when did we last": of what was done, and not of what is on a list."""
    last = any(m.cue("last") for m in facts.items)
    times = any(m.cue("count") and _TIMES.search(m.text) for m in facts.items)
    asks = times or (last and any(m.cue("when") or m.cue("ago") or m.cue("which_bucket") for m in facts.items))
    named = {x.name for m in facts.items for x in m.of(Kind.FIELD)}
    own = {f.name for f in facts.subject.entity.fields if f.type in (*TEMPORAL, s.FIELD_TYPE_BOOLEAN)}
    logs = [e for e in facts.subject.spec.entities if e.name in facts.subject.logged]
    logged = {f.name for e in logs for f in e.fields if f.type in NUMERIC}
    somebody = any(m.cue("us") or m.cue("me") or m.of(Kind.PERSON) for m in facts.items)
    # "How many episodes did we watch" is no figure of the series.
    done = bool(named & logged) and somebody and _DID.search(facts.scan.text) is not None
    done = done or any(_SITTINGS.fullmatch(m.text) and not m.of(Kind.TIME) for m in facts.items)
    return done or (asks and not named & own and facts.dated is None)
