"""The functions that expressions may use, besides CEL's operators: their types, and what they compute.

A function of a missing value is missing. None of them raises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

NUMBER, TEXT, BOOLEAN, DATE, MOMENT, LIST, MISSING = "number", "text", "boolean", "date", "moment", "list", "missing"
_FAR = 3_660_000
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Function:
    """Types taken (alternatives by argument; the last one repeats if `many`), the type given, and the function."""

    takes: tuple[frozenset[str], ...]
    gives: str
    compute: Callable[..., Any]
    many: bool = False
    # How many of the arguments may be left out.
    optional: int = 0


def _known(compute: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*arguments: Any) -> Any:
        if any(a is None for a in arguments):
            return None
        try:
            found = compute(*arguments)
        except (ValueError, OverflowError, ZeroDivisionError, ArithmeticError, TypeError, AttributeError):
            return None
        if isinstance(found, int | float) and not isinstance(found, bool):
            return float(found) if math.isfinite(found) else None
        return found

    return checked


def _of(compute: Callable[[Any], Any]) -> Callable[..., Any]:
    return _known(compute)


def _of_two(compute: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return _known(compute)


def _round(number: float, digits: float = 0.0) -> float:
    # Half away from zero, as people round; what a float holds below its 12th digit is not theirs.
    scale = 10.0 ** max(-9, min(9, int(digits)))
    return math.copysign(math.floor(abs(number) * scale + 0.5 + 1e-9), number) / scale


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def as_date(text: str) -> datetime:
    """A date as expressions hold it: midnight UTC."""
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)


def _date_of(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def _days_between(first: datetime, second: datetime) -> float:
    return float((_date_of(second) - _date_of(first)).days)


def _hours_between(first: datetime, second: datetime) -> float:
    return (second - first).total_seconds() / _HOUR_S


def _add_days(day: datetime, days: float) -> datetime | None:
    return day + timedelta(days=math.floor(days)) if abs(days) < _FAR else None


def _add_hours(moment: datetime, hours: float) -> datetime | None:
    return moment + timedelta(hours=hours) if abs(hours) < _FAR else None


def _remainder(first: float, second: float) -> float:
    return math.fmod(first, second)


def _least(*numbers: float) -> float:
    return min(numbers)


def _most(*numbers: float) -> float:
    return max(numbers)


def _size(held: str | list[str]) -> float:
    return float(len(held))


def _contains(text: str, part: str) -> bool:
    return part in text


def _starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


def _ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


def _one(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


_N, _D, _M, _DM, _T = _one(NUMBER), _one(DATE), _one(MOMENT), _one(DATE, MOMENT), _one(TEXT)

# Those that people write; `coalesce`, `is_missing` and `has` have rules of their own (checking.py).
FUNCTIONS: Mapping[str, Function] = {
    "abs": Function((_N,), NUMBER, _known(abs)),
    "round": Function((_N, _N), NUMBER, _known(_round), optional=1),
    "floor": Function((_N,), NUMBER, _known(math.floor)),
    "ceil": Function((_N,), NUMBER, _known(math.ceil)),
    "min": Function((_N, _N), NUMBER, _known(_least), many=True),
    "max": Function((_N, _N), NUMBER, _known(_most), many=True),
    "sqrt": Function((_N,), NUMBER, _known(math.sqrt)),
    "double": Function((_one(NUMBER, TEXT),), NUMBER, _known(float)),
    "int": Function((_one(NUMBER, TEXT),), NUMBER, _of(lambda x: math.trunc(float(x)))),
    "string": Function((_one(NUMBER, TEXT, BOOLEAN, DATE, MOMENT),), TEXT, _known(_text)),
    "size": Function((_one(TEXT, LIST),), NUMBER, _known(_size)),
    "contains": Function((_T, _T), BOOLEAN, _known(_contains)),
    "startsWith": Function((_T, _T), BOOLEAN, _known(_starts_with)),
    "endsWith": Function((_T, _T), BOOLEAN, _known(_ends_with)),
    "lower": Function((_T,), TEXT, _known(str.lower)),
    "upper": Function((_T,), TEXT, _known(str.upper)),
    "days_between": Function((_DM, _DM), NUMBER, _known(_days_between)),
    "hours_between": Function((_M, _M), NUMBER, _known(_hours_between)),
    "add_days": Function((_D, _N), DATE, _known(_add_days)),
    "add_hours": Function((_M, _N), MOMENT, _known(_add_hours)),
    "date": Function((_M,), DATE, _known(_date_of)),
    "year": Function((_DM,), NUMBER, _of(lambda d: d.year)),
    "month": Function((_DM,), NUMBER, _of(lambda d: d.month)),
    "day": Function((_DM,), NUMBER, _of(lambda d: d.day)),
    "weekday": Function((_DM,), NUMBER, _of(lambda d: d.isoweekday())),
    "hour": Function((_M,), NUMBER, _of(lambda d: d.hour + d.minute / 60)),
}

# What operators become, where CEL's own would not do: division by zero and comparison with nothing are missing.
OPERATORS: Mapping[str, Callable[..., Any]] = {
    "divided": _of_two(lambda a, b: a / b),
    "remainder": _known(_remainder),
    "same": _of_two(lambda a, b: a == b),
    "first_of": lambda *values: next((v for v in values if v is not None), None),
    "date_text": _of(lambda day: day.date().isoformat()),
    "moment_text": _of(lambda moment: moment.isoformat()),
}
