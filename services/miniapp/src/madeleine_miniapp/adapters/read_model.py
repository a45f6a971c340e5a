# ruff: noqa: S608 - only the column lists above the class are joined.
"""Reads the projected apps and records."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

import asyncpg

from madeleine.miniapp.v1.miniapp_pb2 import App, Record
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.db import Pool
from madeleine_common.projections import caught_up
from madeleine_miniapp.application.ports import PageKey
from madeleine_miniapp.application.streams import records_stream, stream_of
from madeleine_miniapp.domain.recording import Facts, memory_space

_PATIENCE_S = 10.0
_APP = "app_id, owner_id, conversation_id, spec, version, prompt, blueprint, repairs, revision, created_at"
_FACTS = "app_id, owner_id, conversation_id, spec, apps.version"
_VERSION = (
    "app_id, a.owner_id, a.conversation_id, v.spec, v.version, a.prompt, a.blueprint, a.repairs, v.revision,"
    " a.created_at, coalesce(nullif(v.request, ''), e.request, '') AS request, v.changed_by, v.changed_at, v.diff,"
    " v.restored_version"
)
_RECORD = "record_id, app_id, entity, data, entered_by, entered_at"


class PostgresReadModel:
    """Apps and records from the read model's tables."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection

    async def wait_for(self, app_id: str, *, records: bool = True) -> None:
        """Waits until the app's streams are projected up to their ends; raises Unavailable after 10 s."""
        streams = [stream_of(app_id), *([records_stream(app_id)] if records else [])]
        await caught_up(self._pool, self._projection, streams, _PATIENCE_S)

    async def app(self, app_id: str) -> App | None:
        """One app."""
        row = await self._pool.fetchrow(f"SELECT {_APP} FROM apps WHERE app_id = $1", app_id)
        return _app(row) if row else None

    async def facts(self, app_id: str) -> Facts | None:
        """What records of an app are judged by."""
        row = await self._pool.fetchrow(f"SELECT {_FACTS} FROM apps WHERE app_id = $1", app_id)
        return _facts(row) if row else None

    async def present(self, app_ids: Collection[str]) -> dict[str, tuple[int, int, Facts]]:
        """Epoch and last update of these apps' documents, and their facts; without those that are gone."""
        rows = await self._pool.fetch(
            f"SELECT {_FACTS}, epoch, seq FROM apps JOIN app_documents USING (app_id) WHERE app_id = ANY($1::text[])",
            list(app_ids),
        )
        return {row["app_id"]: (row["epoch"], row["seq"], _facts(row)) for row in rows}

    async def apps(self, *, owner_id: str, conversation_id: str, after: PageKey | None, limit: int) -> list[App]:
        """A conversation's apps, or without one an owner's; latest first."""
        column, value = ("conversation_id", conversation_id) if conversation_id else ("owner_id", owner_id)
        moment, last = after or (None, None)
        rows = await self._pool.fetch(
            f"SELECT {_APP} FROM apps WHERE {column} = $1 AND NOT discarded"
            " AND ($2::timestamptz IS NULL OR created_at < $2 OR (created_at = $2 AND app_id > $3))"
            " ORDER BY created_at DESC, app_id LIMIT $4",
            value,
            moment,
            last,
            limit,
        )
        return [_app(row) for row in rows]

    async def private_apps(self, owner_id: str, limit: int) -> list[App]:
        """A person's unshared apps, latest first."""
        rows = await self._pool.fetch(
            f"SELECT {_APP} FROM apps WHERE owner_id = $1 AND conversation_id = '' AND NOT discarded"
            " ORDER BY created_at DESC, app_id LIMIT $2",
            owner_id,
            limit,
        )
        return [_app(row) for row in rows]

    async def versions(self, app_id: str, *, before: int | None, limit: int) -> list[App]:
        """An app's versions before one, latest first."""
        rows = await self._pool.fetch(
            f"SELECT {_VERSION} FROM app_versions v JOIN apps a USING (app_id)"
            " LEFT JOIN app_edits e USING (app_id, edit_id)"
            " WHERE app_id = $1 AND ($2::integer IS NULL OR v.version < $2) ORDER BY v.version DESC LIMIT $3",
            app_id,
            before,
            limit,
        )
        return [_version(row) for row in rows]

    async def roles(self, app_id: str) -> dict[str, str]:
        """The roles that were given in an app, by person id."""
        rows = await self._pool.fetch("SELECT person_id, role FROM app_roles WHERE app_id = $1", app_id)
        return {row["person_id"]: row["role"] for row in rows}

    async def roles_of(self, person_id: str, app_ids: Sequence[str]) -> dict[str, str]:
        """The roles that a person was given in these apps, by app id."""
        rows = await self._pool.fetch(
            "SELECT app_id, role FROM app_roles WHERE person_id = $1 AND app_id = ANY($2::text[])",
            person_id,
            list(app_ids),
        )
        return {row["app_id"]: row["role"] for row in rows}

    async def record(self, app_id: str, record_id: str) -> Record | None:
        """One record."""
        row = await self._pool.fetchrow(
            f"SELECT {_RECORD} FROM records WHERE app_id = $1 AND record_id = $2 AND entity <> ''", app_id, record_id
        )
        return _record(row) if row else None

    async def records(self, app_id: str, entity: str, *, after: PageKey | None, limit: int) -> list[Record]:
        """Records of an app (of one entity, if named), latest entry first."""
        moment, last = after or (None, None)
        rows = await self._pool.fetch(
            f"SELECT {_RECORD} FROM records WHERE app_id = $1 AND entity <> '' AND ($2 = '' OR entity = $2)"
            " AND ($3::timestamptz IS NULL OR entered_at < $3 OR (entered_at = $3 AND record_id > $4))"
            " ORDER BY entered_at DESC, record_id LIMIT $5",
            app_id,
            entity,
            moment,
            last,
            limit,
        )
        return [_record(row) for row in rows]

    async def records_by_id(self, app_id: str, record_ids: Sequence[str]) -> list[Record]:
        """Those of the named records that there are, latest entry first."""
        rows = await self._pool.fetch(
            f"SELECT {_RECORD} FROM records WHERE app_id = $1 AND record_id = ANY($2::text[]) AND entity <> ''"
            " ORDER BY entered_at DESC, record_id",
            app_id,
            list(record_ids),
        )
        return [_record(row) for row in rows]


def _facts(row: asyncpg.Record) -> Facts:
    space = memory_space(row["owner_id"], row["conversation_id"])
    return Facts(row["app_id"], AppSpec.FromString(row["spec"]), row["version"], space)


def _app(row: asyncpg.Record) -> App:
    app = App(
        app_id=row["app_id"],
        owner_id=row["owner_id"],
        conversation_id=row["conversation_id"],
        spec=AppSpec.FromString(row["spec"]),
        version=row["version"],
        prompt=row["prompt"],
        blueprint=row["blueprint"],
        repairs=row["repairs"],
        revision=row["revision"],
    )
    app.created_at.FromDatetime(row["created_at"])
    return app


def _version(row: asyncpg.Record) -> App:
    app = _app(row)
    app.request, app.changed_by, app.diff = row["request"], row["changed_by"], row["diff"]
    app.restored_version = row["restored_version"]
    app.changed_at.FromDatetime(row["changed_at"])
    return app


def _record(row: asyncpg.Record) -> Record:
    record = Record(
        record_id=row["record_id"], app_id=row["app_id"], entity=row["entity"], entered_by=row["entered_by"]
    )
    record.values.update(json.loads(row["data"]))
    record.entered_at.FromDatetime(row["entered_at"])
    return record
