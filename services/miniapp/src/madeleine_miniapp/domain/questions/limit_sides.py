"""What stands on either side of the number of a limit: its field, its unit, its sign, what is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, numeric_fields
from madeleine_miniapp.domain.questions.units import unit_named

# A number behind a field is its value: "effort 5", "rating of 4", "mood = 3".
_IS = re.compile(r"[\s\-=:]*(?:of|=|is|was|at|为|是)?(?: an?| the)?[\s\-]*")
_RATED = re.compile(
    r"[\s\-=:(]*(?:(?:of|is|was|were|at|an?|the|as|with|them|it|only|just|exactly|打了?|给了?|是|为)[\s\-]*)*"
)
_ALSO = re.compile(r"\s*(?:and|but|or|,|、|但|且|而且|又)\s*")
_AGAINST = re.compile(
    r"^[\s,]*(?:vs\.?|versus|than|against|compared (?:to|with)|and|or|as opposed to)"
    r"(?: (?:after|with|when|on|for|those|ones|nights|days|i))*\s*$"
)
_ONCE = ("once", "twice")
_TIMES = re.compile(r"times?|occasions?|[次回遍]")


@dataclass(slots=True)
class Draft:
    """A limit as far as it has been read."""

    number: float
    sign: str = ""
    fields: tuple[s.Field, ...] = ()
    unit: str = ""
    counted: bool = False
    taken: list[int] = field(default_factory=list[int])


def read_behind(facts: Facts, row: list[tuple[int, Mention]], place: int, draft: Draft) -> None:
    """What follows the number: "or more", a unit, a field, what is counted."""
    mention = row[place][1]
    anchor = mention
    after = row[place + 1] if place + 1 < len(row) else None
    beyond = row[place + 2] if place + 2 < len(row) else None
    posted = after[1].cue("post") if after and beside(facts, mention, after[1]) else None
    if after and not posted and (late := after[1].cue("cmp")) and late.value in (">=", "<=") and not draft.sign:
        # "Six hours at least", "at most" behind the number, no other number after it.
        posted = late if not (beyond and beyond[1].of(Kind.NUMBER)) and beside(facts, mention, after[1]) else None
    if after and posted:
        draft.sign, anchor, after = posted.value, after[1], beyond
        draft.taken.append(row[place + 1][0])
    if mention.text in _ONCE:
        draft.counted = bool(draft.sign)
        return
    if after and beside(facts, anchor, after[1], 3):
        meant = numeric_fields(after[1])
        if meant and not (draft.sign and _counts(after[1])):
            draft.fields, draft.unit = meant, unit_named(after[1].text)
            draft.taken.append(after[0])
            _of_which(facts, row, after, draft)
        elif draft.sign or (beyond and (beyond[1].cue("post") or beyond[1].cue("cmp"))):
            draft.counted = bool(after[1].of(Kind.ENTITY, Kind.CHOICE)) or bool(
                after[1].cue("row") or _TIMES.fullmatch(after[1].text)
            )
            draft.counted = draft.counted and not after[1].cue("unit")
            if draft.counted and not after[1].of(Kind.CHOICE):
                draft.taken.append(after[0])
    elif draft.sign and re.match(r"\s*(?:times?\b|[次回遍])", facts.scan.text[mention.end :]):
        draft.counted = True
    following = next((r for r in row[place + 1 :] if r[0] not in draft.taken), None)
    if not draft.sign and following and beside(facts, mention, following[1], 24):
        cue = following[1].cue("post") or following[1].cue("cmp")
        if cue and (following[1].cue("post") or cue.value in (">=", "<=")):
            later = next((r for r in row if r[1].start >= following[1].end), None)
            if following[1].cue("post") or not (later and later[1].of(Kind.NUMBER)):
                draft.sign = cue.value
                draft.taken.append(following[0])


def of_the_next(facts: Facts, row: list[tuple[int, Mention]], place: int, draft: Draft) -> None:
    """ "More than 5 and less than 7 hours": of what the second is, the first is as well."""
    cue = row[place + 1][1].cue("cmp") if place + 2 < len(row) else None
    if cue is None or not row[place + 2][1].of(Kind.NUMBER):
        return
    if _ALSO.fullmatch(facts.scan.text[row[place][1].end : row[place + 1][1].start]):
        other = Draft(0.0, cue.value)
        read_behind(facts, row, place + 2, other)
        draft.fields, draft.unit = other.fields, other.unit


def of_the_last(facts: Facts, row: list[tuple[int, Mention]], place: int, draft: Draft) -> None:
    """ "8 h or more of sleep against under 7": the second is of what the first is."""
    last = facts.limits[-1] if facts.limits else None
    before = row[place - 1][1] if place else None
    if last is None or len(last.fields) != 1 or before is None or not before.cue("cmp"):
        return
    if _AGAINST.search(facts.scan.text[last.start + len(last.told) : before.start]):
        draft.fields, draft.unit = last.fields, last.unit


def _of_which(facts: Facts, row: list[tuple[int, Mention]], unit: tuple[int, Mention], draft: Draft) -> None:
    """ "20 g (of) protein": the field stands behind its unit."""
    place = row.index(unit)
    following = row[place + 1] if place + 1 < len(row) else None
    if following is None or not re.fullmatch(r"\s*(?:of\s+)?", facts.scan.text[unit[1].end : following[1].start]):
        return
    both = tuple(f for f in numeric_fields(following[1]) if f in draft.fields)
    if both:
        draft.fields = both
        draft.taken.append(following[0])


def _counts(mention: Mention) -> bool:
    """Whether a word names records rather than a field, by how surely it does."""
    entity = max((m.strength for m in mention.of(Kind.ENTITY)), default=0)
    return entity > max((m.strength for m in mention.of(Kind.FIELD)), default=0)


def read_ahead(facts: Facts, row: list[tuple[int, Mention]], place: int, draft: Draft) -> None:
    """The field that stands before the number: "mood below 6", "effort 5"."""
    mention = row[place][1]
    left = next((r for r in reversed(row[:place]) if r[0] not in draft.taken), None)
    if left is None or not numeric_fields(left[1]) or not beside(facts, left[1], mention, 24):
        return
    fields = numeric_fields(left[1])
    if draft.fields and (len(fields) != 1 or fields[0].type not in (f.type for f in draft.fields)):
        # Of what a unit may mean, it is the one that stands before: 预算超过1000块.
        return
    between = facts.scan.text[left[1].end : mention.start]
    plain = _IS.fullmatch(between) or (are_rated(fields) and _RATED.fullmatch(between))
    after = row[place + 1][1] if place + 1 < len(row) else None
    if not draft.sign and plain and not (after and (after.cue("unit") or after.cue("times"))):
        draft.sign = "="
    if draft.sign:
        draft.fields = fields
        draft.taken.append(left[0])


def are_rated(fields: tuple[s.Field, ...]) -> bool:
    """Whether fields are of what is rated."""
    return bool(fields) and all(f.type == s.FIELD_TYPE_RATING for f in fields)
