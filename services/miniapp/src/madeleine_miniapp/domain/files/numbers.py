"""Numbers as people write them; which mark is the decimal one is decided by the whole column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CURRENCIES = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "CNY",
    "￥": "CNY",
    "元": "CNY",
    "块": "CNY",
    "円": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "CHF": "CHF",
    "R$": "BRL",
    "kr": "SEK",
    "zł": "PLN",
    "HK$": "HKD",
    "NT$": "TWD",
    **{code: code for code in ("USD", "EUR", "GBP", "CNY", "RMB", "JPY", "INR", "KRW", "CAD", "AUD", "SGD", "NZD")},
}
_SIGNS = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
_MONEY = re.compile(
    rf"(?P<minus>[-−]?)\s*(?:(?P<before>{_SIGNS})\s*)?(?P<number>[-−+]?[\d.,\s'’]+)\s*(?P<after>{_SIGNS})?", re.I
)
_SPACES = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d{1,3})?")
_GROUP = 3


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands between whole and part, and between thousands ("" for none known)."""

    decimal: str
    thousands: str


def marks_of(cells: Iterable[str], delimiter: str = ",") -> Marks:
    """The marks that make most sense of a column; "1,234" alone is a thousand where commas part the columns."""
    texts = [_SPACES.sub("", _number_part(cell)) for cell in cells]
    commas = [text for text in texts if "," in text]
    points = [text for text in texts if "." in text]
    for text in (text for text in commas if "." in text):
        return Marks(",", ".") if text.rindex(",") > text.rindex(".") else Marks(".", ",")
    if commas and not points:
        decimal = any(_is_decimal(text, ",") for text in commas) or (
            delimiter == ";" and not any(text.count(",") > 1 for text in commas)
        )
        return Marks(",", "") if decimal else Marks(".", ",")
    if points and not commas:
        grouped = all(not _is_decimal(text, ".") for text in points) and any(text.count(".") > 1 for text in points)
        return Marks(",", ".") if grouped or (delimiter == ";" and _all_grouped(points)) else Marks(".", "")
    if commas and points:
        # Some cells have the one mark and some the other: what can only be a part decides.
        return Marks(",", ".") if any(_is_decimal(text, ",") for text in commas) else Marks(".", ",")
    return Marks(".", "")


def number_of(cell: str, marks: Marks, unit: str = "") -> float | None:
    """The number that a cell says, without currency, unit or percent sign; None when it says none."""
    text = cell.strip()
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: -len(unit)].strip()
    negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()") if negative else text
    if text.endswith("%"):
        text = text[:-1]
    found = _MONEY.fullmatch(text)
    number = found["minus"] + found["number"] if found else text
    number = _SPACES.sub("", number.strip()).replace("−", "-")
    if marks.thousands and marks.thousands in number:
        if not _well_grouped(number, marks):
            return None
        number = number.replace(marks.thousands, "")
    number = number.replace(marks.decimal, ".") if marks.decimal != "." and "." not in number else number
    if not _PLAIN.fullmatch(number):
        return None
    return -float(number) if negative else float(number)


def currency_of(cell: str) -> str:
    """The currency whose sign a cell has (ISO 4217); empty for none."""
    found = _MONEY.fullmatch(cell.strip().strip("()"))
    sign = (found["before"] or found["after"] or "") if found else ""
    return next((code for known, code in CURRENCIES.items() if known.casefold() == sign.casefold()), "") if sign else ""


def _number_part(cell: str) -> str:
    found = _MONEY.fullmatch(cell.strip().strip("()").rstrip("%"))
    return found["number"].strip() if found else ""


def _is_decimal(text: str, mark: str) -> bool:
    """Whether a mark can only be the decimal one here: it stands once, and not before exactly three digits."""
    head, _, tail = text.rpartition(mark)
    return text.count(mark) == 1 and (len(tail) != _GROUP or head.lstrip("+-−") in ("", "0") or len(head) > _GROUP + 1)


def _all_grouped(texts: list[str]) -> bool:
    return all(not _is_decimal(text, ".") for text in texts)


def _well_grouped(number: str, marks: Marks) -> bool:
    whole = number.partition(marks.decimal)[0].lstrip("+-")
    first, *groups = whole.split(marks.thousands)
    return 1 <= len(first) <= _GROUP and all(len(group) == _GROUP for group in groups)
