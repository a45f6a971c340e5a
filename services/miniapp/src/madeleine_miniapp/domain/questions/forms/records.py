# ruff: noqa: E501 - patterns of questions, one line each.
"""What records hold where that was asked for: places, things done, columns beside each other; yes or no for "did I"."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.forms.form import Form
from madeleine_miniapp.domain.questions.frames import titles
from madeleine_miniapp.domain.questions.frames.columns import asks_what_was_written, what_done, what_written
from madeleine_miniapp.domain.questions.frames.places import WHERE, place_fields
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind, Mention

# "..., and who is reading it": asks of what was found, and restricts nothing.
_OF_FOUND = re.compile(
    r"(?:[,;?]\s*(?:and |but )?|\band )(?:who|what|where|when|how|is|was|did|does|do|has|have|are|were)\b[^,;?]*\b(?<!of )(?:it|that one|them|they|he|she|that (?:day|week|month))\b[^,;?]*"
)
_WHAT_DONE = re.compile(
    r"\band what (?:i|we) \w+\b(?! (?:cost|spent|paid))|(?:^|[,;?]|\band) ?what (?:did|do|was|were|am|is|are|have|had) (?:i|we|he|she|they|\w+)\b(?:(?!\b(?:when|if)\b)[^,;?])*\b(?:do|done|doing|eat|eaten|eating|have(?! to)|buy|bought|read|reading|play|called|feel|feeling)\b(?! (?:cost|come|set))"
)
# "List the days, and the energy on each": a column, no table by it.
_OF_LISTED = re.compile(
    r"^(?:please )?(?:list|show|name|give|which|what)\b.*(?:,|\band|\bwith) (?:the |their |its )?\w+ (?:on|of|for|in|at) each\s*[?.!]*$"
)
# "Did I exercise the day ...": yes or no, with nothing else that is asked.
_WHETHER = re.compile(
    r"(?:did|do|does|have|has|had|is|are|was|were|am)\b(?! (?:you|you all)\b)(?!.*\b(?:what|which|when|who|where|how|list|show|or|many|much)\b)"
)
_WHETHER_BESIDES = re.compile(
    r"(?<=[,.;:?!] )(?:did|do|does|have|has|had|is|are|was|were) (?:it|that|this|they|those|these|the numbers?|things)\b[^,.;?!]*\?"
)
_WHICH_SHOP = re.compile(
    r"\b(?:which|what|how many|how many different|number of|[a-z]+est) (?:[a-z]+ )?(?:supermarket|shop|store|market)s?\b|哪[家个](?:超市|商店|店)"
)
_OF_REMARKS = re.compile(
    r"\b(?:mention\w*|notes?|noted|wr[io]te|written|writing|says?|said|text|comments?|remarks?|about|word)\b|提到|写|备注|笔记|说"
)
_NOTES_SAY = re.compile(
    r"\b(?:notes?|remarks?|comments?) (?:(?:that|which|where|i|we|it) )*(?:mention\w*|says?|said|talk\w* about|contain\w*|about)\b"
    r"|\bmention\w*\b[^,;?]* in (?:the |my |our |a )?(?:notes?|remarks?|comments?)\b|(?:备注|笔记)里?(?:提到|写了?|说|有)"
)
_TEXTS = frozenset({s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE})


def what_was_done(form: Form) -> str:
    """ "What did I eat": a text or a choice."""
    if not {f.name for f in what_done(form.facts)} <= form.names:
        return form.said(_WHAT_DONE).strip()
    return "" if any(form.types.get(n) in _TEXTS for n in form.names) else form.said(_WHAT_DONE).strip()


def where(form: Form) -> str:
    """ "Where" asks for a place."""
    named = form.plan.verdict in ("who", "least")
    return (
        "where"
        if form.said(WHERE) and not named and not any(f.name in form.names for f in place_fields(form.facts))
        else ""
    )


def which_shop(form: Form) -> str:
    """ "Which supermarket": a place, no thing that was bought."""
    return "" if any(f.name in form.names for f in place_fields(form.facts)) else form.said(_WHICH_SHOP)


def what_was_written(form: Form) -> str:
    """ "What did we note": the remark, of those records of the app that have remarks."""
    spec, shown = form.facts.subject.spec, {f.name for f in what_written(form.facts)}
    anywhere = any(is_note(f) for e in spec.entities for f in e.fields if f.type == s.FIELD_TYPE_TEXT)
    return "what" if anywhere and asks_what_was_written(form.facts) and not form.names & shown else ""


def said_in_notes(form: Form) -> list[str]:
    """ "Which notes mention cheese": what notes say is in no name of the records."""
    notes = {f.name for f in form.facts.subject.fields(s.FIELD_TYPE_TEXT) if is_note(f)}
    says = _NOTES_SAY.search(form.text) if notes else None
    named = [c for c in form.facts.conditions if c.kind in (Kind.VALUE, Kind.CHOICE) and not c.negated]
    if says is None or any(c.field in notes for c in named):
        return []
    if says.group().endswith(" about") and notes & form.names:
        # "The last note about the peace lily" is told, and is that of what has this name.
        return []
    return [c.value for c in named if c.start >= says.start()]


def remarked(form: Form) -> list[str]:
    """ "Has the landlord paid": what a remark mentions is not so for that, where records have names."""
    facts = form.facts
    notes = {f.name for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if is_note(f)}
    if form.plan.verdict != "any" or titles.title(facts) is None or form.said(_OF_REMARKS):
        return []
    return [c.value for c in facts.conditions if c.kind is Kind.VALUE and c.field in notes and not c.negated]


def whether(form: Form) -> str:
    """ "Did I": yes or no."""
    asked = _WHETHER.match(form.text) and not re.search(r"[?.!:;]\s|\s[-–—]\s", form.text)
    return form.text.partition(" ")[0] if asked and not form.plan.verdict else ""


def whether_besides(form: Form) -> str:
    """ "...: last week against the week before. Did it come down?": yes or no."""
    return form.said(_WHETHER_BESIDES) if not form.plan.verdict else ""


def on_each(form: Form) -> str:
    """ "List the days, and the energy on each": a column, no table by it."""
    return "each" if form.plan.key and form.said(_OF_LISTED) else ""


def asked_of_found(form: Form) -> list[str]:
    """Filters that were made of what is asked about the record that was found."""
    if (asked := _OF_FOUND.search(form.text)) is None or asked.start() < 8:
        return []
    inside = [c for c in form.facts.conditions if asked.start() <= c.start < asked.end()]
    return [c.value or c.told for c in inside]


def unread(form: Form) -> list[str]:
    """Fields that the question calls by their own name and the relation never reads."""
    missed: list[str] = []
    for index, mention in enumerate(form.facts.items):
        fields = [m for m in mention.meanings if m.kind is Kind.FIELD]
        if _measured_in(form, mention) and not any(form.reads(m.name) for m in fields):
            missed.append(mention.text)
            continue
        listed = _beside_another(form.facts, index)
        if mention.kind is not Kind.FIELD or len({m.name for m in fields}) != 1:
            continue
        if not (listed or index in form.facts.used) or fields[0].strength < 3:
            continue
        if not listed and any(m.kind in (Kind.ENTITY, Kind.CUE) for m in mention.meanings):
            continue
        if not form.reads(fields[0].name) and not form.facts.says_it_was(mention):
            missed.append(mention.text)
    return missed


def _measured_in(form: Form, mention: Mention) -> bool:
    """ "The most expensive one in points": the figure by which it is told."""
    numeric = any(m.field and m.field.type in NUMERIC for m in mention.of(Kind.FIELD))
    before, after = form.text[: mention.start], form.text[mention.end :]
    return numeric and before.endswith(" in ") and re.match(r"\s*(?:[,.;?!]|$)", after) is not None


def _beside_another(facts: Facts, index: int) -> bool:
    """Whether a field stands with another in a list of two: "mood and sleep"."""
    for one, other in pairwise(facts.items):
        if facts.items[index] not in (one, other):
            continue
        both = all(
            any(m.field and m.field.type in NUMERIC and m.strength == 3 for m in x.meanings) for x in (one, other)
        )
        if both and facts.scan.text[one.end : other.start].strip() in ("and", ",", "&", "+", "plus"):
            return True
    return False
