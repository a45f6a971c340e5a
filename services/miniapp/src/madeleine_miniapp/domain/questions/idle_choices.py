"""Choices that a question names and that restrict nothing: they name all the records, or say again what was said."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.concepts import CHOICES
from madeleine_miniapp.domain.questions.english import is_doing
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import name_of
from madeleine_miniapp.domain.questions.text import stems

_WHOLE_LOG = re.compile(r"\s*(?:logs?|lists?|diary|book|history|records?|entries|app|tracker|记录|日记|清单|列表|表)\b")

_BY_MEANS = re.compile(r"(?:用|通过|靠|以|走|是)$")

_DOES = re.compile(r"\s*(?:(?:have|has|had|did|ever|actually|also|first|last|only|just) )*")

_I_DO = re.compile(rf"\b(?:i|we|he|she|they)(?:'ve|'d)?{_DOES.pattern}$")

_WAS = re.compile(r"\b(?:was|were|got|been)\b(?: [\w'-]+){0,4} $")

_BETWEEN_SIDES = re.compile(r"\b(?:and|or|vs|versus|than|not|plus)\b|[,/&]|[和或与、]")

_BUT = re.compile(r"但|却|可是|不过|\bbut\b")

_SO_ON = re.compile(r"[^()（）?？]{0,40}(?:\b(?:and so on|etc|and the like)\b|等等|等[)）]|什么的|之类)")

_OR_ANYTHING = re.compile(
    r"\b(?:anything|something|any)\b[^?.!:;]*[?.!:;(]\s*"
    r"(?P<examples>[\w ,/-]+?[, ](?:whatever|whichever|anything|you name it|etc|so on))\W*$"
)

_NOT_YET = frozenset(stems(w) for w in ("draft", "idea", "saved", "interested", "草稿", "想法"))


def restricts_nothing(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice names all the records, or says again what has been said; raises Doubt where it may."""
    return (
        _called_so(facts, chosen, mention)
        or _all_records(facts, chosen, mention)
        or _alone(facts, chosen, mention)
        or _said_before(facts, chosen)
        or _example(facts, chosen, mention)
        or _whatever(facts, mention)
        or _done_to_all(facts, chosen, mention)
        or _told_by_its_day(facts, mention)
    )


