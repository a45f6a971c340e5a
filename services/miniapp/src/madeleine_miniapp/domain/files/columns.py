"""A column of cells as values of a field; whatever leaves a choice is decided by the whole column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.files import days, numbers
from madeleine_miniapp.domain.files.guard import unguarded

Read = str | float | bool | list[str]
TRUE = frozenset("true yes y t 1 x on done ✓ ✔ ☑ 是 对 真 有 √ 已 完成 已完成".split())  # noqa: SIM905
FALSE = frozenset("false no n f 0 off open ✗ ✘ ☐ 否 错 假 无 没有 未 未完成".split())  # noqa: SIM905
NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "nan", "null", "none", "无", "#n/a"})
_SEPARATORS = (";", "|", "\n", "；", "、", ",", "，", "/")
_STARS = re.compile(r"[★⭐]+[☆]*")
_OF = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/|of|von|分/)\s*\d+")
_CLOCK = re.compile(r"(\d{1,12}):([0-5]\d)(?::([0-5]\d))?")
_LENGTHS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "时", "小时", "个小时"), 3600),
    **dict.fromkeys(("d", "day", "days", "天"), 86400),
}
_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+|[\u4e00-\u9fff]+)\s*,?\s*(?:and\s+)?", re.IGNORECASE)


class Unfit(Exception):
    """A cell that its field cannot read; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Known:
    """What cells are read against.

    `delimiter`: of the file. `day_first`: where a column leaves it open. `titles`: record ids by casefolded title, by
    entity; a title that two records share is not among them.
    """

    delimiter: str = ","
    day_first: bool = True
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read: `read` gives a cell's value, None for nothing, or raises Unfit; `note` says what was
    decided where it might have been otherwise."""

    read: Callable[[str], Read | None]
    note: str = ""


def column_for(known: s.Field, cells: Sequence[str], around: Known, header_unit: str = "") -> Column:
    """The reader for a field, after a look at all of the column's cells."""
    given = [cell.strip() for cell in cells if cell.strip().casefold() not in NOTHING]
    match known.type:
        case s.FIELD_TYPE_NUMBER | s.FIELD_TYPE_INTEGER | s.FIELD_TYPE_MONEY:
            return _numbers(given, known.unit or header_unit, around)
        case s.FIELD_TYPE_RATING:
            return Column(_filled(_rating))
        case s.FIELD_TYPE_DURATION:
            return _durations(given, header_unit, around)
        case s.FIELD_TYPE_BOOLEAN:
            return Column(_filled(_boolean, but=frozenset({"", "无"})))
        case s.FIELD_TYPE_DATE | s.FIELD_TYPE_DATETIME:
            return _moments(given, around, with_time=known.type == s.FIELD_TYPE_DATETIME)
        case s.FIELD_TYPE_CHOICE:
            return Column(_filled(lambda text: _choice(known, text), but=frozenset({""})))
        case s.FIELD_TYPE_MULTI_CHOICE:
            return Column(_filled(lambda text: _choices(known, text), but=frozenset({""})))
        case s.FIELD_TYPE_RELATION:
            titles = around.titles.get(known.relates_to, {})
            return Column(_filled(lambda text: titles.get(text.casefold(), text)))
        case s.FIELD_TYPE_PERSON:
            return Column(_filled(lambda text: text.removeprefix("@")))
        case s.FIELD_TYPE_URL | s.FIELD_TYPE_IMAGE:
            return Column(_filled(lambda text: text))
        case _:
            return Column(lambda cell: unguarded(cell) or None)


def _filled(read: Callable[[str], Read | None], but: frozenset[str] = NOTHING) -> Callable[[str], Read | None]:
    """Reads a cell without its blanks and its guard; those that say nothing are nothing."""

    def reader(cell: str) -> Read | None:
        text = unguarded(cell.strip())
        return None if text.casefold() in but else read(text)

    return reader


