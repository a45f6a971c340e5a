"""Data keys in PostgreSQL, each wrapped by the master key and bound to its id and subject."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madeleine_common.crypto.keyring import DataKey, KeyBatch
from madeleine_common.crypto.seal import seal, unseal
from madeleine_common.db import Connection, Pool
from madeleine_common.ids import new_id, parse_id


class DataKeys:
    """The house's key source: makes a subject's key at first use, and destroys it for good."""

    def __init__(self, pool: Pool, master_key: bytes) -> None:
        self._pool = pool
        self._master = master_key

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Each subject's key, made at first use; `destroyed` holds subjects."""
        rows = await self._by_subject(subjects)
        missing = sorted(set(subjects) - {row["subject"] for row in rows})
        if missing:
            made = [(new_id(), subject) for subject in missing]
            await self._pool.execute(
                "INSERT INTO data_keys (key_id, subject, wrapped)"
                " SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[]) ON CONFLICT (subject) DO NOTHING",
                [key_id for key_id, _ in made],
                missing,
                [seal(self._master, AESGCM.generate_key(256), _bound_to(*key)) for key in made],
            )
            # Read again: another caller may have made some of them first.
            rows = await self._by_subject(subjects)
        return KeyBatch(self._opened(rows), frozenset(row["subject"] for row in rows if row["wrapped"] is None))

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Keys by id; `destroyed` holds ids, and any that never were."""
        rows = await self._pool.fetch(
            "SELECT key_id, subject, wrapped FROM data_keys WHERE key_id = ANY($1::uuid[])",
            [key_id for key_id in key_ids if parse_id(key_id)],
        )
        keys = self._opened(rows)
        return KeyBatch(keys, frozenset(key_ids) - {key.key_id for key in keys})

    @staticmethod
    async def destroy(connection: Connection, subject: str) -> None:
        """Destroys a subject's key in the caller's transaction; nothing it sealed can be read again."""
        await connection.execute(
            "UPDATE data_keys SET wrapped = NULL, destroyed_at = now() WHERE subject = $1 AND wrapped IS NOT NULL",
            subject,
        )

    async def _by_subject(self, subjects: Sequence[str]) -> list[asyncpg.Record]:
        return await self._pool.fetch(
            "SELECT key_id, subject, wrapped FROM data_keys WHERE subject = ANY($1::text[])", list(subjects)
        )

    def _opened(self, rows: Sequence[asyncpg.Record]) -> tuple[DataKey, ...]:
        return tuple(
            DataKey(
                str(row["key_id"]),
                row["subject"],
                unseal(self._master, row["wrapped"], _bound_to(str(row["key_id"]), row["subject"])),
            )
            for row in rows
            if row["wrapped"] is not None
        )


def _bound_to(key_id: str, subject: str) -> bytes:
    return f"{key_id}|{subject}".encode()
