"""Limits: "under six hours", "three workouts or more", "an 8 or higher", "between 5 and 7", "effort 5"."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts, Limit
from madeleine_miniapp.domain.questions.limit_sides import (
    Draft,
    are_rated,
    of_the_last,
    of_the_next,
    read_ahead,
    read_behind,
)
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, numeric_fields, telling

_SIGNS = {
    "<": q.FUNCTION_LESS, "<=": q.FUNCTION_LESS_OR_EQUAL, ">": q.FUNCTION_GREATER, ">=": q.FUNCTION_GREATER_OR_EQUAL,
    "=": q.FUNCTION_EQUAL,
}  # fmt: skip
_BETWEEN = re.compile(r"(?:\b(?:between|from)|介于|在)\s*$")
_TO = re.compile(r"\s*(?:and|to|-|–|到|至|~|和|与)\s*")
# Days and people that are free cost nothing less than others.
_AT_LEISURE = ("unit", "which_bucket", "when", "who", "us", "me", "anybody", "per")
_OUT_OF = re.compile(r"\s*(?:/|out of|of)\s*")
_ARTICLE = re.compile(r"\b(?:an?|the|any|how many|score|scored|rated|gave|got|marked)\s*(?:it |them |this )?(?:an? )?$")
# "Which invoices needed reminders": one at least.
_HAVING_SOME = re.compile(
    r"^(?:which|what|how many) [a-z]+ (?:of (?:mine|ours) )?(?:needed|need|had|have had|got|required) (?:any |some )?$"
)
_ANY_OF_IT = re.compile(r" (?:an?|any|at least one) $")
_OF = re.compile(r"\s*(?:of )?(?:的)?")


def holds(limit: Limit, of: q.Expression, scale: float = 1.0) -> q.Expression:
    """That an expression passes a limit."""
    return terms.call(_SIGNS[limit.sign], of, terms.value(limit.number * scale))


def find_limits(facts: Facts) -> None:
    """Takes the numbers that something must pass."""
    _said_outright(facts)
    row = telling(facts)
    for place, (index, mention) in enumerate(row):
        number = next(iter(mention.of(Kind.NUMBER)), None)
        if number is None or index in facts.used:
            continue
        other = _other_end(facts, row, place)
        draft = _read(facts, row, place, number.number, sign="" if other is None else ">=")
        if other is not None:
            # "Between 5 and 7 km": what the second is of, both are.
            end = _read(facts, row, other, next(iter(row[other][1].of(Kind.NUMBER))).number, sign="<=")
            draft = replace(draft, sign=">=", fields=end.fields or draft.fields, unit=end.unit or draft.unit)
            _keep(facts, row, place, draft)
            _keep(facts, row, other, replace(end, sign="<=", fields=draft.fields, unit=draft.unit))
            continue
        if draft.sign:
            _keep(facts, row, place, draft)
            if draft.sign == "=" and draft.fields:
                _more_values(facts, row, place, draft)


def _more_values(facts: Facts, row: list[tuple[int, Mention]], place: int, draft: Draft) -> None:
    """ "Effort 4 or 5": any of several values."""
    end = row[place][1].end
    for index, other in row[place + 1 :]:
        between = facts.scan.text[end : other.start]
        if other.cue("or") and not between.strip(" ,"):
            facts.used.add(index)
        elif (number := next(iter(other.of(Kind.NUMBER)), None)) and re.fullmatch(r"\s*(?:or|and|,|/|或)*\s*", between):
            _keep(facts, [(index, other)], 0, replace(draft, number=number.number, taken=[index]))
        else:
            return
        end = other.end


def _read(facts: Facts, row: list[tuple[int, Mention]], place: int, number: float, *, sign: str = "") -> Draft:
    """The limit of one number; `sign`: of one end of a range."""
    index, mention = row[place]
    draft = Draft(number, sign, taken=[index])
    before = row[place - 1] if place else None
    if before and (cue := before[1].cue("cmp")) and beside(facts, before[1], mention):
        draft.sign, draft.taken = cue.value, [index, before[0]]
    elif before and before[1].text in ("than",) and place > 1 and row[place - 2][1].cue("more"):
        draft.sign, draft.taken = ">", [index, before[0], row[place - 2][0]]
    elif before and before[1].cue("range") and sign:
        draft.taken.append(before[0])
    read_behind(facts, row, place, draft)
    if draft.sign and not draft.fields and not draft.counted:
        of_the_next(facts, row, place, draft)
    if len(draft.fields) != 1 and not draft.counted:
        read_ahead(facts, row, place, draft)
    if draft.sign and not draft.fields and not draft.counted:
        of_the_last(facts, row, place, draft)
    bare = not draft.fields and not draft.counted and not draft.unit
    amounts = facts.subject.fields(s.FIELD_TYPE_MONEY)
    if bare and draft.sign and mention.text.endswith("k") and len(amounts) == 1:
        # "Over 60k": so much is money.
        draft.fields = (amounts[0],)
    elif bare and sign != ">=" and (draft.sign or _scored(facts, mention)):
        _as_rating(facts, mention, draft)
    if not draft.sign and draft.fields and are_rated(draft.fields):
        draft.sign = "="
    if draft.sign == "=" and are_rated(draft.fields):
        _out_of(facts, row, place, draft)
    return draft


def _scored(facts: Facts, mention: Mention) -> bool:
    """Whether a number by itself stands as a mark: "gave it a 5", "the 10s"."""
    after = facts.scan.text[mention.end :]
    article = re.search(r"\b(?:an?|any|more|how many)\s*$", facts.scan.text[: mention.start])
    if re.match(r"'?s\b", after):
        # "How many 9s".
        return article is not None

    if re.match(r"\s*(?:/|out of)\s*\d", after):
        return True
    return bool(article and re.match(r"\s*(?:$|[,.;:?!)(]|(?:to|for|on|in|by|from|since|this|last)\b|/|out of)", after))


def _as_rating(facts: Facts, mention: Mention, draft: Draft) -> None:
    """ "An 8 or higher", of the one thing that is rated."""
    rated = facts.subject.fields(s.FIELD_TYPE_RATING)
    others = [i for i, m, f in facts.fields_named(*NUMERIC) if not all(x in rated for x in f) and m is not mention]
    following = facts.scan.text[mention.end : mention.end + 24]
    if len(rated) != 1 or others or (rated[0].max and draft.number > rated[0].max):
        return
    posted = re.match(
        r"\s*(?:$|[,.;:?!)(/]|or\b|and\b|out of\b|plus\b|to\b|for\b|in\b|on\b|this\b|last\b|及?以[上下])", following
    )
    if posted or _ARTICLE.search(facts.scan.text[: mention.start]):
        draft.fields = (rated[0],)


def _out_of(facts: Facts, row: list[tuple[int, Mention]], place: int, draft: Draft) -> None:
    """ "5 out of 5", "5/5": the second number is the scale."""
    if place + 1 >= len(row):
        return
    index, other = row[place + 1]
    number = next(iter(other.of(Kind.NUMBER)), None)
    between = facts.scan.text[row[place][1].end : other.start]
    if number is not None and _OUT_OF.fullmatch(between) and number.number == draft.fields[0].max:
        draft.taken.append(index)


def _other_end(facts: Facts, row: list[tuple[int, Mention]], place: int) -> int | None:
    """Where the second number of "between 5 and 7" stands in the row."""
    if place + 1 >= len(row):
        return None
    one = row[place][1]
    for ahead in (place + 1, place + 2, place + 3):
        if ahead >= len(row) or not row[ahead][1].of(Kind.NUMBER):
            continue
        between = facts.scan.text[one.end : row[ahead][1].start]
        bare = re.sub(r"[a-z]+ (?=(?:and|to)\b)", "", between.strip() + " ") if ahead > place + 1 else between
        opened = _BETWEEN.search(facts.scan.text[: one.start])
        following = row[ahead + 1][1] if ahead + 1 < len(row) else None
        # "7 to 8 hours": of one unit.
        united = following is not None and numeric_fields(following) and beside(facts, row[ahead][1], following, 3)
        sure = opened or re.fullmatch(r"\s*[-–~到至]\s*", between) or (united and "to" in between.split())
        return ahead if _TO.fullmatch(bare) and sure else None
    return None


def _keep(facts: Facts, row: list[tuple[int, Mention]], place: int, draft: Draft) -> None:
    mention = row[place][1]
    facts.of_money = facts.of_money or any(f.type == s.FIELD_TYPE_MONEY for f in draft.fields)
    lead = next((r for r in reversed(row[:place]) if r[0] not in draft.taken and r[0] not in facts.used), None)
    names = {f.name for f in draft.fields}
    if lead and names and {f.name for f in numeric_fields(lead[1])} & names and beside(facts, lead[1], mention, 24):
        draft.taken.append(lead[0])
    behind = row[place + 1 :]
    if (next_ := next((r for r in behind if r[0] not in draft.taken), None)) and len(draft.fields) == 1:
        last = max((facts.items[i] for i in draft.taken), key=lambda m: m.end)
        if numeric_fields(next_[1]) == draft.fields and _OF.fullmatch(facts.scan.text[last.end : next_[1].start]):
            # "8 h or more sleep": says again what it is of.
            draft.taken.append(next_[0])
    facts.used.update(draft.taken)
    start = min(facts.items[i].start for i in draft.taken)
    end = max(facts.items[i].end for i in draft.taken)
    told = facts.scan.text[start:end] or mention.text
    facts.limits.append(Limit(draft.sign, draft.number, draft.fields, draft.unit, draft.counted, start, told))


def _some_of_it(facts: Facts, index: int, mention: Mention) -> tuple[s.Field, ...]:
    """ "Had to send a reminder", where records count them: at least one; takes the verb that it is said with."""
    counted = [
        m.field
        for m in mention.of(Kind.FIELD)
        if m.field and m.field.type == s.FIELD_TYPE_INTEGER and not m.field.unit and m.field.name.endswith("s")
    ]
    said_before = facts.scan.text[: mention.start]
    if len(counted) == 1 and mention.text.endswith("s") and _HAVING_SOME.search(said_before):
        return (counted[0],)
    article = _ANY_OF_IT.search(said_before)
    if len(counted) != 1 or article is None or mention.text.endswith("s"):
        return ()
    before = facts.items[index - 1] if index else None
    if before is not None and before.end == article.start() and all(x.value != before.text for x in before.meanings):
        # "Send" is no state of being sent.
        facts.used |= {index - 1} if before.of(Kind.CHOICE) else set()
    return (counted[0],)


def _said_outright(facts: Facts) -> None:
    """满分 is the most that a rating can be; what is free costs nothing."""
    for index, mention in enumerate(facts.items):
        if index not in facts.used and (fields := _some_of_it(facts, index, mention)):
            facts.used.add(index)
            facts.limits.append(Limit(">=", 1.0, fields, "", False, mention.start, f"{mention.text} ≥ 1"))
    for index, mention in enumerate(facts.items):
        if index in facts.used:
            continue
        if mention.cue("full_marks"):
            rated = [f for f in facts.subject.numeric if f.type == s.FIELD_TYPE_RATING or f.max in (5, 10, 100)]
            fields, number = tuple(rated[:1]) if len(rated) == 1 else (), (rated[0].max or 5.0) if rated else 0.0
        elif mention.cue("free") and not (mention.text == "free" and facts.has(*_AT_LEISURE)):
            fields, number = tuple(facts.subject.fields(s.FIELD_TYPE_MONEY)[:1]), 0.0
        else:
            continue
        if fields:
            facts.used.add(index)
            facts.limits.append(Limit("=", number, fields, "", False, mention.start, mention.text))
