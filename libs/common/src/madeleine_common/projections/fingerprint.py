"""What a table holds, as one hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from madeleine_common.db import Connection


@dataclass(frozen=True, slots=True)
class TableHash:
    """A table's rows and the SHA-256 over them, in an order that does not depend on how they came in."""

    table: str
    rows: int
    sha256: str


async def table_hash(connection: Connection, schema: str, table: str, without: Sequence[str] = ()) -> TableHash:
    """Hashes a table but for the columns in `without`; row-level security must have been lifted by the caller."""
    columns = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped"
        " AND NOT attname = ANY($2::text[]) ORDER BY attname",
        f"{schema}.{table}",
        list(without),
    )
    listed = ", ".join(f'"{row["attname"]}"' for row in columns)
    row = await connection.fetchrow(
        f"SELECT count(*) AS rows, encode(sha256(coalesce(string_agg(digest, ''::bytea ORDER BY digest), '')), 'hex')"  # noqa: S608 (our own names)
        f" AS sha256 FROM (SELECT sha256(convert_to(ROW({listed})::text, 'UTF8')) AS digest FROM {schema}.{table}) t"
    )
    if row is None:
        raise RuntimeError("an aggregate without GROUP BY always has a row")
    return TableHash(table, row["rows"], row["sha256"])
