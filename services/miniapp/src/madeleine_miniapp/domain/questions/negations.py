"""What is not: "not finished yet", "except groceries", "without a price"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.concepts import CHOICES
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, contains, field_of, name_of, telling
from madeleine_miniapp.domain.questions.text import stems

_AND = re.compile(r"\s*(?:,|and|or|nor|&|和|、|或|与)+\s*")


def find_negations(facts: Facts) -> None:
    """Takes what is said not to be."""
    row = telling(facts)
    for place, (index, mention) in enumerate(row):
        if index in facts.used:
            continue
        after = row[place + 1] if place + 1 < len(row) else None
        before = row[place - 1] if place else None
        negates = mention.cue("none") or mention.cue("except")
        if after and before and mention.text == "not" and _says_what_is_counted(facts, before[1], mention, after[1]):
            facts.used |= {index, after[0]}
            continue
        if negates and after and after[0] not in facts.used and beside(facts, mention, after[1], 24):
            # "not finished yet": words between that only colour it.
            skip = place + 1
            while (
                skip < len(row)
                and (row[skip][1].cue("now") or row[skip][1].cue("only"))
                and not row[skip][1].of(Kind.CHOICE, Kind.FIELD)
            ):
                skip += 1
            if (
                skip < len(row)
                and beside(facts, mention, row[skip][1], 30)
                and (
                    _taken_back(facts, row, skip)
                    if mention.cue("none")
                    else _negate(facts, *row[skip], sure=bool(mention.cue("except")))
                )
            ):
                facts.used.add(index)
                _more_negated(facts, row, skip)
                continue
        if mention.cue("except_after") and before and place > 1 and _only_records(before[1]):
            # 已取消的项目不算
            before = row[place - 2] if facts.scan.text[row[place - 2][1].end : before[1].start] == "的" else before
        if (
            mention.cue("except_after")
            and before
            and before[0] not in facts.used
            and beside(facts, before[1], mention, 6)
        ):
            if _negate(facts, *before, sure=True):
                facts.used.add(index)
                _negated_before(facts, row, place - 1)
        elif mention.cue("missing"):
            near = [r for r in (after, before) if r and r[0] not in facts.used and r[1].of(Kind.FIELD)]
            if near:
                beyond = row[place + 2] if near[0] is after and place + 2 < len(row) else after
                if beyond and _takes_back(facts, near[0][1] if near[0] is after else mention, beyond):
                    _present(facts, *near[0])
                    facts.used.add(beyond[0])
                else:
                    missing_value(facts, *near[0])
                facts.used.add(index)
        elif (
            mention.cue("with_value")
            and after
            and after[0] not in facts.used
            and after[1].of(Kind.FIELD)
            and beside(facts, mention, after[1])
        ):
            known = field_of(after[1])
            facts.used.add(index)
            if any(c.field in (known.name, "") and c.told == f"{label(known)} ✓" for c in facts.conditions):
                facts.used.add(after[0])
                continue
            _present(facts, *after)


def _only_records(mention: Mention) -> bool:
    return mention.kind is Kind.ENTITY or (mention.cue("row") is not None and not mention.of(Kind.CHOICE, Kind.FIELD))


_BETWEEN = re.compile(r"(?:过|上|了)?(?:的)?(?:那些|项目|记录|日子|天)?(?:就|都|也)?")


def _takes_back(facts: Facts, target: Mention, behind: tuple[int, Mention]) -> bool:
    """Whether what is not so is itself left out: 没写价格的不算."""
    index, mention = behind
    return (
        index not in facts.used
        and mention.cue("except_after") is not None
        and _BETWEEN.fullmatch(facts.scan.text[target.end : mention.start]) is not None
    )


def _taken_back(facts: Facts, row: list[tuple[int, Mention]], place: int) -> bool:
    """What is not so; where that is left out again, what is."""
    behind = row[place + 1] if place + 1 < len(row) else None
    index, target = row[place]
    if behind is None or not _takes_back(facts, target, behind):
        return _negate(facts, index, target, sure=False)
    if target.of(Kind.CHOICE):
        # It is said which are left out: those that are so stay, and are a filter like any other.
        facts.used.add(behind[0])
        return True
    if target.of(Kind.FIELD):
        _present(facts, index, target)
        facts.used.add(behind[0])
        return True
    return False


def _present(facts: Facts, index: int, mention: Mention) -> None:
    known = field_of(mention)
    held = terms.column(known.name)
    boolean = known.type == s.FIELD_TYPE_BOOLEAN
    expression = terms.call(q.FUNCTION_EQUAL, held, terms.value(True)) if boolean else terms.present(held)
    facts.conditions.append(
        Condition(
            expression, f"{label(known)} ✓", known.name, "true" if boolean else "", mention.start, kind=Kind.FIELD
        )
    )
    facts.used.add(index)


def _says_what_is_counted(facts: Facts, before: Mention, negation: Mention, after: Mention) -> bool:
    """ "Items, not pieces": records are counted, not what a field of theirs says."""
    apart = re.fullmatch(r"\s*,\s*", facts.scan.text[before.end : negation.start])
    counted = before.cue("row") or before.of(Kind.ENTITY)
    return bool(apart and counted and any(m.field and m.field.type in NUMERIC for m in after.of(Kind.FIELD)))


def _more_negated(facts: Facts, row: list[tuple[int, Mention]], place: int) -> None:
    """ "except groceries and repairs": what follows by "and" or a comma is negated as well."""
    while place + 2 <= len(row) - 1 or place + 1 <= len(row) - 1:
        one, other = row[place][1], row[place + 1][1]
        between = facts.scan.text[one.end : other.start]
        if other.of(Kind.CHOICE) and _goes_on(one, other, between):
            _negate(facts, *row[place + 1], sure=True)
            place += 1
            continue
        if other.cue("or") and place + 2 < len(row) and row[place + 2][1].of(Kind.CHOICE):
            _negate(facts, *row[place + 2], sure=True)
            facts.used.add(row[place + 1][0])
            place += 2
            continue
        return


def _negated_before(facts: Facts, row: list[tuple[int, Mention]], place: int) -> None:
    """ "Jabs and pills not included": what goes before by "and" is negated as well."""
    while place > 0:
        one, other = row[place - 1][1], row[place][1]
        between = facts.scan.text[one.end : other.start]
        if one.cue("and") and place > 1 and row[place - 2][1].of(Kind.CHOICE):
            facts.used.add(row[place - 1][0])
            place -= 2
        elif one.of(Kind.CHOICE) and _AND.fullmatch(between):
            place -= 1
        else:
            return
        _negate(facts, *row[place], sure=True)


def _goes_on(one: Mention, other: Mention, between: str) -> bool:
    """Whether what follows is denied as well: after a comma only another choice of the same field."""
    if not between.strip() or not re.fullmatch(r"\s*(?:,|and|or|nor|和|、|或)*\s*", between):
        return False
    same = bool({m.name for m in one.of(Kind.CHOICE)} & {m.name for m in other.of(Kind.CHOICE)})
    return same or bool(re.search(r"and|or|和|、|或", between))


def _called_off(facts: Facts, choice: Meaning, mention: Mention) -> None:
    """What was cancelled is not what is "not paid yet"."""
    if choice.field is None or any(
        m.value and _cancels(facts, m.value) for x in facts.items for m in x.of(Kind.CHOICE)
    ):
        return
    for other in choice.field.choices:
        if _cancels(facts, other):
            held = terms.column(choice.name)
            differs = terms.call(q.FUNCTION_NOT_EQUAL, held, terms.value(other))
            expression = terms.call(q.FUNCTION_OR, terms.call(q.FUNCTION_IS_MISSING, held), differs)
            told = f"{name_of(choice)} ≠ {other}"
            facts.conditions.append(Condition(expression, told, choice.name, other, mention.start, negated=True))


def _cancels(facts: Facts, choice: str) -> bool:
    return stems(choice) in facts.lexicon.of_words(CHOICES, "cancelled")


def _negate(facts: Facts, index: int, mention: Mention, *, sure: bool) -> bool:
    if choice := next(iter(mention.of(Kind.CHOICE)), None):
        held = terms.column(choice.name)
        if not sure:
            _called_off(facts, choice, mention)
        multiple = choice.field is not None and choice.field.type == s.FIELD_TYPE_MULTI_CHOICE
        if multiple:
            expression = terms.call(
                q.FUNCTION_NOT, terms.call(q.FUNCTION_COALESCE, terms.one_of(held, [choice.value]), terms.value(False))
            )
        else:
            differs = terms.call(q.FUNCTION_NOT_EQUAL, held, terms.value(choice.value))
            expression = terms.call(q.FUNCTION_OR, terms.call(q.FUNCTION_IS_MISSING, held), differs)
        facts.conditions.append(
            Condition(
                expression,
                f"{name_of(choice)} ≠ {choice.value}",
                choice.name,
                choice.value,
                mention.start,
                negated=True,
            )
        )
        facts.used.add(index)
        return True
    if value := next(iter(mention.of(Kind.VALUE)), None):
        if not sure:
            return False
        lacks = terms.call(q.FUNCTION_NOT, contains(value.name, value.value))
        missing = terms.call(q.FUNCTION_IS_MISSING, terms.column(value.name))
        expression = terms.call(q.FUNCTION_OR, missing, lacks)
        facts.conditions.append(
            Condition(
                expression,
                f"{name_of(value)} ≠ {value.value}",
                value.name,
                value.value,
                mention.start,
                negated=True,
                kind=Kind.VALUE,
            )
        )
        facts.used.add(index)
        return True
    if mention.of(Kind.FIELD):
        held_as = [m.field for m in mention.of(Kind.FIELD) if m.field is not None]
        known = next((f for f in held_as if f.type == s.FIELD_TYPE_BOOLEAN), None) or field_of(mention)
        if known.type == s.FIELD_TYPE_BOOLEAN:
            held = terms.call(q.FUNCTION_COALESCE, terms.column(known.name), terms.value(False))
            expression = terms.call(q.FUNCTION_EQUAL, held, terms.value(False))
            facts.conditions.append(
                Condition(
                    expression, f"{label(known)} ✗", known.name, "false", mention.start, negated=True, kind=Kind.FIELD
                )
            )
            facts.used.add(index)
            return True
        strength = max(m.strength for m in mention.of(Kind.FIELD))
        if known.type == s.FIELD_TYPE_MONEY and strength < 3 and facts.has("unit"):
            # "days on which nothing was spent" are no records without an amount.
            return False
        if known.type in TEMPORAL and known in facts.subject.temporal[:1]:
            # Every record has the date that it goes by: "didn't fill it up" does not speak of filled_at.
            return False
        if (
            strength >= 2
            and not mention.of(Kind.ENTITY)
            and (known.type in NUMERIC or strength == 3 or known.type in TEMPORAL)
        ):
            missing_value(facts, index, mention)
            return True
    return False


def missing_value(facts: Facts, index: int, mention: Mention) -> None:
    """Takes that the field of a mention has no value."""
    missing_field(facts, field_of(mention), mention.start)
    facts.used.add(index)


def missing_field(facts: Facts, known: s.Field, start: int) -> None:
    """Adds that a field has no value."""
    expression = terms.call(q.FUNCTION_IS_MISSING, terms.column(known.name))
    if known.type == s.FIELD_TYPE_BOOLEAN:
        # What is ticked or not is never missing: 没打包 is what is not packed.
        held = terms.call(q.FUNCTION_COALESCE, terms.column(known.name), terms.value(False))
        expression = terms.call(q.FUNCTION_EQUAL, held, terms.value(False))
    if known.type == s.FIELD_TYPE_MULTI_CHOICE:
        none = terms.call(q.FUNCTION_EQUAL, terms.call(q.FUNCTION_LENGTH, terms.column(known.name)), terms.value(0.0))
        expression = terms.call(q.FUNCTION_OR, expression, none)
    facts.conditions.append(
        Condition(expression, f"{label(known)} –", known.name, "", start, negated=True, kind=Kind.FIELD)
    )