def _called_so(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether Chinese calls the records so, and a choice by another word only: 转账 are all payments."""
    named = any(m.name and m.strength >= 2 for m in mention.of(Kind.ENTITY))
    if not is_chinese(mention.text) or chosen.strength == 3 or not named:
        return False
    if chosen.field is not None and sum(bool(facts.lexicon.of_kind(c)) for c in chosen.field.choices) > 1:
        # 剧 is no word for all where films are recorded as well.
        return False
    return not _BY_MEANS.search(facts.scan.text[: mention.start])


def _all_records(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice that is spelt like the kind of record names all its records; raises Doubt where it may.

    "The repair log" is not its records of the kind "repair".
    """
    if not any(m.strength == 3 for m in mention.of(Kind.ENTITY)):
        return False
    before, after = facts.scan.text[: mention.start], facts.scan.text[mention.end :]
    if _WHOLE_LOG.match(after):
        return True
    if any(_tells_kind(facts, chosen, mention, other) for other in facts.items):
        return True
    if chosen.field is not None and re.search(rf"{re.escape(label(chosen.field).casefold())}\W*$", before):
        return False
    record = facts.subject.entity.label or facts.subject.entity.name
    raise Doubt(f"'{mention.text}' may be every {record} or those whose {name_of(chosen)} is {chosen.value}")


def _tells_kind(facts: Facts, chosen: Meaning, mention: Mention, other: Mention) -> bool:
    """Whether another choice says which of the records are meant: "a repair of kind engine"."""
    first, last = sorted((mention, other), key=lambda m: m.start)
    between = facts.scan.text[first.end : last.start]
    same = any(c.name == chosen.name and c.value != chosen.value for c in other.of(Kind.CHOICE))
    return same and not _BETWEEN_SIDES.search(between)


def _alone(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice only repeats the one before it, "excused absences"; of one field a record has but one choice.

    Raises Doubt for two choices side by side that cannot both be meant.
    """
    if chosen.field is None or chosen.field.type != s.FIELD_TYPE_CHOICE:
        return False
    for other in facts.items:
        if other.end <= mention.start and other.kind is Kind.CHOICE and other.of(Kind.CHOICE)[0].name == chosen.name:
            between = facts.scan.text[other.end : mention.start]
            if not between.strip(" -") and other.of(Kind.CHOICE)[0].value != chosen.value:
                if chosen.strength < 3 and other.of(Kind.CHOICE)[0].strength == 3:
                    return True
                if is_chinese(mention.text) and facts.has("each_one", "by"):
                    # 早餐午餐晚餐各几次: they are listed.
                    continue
                raise Doubt(f"a record is either {other.text} or {mention.text}")
            if _BUT.search(between) and other.of(Kind.CHOICE)[0].value != chosen.value:
                raise Doubt(f"a record is either {other.text} or {mention.text}")
    return False


def _said_before(facts: Facts, chosen: Meaning) -> bool:
    """Whether a choice is named again: "did I climb more ... bouldering sessions each"; it is no second side."""
    return any(c.field == chosen.name and c.value == chosen.value and not c.negated for c in facts.conditions)


def _done_to_all(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether somebody does what all the records are of: whatever came of it, "I applied" is said of each application.

    Only their first state is called so; "is applied" and "the applied ones" are those that are still in it.
    """
    if not _is_first(facts, chosen) or chosen.field is None or chosen.field.type != s.FIELD_TYPE_CHOICE:
        return False
    before = facts.scan.text[: mention.start]
    dated = next(
        (m.field for m in mention.of(Kind.FIELD) if m.field in facts.subject.temporal and m.strength >= 2), None
    )
    if dated is not None and (_WAS.search(before) or _I_DO.search(before)):
        # What has been reported has a day of it, whatever came of it.
        held = terms.present(terms.column(dated.name))
        told = f"{label(dated)} ✓"
        facts.conditions.append(Condition(held, told, dated.name, "", mention.start, kind=Kind.FIELD))
        facts.dated = facts.dated or dated
        return True
    if not any(m.name and m.strength >= 2 for m in mention.of(Kind.ENTITY)):
        return False
    doer = next((m for m in facts.items if m.of(Kind.PERSON) and _DOES.fullmatch(before[m.end :])), None)
    return doer is not None or _I_DO.search(before) is not None


def _told_by_its_day(facts: Facts, mention: Mention) -> bool:
    """Whether a day is recorded of what a state is called by, and asked by: interviews last month, the next one."""
    if not (any(m.kind is Kind.TIME for m in facts.items) or facts.has("next", "when")):
        return False
    held = [m for m in mention.of(Kind.FIELD) if m.field in facts.subject.temporal and m.strength >= 2]
    if len(held) != 1 or mention.text.endswith(("ed", "en")) or facts.dated not in (None, held[0].field):
        return False
    if len(stems(held[0].name)) < 2 or not is_doing(mention.text):
        # What is finished may have been given up on that day.
        return False
    facts.dated = held[0].field
    present = terms.present(terms.column(held[0].name))
    told = f"{name_of(held[0])} ✓"
    facts.conditions.append(Condition(present, told, held[0].name, "", mention.start, kind=Kind.FIELD))
    return True


def _is_first(facts: Facts, chosen: Meaning) -> bool:
    """Whether a state is the first that records reach: those before it are only meant to be done."""
    words = _NOT_YET.union(*(facts.lexicon.of_words(CHOICES, word) for word in ("planned", "wishlist")))
    choices = list(chosen.field.choices) if chosen.field is not None else []
    before = choices[: choices.index(chosen.value)] if chosen.value in choices else choices
    return chosen.value in choices and all(stems(c) in words for c in before)


def _example(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice only says what is told apart: "by type (transport, food and so on)"."""
    return any(f.name == chosen.name for f in facts.groups) and bool(_SO_ON.match(facts.scan.text[mention.end :]))


def _whatever(facts: Facts, mention: Mention) -> bool:
    """Whether a choice is but one of what anything may be: "did we do anything? watering, misting, whatever"."""
    found = _OR_ANYTHING.search(facts.scan.text)
    return found is not None and mention.start >= found.start("examples")