def _numbers(given: Sequence[str], unit: str, around: Known) -> Column:
    marks = numbers.marks_of(given, around.delimiter)

    def read(text: str) -> float:
        number = numbers.number_of(text, marks, unit)
        if number is None:
            raise Unfit("must be a number")
        return number

    note = "the comma is read as the decimal mark" if marks.decimal == "," and any("," in c for c in given) else ""
    return Column(_filled(read), note)


def _rating(text: str) -> float:
    if _STARS.fullmatch(text):
        return float(sum(text.count(star) for star in "★⭐"))
    if found := _OF.fullmatch(text):
        text = found[1]
    number = numbers.number_of(
        text.removesuffix("星").removesuffix("stars").removesuffix("star"), numbers.Marks(".", "")
    )
    if number is None:
        raise Unfit("must be a number of stars")
    return number


def _durations(given: Sequence[str], unit: str, around: Known) -> Column:
    marks = numbers.marks_of([cell for cell in given if not _CLOCK.fullmatch(cell)], around.delimiter)
    factor = _LENGTHS.get(unit.casefold(), 1)

    def read(text: str) -> float:
        if found := _CLOCK.fullmatch(text):
            return int(found[1]) * 3600.0 + int(found[2]) * 60 + int(found[3] or 0)
        if (number := numbers.number_of(text, marks)) is not None:
            return number * factor
        seconds, at = 0.0, 0
        while found := _LENGTH.match(text, at):
            length = _LENGTHS.get(found[2].casefold())
            if length is None:
                break
            seconds, at = seconds + float(found[1].replace(",", ".")) * length, found.end()
        if not at or at < len(text):
            raise Unfit("must be a duration such as 1:30 (hours and minutes), 90 min or seconds")
        return seconds

    return Column(_filled(read), f"numbers are read as {unit}" if factor > 1 else "")


def _boolean(text: str) -> bool:
    folded = text.casefold()
    if folded in TRUE or folded in FALSE:
        return folded in TRUE
    raise Unfit("must be yes or no")


def _moments(given: Sequence[str], around: Known, *, with_time: bool) -> Column:
    first_is_day = days.day_first(given, otherwise=around.day_first)
    serial = days.are_serials(given)

    def read(text: str) -> str:
        found = days.read_moment(text, first_is_day=first_is_day, serial=serial)
        if found is None:
            raise Unfit(f"must be a date{' and time' if with_time else ''} such as 2026-03-15{' 20:00' * with_time}")
        day, time = found
        # A date with a time of day is still that date.
        return f"{day.isoformat()}T{time or '00:00'}" if with_time else day.isoformat()

    order = "day" if first_is_day else "month"
    return Column(_filled(read), f"dates are read with the {order} first" if days.is_ambiguous(given) else "")


def _choice(known: s.Field, text: str) -> str:
    """The field's own spelling; a choice that it does not have stays as it is, and is refused with the row."""
    found = _known_choice(known, text)
    if found is None:
        raise Unfit(f"{text[:60]!r} is not among the choices: {', '.join(known.choices)}"[:400])
    return found


def _choices(known: s.Field, text: str) -> list[str]:
    if (whole := _known_choice(known, text)) is not None:
        return [whole]
    cuts = [_cut(text, mark) for mark in _SEPARATORS if mark in text]
    if text.startswith("[") and text.endswith("]"):
        cuts += [[part.strip(" \"'") for part in _cut(text[1:-1], ",")]]
    for parts in cuts:
        found = [_known_choice(known, part) for part in parts]
        if None not in found:
            return list(dict.fromkeys(choice for choice in found if choice is not None))
    return [_choice(known, part) for part in (cuts[0] if cuts else [text])]


def _cut(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def _known_choice(known: s.Field, text: str) -> str | None:
    if text in known.choices:
        return text
    folded = _folded(text)
    return next((choice for choice in known.choices if _folded(choice) == folded), None)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
