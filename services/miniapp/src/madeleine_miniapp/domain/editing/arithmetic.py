"""Sums that people put in words ("our goals minus their goals", "数量乘单价") as CEL over an entity's fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.naming import FieldRef, Names
from madeleine_miniapp.domain.language import is_chinese

NUMBERS = frozenset(
    {s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_MONEY, s.FIELD_TYPE_RATING, s.FIELD_TYPE_DURATION}
)
TIMES = frozenset({s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME})
_OPERATORS = (
    (r"(?:the )?squared?|的平方|²|\^\s*2", "²"),
    (r"multiplied by|multiplied with|times|[×*]|x(?![^\W\d_])|乘以|乘上|乘", "*"),
    (r"divided by|over|per|÷|/|除以", "/"),
    (r"plus|added to|\+|加上|加", "+"),
    (r"minus|less|subtracting|[-−–]|减去|减掉|减|扣掉|扣除", "-"),
)
_OPERATOR = re.compile("|".join(f"(?P<o{i}>{p})" for i, (p, _) in enumerate(_OPERATORS)), re.I)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?%?")
_EMPTY = re.compile(
    r"^(?:the|a|an|of|our|my|their|its|what|we|i|is|was|it|and then|then|result|value|field|column|by|"
    r"的|一下|就是|等于|得到|得出|出|总的?|用|把)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sum:
    """A CEL expression over one entity's fields, and what it gives."""

    expression: str
    entity: str
    type: s.FieldType.ValueType
    unit: str = ""


def read_sum(text: str, names: Names, entity: str = "") -> Sum | None:
    """The expression that a text spells out, if it is one from end to end."""
    parts = _parts(text, names, entity)
    if parts is None:
        return None
    refs = [p for p in parts if isinstance(p, FieldRef)]
    if not refs or not any(p in ("+", "-", "*", "/", "²") for p in parts):
        return None
    operands = [p for p in parts if p not in ("(", ")")]
    if any(
        b in ("-", "/") and isinstance(a, FieldRef) and a == c
        for a, b, c in zip(operands, operands[1:], operands[2:], strict=False)
    ):
        # Nobody takes a field from itself: one of the two words means another.
        return None
    home = refs[0].entity
    if any(r.entity != home for r in refs) or not _well_formed(parts):
        return None
    if all(r.field.type in TIMES for r in refs):
        if len(refs) == 2 and [p for p in parts if not isinstance(p, FieldRef)] == ["-"]:
            if all(r.field.type == s.FIELD_TYPE_DATETIME for r in refs):
                return Sum(f"hours_between({refs[1].field.name}, {refs[0].field.name})", home, s.FIELD_TYPE_NUMBER, "h")
            return days_between(refs[1], refs[0])
        return None
    if (
        len(refs) == 2
        and len(parts) == 3
        and parts[1] in ("+", "-")
        and refs[0].field.type in TIMES
        and refs[1].field.type in NUMBERS
    ):
        # So many days after a date as another field says.
        day = refs[0].field.name if refs[0].field.type == s.FIELD_TYPE_DATE else f"date({refs[0].field.name})"
        days = refs[1].field.name if parts[1] == "+" else f"-{refs[1].field.name}"
        return Sum(f"add_days({day}, {days})", home, s.FIELD_TYPE_DATE)
    if any(r.field.type not in NUMBERS for r in refs):
        return None
    written: list[str] = []
    for index, part in enumerate(parts):
        if part == "²":
            squared_part = parts[index - 1]
            written.append(f" * {squared_part.field.name}" if isinstance(squared_part, FieldRef) else "")
        elif isinstance(part, FieldRef):
            squared = index + 1 < len(parts) and parts[index + 1] == "²"
            written.append(f"({part.field.name}" if squared else part.field.name)
        else:
            written.append(f" {part} " if part in "+-*/" else part)
        if part == "²":
            written[-1] += ")"
    return Sum("".join(written).replace("  ", " ").strip(), home, _type(parts, refs))


def ratio(above: FieldRef, below: FieldRef) -> Sum | None:
    """One field divided by another of the same entity."""
    if above.entity != below.entity or above.field.name == below.field.name:
        return None
    if above.field.type not in NUMBERS or below.field.type not in NUMBERS:
        return None
    kind = s.FIELD_TYPE_MONEY if above.field.type == s.FIELD_TYPE_MONEY != below.field.type else s.FIELD_TYPE_NUMBER
    return Sum(f"{above.field.name} / {below.field.name}", above.entity, kind)


def joined(operator: str, refs: list[FieldRef]) -> Sum | None:
    """Fields of one entity joined by an operator."""
    if len(refs) < 2 or len({r.entity for r in refs}) > 1 or any(r.field.type not in NUMBERS for r in refs):
        return None
    expression = f" {operator} ".join(r.field.name for r in refs)
    return Sum(expression, refs[0].entity, _type([operator], refs))


