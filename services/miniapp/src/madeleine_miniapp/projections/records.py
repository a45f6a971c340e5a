"""The read model of records, from both streams of an app: older apps have record events in the app's own."""

from __future__ import annotations

import json
from typing import Any

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_common.db import Connection
from madeleine_common.events.model import RecordedEvent
from madeleine_miniapp.application.streams import app_of
from madeleine_miniapp.domain.app import plain
from madeleine_miniapp.domain.migrating import Row
from madeleine_miniapp.projections import following

TABLES = ("records", "apps_gone")
_APP_CREATED = events.AppCreated.DESCRIPTOR.full_name
# Not asked whether the app is there: the two streams come in any order.
_ADDED = """
INSERT INTO records (record_id, app_id, entity, data, entered_by, entered_at, changed_by, spec_version, written_version,
    archive, written)
SELECT $1, $2::text, $3, $4::jsonb, $5::text, $6, $5, $7, $8, $9::jsonb, $10::jsonb
WHERE NOT EXISTS (SELECT FROM apps_gone WHERE app_id = $2)
ON CONFLICT (app_id, record_id) DO UPDATE SET entity = excluded.entity, data = excluded.data,
    entered_by = excluded.entered_by, entered_at = excluded.entered_at, changed_by = excluded.changed_by,
    spec_version = excluded.spec_version, written_version = excluded.written_version, archive = excluded.archive,
    written = excluded.written
"""
# What nearly every change is: one of the version that the row obeys.
_CHANGED = """
UPDATE records SET data = $3, changed_by = $4, written_version = $5, written = NULL
WHERE app_id = $1 AND record_id = $2 AND spec_version = $5
"""
_CHANGED_LATE = """
UPDATE records SET data = $3, changed_by = $4, written_version = $5, spec_version = $6, entity = $7, archive = $8,
    written = $9
WHERE app_id = $1 AND record_id = $2
"""
_ROW = """
SELECT entity, data, archive, written, spec_version, written_version FROM records WHERE app_id = $1 AND record_id = $2
"""


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Writes what one event means for records."""
    match event.message:
        case events.RecordAdded() as added:
            await _add(connection, added, event)
        case events.RecordChanged() as changed:
            await _change(connection, changed)
        case events.RecordRemoved() as removed:
            await connection.execute(
                "DELETE FROM records WHERE app_id = $1 AND record_id = $2", removed.app_id, removed.record_id
            )
        case None if event.type == _APP_CREATED:
            # An app is readable only with its owner's key: its records go with it.
            app_id = app_of(event.stream_id)
            await connection.execute("INSERT INTO apps_gone (app_id) VALUES ($1) ON CONFLICT DO NOTHING", app_id)
            await connection.execute("DELETE FROM records WHERE app_id = $1", app_id)
        case _:
            pass


async def clear(connection: Connection, app_id: str) -> None:
    """Deletes an app's records."""
    await connection.execute("DELETE FROM records WHERE app_id = $1", app_id)


async def _add(connection: Connection, added: events.RecordAdded, event: RecordedEvent) -> None:
    version = added.spec_version or 1
    later = await following.steps(connection, added.app_id, version)
    row = following.written(Row(added.entity, plain(added.values)), version, later)
    await connection.execute(
        _ADDED,
        added.record_id,
        added.app_id,
        row.now.entity,
        json.dumps(row.now.values),
        added.entered_by,
        event.metadata.occurred_at,
        row.version,
        version,
        json.dumps(row.now.archive),
        row.written,
    )


async def _change(connection: Connection, changed: events.RecordChanged) -> None:
    version = changed.spec_version or 1
    values: dict[str, Any] = dict(plain(changed.values))
    done = await connection.execute(
        _CHANGED, changed.app_id, changed.record_id, json.dumps(values), changed.changed_by, version
    )
    if done != "UPDATE 0":
        return
    found = await connection.fetchrow(_ROW, changed.app_id, changed.record_id)
    if found is None:
        return
    now = Row(found["entity"], json.loads(found["data"]), json.loads(found["archive"]))
    base = following.loaded(found["written"]) if found["written"] else now
    before = following.Written(base, found["written_version"], now, found["spec_version"])
    known = await following.steps(connection, changed.app_id, before.written_version)
    row = following.rewritten(before, values, version, known)
    await connection.execute(
        _CHANGED_LATE,
        changed.app_id,
        changed.record_id,
        json.dumps(row.now.values),
        changed.changed_by,
        version,
        row.version,
        row.now.entity,
        json.dumps(row.now.archive),
        row.written,
    )
