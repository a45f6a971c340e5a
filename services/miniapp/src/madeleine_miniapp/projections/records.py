"""The read model of records, from both streams of an app: older apps have record events in the app's own."""

from __future__ import annotations

import json

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_common.db import Connection
from madeleine_common.events.model import RecordedEvent
from madeleine_miniapp.application.streams import app_of
from madeleine_miniapp.domain.app import plain

TABLES = ("records", "apps_gone")
_APP_CREATED = events.AppCreated.DESCRIPTOR.full_name
# Not asked whether the app is there: the two streams come in any order.
_ADDED = """
INSERT INTO records (record_id, app_id, entity, data, entered_by, entered_at, changed_by)
SELECT $1, $2::text, $3, $4::jsonb, $5::text, $6, $5 WHERE NOT EXISTS (SELECT FROM apps_gone WHERE app_id = $2)
ON CONFLICT (app_id, record_id) DO UPDATE SET entity = excluded.entity, data = excluded.data,
    entered_by = excluded.entered_by, entered_at = excluded.entered_at, changed_by = excluded.changed_by
"""


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Writes what one event means for records."""
    match event.message:
        case events.RecordAdded() as added:
            await connection.execute(
                _ADDED,
                added.record_id,
                added.app_id,
                added.entity,
                json.dumps(plain(added.values)),
                added.entered_by,
                event.metadata.occurred_at,
            )
        case events.RecordChanged() as changed:
            await connection.execute(
                "UPDATE records SET data = $3, changed_by = $4 WHERE app_id = $1 AND record_id = $2",
                changed.app_id,
                changed.record_id,
                json.dumps(plain(changed.values)),
                changed.changed_by,
            )
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
