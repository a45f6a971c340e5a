"""Uploads in this service's database (`application.attachment_ports.UploadRows`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from madeleine_chat.application.attachment_ports import NotToSend, Overtaken, Upload
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.errors import ConcurrencyError, Conflict, Exhausted
from madeleine_common.events.appending import SideWrite

# Announced and not whole: more of them at once is no upload but a flood.
MOST_OPEN = 100
_COLUMNS = """
attachment_id, conversation_id, person_id, name, media_type, size_bytes, sha256, key_id, part_bytes, parts, complete,
message_id
"""
_NEXT = "attachment_id = $1 AND cardinality(parts) = $2 AND NOT complete AND gone_at IS NULL"


class PostgresUploads:
    """The table `uploads`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(self, upload: Upload, key: str, fingerprint: bytes, most_bytes: int, at: datetime) -> Upload:
        """Keeps a new upload, or gives the one that its idempotency key made; raises Conflict, Exhausted."""
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            # One after the other, so that together they keep within what one person may have.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 5))", upload.person_id)
            past = await connection.fetchrow(
                f"SELECT fingerprint, {_COLUMNS} FROM uploads"  # noqa: S608 (constants only)
                " WHERE person_id = $1 AND idempotency_key = $2",
                upload.person_id,
                key,
            )
            if past is not None:
                if past["fingerprint"] != fingerprint:
                    raise Conflict("this idempotency_key came with another request", reason="IDEMPOTENCY_KEY_REUSED")
                return _upload(past)
            (held,) = await connection.fetch(
                "SELECT coalesce(sum(size_bytes), 0)::bigint AS bytes, count(*) FILTER (WHERE NOT complete) AS open"
                " FROM uploads WHERE person_id = $1",
                upload.person_id,
            )
            if held["bytes"] + upload.size_bytes > most_bytes:
                said = f"you keep {held['bytes']} of at most {most_bytes} bytes; delete messages with attachments first"
                raise Exhausted(said, reason="ATTACHMENTS_FULL")
            if held["open"] >= MOST_OPEN:
                raise Exhausted(f"{MOST_OPEN} of your uploads are unfinished", reason="TOO_MANY_UPLOADS")
            await connection.execute(
                "INSERT INTO uploads (attachment_id, conversation_id, person_id, idempotency_key, fingerprint, name,"
                " media_type, size_bytes, sha256, key_id, part_bytes, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                upload.attachment_id,
                upload.conversation_id,
                upload.person_id,
                key,
                fingerprint,
                upload.name,
                upload.media_type,
                upload.size_bytes,
                upload.sha256,
                upload.key_id,
                upload.part_bytes,
                at,
            )
        return upload

    async def find(self, attachment_id: str) -> Upload | None:
        """An upload that is not gone."""
        row = await self._pool.fetchrow(
            f"SELECT {_COLUMNS} FROM uploads WHERE attachment_id = $1 AND gone_at IS NULL",  # noqa: S608 (constants only)
            attachment_id,
        )
        return _upload(row) if row else None

    async def add_part(self, upload: Upload, part: str) -> bool:
        """Adds the next part; False when the upload has moved on since `upload` was read."""
        return (
            await self._pool.fetchval(
                f"UPDATE uploads SET parts = parts || $3::text WHERE {_NEXT} RETURNING true",  # noqa: S608 (constants only)
                upload.attachment_id,
                len(upload.parts),
                part,
            )
            or False
        )

    async def start_anew(self, upload: Upload) -> bool:
        """Takes all parts back; False when the upload has moved on."""
        return (
            await self._pool.fetchval(
                f"UPDATE uploads SET parts = '{{}}' WHERE {_NEXT} AND parts = $3 RETURNING true",  # noqa: S608 (constants only)
                upload.attachment_id,
                len(upload.parts),
                list(upload.parts),
            )
            or False
        )

    def finishing(self, upload: Upload, part: str) -> SideWrite:
        """Adds the last part and marks the upload complete, beside its event; raises Overtaken."""

        async def write(connection: Connection) -> None:
            done = await connection.fetchval(
                f"UPDATE uploads SET parts = parts || $3::text, complete = true WHERE {_NEXT}"  # noqa: S608 (constants only)
                " AND parts = $4 RETURNING true",
                upload.attachment_id,
                len(upload.parts),
                part,
                list(upload.parts),
            )
            if not done:
                raise Overtaken(upload.attachment_id)

        return write

    def sending(self, person_id: str, conversation_id: str, message_id: str, ids: Sequence[str]) -> SideWrite:
        """Marks uploads as sent, beside the message's event; raises NotToSend, ConcurrencyError."""

        async def write(connection: Connection) -> None:
            rows = await connection.fetch(
                "UPDATE uploads SET message_id = $4 WHERE attachment_id = ANY($1::uuid[]) AND person_id = $2"
                " AND conversation_id = $3 AND complete AND message_id IS NULL AND gone_at IS NULL"
                " RETURNING attachment_id",
                list(ids),
                person_id,
                conversation_id,
                message_id,
            )
            if missing := set(ids) - {str(row["attachment_id"]) for row in rows}:
                if await connection.fetchval(
                    "SELECT true FROM uploads WHERE attachment_id = ANY($1::uuid[]) AND message_id IS NOT NULL",
                    list(missing),
                ):
                    raise ConcurrencyError("somebody sent it meanwhile, perhaps this very request")
                raise NotToSend(next(i for i in ids if i in missing))

        return write

    async def doom_person(self, person_id: str) -> None:
        """All uploads of a person are to go."""
        await self._doom("person_id = $1", person_id)

    async def doom_message(self, message_id: str) -> None:
        """What was sent with a message is to go."""
        await self._doom("message_id = $1", message_id)

    async def doom_unsent(self, before: datetime) -> None:
        """What was never sent, and made before then, is to go."""
        await self._doom("message_id IS NULL AND created_at < $1", before)

    async def keys_since(self, at: datetime) -> list[str]:
        """Ids of the keys of uploads that were made since then."""
        rows = await self._pool.fetch(
            "SELECT DISTINCT key_id FROM uploads WHERE created_at >= $1 AND gone_at IS NULL", at
        )
        return [row["key_id"] for row in rows]

    async def doom_keys(self, key_ids: Sequence[str]) -> None:
        """Uploads under these keys are to go."""
        if key_ids:
            await self._doom("key_id = ANY($1::text[])", list(key_ids))

    async def doomed(self) -> list[str]:
        """Ids of uploads that are to go."""
        rows = await self._pool.fetch("SELECT attachment_id FROM uploads WHERE gone_at IS NOT NULL ORDER BY gone_at")
        return [str(row["attachment_id"]) for row in rows]

    async def drop(self, attachment_ids: Collection[str]) -> None:
        """Deletes the rows, once the files are gone."""
        await self._pool.execute("DELETE FROM uploads WHERE attachment_id = ANY($1::uuid[])", list(attachment_ids))

    async def _doom(self, condition: str, value: object) -> None:
        await self._pool.execute(
            f"UPDATE uploads SET gone_at = now() WHERE gone_at IS NULL AND {condition}",  # noqa: S608 (constants only)
            value,
        )


def _upload(row: asyncpg.Record) -> Upload:
    return Upload(
        attachment_id=str(row["attachment_id"]),
        conversation_id=str(row["conversation_id"]),
        person_id=str(row["person_id"]),
        name=row["name"],
        media_type=row["media_type"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        key_id=row["key_id"],
        part_bytes=row["part_bytes"],
        parts=tuple(row["parts"]),
        complete=row["complete"],
        message_id=str(row["message_id"] or ""),
    )
