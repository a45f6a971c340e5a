# ruff: noqa: E501 - patterns of words, one line each.
"""What is not: "not finished yet", "except groceries", "without a price"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.denials import has_value, missing_value, negate
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.filters import choose
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, field_of, telling
from madeleine_miniapp.domain.questions.text import stems

_AND = re.compile(r"\s*(?:,|and|or|nor|&|和|、|或|与)+\s*")
# What stands between what is not so and that it does not count.
_BETWEEN = re.compile(r"(?:过|上|了)?(?:的)?(?:那些|项目|记录|日子|天)?(?:就|都|也)?")

# What is asked of days, not of things that are in some state.
_OF_DAYS = ("unit", "when", "streak", "gap", "how_long", "been_at", "ago", "per")
# 没人负责: the field that says who has no value.
_NOBODY = re.compile(r"还?没有?人|无人|nobody|no one")
# What a day is without, and what is but another one of its records.
_OF_A_DAY = re.compile(
    r"\b(?:without|with no|no|nothing|not (?:a|any|have|had|eat|eaten|do|did|log|cook|go|get|make|take|use|train|read|run|tick)"
    r"|(?:did|have|do) (?:i|we) not|didn't|did not|don't|haven't|hadn't|skip\w*|miss|missed)\b|没|跳过|漏|不吃"
)
_OF_OTHERS = re.compile(
    r"\b(?:something|anything|things?|ones?|meals?|entr(?:y|ies)|records?|sessions?)\b"
    r"(?= (?:that|which|not|other|i|was|were|is|are|but|except|apart|besides)\b)"
    r"|\b(?:other than|except|apart from|excluding|not counting|but|and) (?:no|not|nothing)\b|\bother than\b|\bexcept\b"
    r"|\bapart from\b|\bexcluding\b|\bnot counting\b|除了|以外|之外|[但却]没|不算"
)
_SKIPPED = re.compile(
    r"\b(?:skip\w*|miss|missed|(?:did|do) (?:i|we) not (?:have|eat)|(?:didn't|did not|don't) (?:(?:i|we) )?(?:have|eat)|didn't i)\b"
    r"|没吃|跳过|漏"
)

# "Leave out what we cancelled".
_WHAT_IS = frozenset(("what", "what's", "which", "we", "i"))
_ASKS = re.compile(r"(?:have|has)n't$")

_PASSING = re.compile(r"skip|miss|forg[eo]t|omit|never|didn't|haven't|hasn't")
_WHICH_I = re.compile(r" (?:(?:that|which) )?(?:i|we|you|he|she|they|[^\W\d]+)(?:'ve|'d)? (?:have |had |has )?")

_Row = Sequence[tuple[int, Mention]]


def find_negations(facts: Facts) -> None:
    """Takes what is said not to be."""
    row = telling(facts)
    for place, (index, mention) in enumerate(row):
        if index in facts.used or _says_what_is_counted(facts, row, place):
            continue
        if mention.cue("none") and denies_of_days(facts):
            continue
        if (mention.cue("none") or mention.cue("except")) and _denied(facts, row, place):
            continue
        if mention.cue("except_after") and _left_out(facts, row, place):
            continue
        if mention.cue("none") and _passed_over(facts, row, place):
            continue
        if mention.cue("anybody") and not mention.cue("none") and place + 1 < len(row):
            after = row[place + 1]
            if (
                after[0] not in facts.used
                and after[1].typed(s.FIELD_TYPE_PERSON)
                and beside(facts, mention, after[1], 2)
            ):
                # 有人带吗: whether anybody is named.
                has_value(facts, *after)
        elif mention.cue("missing"):
            _without(facts, row, place)
        elif mention.cue("with_value"):
            _with(facts, row, place)


def denies_of_days(facts: Facts) -> bool:
    """ "Days without breakfast", "did I skip lunch yesterday": no record of the day is such, others may be."""
    text = facts.scan.text
    if not _OF_A_DAY.search(text) or _OF_OTHERS.search(text):
        return False
    in_a_row = facts.has("streak", "gap")
    if facts.has("mean", "median", "sum", "share", "more", "less", "vs") or (facts.has("sup") and not in_a_row):
        return False
    if any(m.of(Kind.ENTITY) and m.kind is Kind.ENTITY and m.text.endswith("s") for m in facts.items):
        return False
    if in_a_row:
        return facts.has("streak") and facts.has("sup")
    days = [x.value for m in facts.items for n in ("unit", "which_bucket") if (x := m.cue(n))]
    if days:
        return days[0] in ("day", "night", "week", "month")
    return facts.has("when", "count", "times", "exist") and _SKIPPED.search(text) is not None


def _denied(facts: Facts, row: _Row, place: int) -> bool:
    """ "Not finished yet", "except groceries": takes what follows."""
    index, mention = row[place]
    if place + 1 >= len(row) or row[place + 1][0] in facts.used or not beside(facts, mention, row[place + 1][1], 24):
        return False
    nobody = _NOBODY.fullmatch(mention.text)
    if nobody and row[place + 1][1].cue("who") and place + 2 < len(row):
        # "Nobody put in who chose it".
        facts.used.add(row[place + 1][0])
        place += 1
    if nobody and row[place + 1][1].typed(s.FIELD_TYPE_PERSON):
        missing_value(facts, *row[place + 1])
        facts.used.add(index)
        if place + 2 < len(row) and _same_field(row[place + 1][1], row[place + 2][1]):
            # 没人认领负责: said twice.
            facts.used.add(row[place + 2][0])
        return True
    clause = mention.cue("except") is not None or mention.text == "without"
    # Words between only colour it.
    skip = next(
        (
            at
            for at in range(place + 1, len(row))
            if not (clause and row[at][1].text in _WHAT_IS) and not _colours(row[at][1], asks=_ASKS.match(mention.text))
        ),
        None,
    )
    if skip is None or not beside(facts, mention, row[skip][1], 30):
        return False
    left_out = mention.text == "without" and facts.has("sum", "mean", "median", "how_much")
    taken = (
        _taken_back(facts, row, skip) if mention.cue("none") and not left_out else negate(facts, *row[skip], sure=True)
    )
    if taken:
        facts.used.add(index)
        _more_negated(facts, row, skip)
    return taken


def _same_field(one: Mention, other: Mention) -> bool:
    named = {m.name for m in one.of(Kind.FIELD)} & {m.name for m in other.of(Kind.FIELD)}
    return bool(named) and other.start == one.end


def _colours(mention: Mention, *, asks: re.Match[str] | None = None) -> bool:
    """Whether a mention only colours what is denied; `asks`: "haven't I" speaks of who it is."""
    if asks is not None and (mention.cue("me") or mention.cue("us")):
        return True
    return bool((mention.cue("now") or mention.cue("only")) and not mention.of(Kind.CHOICE, Kind.FIELD))


def _passed_over(facts: Facts, row: _Row, place: int) -> bool:
    """ "Thank-yous that I skipped": what is ticked or not stands before; takes that it is not."""
    before = next((r for r in reversed(row[:place]) if not (r[1].cue("me") or r[1].cue("us"))), None)
    if before is None or before[0] in facts.used or not before[1].typed(s.FIELD_TYPE_BOOLEAN):
        return False
    index, mention = row[place]
    if not _PASSING.match(mention.text) or not _WHICH_I.fullmatch(facts.scan.text[before[1].end : mention.start]):
        return False
    facts.used.add(index)
    return negate(facts, *before, sure=True)


def _left_out(facts: Facts, row: _Row, place: int) -> bool:
    """Whether 不算, "not included", "aside" stands behind what it leaves out; takes that."""
    index, mention = row[place]
    if not place:
        return False
    before = row[place - 1]
    if place > 1 and _only_records(before[1]):
        # 已取消的项目不算, "cancelled ones aside".
        described = row[place - 2][1]
        between = facts.scan.text[described.end : before[1].start]
        adjacent = between == "的" or (not between.strip() and described.of(Kind.CHOICE) and not described.cue("none"))
        before = row[place - 2] if adjacent else before
    if before[0] in facts.used or not beside(facts, before[1], mention, 6):
        return False
    if negate(facts, *before, sure=True):
        facts.used.add(index)
        _negated_before(facts, row, place - 1)
    return True


def _without(facts: Facts, row: _Row, place: int) -> None:
    """ "Without a price": takes the field beside it, or that it is there, where what lacks it is left out."""
    index, mention = row[place]
    after = row[place + 1] if place + 1 < len(row) else None
    # 日期还空着: words between only colour it.
    before = next((r for r in reversed(row[:place]) if not _colours(r[1])), None)
    near = next((r for r in (after, before) if r and r[0] not in facts.used and r[1].of(Kind.FIELD)), None)
    if near is None:
        return
    beyond = row[place + 2] if near is after and place + 2 < len(row) else after
    if beyond and _takes_back(facts, near[1] if near is after else mention, beyond):
        has_value(facts, *near)
        facts.used.add(beyond[0])
    else:
        missing_value(facts, *near)
    facts.used.add(index)


def _with(facts: Facts, row: _Row, place: int) -> None:
    """ "With a price": takes the field behind it."""
    index, mention = row[place]
    after = row[place + 1] if place + 1 < len(row) else None
    if after is None or after[0] in facts.used or not after[1].of(Kind.FIELD) or not beside(facts, mention, after[1]):
        return
    known = field_of(after[1])
    facts.used.add(index)
    if any(c.field in (known.name, "") and c.told == f"{label(known)} ✓" for c in facts.conditions):
        facts.used.add(after[0])
        return
    has_value(facts, *after)


def _only_records(mention: Mention) -> bool:
    return mention.kind is Kind.ENTITY or (mention.cue("row") is not None and not mention.of(Kind.CHOICE, Kind.FIELD))


def _takes_back(facts: Facts, target: Mention, behind: tuple[int, Mention]) -> bool:
    """Whether what is not so is itself left out: 没写价格的不算."""
    index, mention = behind
    return (
        index not in facts.used
        and mention.cue("except_after") is not None
        and _BETWEEN.fullmatch(facts.scan.text[target.end : mention.start]) is not None
    )


def _taken_back(facts: Facts, row: _Row, place: int) -> bool:
    """What is not so; where that is left out again, what is."""
    behind = row[place + 1] if place + 1 < len(row) else None
    index, target = row[place]
    if (choice := _undone(facts, target)) is not None:
        choose(facts, choice, target.start)
        facts.used.add(index)
        return True
    if behind is None or not _takes_back(facts, target, behind):
        return negate(facts, index, target, sure=False)
    if target.of(Kind.CHOICE):
        # It is said which are left out: those that are so stay, and are a filter like any other.
        facts.used.add(behind[0])
        return True
    if target.of(Kind.FIELD):
        has_value(facts, index, target)
        facts.used.add(behind[0])
        return True
    return False


def _undone(facts: Facts, verb: Mention) -> Meaning | None:
    """The choice that is called "unread", for what has not been read; not of days on which nothing was."""
    if verb.of(Kind.CHOICE, Kind.VALUE, Kind.TIME) or facts.has(*_OF_DAYS):
        return None
    if any(m.kind is Kind.TIME for m in facts.items):
        return None
    for field in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        for choice in field.choices:
            if stems(f"un{verb.text}") in facts.lexicon.of_choice(choice):
                return Meaning(Kind.CHOICE, field.name, choice, field=field)
    return None


def _says_what_is_counted(facts: Facts, row: _Row, place: int) -> bool:
    """ "Items, not pieces": records are counted, not what a field of theirs says; takes that."""
    index, negation = row[place]
    if negation.text != "not" or not 0 < place < len(row) - 1:
        return False
    before, (after_index, after) = row[place - 1][1], row[place + 1]
    apart = re.fullmatch(r"\s*,\s*", facts.scan.text[before.end : negation.start])
    counted = before.cue("row") or before.of(Kind.ENTITY)
    if not (apart and counted and any(m.field and m.field.type in NUMERIC for m in after.of(Kind.FIELD))):
        return False
    facts.used |= {index, after_index}
    return True


def _more_negated(facts: Facts, row: _Row, place: int) -> None:
    """ "except groceries and repairs": what follows by "and" or a comma is negated as well."""
    while place + 1 < len(row):
        one, other = row[place][1], row[place + 1][1]
        between = facts.scan.text[one.end : other.start]
        if other.of(Kind.CHOICE) and _goes_on(one, other, between):
            negate(facts, *row[place + 1], sure=True)
            place += 1
            continue
        if other.cue("or") and place + 2 < len(row) and row[place + 2][1].of(Kind.CHOICE):
            negate(facts, *row[place + 2], sure=True)
            facts.used.add(row[place + 1][0])
            place += 2
            continue
        return


def _negated_before(facts: Facts, row: _Row, place: int) -> None:
    """ "Jabs and pills not included": what goes before by "and" is negated as well."""
    # "Booked or paid, cancelled left out": a comma alone lists nothing.
    listed = False
    while place > 0:
        one, other = row[place - 1][1], row[place][1]
        between = facts.scan.text[one.end : other.start]
        if (one.cue("and") or one.text == "、") and place > 1 and row[place - 2][1].of(Kind.CHOICE):
            facts.used.add(row[place - 1][0])
            place -= 2
            listed = True
        elif one.of(Kind.CHOICE) and _AND.fullmatch(between) and (listed or between.strip() != ","):
            place -= 1
            listed = listed or between.strip() != ","
        else:
            return
        negate(facts, *row[place], sure=True)


def _goes_on(one: Mention, other: Mention, between: str) -> bool:
    """Whether what follows is denied as well: after a comma only another choice of the same field."""
    if not between.strip() or not re.fullmatch(r"\s*(?:,|and|or|nor|和|、|或)*\s*", between):
        return False
    same = bool({m.name for m in one.of(Kind.CHOICE)} & {m.name for m in other.of(Kind.CHOICE)})
    return same or bool(re.search(r"and|or|和|、|或", between))
