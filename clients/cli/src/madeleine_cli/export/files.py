"""The two formats of an export: Parquet, and JSON lines with CloudEvents' attribute names."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import MessageToDict

from madeleine_cli.events.clouds import cloud_attributes
from madeleine_cli.export.columns import UNSHOWABLE
from madeleine_cli.export.rows import Row, table_of
from madeleine_common.bus.streams import to_headers

# A reader holds one row group at a time.
_ROW_GROUP = 16384
# Columns whose values repeat; for the others a dictionary would be built in vain.
_REPEATING = ["event_type", "stream_id", "subject", "actor", "key_id", "source", "error"]


class Format(Protocol):
    """How rows become a file."""

    suffix: str

    def write(self, path: Path, rows: Sequence[Row], descriptor: Descriptor | None) -> None:
        """Writes a whole new file; `descriptor`: of the messages in the rows, None if their type is not known."""
        ...


class Parquet:
    """One column for each field, zstd."""

    suffix = "parquet"

    def write(self, path: Path, rows: Sequence[Row], descriptor: Descriptor | None) -> None:
        """Writes the rows as one file; raises OSError."""
        # The arrays of one file are gone before those of the next are made; the allocator keeps no more than that.
        table = table_of(rows, descriptor)
        pq.write_table(
            table,
            path,
            compression="zstd",
            compression_level=1,
            use_dictionary=_REPEATING,  # pyright: ignore[reportArgumentType] (the stubs know bool only)
            row_group_size=_ROW_GROUP,
            data_page_size=256 * 1024,
        )
        del table
        pa.default_memory_pool().release_unused()


class JsonLines:
    """One CloudEvent on each line: `data` when it is readable, else `data_base64` as it was stored."""

    suffix = "jsonl"

    def write(self, path: Path, rows: Sequence[Row], descriptor: Descriptor | None) -> None:
        """Writes the rows as one file; raises OSError."""
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(_cloud_event(row), ensure_ascii=False))
                file.write("\n")


FORMATS: dict[str, type[Parquet] | type[JsonLines]] = {"parquet": Parquet, "jsonl": JsonLines}


def _cloud_event(row: Row) -> dict[str, object]:
    line = cloud_attributes(to_headers(row.event))
    error = row.error
    if row.event.message is not None:
        try:
            line["data"] = MessageToDict(row.event.message, preserving_proto_field_name=True)
        except UNSHOWABLE as failure:
            error = f"a field has a value that JSON does not take: {type(failure).__name__}"
    if row.sealed is not None:
        line["data_base64"] = base64.b64encode(row.sealed).decode()
    if row.erased:
        line["erased"] = True
    if error is not None:
        line["error"] = error
    return line
