"""Records as CSV (RFC 4180): labels as header, values as people and this house's own import read them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.files.columns import NOTHING
from madeleine_miniapp.domain.files.guard import guarded
from madeleine_miniapp.domain.formulas import Json

# So that spreadsheets read UTF-8.
BOM = "\ufeff"
_SEPARATORS = (";", "|", "\n")


def header_of(entity: s.Entity) -> list[str]:
    """A name for each column: the field's label, or its name where two fields share a label."""
    labels = [(field.label or field.name).casefold().strip() for field in entity.fields]
    return [
        f.label if f.label and labels.count(own) == 1 else f.name for f, own in zip(entity.fields, labels, strict=True)
    ]


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text, lines ended by CR LF."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def cells_of(
    entity: s.Entity, values: Mapping[str, Json], names: Mapping[str, str], titles: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """A record's cells. `names`: of people by id; `titles`: by entity, of its records by id; what has none is an id."""
    return [_cell(field, values.get(field.name), names, titles.get(field.relates_to, {})) for field in entity.fields]


def unique(names: Mapping[str, str]) -> dict[str, str]:
    """Names by id, without those that two share or that would be read as nothing: there the id says it."""
    folded = Counter(name.casefold().strip() for name in names.values())
    return {i: n for i, n in names.items() if folded[n.casefold().strip()] == 1 and n.casefold().strip() not in NOTHING}


def title_field(entity: s.Entity) -> str:
    """The field by which a record is called: the first text that people enter; empty for none."""
    return next((f.name for f in entity.fields if f.type == s.FIELD_TYPE_TEXT and not f.formula), "")


def _cell(field: s.Field, value: Json | None, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float() if field.type == s.FIELD_TYPE_DURATION and float(value).is_integer():
            return f"{value // 3600:.0f}:{value // 60 % 60:02.0f}:{value % 60:02.0f}"
        case int() | float():
            return plain_number(value)
        case list():
            separator = next((mark for mark in _SEPARATORS if not any(mark in c for c in field.choices)), "\n")
            return f"{separator} ".join(value) if separator != "\n" else "\n".join(value)
        case str() if field.type == s.FIELD_TYPE_PERSON:
            return names.get(value, value)
        case str() if field.type == s.FIELD_TYPE_RELATION:
            return titles.get(value, value)
        case _:
            return str(value)


def plain_number(value: float) -> str:
    """A number without exponent."""
    return f"{value:f}" if "e" in repr(value) and abs(value) >= 1 else repr(value)
