# ruff: noqa: S608 - only the column lists above the class are joined.
"""Reads the projected apps and records."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence

import asyncpg

from madeleine.miniapp.v1.miniapp_pb2 import App, Record
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.db import Pool
from madeleine_common.errors import Unavailable
from madeleine_common.events.store import EventStore
from madeleine_miniapp.application.apps import stream_of
from madeleine_miniapp.application.ports import PageKey

_PATIENCE_S = 10.0
_LOOK_AGAIN_S = 0.02
_APP = "app_id, owner_id, conversation_id, spec, version, prompt, blueprint, repairs, revision, created_at"
_RECORD = "record_id, app_id, entity, data, entered_by, entered_at"


class PostgresReadModel:
    """Apps and records from the read model's tables."""

    def __init__(self, pool: Pool, store: EventStore, projection: str) -> None:
        self._pool = pool
        self._store = store
        self._projection = projection

    async def wait_for(self, app_id: str) -> None:
        """Waits until the app's stream is projected up to its present end; raises Unavailable after 10 s."""
        stream = stream_of(app_id)
        head = await self._store.head(stream)
        deadline = time.monotonic() + _PATIENCE_S
        while await self._position(stream) < head:
            if time.monotonic() > deadline:
                raise Unavailable("what was written last is not readable yet; try again")
            # Projections run in another process: there is nothing to await here but the row.
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _position(self, stream: str) -> int:
        version = await self._pool.fetchval(
            "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2", self._projection, stream
        )
        return int(version or 0)

    async def app(self, app_id: str) -> App | None:
        """One app."""
        row = await self._pool.fetchrow(f"SELECT {_APP} FROM apps WHERE app_id = $1", app_id)
        return _app(row) if row else None

    async def apps(self, *, owner_id: str, conversation_id: str, after: PageKey | None, limit: int) -> list[App]:
        """A conversation's apps, or without one an owner's; latest first."""
        column, value = ("conversation_id", conversation_id) if conversation_id else ("owner_id", owner_id)
        moment, last = after or (None, None)
        rows = await self._pool.fetch(
            f"SELECT {_APP} FROM apps WHERE {column} = $1"
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
            f"SELECT {_APP} FROM apps WHERE owner_id = $1 AND conversation_id = ''"
            " ORDER BY created_at DESC, app_id LIMIT $2",
            owner_id,
            limit,
        )
        return [_app(row) for row in rows]

    async def record(self, app_id: str, record_id: str) -> Record | None:
        """One record."""
        row = await self._pool.fetchrow(
            f"SELECT {_RECORD} FROM records WHERE app_id = $1 AND record_id = $2", app_id, record_id
        )
        return _record(row) if row else None

    async def records(self, app_id: str, entity: str, *, after: PageKey | None, limit: int) -> list[Record]:
        """Records of an app (of one entity, if named), latest entry first."""
        moment, last = after or (None, None)
        rows = await self._pool.fetch(
            f"SELECT {_RECORD} FROM records WHERE app_id = $1 AND ($2 = '' OR entity = $2)"
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
            f"SELECT {_RECORD} FROM records WHERE app_id = $1 AND record_id = ANY($2::text[])"
            " ORDER BY entered_at DESC, record_id",
            app_id,
            list(record_ids),
        )
        return [_record(row) for row in rows]


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


def _record(row: asyncpg.Record) -> Record:
    record = Record(
        record_id=row["record_id"], app_id=row["app_id"], entity=row["entity"], entered_by=row["entered_by"]
    )
    record.values.update(json.loads(row["data"]))
    record.entered_at.FromDatetime(row["entered_at"])
    return record