def days_between(earlier: FieldRef, later: FieldRef) -> Sum | None:
    """Days from one date to another."""
    if earlier.entity != later.entity or {earlier.field.type, later.field.type} - TIMES:
        return None
    expression = f"days_between({earlier.field.name}, {later.field.name})"
    return Sum(expression, earlier.entity, s.FIELD_TYPE_NUMBER, "days")


def days_after(ref: FieldRef, days: int) -> Sum:
    """The date so many days after another, before it when there are fewer than none."""
    day = ref.field.name if ref.field.type == s.FIELD_TYPE_DATE else f"date({ref.field.name})"
    return Sum(f"add_days({day}, {float(days)!r})", ref.entity, s.FIELD_TYPE_DATE)


def _type(parts: list[FieldRef | str], refs: list[FieldRef]) -> s.FieldType.ValueType:
    """Money where money is added up, multiplied by a plain number, or shared out."""
    money = [r.field.type == s.FIELD_TYPE_MONEY for r in refs]
    if "/" in parts:
        divisor = next((p for p in parts[parts.index("/") + 1 :] if isinstance(p, FieldRef)), None)
        return (
            s.FIELD_TYPE_MONEY
            if money[0] and divisor and divisor.field.type != s.FIELD_TYPE_MONEY
            else s.FIELD_TYPE_NUMBER
        )
    if all(money) or ("*" in parts and sum(money) == 1):
        return s.FIELD_TYPE_MONEY
    return s.FIELD_TYPE_NUMBER


def _parts(text: str, names: Names, entity: str) -> list[FieldRef | str] | None:
    """Fields, numbers, operators and brackets in order; None when any word is left over."""
    lowered = re.sub(r"\s+", " ", text.lower()).strip(" .,;:，。")
    # "组数x次数": no word has an x there.
    lowered = re.sub(r"(?<=[\u4e00-\u9fff])x(?=[\u4e00-\u9fff\d(])", "*", lowered)
    found: list[FieldRef | str] = []
    rest = ""

    def close() -> bool:
        nonlocal rest
        words = " ".join(w for w in rest.split() if not _EMPTY.match(w)).strip(" ,，")
        words = re.sub(r"^(?:的|用|把|一下)+|的+$", "", words) if is_chinese(words) else words
        rest = ""
        if not words or _EMPTY.match(words):
            return True
        ref = names.field(words, entity) or _days_of(words, names, entity)
        if ref is None:
            return False
        found.append(ref)
        return True

    mentions = {start: (end, ref) for start, end, ref in names.mentions(lowered, entity)}
    at = 0
    while at < len(lowered):
        if at in mentions and not rest.strip():
            end, ref = mentions[at]
            found.append(ref)
            at = end
            continue
        if lowered[at] in "()（）":
            if not close():
                return None
            found.append("(" if lowered[at] in "(（" else ")")
            at += 1
            continue
        boundary = at == 0 or not (lowered[at - 1].isalnum() and lowered[at - 1].isascii())
        # "og-fg": right behind a field.
        boundary = boundary or (bool(found) and isinstance(found[-1], FieldRef) and not rest)
        if (boundary or lowered[at] in "*×÷+/²^") and (hit := _OPERATOR.match(lowered, at)):
            after = lowered[hit.end() :][:1]
            worded = hit[0][-1:].isascii() and hit[0][-1:].isalpha()
            ends_word = not worded or not (after.isalpha() and after.isascii())
            if ends_word:
                if not close():
                    return None
                found.append(next(sign for i, (_, sign) in enumerate(_OPERATORS) if hit[f"o{i}"]))
                at = hit.end()
                continue
        if boundary and (hit := _NUMBER.match(lowered, at)) and not lowered[hit.end() :][:1].isalpha():
            if not close():
                return None
            plain = hit[0].rstrip("%").replace(",", ".")
            number = float(plain) / (100 if hit[0].endswith("%") else 1)
            found.append(repr(number) if "." in repr(number) else f"{number}.0")
            at = hit.end()
            continue
        rest += lowered[at]
        at += 1
    return found if close() else None


def _days_of(words: str, names: Names, entity: str) -> FieldRef | None:
    """The one number in days that "days", "天数" can mean."""
    if not re.fullmatch(r"(?:number of |how many )?(?:days|nights)|[天晚]数", words):
        return None
    found = [r for r in names.of_type(*NUMBERS, entity=entity) if r.field.unit == "days"]
    return found[0] if len(found) == 1 else None


def _well_formed(parts: list[FieldRef | str]) -> bool:
    """Operands and operators take turns, brackets close."""
    depth, wants = 0, True
    for part in parts:
        operand = isinstance(part, FieldRef) or part[0].isdigit()
        if part == "(":
            if not wants:
                return False
            depth += 1
        elif part == ")":
            if wants or not depth:
                return False
            depth -= 1
        elif part == "²":
            if wants:
                return False
        elif operand:
            if not wants:
                return False
            wants = False
        else:
            if wants:
                return False
            wants = True
    return depth == 0 and not wants
