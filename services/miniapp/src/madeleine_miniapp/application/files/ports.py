"""What files need from outside: rows in order, and the one format that needs an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from madeleine.miniapp.v1.spec_pb2 import Entity
from madeleine_miniapp.domain.formulas import Json


@dataclass(frozen=True, slots=True)
class Row:
    """One record as projected."""

    record_id: str
    entity: str
    values: Mapping[str, Json]
    entered_by: str
    entered_at: datetime


class Rows(Protocol):
    """All of an app's records, page by page."""

    def pages(self, app_id: str, entity: str) -> AsyncIterator[Sequence[Row]]:
        """Records of an entity ("": of all), oldest entry first; no connection is held between two pages."""
        ...

    async def count(self, app_id: str) -> int:
        """How many records an app holds."""
        ...

    async def titles(self, app_id: str, entity: str, field: str) -> dict[str, str]:
        """The values of a text field by record id; with "" for a field every record's is empty."""
        ...


class TableWriter(Protocol):
    """Writes one file, piece by piece."""

    async def add(self, rows: Sequence[Row]) -> bytes:
        """What the file goes on with."""
        ...

    async def end(self) -> bytes:
        """What it ends with."""
        ...


class Tables(Protocol):
    """Makes files of typed columns."""

    def writer(self, entity: Entity, currency: str) -> TableWriter:
        """A new file for an entity's records."""
        ...
