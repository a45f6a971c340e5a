# ruff: noqa: E501 - tables, one line each.
"""Units: what a number in one unit is in another, and in which one an answer is given."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.text import stems

_SIZES = {
    "time": {"s": 1.0, "min": 60.0, "h": 3600.0},
    "length": {"m": 1.0, "km": 1000.0, "mi": 1609.344, "cm": 0.01},
    "mass": {"g": 1.0, "kg": 1000.0},
    "volume": {"ml": 1.0, "l": 1000.0},
}
_NAMES = {
    "minutes": "min", "minute": "min", "mins": "min", "min": "min", "分钟": "min", "hours": "h", "hour": "h", "hrs": "h", "h": "h",
    "小时": "h", "钟头": "h", "seconds": "s", "secs": "s", "s": "s", "秒": "s", "km": "km", "kilometres": "km", "kilometers": "km", "公里": "km",
    "千米": "km", "miles": "mi", "mile": "mi", "英里": "mi", "metres": "m", "meters": "m", "米": "m", "m": "m", "grams": "g", "gram": "g",
    "克": "g", "g": "g", "kg": "kg", "kilos": "kg", "kilograms": "kg", "公斤": "kg", "ml": "ml", "毫升": "ml", "litres": "l", "liters": "l",
    "litre": "l", "liter": "l", "l": "l", "升": "l",
}  # fmt: skip
_RATE = re.compile(r"[^\W\d]/ ?(?:s|sec|second|min|minute|h|hr|hour|day)$|^(?:[kmg]?bps|mph|kmh|kph|rpm|wpm|fps)$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A numeric field as it is asked for: the expression in the unit of the answer."""

    field: s.Field
    expression: q.Expression
    unit: str
    # What one of the answer's unit is in the field's own.
    size: float = 1.0

    def own(self, number: float, unit: str) -> float:
        """A number that the question gives in `unit` (empty: the answer's), in the answer's unit."""
        return number * (factor(unit, self.unit) or 1.0)


def unit_named(text: str) -> str:
    """The unit that a word of the question names, empty if none."""
    for word in reversed(text.replace("-", " ").split() or [text]):
        if word in _NAMES:
            return _NAMES[word]
    return _NAMES.get(text, "")


def factor(source: str, target: str) -> float | None:
    """What one `source` is in `target`; None where they do not compare."""
    source, target = _NAMES.get(source.casefold(), source.casefold()), _NAMES.get(target.casefold(), target.casefold())
    if not source or source == target:
        return 1.0
    for sizes in _SIZES.values():
        if source in sizes and target in sizes:
            return sizes[source] / sizes[target]
    return None


_PAID = frozenset(stems(w)[0] for w in ("spent", "cost", "price", "paid"))


def is_price(f: s.Field) -> bool:
    """Whether a figure is what something costs: an amount of money, or points that are spent on it."""
    return f.type == s.FIELD_TYPE_MONEY or bool({*stems(f.name), *stems(f.label)} & _PAID)


def is_rate(field: s.Field) -> bool:
    """Whether a field says how much of something there is in a time: km/h, Mbit/s; the more, the faster."""
    return _RATE.search(field.unit.casefold()) is not None


def quantity(field: s.Field, wanted: str = "") -> Quantity:
    """A numeric field in the unit that was asked for, else in its own; durations, which are seconds, in minutes."""
    held = terms.column(field.name)
    own = "s" if field.type == s.FIELD_TYPE_DURATION else field.unit
    unit = wanted if wanted and factor(own, wanted) is not None else ("min" if own == "s" else own)
    size = factor(unit, own) or 1.0
    if size == 1.0:
        return Quantity(field, held, unit)
    return Quantity(field, terms.call(q.FUNCTION_DIVIDE, held, terms.value(size)), unit, size)
