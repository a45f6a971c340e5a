# ruff: noqa: E501 - patterns of questions, one line each.
"""What was asked about: things and not their sum, the field that was asked for outright, each of what is listed."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.forms.form import BUCKETS, Form
from madeleine_miniapp.domain.questions.frames.extreme_groups import AT_ONCE
from madeleine_miniapp.domain.questions.frames.places import place_fields
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.text import stems

_THINGS_PAID = re.compile(
    r"\bwhat (?:did|have|has|had|do|does) [^\W\d]+ (?:pay|paid|spend|spent|lay out|laid out)(?: (?:(?:his|her|my|our|their|the|any) )?(?:money|it|cash|savings|allowance))? (?:for|on)(?=\s*(?:[?.!,;]|$|(?:in|on|this|last|that|since|yesterday|today|over|during|so far|altogether)\b))"
)
_DAYS = re.compile(
    r"\b(?:days?|dates?|nights?|evenings?|mornings?|weekdays?|weeks?|months?|when|mon|tues|wednes|thurs|fri|satur|sun)(?:days?)?\b"
)
_WHICH_THING = re.compile(
    r"^(?:and |so |ok |hey )?(?:which|what) (?:[^\W\d]+ )?[^\W\d]+(?: (?:of|in|on|from|by|that|i|we|do|did|don't|didn't|have|has|haven't|hasn't|are|aren't|were|is|isn't|still)\b)"
)
_JOINED = re.compile(r"\s*(?:and|or|&|\+|plus|/|,)\s*(?:the |my |our )?")
_OF_ADVERB = re.compile(r"\b(?:not|never|n't)\b|n't\b")
_WHAT_IS = re.compile(
    r"^(?:(?:so|and|ok|hey),? )?what(?:'s|s| is| are| was| were) (?:still |already |all |not |yet )*(?:[a-z]{3,}ed|left|due|open|paid|unpaid|missing|outstanding|to be [a-z]+|on the list)\b"
)
_AMOUNT = re.compile(
    r"\b(?:how much|total\w*|cost\w*|sum|altogether|worth|budgets?|come to|price|amount\w*|average|mean|money|in all)\b"
)
_WHAT_DO = re.compile(
    r"\bwhat (?:do|did|does|have|had) (?:i|we|he|she|they|[^\W\d]+) (?:usually |mostly |been )?(?:do|doing|done)\b"
)
_AND_IN = re.compile(r"(?:,|&|\band) (?:in|on|at|with|for|by|from) $")
_DOINGS = frozenset(stems(w) for w in ("activities", "activity", "doings", "done"))
_HOW_WAS = re.compile(r"(?:,|\band) (?:and )?how (?:was|were|good was|good were) (?:it|they|that|the \w+)\s*[?.!]*$")
_HOW_WELL = re.compile(r"\bhow well (?:did|do|does|have|has) (?:i|we|he|she|they|[^\W\d]+)\b")
_DONE = re.compile(
    r"\b(?:(?:have|has|had|did) (?:each of us|all of us|every(?:one|body)|[^\W\d]+)|(?:who|of us)(?: has| have|'s)?) (?:both |all |each |ever |already )?(?:read|watch|watched|finish|complete|completed)\b(?! (?:in|on|at)\b)"
)

# "Which meal was the priciest", "which meal do I spend most on".
_OF_ONE_RECORD = re.compile(r"\b(?:was|had|cost|contained|came to)\b")
_HABIT = re.compile(r"\b(?:do|does|usually|normally|typically|tends?)\b|\bsp(?:e?nd|ent) \w+ (?:\w+ )?on\b")
_DOES_LATEST = re.compile(r"^(?:which|who|what)\b[^,;?]* [a-z]+s (?:the )?(?:latest|earliest|last|first)\s*[?.!]*$")
_WHAT_TO = re.compile(
    r"^what (?:have|has|do|does|did|must|should) [^\W\d]+ (?:still )?(?:got to|have to|had to|need to|needs to|has to)\b"
)

_TOGETHER = re.compile(
    r"\b(?:which|what) (?:two|three|pairs?|combinations?) .*\b(?:together|at once|at the same time|in combination|combined)\b|\b(?:pair|combination) of\b|哪[两三][种个样].*(?:一起|同时)"
)


def of_two_together(form: Form) -> str:
    """ "Which two feelings do I tick together": a pair, no list of single ones."""
    return form.said(_TOGETHER)


def things_paid(form: Form) -> str:
    """ "What did I pay for": the things, no sum."""
    return form.said(_THINGS_PAID) if form.single else ""


def which_thing(form: Form) -> str:
    """ "Which items have no date": items, no days."""
    only_days = bool(form.names) and form.names <= BUCKETS | {"on"}
    asked = _WHICH_THING.match(form.text)
    return asked.group() if only_days and asked and not _DAYS.search(asked.group()) else ""


def last_of_what(form: Form) -> list[str]:
    """ "Her last book": a book, where there are records of books, and no record that only names one."""
    others = {stems(e.name) for e in form.facts.subject.beside} | {stems(e.label) for e in form.facts.subject.beside}
    missed: list[str] = []
    for one, other in pairwise(form.facts.items):
        asked = any(one.cue(n) for n in ("last", "first", "oldest", "next"))
        if asked and other.kind is Kind.FIELD and other.start - one.end <= 1 and stems(other.text) in others:
            missed.append(f"{one.text} {other.text}")
    return missed


def whole_list(form: Form) -> list[str]:
    """ "Finished, reading and abandoned": every one of what is listed, none taken for a part of another."""
    return [
        m.text
        for m in form.facts.items
        if m.kind in (Kind.CHOICE, Kind.VALUE)
        and re.search(r"\w[,;/] ?\w", m.text)
        and not any(re.search("[,;/]", x.value) for x in m.of(Kind.CHOICE, Kind.VALUE))
    ]


def of_two_fields(form: Form) -> list[str]:
    """ "Crime and ebooks": of one or of the other, where no record is asked for that is both."""
    at = {c.start: c for c in form.facts.conditions if not c.negated and c.kind in (Kind.CHOICE, Kind.VALUE)}
    named = [(m, at[m.start]) for m in form.facts.items if m.start in at]
    missed: list[str] = []
    for (one, first), (other, second) in pairwise(named):
        between = form.text[one.end : other.start]
        if first.field != second.field and _JOINED.fullmatch(between) and "both" not in form.text:
            missed.append(f"{one.text}{between}{other.text}")
    return missed


def not_done(form: Form) -> list[str]:
    """ "Did I not pay for": what was not done, no records that lack an amount."""
    missed: list[str] = []
    for condition in form.facts.conditions:
        # What is told by a tick, or by the day on which it was done.
        ticked = form.types.get(condition.field) in (s.FIELD_TYPE_BOOLEAN, *TEMPORAL)
        if condition.kind is not Kind.FIELD or not condition.negated or ticked:
            continue
        said = [m for m in form.facts.items if m.start >= condition.start and _of_field(m, condition.field)]
        verb = said[0] if said else None
        if verb is not None and max(x.strength for x in verb.of(Kind.FIELD)) < 3:
            before = form.text[max(0, verb.start - 12) : verb.start]
            if _OF_ADVERB.search(before) and not re.search(r"\b(?:have|has|had|got) ", before):
                missed.append(verb.text)
    return missed


def _of_field(mention: Mention, name: str) -> bool:
    return any(m.name == name for m in mention.of(Kind.FIELD))


def asked_outright(form: Form) -> list[str]:
    """ "What was my mood on the day I slept least": the figure that is asked for is read."""
    missed: list[str] = []
    for mention in form.facts.items:
        named = {m.name for m in mention.of(Kind.FIELD) if m.strength == 3}
        before = re.search(r"\b(?:what|how) (?:was|is|were|are|did) (?:my|our|the) $", form.text[: mention.start])
        if len(named) == 1 and before and mention.kind is Kind.FIELD and not form.reads(next(iter(named))):
            missed.append(mention.text)
    return missed


def what_is(form: Form) -> str:
    """ "What's booked but not paid": the things, no sum of them."""
    return form.said(_WHAT_IS) if form.single and not form.said(_AMOUNT) else ""


def what_was_ticked(form: Form) -> str:
    """ "What do I do on good days": what was done, where records tell it in a field of its own."""
    held = [f.name for f in form.facts.subject.fields(s.FIELD_TYPE_MULTI_CHOICE) if stems(f.name) in _DOINGS]
    return form.said(_WHAT_DO) if held and not form.names & set(held) else ""


def how_was_it(form: Form) -> str:
    """ "And how was it": what it was given."""
    rated = any(form.types.get(n) == s.FIELD_TYPE_RATING for n in form.names)
    graded = [f.name for f in form.facts.subject.fields(s.FIELD_TYPE_RATING)]
    well = form.said(_HOW_WELL) if len(graded) == 1 and not form.reads(graded[0]) else ""
    return "" if rated else form.said(_HOW_WAS) or well


def done_ones(form: Form) -> str:
    """ "Which author have we read most": of what was read, not of what is still to be."""
    facts = form.facts
    words = facts.lexicon.of_words(FIELDS, "status")
    states = [f.name for f in facts.subject.fields(s.FIELD_TYPE_CHOICE) if {stems(f.name), stems(f.label)} & words]
    stated = {c.field for c in facts.conditions} & set(states)
    told = form.plan.told
    counted = told.startswith(("number of records", "number of different", "different")) or "by number of" in told
    dated = any(form.reads(f.name) for f in facts.subject.temporal)
    read = form.said(_DONE).endswith(("read", "watch", "watched")) and not facts.has("when")
    listed = told.startswith("records that match") and not form.plan.spans and read
    any_state = states and not stated and (listed or (counted and not dated))
    return form.said(_DONE) if any_state else ""


def best_kind(form: Form) -> str:
    """ "Which task does Ben do best": a task, no records of several; "which meal was the priciest" is a record."""
    one = form.plan.told.startswith(("record with", "latest", "first"))
    for which, named in pairwise(form.facts.items):
        f = _kind_named(named) or next((p for p in place_fields(form.facts) if _of_field(named, p.name)), None)
        called_so = any(m.strength == 3 and m.name for m in named.of(Kind.ENTITY))
        if called_so and _OF_ONE_RECORD.search(form.text) and not _HABIT.search(form.text):
            continue
        if f is not None and f.name in form.names and _AND_IN.search(form.text[: which.start]):
            # "The slowest download, when and in which room": a column of its own.
            continue
        if not named.text and form.names & {x.name for x in named.of(Kind.FIELD)}:
            # "The smallest one - who, and how much": who it was is told of it.
            continue
        if one and f is not None and which.cue("which") and named.start - which.end <= 1 and form.plan.key != f.name:
            return f"{which.text} {named.text}"
    return ""


def _kind_named(mention: Mention) -> s.Field | None:
    """The field of choices that a mention surely names, and no other field as surely."""
    most = max((m.strength for m in mention.of(Kind.FIELD)), default=0)
    held = [m.field for m in mention.of(Kind.FIELD) if m.strength == most and m.field is not None]
    return held[0] if len(held) == 1 and held[0].type == s.FIELD_TYPE_CHOICE else None


def of_other_records(form: Form) -> str:
    """ "Which book did I drop fastest": of books, where they have records of their own, and no single sitting with one."""
    one = form.plan.told.startswith("record with")
    others = {stems(e.name) for e in form.facts.subject.beside} | {stems(e.label) for e in form.facts.subject.beside}
    sitting = any(m.strength > 1 and m.name for x in form.facts.items for m in x.of(Kind.ENTITY))
    for which, named in pairwise(form.facts.items):
        asked = one and which.cue("which") and named.start - which.end <= 1 and named.kind is Kind.FIELD
        if asked and stems(named.text) in others and not sitting and not AT_ONCE.search(form.text):
            return f"{which.text} {named.text}"
    return ""


def pays_latest(form: Form) -> str:
    """ "Which client pays latest": who is late, no latest record."""
    return form.said(_DOES_LATEST) if form.plan.told.startswith(("latest", "first")) else ""


def what_to_do(form: Form) -> str:
    """ "What have I got to pack": the things, no sum of them."""
    return form.said(_WHAT_TO) if form.single and not form.said(_AMOUNT) else ""
