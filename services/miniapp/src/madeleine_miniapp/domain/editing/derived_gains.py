"""The sums behind what is gained by what was bought, and what comes together in a longer time."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, Sum, joined
from madeleine_miniapp.domain.editing.derived_sums import plays
from madeleine_miniapp.domain.editing.naming import FieldRef, Names

_NOW = re.compile(r"现价|市价|现值|市值|\b(?:now|current|today|market)\b")
_SHARES = re.compile(r"份额|份数|股数|数量|件数|\b(?:shares?|quantity|qty|pieces|units|count)\b", re.I)
_DAYS_OF = (
    (re.compile(r"dai|\bday|每天|天|日"), 1),
    (re.compile(r"week|周|星期"), 7),
    (re.compile(r"month|月"), 30),
    (re.compile(r"year|annual|\bp\.?a\b|年"), 365),
)
# Of so many of the shorter the longer one is made, by its days.
_TIMES = {
    (365, 30): "12.0",
    (365, 7): "52.0",
    (30, 7): "52.0 / 12.0",
    (365, 1): "365.0",
    (30, 1): "30.0",
    (7, 1): "7.0",
}


def _traded(names: Names, entity: str) -> tuple[FieldRef, FieldRef] | None:
    """What a thing brings in and what it has cost; None where either is in doubt."""
    money = names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    money = money if len(money) > 1 else names.of_type(*NUMBERS, entity=entity)
    bought = [r for r in money if plays("outgo", r)]
    worth = [r for r in money if r not in bought and (plays("income", r) or _NOW.search(r.field.label.lower()))]
    return (worth[0], bought[0]) if len(worth) == len(bought) == 1 else None


def gain(names: Names, entity: str) -> Sum | None:
    """What a thing brings in less what it has cost, times how many there are where these are prices of one."""
    traded = _traded(names, entity)
    if traded is None:
        return None
    worth, bought = traded
    counts = [
        r
        for r in names.of_type(s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, entity=entity)
        if _SHARES.search(r.field.label)
    ]
    of_one = all(re.search(r"价|\bprice", r.field.label, re.I) for r in traded)
    if of_one and len(counts) == 1:
        expression = f"({worth.field.name} - {bought.field.name}) * {counts[0].field.name}"
        return Sum(expression, entity, s.FIELD_TYPE_MONEY)
    return joined("-", [worth, bought])


def gain_rate(names: Names, entity: str, *, of_income: bool) -> Sum | None:
    """The gain in percent: of what a thing brings in, or of what it has cost."""
    traded = _traded(names, entity)
    if traded is None:
        return None
    worth, bought = (r.field.name for r in traded)
    return Sum(f"(({worth} - {bought}) / {worth if of_income else bought}) * 100.0", entity, s.FIELD_TYPE_NUMBER, "%")


def over(period: str, names: Names, entity: str) -> Sum | None:
    """What the only money that is told for another length of time comes to in a day, a week, a month or a year."""
    wanted = next((n for pattern, n in _DAYS_OF if pattern.search(period.lower())), 0)
    told = [
        (r, n)
        for r in names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
        for n in [next((n for pattern, n in _DAYS_OF if pattern.search(r.field.label.lower())), 0)]
        if n
    ]
    if len(told) != 1:
        return None
    ref, given = told[0]
    if times := _TIMES.get((wanted, given)):
        return Sum(f"{ref.field.name} * {times}", entity, s.FIELD_TYPE_MONEY)
    if parts := _TIMES.get((given, wanted)):
        return Sum(f"{ref.field.name} / ({parts})", entity, s.FIELD_TYPE_MONEY)
    return None
