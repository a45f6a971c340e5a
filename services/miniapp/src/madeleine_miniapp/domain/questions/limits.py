"""Limits: "under six hours", "three workouts or more", "effort 5"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts, Limit
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, telling
from madeleine_miniapp.domain.questions.units import unit_named

_SIGNS = {
    "<": q.FUNCTION_LESS, "<=": q.FUNCTION_LESS_OR_EQUAL, ">": q.FUNCTION_GREATER, ">=": q.FUNCTION_GREATER_OR_EQUAL,
    "=": q.FUNCTION_EQUAL,
}  # fmt: skip


def holds(limit: Limit, of: q.Expression, scale: float = 1.0) -> q.Expression:
    """That an expression passes a limit."""
    return terms.call(_SIGNS[limit.sign], of, terms.value(limit.number * scale))


def find_limits(facts: Facts) -> None:
    """Takes the numbers that something must pass."""
    row = telling(facts)
    for place, (index, mention) in enumerate(row):
        number = next(iter(mention.of(Kind.NUMBER)), None)
        if number is None or index in facts.used:
            continue
        before = row[place - 1] if place else None
        after = row[place + 1] if place + 1 < len(row) else None
        beyond = row[place + 2] if place + 2 < len(row) else None
        sign, taken = "", [index]
        if before and (cue := before[1].cue("cmp")) and beside(facts, before[1], mention):
            sign, taken = cue.value, [*taken, before[0]]
        elif before and before[1].text in ("than",) and place > 1 and row[place - 2][1].cue("more"):
            sign, taken = ">", [*taken, before[0], row[place - 2][0]]
        fields: tuple[s.Field, ...] = ()
        unit, counted, told = "", False, mention.text
        if after and (cue := after[1].cue("post")) and beside(facts, mention, after[1]):
            sign, taken, after = cue.value, [*taken, after[0]], beyond
        if after and beside(facts, mention, after[1], 3):
            meant = numeric_fields(after[1])
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
            if left and numeric_fields(left[1]) and beside(facts, left[1], mention, 24):
                fields = numeric_fields(left[1])
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
            and {f.name for f in numeric_fields(lead[1])} & {f.name for f in fields}
            and beside(facts, lead[1], mention, 24)
        ):
            taken.append(lead[0])
        facts.used.update(taken)
        start = min(facts.items[i].start for i in taken)
        end = max(facts.items[i].end for i in taken)
        facts.limits.append(
            Limit(sign, number.number, fields, unit, counted, start, facts.scan.text[start:end] or told)
        )


def numeric_fields(mention: Mention) -> tuple[s.Field, ...]:
    """The numeric fields that a mention may mean, the likeliest."""
    meant = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in NUMERIC]
    if not meant or mention.kind is Kind.CHOICE:
        return ()
    most = max(m.strength for m in meant)
    return tuple(m.field for m in meant if m.strength == most and m.field is not None)


def _rated(fields: tuple[s.Field, ...]) -> bool:
    return bool(fields) and all(f.type == s.FIELD_TYPE_RATING for f in fields)
