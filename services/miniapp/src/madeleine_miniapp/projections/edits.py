"""The read model of proposed changes, and its share in erasure."""

from __future__ import annotations

import json

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import RecordedEvent
from madeleine_common.projections import Projection
from madeleine_common.projections.reproject import reproject, streams_of
from madeleine_miniapp.domain.edits import APPLIED, DISCARDED, MAX_EDITS, PROPOSED

PROJECTION = "miniapp-edits"
_PROPOSED = """
INSERT INTO app_edits (edit_id, app_id, request, proposed_by, base_version, spec, diff, changes, state, revision,
                       not_done, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $12)
"""
# An app remembers so many: what it has forgotten can be made no more, and does not wait.
_FORGET = """
UPDATE app_edits SET state = $2 WHERE app_id = $1 AND state = $3 AND edit_id NOT IN (
    SELECT edit_id FROM app_edits WHERE app_id = $1 ORDER BY created_at DESC, edit_id LIMIT $4
)
"""
_BECAME = "UPDATE app_edits SET state = $3 WHERE app_id = $1 AND edit_id = $2"


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Writes what one event means; erased ones mean nothing any more."""
    match event.message:
        case events.AppEditProposed() as proposed:
            changes = [
                {"kind": c.kind, "what": c.what, "name": c.name, "text": c.text, "records": c.records}
                for c in proposed.changes
            ]
            await connection.execute(
                _PROPOSED,
                proposed.edit_id,
                proposed.app_id,
                proposed.request,
                proposed.proposed_by,
                proposed.base_version,
                proposed.spec.SerializeToString(deterministic=True),
                proposed.diff,
                json.dumps(changes),
                PROPOSED,
                proposed.revision,
                proposed.not_done,
                event.metadata.occurred_at,
            )
            await connection.execute(_FORGET, proposed.app_id, DISCARDED, PROPOSED, MAX_EDITS)
        case events.AppEditDiscarded() as discarded:
            await connection.execute(_BECAME, discarded.app_id, discarded.edit_id, DISCARDED)
        case events.AppSpecChanged() as changed if changed.edit_id:
            await connection.execute(_BECAME, changed.app_id, changed.edit_id, APPLIED)
        case _:
            pass


async def clear(connection: Connection, stream_id: str) -> None:
    """Deletes what is held of one app's changes."""
    await connection.execute("DELETE FROM app_edits WHERE app_id = $1", stream_id.removeprefix("app-"))


_READ_MODEL = Subscription(PROJECTION, "miniapp", apply=apply, projection=True)
EDITS = Projection(PROJECTION, ("app_edits",), (_READ_MODEL,))


def erasure(codec: EventCodec) -> Subscription:
    """On identity's word that a person was erased: the changes of their apps, made anew from what is left."""

    async def erase(connection: Connection, event: RecordedEvent) -> None:
        streams = await streams_of(connection, f"person:{event.stream_id.removeprefix('person-')}")
        await reproject(connection, codec, _READ_MODEL, streams, clear)

    return Subscription("miniapp-edits-erasure", "identity", apply=erase, types=(PERSON_ERASED,))
