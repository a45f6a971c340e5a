"""The read model of apps and records, and its share in erasure."""

from __future__ import annotations

import json

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.repository import Repository
from madeleine_common.projections import Projection
from madeleine_common.projections.reproject import reproject, streams_of
from madeleine_miniapp.domain.app import App, plain

PROJECTION = "miniapp-read-model"
_CREATED = """
INSERT INTO apps (app_id, owner_id, conversation_id, spec, version, prompt, blueprint, repairs, revision, created_at)
VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)
"""
_ADDED = """
INSERT INTO records (record_id, app_id, entity, data, entered_by, entered_at, changed_by)
SELECT $1, $2::text, $3, $4::jsonb, $5::text, $6, $5 WHERE EXISTS (SELECT FROM apps WHERE app_id = $2)
"""


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Writes what one event means; erased ones mean nothing any more."""
    match event.message:
        case events.AppCreated() as created:
            await connection.execute(
                _CREATED,
                created.app_id,
                created.owner_id,
                created.conversation_id,
                created.spec.SerializeToString(deterministic=True),
                created.prompt,
                created.blueprint,
                created.repairs,
                created.revision,
                event.metadata.occurred_at,
            )
        case events.AppSpecChanged() as changed:
            await connection.execute(
                "UPDATE apps SET spec = $2, version = $3 WHERE app_id = $1",
                changed.app_id,
                changed.spec.SerializeToString(deterministic=True),
                changed.version,
            )
        case events.AppShared() as shared:
            await connection.execute(
                "UPDATE apps SET conversation_id = $2 WHERE app_id = $1", shared.app_id, shared.conversation_id
            )
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
                "UPDATE records SET data = $2, changed_by = $3 WHERE record_id = $1",
                changed.record_id,
                json.dumps(plain(changed.values)),
                changed.changed_by,
            )
        case events.RecordRemoved() as removed:
            await connection.execute("DELETE FROM records WHERE record_id = $1", removed.record_id)
        case _:
            pass


async def clear(connection: Connection, stream_id: str) -> None:
    """Deletes what is held of one app."""
    app_id = stream_id.removeprefix("app-")
    await connection.execute("DELETE FROM records WHERE app_id = $1", app_id)
    await connection.execute("DELETE FROM apps WHERE app_id = $1", app_id)


_READ_MODEL = Subscription(PROJECTION, "miniapp", apply=apply, projection=True)
APPS = Projection(PROJECTION, ("apps", "records"), (_READ_MODEL,))


def erasure(repository: Repository[App], codec: EventCodec) -> Subscription:
    """On identity's word that a person was erased: the apps that they had a part in, made anew from what is left.

    An app is readable only with its owner's key: its records go with it.
    """

    async def erase(connection: Connection, event: RecordedEvent) -> None:
        streams = await streams_of(connection, f"person:{event.stream_id.removeprefix('person-')}")
        await reproject(connection, codec, _READ_MODEL, streams, clear)
        for stream_id in streams:
            repository.forget(stream_id)

    return Subscription("miniapp-erasure", "identity", apply=erase, types=(PERSON_ERASED,))
