"""The read model of templates, and its share in erasure."""

from __future__ import annotations

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.repository import Repository
from madeleine_common.projections import Projection
from madeleine_common.projections.reproject import reproject, streams_of
from madeleine_miniapp.domain.templates import Template

PROJECTION = "miniapp-templates"
_STREAM = "template-"
_MADE = "INSERT INTO templates (code, app_id, spec, made_by, created_at) VALUES ($1, $2, $3, $4, $5)"


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Writes what one event means; erased ones mean nothing any more."""
    match event.message:
        case events.AppTemplateMade() as made:
            spec = made.spec.SerializeToString(deterministic=True)
            await connection.execute(_MADE, made.code, made.app_id, spec, made.made_by, event.metadata.occurred_at)
        case events.AppTemplateWithdrawn() as withdrawn:
            await connection.execute("DELETE FROM templates WHERE code = $1", withdrawn.code)
        case _:
            pass


async def clear(connection: Connection, stream_id: str) -> None:
    """Deletes what is held of one template."""
    await connection.execute("DELETE FROM templates WHERE code = $1", stream_id.removeprefix(_STREAM))


_READ_MODEL = Subscription(PROJECTION, "miniapp", apply=apply, projection=True)
TEMPLATES = Projection(PROJECTION, ("templates",), (_READ_MODEL,))


def erasure(repository: Repository[Template], codec: EventCodec) -> Subscription:
    """On identity's word that a person was erased: the templates that they made are gone."""

    async def erase(connection: Connection, event: RecordedEvent) -> None:
        person_id = event.stream_id.removeprefix("person-")
        streams = [s for s in await streams_of(connection, f"person:{person_id}") if s.startswith(_STREAM)]
        await reproject(connection, codec, _READ_MODEL, streams, clear)
        for stream_id in streams:
            repository.forget(stream_id)

    return Subscription("miniapp-templates-erasure", "identity", apply=erase, types=(PERSON_ERASED,))
