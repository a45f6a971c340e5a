"""The read model of an app's versions and of roles in it."""

from __future__ import annotations

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.db import Connection
from madeleine_common.events.model import RecordedEvent
from madeleine_miniapp.projections.following import Step, move

TABLES = ("app_versions", "app_roles")
_VERSION = """
INSERT INTO app_versions (app_id, version, spec, migrations, diff, request, changed_by, changed_at, revision,
    restored_version, edit_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_ROLE = """
INSERT INTO app_roles (app_id, person_id, role) VALUES ($1, $2, $3)
ON CONFLICT (app_id, person_id) DO UPDATE SET role = excluded.role
"""


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Writes what one event means for versions and roles."""
    match event.message:
        case events.AppCreated() as created:
            await _add(connection, _first(created), event)
        case events.AppSpecChanged() as changed:
            before = await connection.fetchval(
                "SELECT spec FROM app_versions WHERE app_id = $1 AND version = $2", changed.app_id, changed.version - 1
            )
            await _add(connection, changed, event)
            step = Step(changed.version, changed.migrations, changed.spec)
            await move(connection, changed.app_id, step, AppSpec.FromString(before or b""))
        case events.AppVersionSigned() as signed:
            await connection.execute(
                "UPDATE app_versions SET changed_by = $3 WHERE app_id = $1 AND version = $2",
                signed.app_id,
                signed.version,
                signed.person_id,
            )
        case events.AppRoleSet() as given:
            await connection.execute(_ROLE, given.app_id, given.person_id, given.role)
        case _:
            pass


async def clear(connection: Connection, app_id: str) -> None:
    """Deletes an app's versions and roles."""
    await connection.execute("DELETE FROM app_versions WHERE app_id = $1", app_id)
    await connection.execute("DELETE FROM app_roles WHERE app_id = $1", app_id)


def _first(created: events.AppCreated) -> events.AppSpecChanged:
    return events.AppSpecChanged(
        app_id=created.app_id,
        version=1,
        spec=created.spec,
        request=created.prompt,
        changed_by=created.owner_id,
        revision=created.revision,
    )


async def _add(connection: Connection, version: events.AppSpecChanged, event: RecordedEvent) -> None:
    await connection.execute(
        _VERSION,
        version.app_id,
        version.version,
        version.spec.SerializeToString(deterministic=True),
        events.AppSpecChanged(migrations=version.migrations).SerializeToString(deterministic=True),
        version.diff,
        version.request,
        version.changed_by,
        event.metadata.occurred_at,
        version.revision,
        version.restored_version,
        version.edit_id,
    )
