"""Rows of a file as values for records: what can be read, and what of which row cannot, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf.struct_pb2 import Value

from madeleine_miniapp.domain.files.columns import Known, Unfit, column_for
from madeleine_miniapp.domain.files.matching import Matched
from madeleine_miniapp.domain.files.rows import Sheet
from madeleine_miniapp.domain.limits import CHOOSING
from madeleine_miniapp.domain.recording import as_value

_CHOICES_TOLD, _CHOICE_TOLD = 10, 40


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong with a row; `field` is empty where it is the row as a whole."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """What was decided about a column."""

    column: str
    field: str
    note: str


@dataclass(frozen=True, slots=True)
class Readout:
    """A file as read: values by row number of the rows that are sound so far, and what there is to say."""

    rows: Mapping[int, Mapping[str, Value]] = field(default_factory=dict[int, Mapping[str, Value]])
    broken: Sequence[Broken] = ()
    notes: Sequence[Note] = ()


def read(sheet: Sheet, matched: Sequence[Matched], around: Known) -> Readout:
    """Reads every row. An empty cell says that there is no value: it is not filled with the field's default."""
    columns = [(one, column_for(one.field, sheet.column(one.index), around, one.unit)) for one in matched]
    notes = [Note(one.header, one.field.name, column.note) for one, column in columns if column.note]
    rows: dict[int, Mapping[str, Value]] = {}
    broken: list[Broken] = []
    unknown: dict[str, Counter[str]] = {}
    for row in sheet.rows:
        if row.fault:
            broken.append(Broken(row.number, "", row.fault))
            continue
        values: dict[str, Value] = {}
        faults: list[Broken] = []
        for one, column in columns:
            try:
                values[one.field.name] = as_value(column.read(row.cells[one.index]))
            except Unfit as error:
                faults.append(Broken(row.number, one.field.name, str(error)))
                if one.field.type in CHOOSING:
                    unknown.setdefault(one.header, Counter())[row.cells[one.index].strip()[:_CHOICE_TOLD]] += 1
        broken += faults
        if not faults:
            rows[row.number] = values
    fields = {one.header: one.field for one in matched}
    notes += [Note(header, fields[header].name, _unknown(counted)) for header, counted in unknown.items()]
    return Readout(rows, broken, notes)


def _unknown(counted: Counter[str]) -> str:
    told = ", ".join(f"{text!r} ({count})" for text, count in counted.most_common(_CHOICES_TOLD))
    return f"not among its choices: {told}" + (" and others" if len(counted) > _CHOICES_TOLD else "")
