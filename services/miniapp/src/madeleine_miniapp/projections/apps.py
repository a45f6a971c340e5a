"""The read model of apps and records, and its share in erasure."""

from __future__ import annotations

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.miniapp_pb2 import VERDICT_DISCARDED
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.repository import Repository
from madeleine_common.projections import Projection
from madeleine_common.projections.reproject import reproject, streams_of
from madeleine_miniapp.application.streams import app_of, records_stream, stream_of
from madeleine_miniapp.domain.app import App
from madeleine_miniapp.projections import live, records, versions

PROJECTION = "miniapp-read-model"
_CREATED = """
INSERT INTO apps (app_id, owner_id, conversation_id, spec, version, prompt, blueprint, repairs, revision, created_at)
VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)
"""


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Writes what one event means; erased ones mean nothing any more."""
    await versions.apply(connection, event)
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
        case events.AppJudged() as judged:
            # Only its owner's word takes an app off the lists; others just say what they think of it.
            await connection.execute(
                "UPDATE apps SET discarded = $3 WHERE app_id = $1 AND owner_id = $2",
                judged.app_id,
                judged.judged_by,
                judged.verdict == VERDICT_DISCARDED,
            )
        case events.AppShared() as shared:
            await connection.execute(
                "UPDATE apps SET conversation_id = $2 WHERE app_id = $1", shared.app_id, shared.conversation_id
            )
        case _:
            await records.apply(connection, event)


_READ_MODEL = Subscription(PROJECTION, "miniapp", apply=apply, projection=True)
APPS = Projection(PROJECTION, ("apps", *versions.TABLES, *records.TABLES), (_READ_MODEL,))


def erasure(repository: Repository[App], codec: EventCodec) -> Subscription:
    """On identity's word that a person was erased: the apps that they had a part in, made anew from what is left."""

    async def erase(connection: Connection, event: RecordedEvent) -> None:
        person_id = event.stream_id.removeprefix("person-")
        apps = {app_of(stream_id) for stream_id in await streams_of(connection, f"person:{person_id}")}
        await live.erase(connection, person_id, apps)
        cleared: set[str] = set()

        async def clear(connection: Connection, stream_id: str) -> None:
            # Records come from both streams: what one has put there must not go with the other.
            if (app_id := app_of(stream_id)) not in cleared:
                cleared.add(app_id)
                await records.clear(connection, app_id)
                await versions.clear(connection, app_id)
                await connection.execute("DELETE FROM apps WHERE app_id = $1", app_id)

        # In this order, too, when they are sorted.
        streams = [stream for app_id in apps for stream in (stream_of(app_id), records_stream(app_id))]
        await reproject(connection, codec, _READ_MODEL, streams, clear)
        for app_id in apps:
            repository.forget(stream_of(app_id))

    return Subscription("miniapp-erasure", "identity", apply=erase, types=(PERSON_ERASED,))
