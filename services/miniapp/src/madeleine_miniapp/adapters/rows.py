"""An app's records in the order of their entry, page by page (`application.files.ports.Rows`)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from madeleine_common.db import Pool
from madeleine_miniapp.application.files.ports import Row

_PAGE = 2_000
# The index goes the other way: this is that, read backwards.
_PAGES = """
SELECT record_id, entity, data, entered_by, entered_at FROM records
WHERE app_id = $1 AND entity <> '' AND ($2 = '' OR entity = $2)
    AND ($3::timestamptz IS NULL OR entered_at > $3 OR (entered_at = $3 AND record_id < $4))
ORDER BY entered_at, record_id DESC LIMIT $5
"""
_TITLES = "SELECT record_id, coalesce(data->>$3, '') AS title FROM records WHERE app_id = $1 AND entity = $2"


class PostgresRows:
    """Rows of the read model."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def pages(self, app_id: str, entity: str) -> AsyncIterator[list[Row]]:
        """Records of an entity ("": of all), oldest entry first; no connection is held between two pages."""
        moment, last = None, None
        while True:
            found = await self._pool.fetch(_PAGES, app_id, entity, moment, last, _PAGE)
            rows = [
                Row(r["record_id"], r["entity"], json.loads(r["data"]), r["entered_by"], r["entered_at"]) for r in found
            ]
            if rows:
                yield rows
                moment, last = rows[-1].entered_at, rows[-1].record_id
            if len(rows) < _PAGE:
                return

    async def count(self, app_id: str) -> int:
        """How many records an app holds."""
        return int(await self._pool.fetchval("SELECT count(*) FROM records WHERE app_id = $1", app_id))

    async def titles(self, app_id: str, entity: str, field: str) -> dict[str, str]:
        """The values of a text field by record id; with "" for a field every record's is empty."""
        rows = await self._pool.fetch(_TITLES, app_id, entity, field)
        return {row["record_id"]: row["title"] for row in rows}
