# ruff: noqa: S608 - only the column list below is joined.
"""Reads the projected changes, and counts the records that a change would touch."""

from __future__ import annotations

import json
from collections.abc import Sequence

import asyncpg

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.miniapp_pb2 import AppEdit
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.db import Pool
from madeleine_common.projections import caught_up
from madeleine_miniapp.application.ports import PageKey
from madeleine_miniapp.application.streams import stream_of

_LISTED = "edit_id, app_id, request, proposed_by, base_version, changes, state, revision, not_done, created_at"
_EDIT = f"SELECT {_LISTED}, spec, diff FROM app_edits WHERE app_id = $1 AND edit_id = $2"
_EDITS = f"""
SELECT {_LISTED} FROM app_edits
WHERE app_id = $1 AND ($2 = '' OR state = $2)
  AND ($3::timestamptz IS NULL OR created_at < $3 OR (created_at = $3 AND edit_id > $4))
ORDER BY created_at DESC, edit_id LIMIT $5
"""
_OF_ENTITY = frozenset(
    {
        events.MIGRATION_KIND_RENAME_ENTITY,
        events.MIGRATION_KIND_REMOVE_ENTITY,
        events.MIGRATION_KIND_RESTORE_ENTITY,
    }
)


class PostgresEdits:
    """Changes and counts from the read models' tables."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection

    async def wait_for(self, app_id: str) -> None:
        """Waits until the app's proposals are projected up to their present end; raises Unavailable."""
        await caught_up(self._pool, self._projection, [stream_of(app_id)])

    async def edit(self, app_id: str, edit_id: str) -> AppEdit | None:
        """One proposal."""
        row = await self._pool.fetchrow(_EDIT, app_id, edit_id)
        if row is None:
            return None
        edit = _edit(row)
        edit.spec.CopyFrom(AppSpec.FromString(row["spec"]))
        edit.diff = row["diff"]
        return edit

    async def edits(self, app_id: str, state: str, after: PageKey | None, limit: int) -> list[AppEdit]:
        """An app's proposals, of one state if it is given, latest first; without specs and diffs."""
        moment, last = after or (None, None)
        return [_edit(row) for row in await self._pool.fetch(_EDITS, app_id, state, moment, last, limit)]

    async def touched(self, app_id: str, migrations: Sequence[events.Migration]) -> list[int]:
        """For each migration the number of records that hold what it moves, changes or hides."""
        counts: list[int] = []
        for migration in migrations:
            if migration.kind in (events.MIGRATION_KIND_RESTORE, events.MIGRATION_KIND_RESTORE_ENTITY):
                counts.append(0)
            elif migration.kind in _OF_ENTITY:
                counts.append(await self._count(app_id, migration.entity, "true"))
            elif migration.choice:
                condition = "data -> $3 = to_jsonb($4::text) OR data -> $3 @> to_jsonb($4::text)"
                counts.append(await self._count(app_id, migration.entity, condition, migration.field, migration.choice))
            else:
                counts.append(await self._count(app_id, migration.entity, "data ? $3", migration.field))
        return counts

    async def _count(self, app_id: str, entity: str, condition: str, *values: str) -> int:
        query = f"SELECT count(*) FROM records WHERE app_id = $1 AND entity = $2 AND ({condition})"
        return int(await self._pool.fetchval(query, app_id, entity, *values))


def _edit(row: asyncpg.Record) -> AppEdit:
    edit = AppEdit(
        edit_id=row["edit_id"],
        app_id=row["app_id"],
        request=row["request"],
        proposed_by=row["proposed_by"],
        base_version=row["base_version"],
        state=row["state"],
        revision=row["revision"],
        not_done=row["not_done"],
    )
    for change in json.loads(row["changes"]):
        edit.changes.add(**change)
    edit.created_at.FromDatetime(row["created_at"])
    return edit
