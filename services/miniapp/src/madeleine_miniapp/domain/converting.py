"""What a value of one field type becomes in another; None: the new type cannot hold it.

    from \\ to   number¹        boolean        date        date-time    choice²       multi-choice   text        address
    text        the only one   yes/no words   ISO, d.m.y  ISO          that wording  split at ,     itself      if one
    number¹     in its range   0 no, 1 yes    -           -            its wording   -              its digits  -
    boolean     0 or 1         itself         -           -            its word      -              yes/no      -
    date        -              -              itself      midnight UTC its wording   -              ISO         -
    date-time   -              -              local day   itself       -             -              ISO         -
    choice      as text        as text        as text     as text      the same one  that one       itself      -
    multi       -              -              -           -            the only one  those left     joined      -
    address     -              -              -           -            -             -              itself      itself

¹ number, integer, money, duration, rating, each in its range. ² any case; without choices it takes any. A person or a
record of another entity is itself in its own type and nothing in another: an id is no text for people.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import cast
from urllib.parse import urlsplit

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.formulas import Json
from madeleine_miniapp.domain.limits import NUMERIC

_YES = frozenset({"yes", "true", "y", "x", "1", "✓", "是", "有", "对"})
_NO = frozenset({"no", "false", "n", "0", "否", "没有", "不"})
_NUMBER = re.compile(r"[-+]?\d[\d,.' \u00a0\u202f]*\d|[-+]?\d")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/年.](\d{1,2})[/月.](\d{1,2})日?")
_SEPARATORS = re.compile(r"[,;，；、\n]")
_MAX = 1e15
_ADDRESSES = (s.FIELD_TYPE_URL, s.FIELD_TYPE_IMAGE)
# What only means something in its own type.
_IDS = (s.FIELD_TYPE_PERSON, s.FIELD_TYPE_RELATION)


def convert(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    """A value of the type `old` as the field holds it now."""
    new = field.type
    if old in _IDS or new in _IDS:
        return value if old == new and isinstance(value, str) else None
    if new in NUMERIC:
        return _number(value, old, field)
    if new in _ADDRESSES:
        return value if isinstance(value, str) and _is_address(value) else None
    converter = _CONVERTERS.get(new)
    return converter(value, old, field) if converter else None


def _number(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    number: float | None = None
    if isinstance(value, int | float):
        number = float(value)
    elif isinstance(value, str) and old in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE):
        number = _number_in(value)
    if number is None or not math.isfinite(number) or abs(number) > _MAX:
        return None
    if field.type in (s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_RATING):
        number = math.copysign(math.floor(abs(number) + 0.5), number)
    most = field.max if field.HasField("max") else 5
    if field.type == s.FIELD_TYPE_RATING and not 1 <= number <= most:
        return None
    if field.type == s.FIELD_TYPE_DURATION and number < 0:
        return None
    return int(number) if number.is_integer() else number


def _number_in(text: str) -> float | None:
    """The only number in a text: "€ 1,234.50", "1.234,50 €", "3,5 kg", "12 000"."""
    found = _NUMBER.findall(text)
    if len(found) != 1:
        return None
    digits = re.sub(r"[' \u00a0\u202f]", "", found[0])
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        digits = digits.replace("," if point > comma else ".", "").replace(",", ".")
    elif digits.count(",") > 1 or re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", digits):
        digits = digits.replace(",", "")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        return float(digits.replace(",", "."))
    except ValueError:
        return None


def _boolean(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return {0: False, 1: True}.get(int(value)) if value in (0, 1) else None
    if isinstance(value, str) and old in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE):
        word = value.strip().casefold()
        return True if word in _YES else False if word in _NO else None
    return None


def _date(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    if not isinstance(value, str):
        return None
    text = value.strip()
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        moment = _moment(text)
        return moment.date().isoformat() if moment else None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _datetime(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    moment = _moment(value.strip()) if isinstance(value, str) else None
    if moment is None:
        return None
    return (
        value if old == s.FIELD_TYPE_DATETIME else (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _choice(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    if isinstance(value, list):
        return _chosen(value[0], field) if len(value) == 1 else None
    return _chosen(_as_text(value), field)


def _multi_choice(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    if isinstance(value, list):
        # Those that are left; an empty list was one before.
        left = [choice for choice in value if choice in field.choices or not field.choices]
        return left if left or not value else None
    if not isinstance(value, str) or old not in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE):
        return None
    whole = _chosen(value, field)
    parts = [whole] if whole else [_chosen(part.strip(), field) for part in _SEPARATORS.split(value)]
    return cast("list[str]", list(dict.fromkeys(parts))) if all(parts) else None


def _text(value: Json, old: s.FieldType.ValueType, field: s.Field) -> Json | None:
    return _as_text(value) or None


def _as_text(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return value if isinstance(value, str) else repr(value)


def _chosen(text: str, field: s.Field) -> str | None:
    if text in field.choices or not field.choices:
        return text or None
    return next((choice for choice in field.choices if choice.casefold() == text.strip().casefold()), None)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not any(c.isspace() for c in text)


_CONVERTERS: dict[int, Callable[[Json, s.FieldType.ValueType, s.Field], Json | None]] = {
    s.FIELD_TYPE_TEXT: _text,
    s.FIELD_TYPE_BOOLEAN: _boolean,
    s.FIELD_TYPE_DATE: _date,
    s.FIELD_TYPE_DATETIME: _datetime,
    s.FIELD_TYPE_CHOICE: _choice,
    s.FIELD_TYPE_MULTI_CHOICE: _multi_choice,
}
