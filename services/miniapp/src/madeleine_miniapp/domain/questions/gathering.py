"""Puts neighbouring mentions together: limits, negations, groups, filters, people."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.chatter import without_chatter
from madeleine_miniapp.domain.questions.concepts import CHOICES
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, Limit, label
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.scanning import Scan
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import quantity, unit_named
from madeleine_miniapp.domain.validation import NUMERIC, TEMPORAL

_BARRIER = re.compile(r"[?!;:()。？！；：（）\n…]|(?<!\d)[.,，](?!\d)")
_GROUPING = (
    s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_TEXT, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN,
)  # fmt: skip
_NEVER = re.compile(r"\b(?:never|not once|none of us)\b|从没|从不|从未|没有人")
_SIGNS = {
    "<": q.FUNCTION_LESS, "<=": q.FUNCTION_LESS_OR_EQUAL, ">": q.FUNCTION_GREATER, ">=": q.FUNCTION_GREATER_OR_EQUAL,
    "=": q.FUNCTION_EQUAL,
}  # fmt: skip


def gather(subject: Subject, asker: Asker, lexicon: Lexicon, scan: Scan) -> Facts:
    """The facts of a question; raises Doubt."""
    facts = Facts(subject, asker, lexicon, without_chatter(scan))
    if _NEVER.search(scan.text) and facts.has("who"):
        raise Doubt("it asks who has no such record; I can only tell who has")
    _defined(facts)
    _limits(facts)
    _negations(facts)
    _groups(facts)
    _booleans(facts)
    _filters(facts)
    _people(facts)
    return facts


def _defined(facts: Facts) -> None:
    """ "what is open? planned and started both count": the choices say what the unknown word means."""
    if len(facts.scan.unplaced) == 1 and facts.has("include_after") and any(m.of(Kind.CHOICE) for m in facts.items):
        facts.scan = replace(facts.scan, unplaced=())
        facts.cue("include_after", "none")


def holds(limit: Limit, of: q.Expression, scale: float = 1.0) -> q.Expression:
    """That an expression passes a limit."""
    return terms.call(_SIGNS[limit.sign], of, terms.value(limit.number * scale))


def _row(facts: Facts) -> list[tuple[int, Mention]]:
    """The mentions that say something, with their index."""
    return [(i, m) for i, m in enumerate(facts.items) if m.kind is not Kind.VOID]


def _near(facts: Facts, one: Mention, other: Mention, most: int = 12) -> bool:
    """Whether nothing that matters stands between two mentions."""
    between = facts.scan.text[one.end : other.start]
    unknown = any(one.end <= a < other.start for a, _, _ in facts.scan.unplaced)
    return not unknown and len(between) <= most and not _BARRIER.search(between)


def _limits(facts: Facts) -> None:
    row = _row(facts)
    for place, (index, mention) in enumerate(row):
        number = next(iter(mention.of(Kind.NUMBER)), None)
        if number is None or index in facts.used:
            continue
        before = row[place - 1] if place else None
        after = row[place + 1] if place + 1 < len(row) else None
        beyond = row[place + 2] if place + 2 < len(row) else None
        sign, taken = "", [index]
        if before and (cue := before[1].cue("cmp")) and _near(facts, before[1], mention):
            sign, taken = cue.value, [*taken, before[0]]
        elif before and before[1].text in ("than",) and place > 1 and row[place - 2][1].cue("more"):
            sign, taken = ">", [*taken, before[0], row[place - 2][0]]
        fields: tuple[s.Field, ...] = ()
        unit, counted, told = "", False, mention.text
        if after and (cue := after[1].cue("post")) and _near(facts, mention, after[1]):
            sign, taken, after = cue.value, [*taken, after[0]], beyond
        if after and _near(facts, mention, after[1], 3):
            meant = _numeric(after[1])
            if meant:
                fields, unit, taken = meant, unit_named(after[1].text), [*taken, after[0]]
            elif sign or (beyond and beyond[1].cue("post")):
                counted = bool(after[1].of(Kind.ENTITY, Kind.CHOICE)) or bool(
                    after[1].cue("row") or after[1].cue("times")
                )
                counted = counted and not after[1].cue("unit")
                if counted and not after[1].of(Kind.CHOICE):
                    taken.append(after[0])
            following = next((r for r in row[place + 1 :] if r[0] not in taken), None)
            if not sign and following and (cue := following[1].cue("post")):
                sign, taken = cue.value, [*taken, following[0]]
        if not fields and not counted and place:
            left = next((r for r in reversed(row[:place]) if r[0] not in taken), None)
            if left and _numeric(left[1]) and _near(facts, left[1], mention, 24):
                fields = _numeric(left[1])
                if not sign and (
                    _rated(fields)
                    or (
                        fields
                        and re.fullmatch(r"[\s\-=:]*(?:of|=|is)?[\s\-]*", facts.scan.text[left[1].end : mention.start])
                    )
                ):
                    sign = "="
                taken = [*taken, left[0]] if sign else taken
        if not sign and fields and _rated(fields):
            sign = "="
        if not sign:
            continue
        facts.of_money = facts.of_money or any(f.type == s.FIELD_TYPE_MONEY for f in fields)
        lead = next((r for r in reversed(row[:place]) if r[0] not in taken and r[0] not in facts.used), None)
        if (
            lead
            and fields
            and {f.name for f in _numeric(lead[1])} & {f.name for f in fields}
            and _near(facts, lead[1], mention, 24)
        ):
            taken.append(lead[0])
        facts.used.update(taken)
        start = min(facts.items[i].start for i in taken)
        end = max(facts.items[i].end for i in taken)
        facts.limits.append(
            Limit(sign, number.number, fields, unit, counted, start, facts.scan.text[start:end] or told)
        )


def _numeric(mention: Mention) -> tuple[s.Field, ...]:
    meant = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in NUMERIC]
    if not meant or mention.kind is Kind.CHOICE:
        return ()
    most = max(m.strength for m in meant)
    return tuple(m.field for m in meant if m.strength == most and m.field is not None)


def _rated(fields: tuple[s.Field, ...]) -> bool:
    return bool(fields) and all(f.type == s.FIELD_TYPE_RATING for f in fields)


def _negations(facts: Facts) -> None:
    row = _row(facts)
    for place, (index, mention) in enumerate(row):
        if index in facts.used:
            continue
        after = row[place + 1] if place + 1 < len(row) else None
        before = row[place - 1] if place else None
        negates = mention.cue("none") or mention.cue("except")
        if negates and after and after[0] not in facts.used and _near(facts, mention, after[1], 24):
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
                and _near(facts, mention, row[skip][1], 30)
                and _negate(facts, *row[skip], sure=bool(mention.cue("except")))
            ):
                facts.used.add(index)
                _more_negated(facts, row, skip)
                continue
        if (
            mention.cue("except_after")
            and before
            and before[0] not in facts.used
            and _near(facts, before[1], mention, 6)
        ):
            if _negate(facts, *before, sure=True):
                facts.used.add(index)
        elif mention.cue("missing"):
            near = [r for r in (after, before) if r and r[0] not in facts.used and r[1].of(Kind.FIELD)]
            if near:
                _missing(facts, *near[0])
                facts.used.add(index)
        elif mention.cue("with_value") and after and after[1].of(Kind.FIELD) and _near(facts, mention, after[1]):
            known = _field_of(after[1])
            facts.conditions.append(
                Condition(
                    terms.present(terms.column(known.name)),
                    f"{label(known)} ✓",
                    known.name,
                    "",
                    mention.start,
                    kind=Kind.FIELD,
                )
            )
            facts.used |= {index, after[0]}


def _more_negated(facts: Facts, row: list[tuple[int, Mention]], place: int) -> None:
    """ "except groceries and repairs": what follows by "and" or a comma is negated as well."""
    while place + 2 <= len(row) - 1 or place + 1 <= len(row) - 1:
        one, other = row[place][1], row[place + 1][1]
        between = facts.scan.text[one.end : other.start]
        if other.of(Kind.CHOICE) and re.fullmatch(r"\s*(?:,|and|or|nor|和|、|或)*\s*", between) and between.strip():
            _negate(facts, *row[place + 1], sure=True)
            place += 1
            continue
        if other.cue("or") and place + 2 < len(row) and row[place + 2][1].of(Kind.CHOICE):
            _negate(facts, *row[place + 2], sure=True)
            facts.used.add(row[place + 1][0])
            place += 2
            continue
        return


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
            told = f"{_name(choice)} ≠ {other}"
            facts.conditions.append(Condition(expression, told, choice.name, other, mention.start, negated=True))


def _cancels(facts: Facts, choice: str) -> bool:
    return stems(choice) in facts.lexicon.of_words(CHOICES, "cancelled")


def _field_of(mention: Mention) -> s.Field:
    return next(m.field for m in mention.of(Kind.FIELD) if m.field is not None)


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
                expression, f"{_name(choice)} ≠ {choice.value}", choice.name, choice.value, mention.start, negated=True
            )
        )
        facts.used.add(index)
        return True
    if value := next(iter(mention.of(Kind.VALUE)), None):
        if not sure:
            return False
        lacks = terms.call(q.FUNCTION_NOT, _contains(value.name, value.value))
        missing = terms.call(q.FUNCTION_IS_MISSING, terms.column(value.name))
        expression = terms.call(q.FUNCTION_OR, missing, lacks)
        facts.conditions.append(
            Condition(
                expression,
                f"{_name(value)} ≠ {value.value}",
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
        known = _field_of(mention)
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
        if (
            strength >= 2
            and not mention.of(Kind.ENTITY)
            and (known.type in NUMERIC or strength == 3 or known.type in TEMPORAL)
        ):
            _missing(facts, index, mention)
            return True
    return False


def _missing(facts: Facts, index: int, mention: Mention) -> None:
    known = _field_of(mention)
    expression = terms.call(q.FUNCTION_IS_MISSING, terms.column(known.name))
    if known.type == s.FIELD_TYPE_MULTI_CHOICE:
        none = terms.call(q.FUNCTION_EQUAL, terms.call(q.FUNCTION_LENGTH, terms.column(known.name)), terms.value(0.0))
        expression = terms.call(q.FUNCTION_OR, expression, none)
    facts.conditions.append(
        Condition(expression, f"{label(known)} –", known.name, "", mention.start, negated=True, kind=Kind.FIELD)
    )
    facts.used.add(index)


def _groups(facts: Facts) -> None:
    row = _row(facts)
    for place, (index, mention) in enumerate(row[:-1]):
        # "both trips": as many as there are to choose from.
        after = row[place + 1]
        number = next((m.number for m in mention.of(Kind.NUMBER)), 0)
        held = next((m.field for m in after[1].of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_CHOICE), None)
        if held and number == len(held.choices) and _near(facts, mention, after[1], 2) and index not in facts.used:
            facts.groups.append(held)
            facts.used |= {index, after[0]}
    for place, (index, mention) in enumerate(row):
        if index in facts.used or not (mention.cue("by") or mention.cue("each_one")):
            continue
        after = row[place + 1] if place + 1 < len(row) else None
        if after is not None and after[1].kind is Kind.PERSON and mention.text == "by":
            # "done by Noor".
            facts.used.add(index)
            continue
        if after is None or after[0] in facts.used or not _near(facts, mention, after[1], 8):
            continue
        if (
            after[1].of(Kind.ENTITY)
            and not any(m.field and m.field.type in _GROUPING for m in after[1].of(Kind.FIELD))
            and mention.cue("by")
            and mention.text != "各"
        ):
            # "per refuel": per record.
            facts.per_record = True
            facts.used |= {index, after[0]}
            continue
        if mention.cue("for_every") and after[1].kind is Kind.CHOICE:
            continue
        named = any(m.strength == 3 for m in after[1].of(Kind.ENTITY)) and mention.text in ("per", "each", "每")
        if (after[1].kind is Kind.CHOICE and mention.cue("by")) or named:
            # "each sight": of every record that is one.
            facts.per_record = True
            facts.used |= {index, after[0]} if named else {index}
            continue
        held = [m for m in after[1].of(Kind.FIELD) if m.field is not None and m.field.type in _GROUPING]
        if held and after[1].kind is not Kind.CHOICE:
            best = max(held, key=lambda m: (m.strength, m.field is not None and m.field.type != s.FIELD_TYPE_TEXT))
            if best.field is not None and best.field not in facts.groups:
                facts.groups.append(best.field)
            facts.used |= {index, after[0]}


def _booleans(facts: Facts) -> None:
    for index, mention in facts.free(Kind.FIELD):
        known = next(
            (m.field for m in mention.of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_BOOLEAN), None
        )
        if known is None or mention.of(Kind.CHOICE) or mention.kind is not Kind.FIELD:
            continue
        if mention.of(Kind.ENTITY) and max(m.strength for m in mention.of(Kind.FIELD)) < 3:
            continue
        if (
            facts.has("share", "each")
            or facts.has("how_many")
            or facts.has("which", "what", "list", "count", "exist", "who", "rank", "sum", "last")
        ):
            expression = terms.call(q.FUNCTION_EQUAL, terms.column(known.name), terms.value(True))
            facts.conditions.append(
                Condition(expression, f"{label(known)} ✓", known.name, "true", mention.start, kind=Kind.FIELD)
            )
            facts.used.add(index)


def _filters(facts: Facts) -> None:
    for index, mention in enumerate(facts.items):
        if index in facts.used:
            continue
        if mention.kind is Kind.CHOICE:
            chosen = _one_choice(mention)
            if _alone(facts, chosen, mention):
                facts.used.add(index)
                continue
            facts.conditions.append(
                Condition(
                    chosen_one(chosen), f"{_name(chosen)} = {chosen.value}", chosen.name, chosen.value, mention.start
                )
            )
            facts.used.add(index)
        elif mention.kind is Kind.VALUE:
            values = mention.of(Kind.VALUE)
            before = facts.items[index - 1] if index else None
            if before and (before.cue("by") or before.cue("times")) and _near(facts, before, mention, 2):
                # "anything by Le Guin".
                facts.used.add(index - 1)
            title = facts.subject.title
            chosen = next((v for v in values if title and v.name == title.name), values[0])
            facts.conditions.append(
                Condition(
                    _contains(chosen.name, chosen.value),
                    f"{_name(chosen)} ~ {chosen.value}",
                    chosen.name,
                    chosen.value,
                    mention.start,
                    kind=Kind.VALUE,
                )
            )
            facts.used.add(index)
    for limit in facts.limits:
        if limit.sign == "=" and len(limit.fields) == 1:
            f = limit.fields[0]
            expression = terms.call(q.FUNCTION_EQUAL, quantity(f, limit.unit).expression, terms.value(limit.number))
            told = f"{label(f)} = {limit.number:g}"
            facts.conditions.append(
                Condition(expression, told, f.name, f"{limit.number:g}", limit.start, kind=Kind.NUMBER)
            )
    facts.limits = [limit for limit in facts.limits if not (limit.sign == "=" and len(limit.fields) == 1)]


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
                raise Doubt(f"a record is either {other.text} or {mention.text}")
    return False


def chosen_one(choice: Meaning) -> q.Expression:
    """That a record has the choice."""
    held = terms.column(choice.name)
    if choice.field is not None and choice.field.type == s.FIELD_TYPE_MULTI_CHOICE:
        return terms.one_of(held, [choice.value])
    return terms.call(q.FUNCTION_EQUAL, held, terms.value(choice.value))


def _one_choice(mention: Mention) -> Meaning:
    meant = mention.of(Kind.CHOICE)
    most = max(m.strength for m in meant)
    best = [m for m in meant if m.strength == most]
    if len({m.name for m in best}) < len(best):
        raise Doubt(f"'{mention.text}' may be {' or '.join(f'{_name(m)} {m.value}' for m in best)}")
    # The same word in two fields: the first of the record, as the reading tells.
    return best[0]


def _contains(name: str, phrase: str) -> q.Expression:
    return terms.call(q.FUNCTION_CONTAINS, terms.column(name), terms.value(phrase))


def _name(meaning: Meaning) -> str:
    return label(meaning.field).lower() if meaning.field is not None else meaning.name


def _people(facts: Facts) -> None:
    """Who is meant; the asker, where "I" and nobody else is, in records of several people."""
    named: list[str] = []
    for index, mention in facts.free(Kind.PERSON):
        person = mention.of(Kind.PERSON)[0].value
        if person not in named:
            named.append(person)
        facts.used.add(index)
    for index, mention in facts.free(Kind.FIELD):
        held = next((m.field for m in mention.of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_PERSON), None)
        spoken = [m for m in facts.items if m.of(Kind.PERSON) or m.cue("me")]
        if (
            held
            and held.name in facts.subject.person_fields
            and any(abs(m.start - mention.end) <= 2 or abs(mention.start - m.end) <= 2 for m in spoken)
        ):
            facts.person_field = held.name
            facts.used.add(index)
    everyone = facts.has("us", "anybody") and not named
    me = facts.cue("me") is not None
    facts.cue("us")
    # "km run this week": a quantity of something done, with nobody to have done it but who asks.
    row = _row(facts)
    done = any(
        _numeric(a[1]) and b[1].kind is Kind.CHOICE and facts.scan.text[a[1].end : b[1].start].strip() == ""
        for a, b in pairwise(row)
    )
    others = any(m.cue(n) for m in facts.items for n in ("us", "anybody", "who", "each", "rank", "others"))
    me = me or (done and facts.subject.shared and bool(facts.subject.person_fields) and not named and not others)
    if me and not everyone and facts.subject.shared and facts.asker.person_id not in named:
        together = bool(re.search(r"\b(?:and|with|or|vs\.?|than)\b|和|跟|与|比|还是", facts.scan.text)) and named
        if not named or together:
            named.insert(0, facts.asker.person_id)
    if not facts.subject.shared:
        strangers = [p for p in named if p != facts.asker.person_id]
        if strangers:
            raise Doubt("these records are yours alone")
        named = []
    facts.people = named
