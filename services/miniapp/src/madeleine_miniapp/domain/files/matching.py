"""Which column of a file is which field: by name, by label, whatever unit the header adds, or as the caller says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad, Violation

_UNIT = re.compile(r"\s*[(\[（【]([^()\[\]（）【】]{1,20})[)\]）】]\s*$")


@dataclass(frozen=True, slots=True)
class Matched:
    """A column and its field; `unit` as the header says it, empty for none."""

    index: int
    header: str
    field: s.Field
    unit: str


def match(entity: s.Entity, header: Sequence[str], told: Mapping[str, str]) -> list[Matched]:
    """The columns that have a field; raises Bad for what the caller says of columns or fields that are not there."""
    fields = {f.name: f for f in entity.fields}
    bad = [Violation(f"columns.{name}", "is not a column of the file") for name in told if name not in header]
    bad += [
        Violation(f"columns.{column}", f"must be a field of {entity.name} that people enter, or empty")
        for column, name in told.items()
        if name and (name not in fields or fields[name].formula)
    ]
    if bad:
        raise Bad(bad)
    known = _known(entity)
    # What the caller says comes first: a header that looks like a taken field then stays without one.
    taken = {name for name in told.values() if name}
    found: list[Matched] = []
    for index, name in enumerate(header):
        plain, unit = _without_unit(name)
        field_name = told.get(name)
        if field_name is None:
            field_name = known.get(_folded(name)) or known.get(_folded(plain)) or ""
            if field_name in taken:
                continue
        elif field_name and field_name in {one.field.name for one in found}:
            raise Bad([Violation(f"columns.{name}", f"{field_name} has another column already")])
        if field_name:
            taken.add(field_name)
            found.append(Matched(index, name, fields[field_name], unit))
    if not found:
        labels = ", ".join(f.label or f.name for f in entity.fields if not f.formula)
        raise Bad([Violation("csv", f"must have a column for one of the fields: {labels}")])
    return found


def unit_of(header: str) -> str:
    """The unit that a header gives: "kg" for "Weight (kg)"."""
    return _without_unit(header)[1]


def _known(entity: s.Entity) -> dict[str, str]:
    """Field names by what a header may call them; labels that two fields share are nobody's."""
    entered = [f for f in entity.fields if not f.formula]
    labels = [_folded(f.label) for f in entered]
    by_label = {label: f.name for f, label in zip(entered, labels, strict=True) if label and labels.count(label) == 1}
    return by_label | {_folded(f.name): f.name for f in entered}


def _without_unit(header: str) -> tuple[str, str]:
    found = _UNIT.search(header)
    return (header[: found.start()], found[1].strip()) if found else (header, "")


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
