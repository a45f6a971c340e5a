"""An app's spec read off a CSV file: what type a column has is what (nearly) all of its cells can be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import limits
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.files import days, numbers
from madeleine_miniapp.domain.files.columns import FALSE, NOTHING, TRUE, Column, Known, Unfit, column_for
from madeleine_miniapp.domain.files.matching import unit_of
from madeleine_miniapp.domain.files.rows import Sheet
from madeleine_miniapp.domain.naming import stable_name

# Among so many cells one that is broken does not decide; its row is reported.
_MANY, _SHARE = 50, 0.98
# Beyond this a double no longer holds every whole number.
_MAX_WHOLE = 2**53
_MOST_CHOICES, _SHORT = 12, 40
_ID = re.compile(r"0\d+|\d{16,}|\+?\d[\d\s-]{7,}\d")
_URL = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_LENGTH = re.compile(
    r"\d+:[0-5]\d(:[0-5]\d)?|(\d+([.,]\d+)?\s*(h|hrs?|hours?|min|mins|minutes?|小时|分钟)\s*)+", re.IGNORECASE
)
_LENGTHS = frozenset({"h", "hours", "min", "minutes", "s", "sec", "seconds", "小时", "分钟", "秒"})
_STARS = re.compile(r"[★⭐]+☆*|[1-5]\s*/\s*5")


def infer(sheet: Sheet, title: str, chinese: bool, around: Known) -> s.AppSpec:
    """A spec with one entity, a field for each column in its order, and the views that fit; raises Bad("csv")."""
    if len(sheet.header) > limits.MAX_FIELDS:
        reason = f"must have at most {limits.MAX_FIELDS} columns; it has {len(sheet.header)}"
        raise Bad([Violation("csv", reason)])
    if not any(not row.fault for row in sheet.rows):
        raise Bad([Violation("csv", "must have at least one row that can be read")])
    entity = s.Entity(name="record", label="记录" if chinese else "Record")
    currencies: Counter[str] = Counter()
    taken: set[str] = set()
    for index, header in enumerate(sheet.header):
        cells = [cell.strip() for cell in sheet.column(index) if cell.strip().casefold() not in NOTHING]
        field = _field(header, cells, around)
        field.name = stable_name(header, taken)
        taken.add(field.name)
        if field.type == s.FIELD_TYPE_MONEY:
            currencies.update(code for cell in cells if (code := numbers.currency_of(cell)))
        entity.fields.append(field)
    spec = s.AppSpec(title=title, icon="🗂️", entities=[entity])
    if currencies:
        spec.currency = currencies.most_common(1)[0][0]
    _views(spec, entity, chinese)
    return spec


def _field(header: str, cells: Sequence[str], around: Known) -> s.Field:
    label = " ".join("".join(c if c.isprintable() else " " for c in header).split())[: limits.MAX_LABEL]
    field = s.Field(label=label or "?", type=_type(cells, unit_of(header), around))
    if field.type in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER):
        field.unit = unit_of(header)
    if field.type == s.FIELD_TYPE_TEXT and (choices := _choices(cells)):
        field.type = s.FIELD_TYPE_CHOICE
        field.choices.extend(choices)
    return field


def _type(cells: Sequence[str], unit: str, around: Known) -> s.FieldType.ValueType:
    if not cells:
        return s.FIELD_TYPE_TEXT
    if {cell.casefold() for cell in cells} <= (TRUE | FALSE) - {"1", "0"}:
        return s.FIELD_TYPE_BOOLEAN
    if _nearly(_STARS.fullmatch(cell) for cell in cells):
        return s.FIELD_TYPE_RATING
    if _nearly(_URL.fullmatch(cell) for cell in cells):
        return s.FIELD_TYPE_URL
    if _nearly(_LENGTH.fullmatch(cell) for cell in cells):
        return s.FIELD_TYPE_DURATION
    if any(_ID.fullmatch(cell) for cell in cells) and not any(days.read_moment(c, first_is_day=True) for c in cells):
        # A number that begins with 0 or is as long as a telephone's is a name.
        return s.FIELD_TYPE_TEXT
    if _reads(s.FIELD_TYPE_NUMBER, cells, around):
        return _numeric(cells, unit, around)
    if _reads(s.FIELD_TYPE_DATE, cells, around):
        first = days.day_first(cells, otherwise=around.day_first)
        moments = [found for cell in cells if (found := days.read_moment(cell, first_is_day=first))]
        return s.FIELD_TYPE_DATETIME if any(time for _, time in moments) else s.FIELD_TYPE_DATE
    return s.FIELD_TYPE_TEXT


def _numeric(cells: Sequence[str], unit: str, around: Known) -> s.FieldType.ValueType:
    if any(numbers.currency_of(cell) for cell in cells) or unit in numbers.CURRENCIES:
        return s.FIELD_TYPE_MONEY
    if unit.casefold() in _LENGTHS:
        return s.FIELD_TYPE_DURATION
    marks = numbers.marks_of(cells, around.delimiter)
    given = [number for cell in cells if (number := numbers.number_of(cell, marks)) is not None]
    compact = [days.read_moment(cell, first_is_day=True) for cell in cells if len(cell) == len("20260315")]
    if len(compact) == len(cells) and all(found and 1900 <= found[0].year < 2100 for found in compact):
        return s.FIELD_TYPE_DATE
    whole = all(number.is_integer() and abs(number) <= _MAX_WHOLE for number in given)
    return s.FIELD_TYPE_INTEGER if whole and not any("%" in cell for cell in cells) else s.FIELD_TYPE_NUMBER


def _reads(kind: s.FieldType.ValueType, cells: Sequence[str], around: Known) -> bool:
    column = column_for(s.Field(type=kind), cells, around)
    return _nearly(_fits(column, cell) for cell in cells)


def _fits(column: Column, cell: str) -> bool:
    try:
        return column.read(cell) is not None
    except Unfit:
        return False


def _nearly(each: Iterable[object]) -> bool:
    """Whether all are true, or so many of so many that the others must be mistakes."""
    fits = [bool(one) for one in each]
    return all(fits) or (len(fits) >= _MANY and sum(fits) >= _SHARE * len(fits))


def _choices(cells: Sequence[str]) -> list[str]:
    """The distinct texts where they are few, short and come again; in order of how often."""
    counted = Counter(" ".join(cell.split()) for cell in cells)
    by_folded: dict[str, str] = {}
    for text, _ in counted.most_common():
        by_folded.setdefault(text.casefold(), text)
    few = len(by_folded) <= _MOST_CHOICES and len(cells) >= max(4, 2 * len(by_folded))
    fit = all(len(text) <= _SHORT and text.isprintable() for text in by_folded.values())
    return list(by_folded.values()) if few and fit else []


def _views(spec: s.AppSpec, entity: s.Entity, chinese: bool) -> None:
    """A table and a form, and what the types allow besides."""

    def first(*types: s.FieldType.ValueType) -> s.Field | None:
        return next((field for field in entity.fields if field.type in types), None)

    def view(kind: s.ViewType.ValueType, name: str, title: str, **more: str) -> None:
        spec.views.add(name=name, type=kind, entity=entity.name, title=title, **more)

    view(s.VIEW_TYPE_TABLE, "table", "表格" if chinese else "Table")
    view(s.VIEW_TYPE_FORM, "form", "添加" if chinese else "Add")
    if when := first(s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME):
        view(s.VIEW_TYPE_CALENDAR, "calendar", "日历" if chinese else "Calendar", by=when.name)
    group = first(s.FIELD_TYPE_CHOICE)
    if group:
        view(s.VIEW_TYPE_BOARD, "board", group.label, by=group.name)
    if amount := first(s.FIELD_TYPE_MONEY, s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER):
        label = f"{amount.label}合计" if chinese else f"Total {amount.label}"
        label = label[: limits.MAX_LABEL]
        total = {"entity": entity.name, "function": s.AGGREGATE_FUNCTION_SUM, "field": amount.name, "label": label}
        spec.aggregates.add(name="total", unit=amount.unit, **total)
        view(s.VIEW_TYPE_METRIC, "total", label, aggregate="total")
        if group:
            spec.aggregates.add(name="total_by_group", unit=amount.unit, group_by=group.name, **total)
            view(s.VIEW_TYPE_CHART, "by_group", label, aggregate="total_by_group", by=group.name)
