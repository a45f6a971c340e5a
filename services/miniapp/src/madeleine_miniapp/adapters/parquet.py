"""Records as Parquet: a typed column for each field (`application.files.ports.Tables`)."""

# pyarrow ships few types: what it hands us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyarrow import parquet as pq

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.application.files.ports import Row

_MOMENT = pa.timestamp("us", tz="UTC")
# ISO 4217 has currencies of four decimal places; two more for what people divide.
_MONEY_PLACES = Decimal("0.000001")
_MONEY = pa.decimal128(28, 6)
_TEXT = pa.string()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _money(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(_MONEY_PLACES)


def _held(read: Callable[[Any], Any], value: Any) -> Any:
    """A value in the column's type; None for one at the edge of what that holds: one cell must not cost the file."""
    try:
        return None if value is None else read(value)
    except (ValueError, ArithmeticError):
        return None


def _as_it_is(value: Any) -> Any:
    return value


_TYPES: dict[s.FieldType.ValueType, tuple[pa.DataType, Callable[[Any], Any]]] = {
    s.FIELD_TYPE_NUMBER: (pa.float64(), float),
    s.FIELD_TYPE_INTEGER: (pa.int64(), int),
    s.FIELD_TYPE_BOOLEAN: (pa.bool_(), _as_it_is),
    s.FIELD_TYPE_DATE: (pa.date32(), date.fromisoformat),
    s.FIELD_TYPE_DATETIME: (_MOMENT, _moment),
    s.FIELD_TYPE_MULTI_CHOICE: (pa.list_(_TEXT), _as_it_is),
    s.FIELD_TYPE_RATING: (pa.int64(), int),
    # Seconds: Parquet's own durations are read by few.
    s.FIELD_TYPE_DURATION: (pa.float64(), float),
    s.FIELD_TYPE_MONEY: (_MONEY, _money),
}


class ParquetTables:
    """Makes Parquet files in memory, a row group for each page of records."""

    def writer(self, entity: s.Entity, currency: str) -> ParquetWriter:
        """A new file for an entity's records."""
        return ParquetWriter(entity, currency)


class ParquetWriter:
    """One file; the fields' labels, types and units stand in its schema's metadata ("madeleine")."""

    def __init__(self, entity: s.Entity, currency: str) -> None:
        self._columns = [(f.name, *_TYPES.get(f.type, (_TEXT, str))) for f in entity.fields]
        kinds = [("record_id", _TEXT), *((name, kind) for name, kind, _ in self._columns)]
        told = {
            "entity": entity.name,
            "label": entity.label,
            "currency": currency,
            "fields": [
                {"name": f.name, "label": f.label, "type": s.FieldType.Name(f.type), "unit": f.unit}
                for f in entity.fields
            ],
        }
        self._schema = pa.schema(
            [*kinds, ("entered_by", _TEXT), ("entered_at", _MOMENT)],
            metadata={"madeleine": json.dumps(told, ensure_ascii=False)},
        )
        self._out = io.BytesIO()
        # How much of the file has been handed over: its footer names places from the start.
        self._sink = _Sink(self._out)
        self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, mode="w"), self._schema, compression="zstd")

    async def add(self, rows: Sequence[Row]) -> bytes:
        """What the file goes on with."""
        await asyncio.to_thread(self._add, rows)
        return self._sink.drain()

    async def end(self) -> bytes:
        """What it ends with."""
        await asyncio.to_thread(self._writer.close)
        return self._sink.drain()

    def _add(self, rows: Sequence[Row]) -> None:
        columns: dict[str, list[Any]] = {"record_id": [row.record_id for row in rows]}
        for name, _, read in self._columns:
            values = [row.values.get(name) for row in rows]
            columns[name] = [_held(read, value) for value in values]
        columns["entered_by"] = [row.entered_by for row in rows]
        columns["entered_at"] = [row.entered_at for row in rows]
        self._writer.write_table(pa.table(columns, schema=self._schema))


class _Sink(io.RawIOBase):
    """Takes what is written and forgets what was handed over, though positions count on."""

    def __init__(self, out: io.BytesIO) -> None:
        super().__init__()
        self._out = out
        self._before = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._out.write(data)

    def tell(self) -> int:
        return self._before + self._out.tell()

    def drain(self) -> bytes:
        data = self._out.getvalue()
        self._before += len(data)
        self._out.seek(0)
        self._out.truncate()
        return data
