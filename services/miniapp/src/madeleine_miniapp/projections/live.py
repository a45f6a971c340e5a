"""What an erasure means for the documents: they are made anew from the records that are left."""

from __future__ import annotations

from collections.abc import Collection

from madeleine_common.db import Connection

# Rooms see the new epoch; the stream's version stays, since erased events are still counted.
_ANEW = """
UPDATE app_documents SET epoch = epoch + 1, snapshot = NULL, snapshot_seq = seq WHERE app_id = ANY($1::text[])
"""
_WROTE = """
SELECT app_id FROM app_updates WHERE actor = $1
UNION SELECT app_id FROM app_updates WHERE actors <> '{}' AND actors @> ARRAY[$1]
"""


async def erase(connection: Connection, person_id: str, app_ids: Collection[str]) -> None:
    """Drops the documents of these apps, and of those in which the person wrote what was refused."""
    rows = await connection.fetch(_WROTE, f"person:{person_id}")
    apps = sorted({*app_ids, *(row["app_id"] for row in rows)})
    await connection.execute(_ANEW, apps)
    await connection.execute("DELETE FROM app_updates WHERE app_id = ANY($1::text[])", apps)
