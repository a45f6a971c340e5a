"""Which revisions and aliases there are, for lists."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import asyncpg

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events
from madeleine_common.bus.consumer import Subscription
from madeleine_common.db import Connection, Pool
from madeleine_common.errors import Unavailable
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection
from madeleine_common.rpc.paging import decode_token, encode_token

_NAME = "inference-catalog"
_WAIT_S, _EVERY_S = 5.0, 0.02
_BEHIND = """
SELECT count(*) FROM (SELECT stream_id, max(version) AS head FROM events GROUP BY stream_id) e
LEFT JOIN stream_positions p ON p.stream_id = e.stream_id AND p.projection = $1
WHERE coalesce(p.version, 0) < e.head
"""


class Catalog:
    """The read model; an answer is never older than the question."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def revisions(self, page_size: int, page_token: str) -> tuple[list[pb.Revision], str]:
        """One page of published revisions, newest first, and the next page's token; raises Invalid, Unavailable."""
        key = decode_token(page_token, str, str)
        await self._caught_up()
        # Sorts after every row: the first page begins there.
        published_at, revision = (datetime.max.replace(tzinfo=UTC), "")
        if key:
            published_at, revision = datetime.fromisoformat(str(key[0])), str(key[1])
        rows = await self._pool.fetch(
            "SELECT * FROM revisions WHERE (published_at, revision) < ($1, $2)"
            " ORDER BY published_at DESC, revision DESC LIMIT $3",
            published_at,
            revision,
            page_size + 1,
        )
        page = rows[:page_size]
        more = len(rows) > page_size
        token = encode_token(page[-1]["published_at"].isoformat(), page[-1]["revision"]) if more else ""
        return [_revision(row) for row in page], token

    async def aliases(self) -> list[pb.Alias]:
        """All aliases by name; raises Unavailable."""
        await self._caught_up()
        rows = await self._pool.fetch("SELECT message FROM aliases ORDER BY alias")
        return [pb.Alias.FromString(row["message"]) for row in rows]

    async def _caught_up(self) -> None:
        # Whoever flips an alias and lists them next must see the flip.
        end = time.monotonic() + _WAIT_S
        while await self._pool.fetchval(_BEHIND, _NAME):
            if time.monotonic() > end:
                raise Unavailable("the adapter table is being brought up to date; try again")
            await asyncio.sleep(_EVERY_S)


async def _apply(connection: Connection, event: RecordedEvent) -> None:
    match message := event.message:
        case events.RevisionPublished(revision=revision):
            await connection.execute(
                "INSERT INTO revisions (revision, name, base_model_sha256, rank, parent, training_run_id, published_at,"
                " lineage) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                revision.revision,
                revision.name,
                revision.base_model_sha256,
                revision.rank,
                revision.parent,
                revision.training_run_id,
                revision.published_at.ToDatetime(UTC),
                revision.lineage.SerializeToString(deterministic=True),
            )
        case events.RevisionPinnedChanged():
            await connection.execute(
                "UPDATE revisions SET pinned = $2 WHERE revision = $1", message.revision, message.pinned
            )
        case events.RevisionUnloaded():
            await connection.execute("DELETE FROM revisions WHERE revision = $1", message.revision)
        case events.AliasChanged(alias=alias):
            await connection.execute(
                "INSERT INTO aliases (alias, version, changed_at, message, revisions) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT (alias) DO UPDATE SET version = $2, changed_at = $3, message = $4, revisions = $5",
                alias.alias,
                alias.version,
                alias.changed_at.ToDatetime(UTC),
                alias.SerializeToString(deterministic=True),
                sorted({target.revision for target in (*alias.targets, *alias.previous)}),
            )
        case _:
            pass


def _revision(row: asyncpg.Record) -> pb.Revision:
    revision = pb.Revision(
        revision=row["revision"],
        name=row["name"],
        base_model_sha256=row["base_model_sha256"],
        rank=row["rank"],
        parent=row["parent"],
        training_run_id=row["training_run_id"],
        pinned=row["pinned"],
    )
    revision.published_at.FromDatetime(row["published_at"])
    if row["lineage"]:
        revision.lineage.MergeFromString(row["lineage"])
    return revision


CATALOG = Projection(
    _NAME, ("revisions", "aliases"), (Subscription(_NAME, "inference", apply=_apply, projection=True),)
)
