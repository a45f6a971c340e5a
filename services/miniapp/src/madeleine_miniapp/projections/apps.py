"""The read model of apps and records, and its share in erasure."""

from __future__ import annotations

import json

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.repository import Repository
from madeleine_miniapp.domain.app import App, plain

PROJECTION = "miniapp-read-model"
_CREATED = """
INSERT INTO apps (app_id, owner_id, conversation_id, spec, version, prompt, blueprint, repairs, revision, created_at)
VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)
"""
_ADDED = """
INSERT INTO records (record_id, app_id, entity, data, entered_by, entered_at, changed_by)
VALUES ($1, $2, $3, $4, $5, $6, $5)
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


def subscriptions(repository: Repository[App]) -> list[Subscription]:
    """The read model's own stream, and identity's word that a person was erased."""

    async def erase(connection: Connection, event: RecordedEvent) -> None:
        person_id = event.stream_id.removeprefix("person-")
        touched = await connection.fetch(
            "SELECT app_id FROM apps WHERE owner_id = $1 UNION"
            " SELECT app_id FROM records WHERE entered_by = $1 OR changed_by = $1",
            person_id,
        )
        # An app is readable only with its owner's key: its records go with it.
        await connection.execute(
            "DELETE FROM records WHERE entered_by = $1 OR changed_by = $1"
            " OR app_id IN (SELECT app_id FROM apps WHERE owner_id = $1)",
            person_id,
        )
        await connection.execute("DELETE FROM apps WHERE owner_id = $1", person_id)
        for row in touched:
            repository.forget(f"app-{row['app_id']}")

    return [
        Subscription(PROJECTION, "miniapp", apply=apply, projection=True),
        Subscription("miniapp-erasure", "identity", apply=erase, types=(PERSON_ERASED,)),
    ]
