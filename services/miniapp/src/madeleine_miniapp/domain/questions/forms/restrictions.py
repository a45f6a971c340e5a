# ruff: noqa: E501 - patterns of questions, one line each.
"""Words that restrict, and what of an answer keeps their word: "only", "before", "first", "never", "each", "together"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.forms.form import MEAN, Form
from madeleine_miniapp.domain.questions.mentions import Kind, Mention

# Words of order and denial: what is read of them stands in a mention that is used.
_ONLY = re.compile(
    r"\b(?:i|we|he|she|they|do|did|does|have|has|had|was|were) (?P<word>only)\b(?! (?:once|twice|one)\b)|\b(?P<ever>only ever|nothing but)\b"
)
_FILLED_IN = re.compile(
    r"\b(?P<word>only) (?:those|the (?:ones|days|nights|records|entries|readings)) (?:where|that|when|on which|with)\b"
)
_BEFORE_OR_AFTER = re.compile(r"\b(?P<word>before|after) (?:an? |the |my |our |each |every )?")
_BEFORE_THAT = re.compile(r"\b(?:before|after) (?:that|then|it)(?: one)?\s*[?.!]*$")
_ORDER = re.compile(
    r"\b(?:my|our|the|his|her|their|whose|[^\W\d]+'s) (?P<word>very first|first|last|latest|next|second|third|fourth|penultimate|previous|other)\b"
)
# Not what somebody claims before the question itself.
_NEVER = re.compile(r"\b(?:never|neither|nor|nobody|no one|none|nowhere|hardly|barely|seldom|rarely)\b(?!.*[.!?:;] \w)")
_NOT_DONE = re.compile(
    r"^(?:which|what|who|how many)\b[^,;?]*?\b(?:(?:have|has|had) (?:i|we|he|she|they|[^\W\d]+) (?P<word>not)|(?:have|has|had|did) (?P<ever>not)) \w+(?:ed|en|n|t)\b"
)
_DENIED_DEED = re.compile(
    r"\b(?:was|were|is|are|been|last|have|has|had) (?:(?!whether|if|or)\w+ ){0,3}(?P<denies>not) (?=[a-z]+(?:ed|en)\b)"
)
_BESIDES = re.compile(
    r"\b(?:except(?: for)?|apart from|aside from|other than|besides|excluding|but not|not counting|without counting)\b"
)
_ELSE = re.compile(r"\b(?:another|else|someone else's|everyone else's|the others?)\b")
_HABIT = re.compile(
    r"\b(?:often|usually|mostly|normally|typically|generally|always|regularly|rarely|seldom|most of the time|every time|on the whole)\b"
)
_EACH_TIME = re.compile(r"\b(?:each|every) (?:single )?time\b")
_TOGETHER = re.compile(r"\b(?:together|combined|altogether|put together|jointly|as a group)\b")
_APART = re.compile(r"\b(?:each|per|every|by|who|whom|whose|which of us|rank\w*|split|versus|vs|apart|between)\b")
_PER = re.compile(r"\b(?:per|each|every|by|for each|for every) (?:single |kind of |type of )?$")
_SKIPPED = re.compile(r"\b(?:skip\w*|without|miss(?:ed|ing)?|no|instead of)\b")

_STATE = re.compile(
    r"(?<!what )\b(?:are|is|were|was|been) (?:already |all |still |not |yet |now )*(?P<word>done|finished|ready|open|closed|complete|completed|due|missing|full|empty|new|old|free|packed|bought|booked|paid|unpaid|sold|sent|broken|clean|dirty|over|gone)\b(?! (?:for|of|to|with|on|in) \w+ing\b)"
)
_BOTH_KINDS = re.compile(r"\bboth (?:for |at |as |with |in )?[^\W\d]+ and (?:for |at |as |with |in )?[^\W\d]+")


def _held(form: Form, start: int, end: int) -> bool:
    """Whether a stretch of the question lies in something that was used."""
    return any(m.start < end and start < m.end and i in form.facts.used for i, m in enumerate(form.facts.items))


def _loose(form: Form, pattern: re.Pattern[str]) -> list[str]:
    """What a pattern finds that nothing was made of."""
    found = ((f, f.span(f.lastgroup or 0)) for f in pattern.finditer(form.text))
    return [f.group() for f, span in found if not _held(form, *span)]


def only(form: Form) -> list[str]:
    """ "I only ever eat": never anything else."""
    told = any(c.kind is Kind.FIELD and not c.value for c in form.facts.conditions) or form.plan.told.startswith(
        "share"
    )
    filled = [] if told else _loose(form, _FILLED_IN)
    return filled + ([] if "only" in form.plan.told else _loose(form, _ONLY))


def before_or_after(form: Form) -> list[str]:
    """ "Before a work day", "after a swim": an order of records or days, where what is named is filtered on."""
    filtering = (Kind.CHOICE, Kind.ENTITY, Kind.VALUE)
    missed: list[str] = []
    for found in _BEFORE_OR_AFTER.finditer(form.text):
        named = next((m for m in form.facts.items if 0 <= m.start - found.end() <= 1), None)
        which = named is not None and (named.kind in filtering or any(named.cue(c) for c in ("workdays", "weekend")))
        if which and not _held(form, *found.span("word")):
            missed.append(found.group())
    return missed


def before_that(form: Form) -> list[str]:
    """ "And the one before that": another record than the one that is told."""
    return _loose(form, _BEFORE_THAT)


def order(form: Form) -> list[str]:
    """ "My first swim", "the previous one": one of several in order."""
    return _loose(form, _ORDER)


def never(form: Form) -> list[str]:
    """ "Never", "nobody", "hardly": a denial."""
    undone = [] if any(c.negated for c in form.facts.conditions) or form.plan.verdict else _loose(form, _NOT_DONE)
    return _loose(form, _NEVER) + undone


def denied_deed(form: Form) -> list[str]:
    """ "Last not taken": what was not so."""
    denied = any(c.negated for c in form.facts.conditions) or form.plan.verdict == "none"
    out = denied or re.search(r"≠|without|✗|–|\bnot\b|differ", form.plan.told) or form.facts.opposed
    return [] if out else _loose(form, _DENIED_DEED)


def besides(form: Form) -> str:
    """ "Except", "apart from": something is left out."""
    out = any(c.negated for c in form.facts.conditions) or re.search(r"≠|without|✗|✓", form.plan.told)
    return "" if out or not _loose(form, _BESIDES) else form.said(_BESIDES)


def others(form: Form) -> list[str]:
    """ "Another", "everyone else's"."""
    return [w for w in _loose(form, _ELSE) if "one after another" not in form.text]


def habit(form: Form) -> str:
    """ "Do I often": that it was so once is no answer."""
    return form.said(_HABIT) if form.plan.verdict in ("any", "none") and not form.plan.figure else ""


def each_time(form: Form) -> str:
    """ "Each time": every one, no figure of them all."""
    return form.said(_EACH_TIME) if form.single and not form.said(MEAN) else ""


def together(form: Form) -> str:
    """ "All of us together": one figure, no row for each person."""
    rows = form.plan.key in form.people and not form.plan.verdict
    return form.said(_TOGETHER) if rows and not form.said(_APART) else ""


def by_each(form: Form) -> list[str]:
    """ "Per category": a row for each."""
    grouping = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON)
    return [
        m.text
        for m in form.facts.items
        if form.single
        and m.kind is Kind.FIELD
        and _PER.search(form.text[: m.start])
        and (named := _named(m))
        and all(form.types.get(n) in grouping for n in named)
        and not named & form.names
    ]


def _named(mention: Mention) -> set[str]:
    return {m.name for m in mention.of(Kind.FIELD)}


def idle_denial(form: Form) -> list[str]:
    """ "Dinners when I skipped lunch": that a dinner is no lunch says nothing, so another record is meant."""
    one = {f.name for f in form.facts.subject.fields(s.FIELD_TYPE_CHOICE)}
    chosen = {c.field for c in form.facts.conditions if not c.negated and c.kind is Kind.CHOICE} & one
    idle = [c for c in form.facts.conditions if c.negated and c.field in chosen and c.value]
    return [c.value for c in idle if _SKIPPED.search(form.text[max(0, c.start - 16) : c.start])]


def state(form: Form) -> list[str]:
    """ "How many are still full", "are done": which of them."""
    # What "is due" by a date is said by that date.
    return [said for said in _loose(form, _STATE) if not (said.endswith("due") and form.facts.dated)]


def both_kinds(form: Form) -> str:
    """ "Which dish for both lunch and dinner": what is so of two records, not of either."""
    one = {f.name for f in form.facts.subject.fields(s.FIELD_TYPE_CHOICE)}
    chosen = [c.field for c in form.facts.conditions if not c.negated and c.field in one]
    listed = len(set(chosen)) < len(chosen) and form.plan.told.startswith(("different", "records that"))
    return form.said(_BOTH_KINDS) if listed else ""


def last_without(form: Form) -> list[str]:
    """ "When did I last have no breakfast": a day without one, no record of something else."""
    one = {f.name for f in form.facts.subject.fields(s.FIELD_TYPE_CHOICE)}
    held = [c for c in form.facts.conditions if c.negated and c.field in one and c.value]
    record = form.plan.told.startswith(("latest", "first"))
    return [c.value for c in held if record and _SKIPPED.search(form.text[max(0, c.start - 16) : c.start])]
