"""Data keys in PostgreSQL, each wrapped by a master key and bound to its id and subject."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madeleine_common.crypto.keyring import DataKey, KeyBatch
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.ids import new_id, parse_id
from madeleine_identity.adapters.master_key import MasterKeys, MasterKeyUnknown

_BY_ID = "SELECT key_id, subject, wrapped, master_id FROM data_keys WHERE key_id = ANY($1::uuid[])"
# A row is at most rewrapped between its reading and the file's; twice in a row would take two rotations in a second.
_TRIES = 3


class DataKeys:
    """The house's key source: makes a subject's key at first use, and destroys it for good."""

    def __init__(self, pool: Pool, masters: MasterKeys) -> None:
        self._pool = pool
        self._masters = masters

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Each subject's key, made at first use; `destroyed` holds subjects."""
        rows, keys = await self._opened(lambda: self._by_subject(subjects))
        missing = sorted(set(subjects) - {row["subject"] for row in rows})
        if missing:
            await self._make(missing)
            # Read again: another caller may have made some of them first.
            rows, keys = await self._opened(lambda: self._by_subject(subjects))
        return KeyBatch(keys, frozenset(row["subject"] for row in rows if row["wrapped"] is None))

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Keys by id; `destroyed` holds ids of keys that were. An id that never was is in neither."""
        wanted = [key_id for key_id in key_ids if parse_id(key_id)]
        rows, keys = await self._opened(lambda: self._pool.fetch(_BY_ID, wanted))
        return KeyBatch(keys, frozenset(str(row["key_id"]) for row in rows if row["wrapped"] is None))

    @staticmethod
    async def destroy(connection: Connection, subject: str) -> None:
        """Destroys a subject's key in the caller's transaction; nothing it sealed can be read again."""
        await connection.execute(
            "UPDATE data_keys SET wrapped = NULL, master_id = '', destroyed_at = now()"
            " WHERE subject = $1 AND wrapped IS NOT NULL",
            subject,
        )

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        """Destroys several subjects' keys, all or none; one that had none yet gets a grave, so that none is made."""
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            await connection.executemany(
                "INSERT INTO data_keys (key_id, subject, wrapped, master_id, destroyed_at)"
                " VALUES ($1, $2, NULL, '', now()) ON CONFLICT (subject) DO NOTHING",
                [(new_id(), subject) for subject in subjects],
            )
            for subject in subjects:
                await self.destroy(connection, subject)

    async def _make(self, subjects: Sequence[str]) -> None:
        made = [(new_id(), subject) for subject in subjects]
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            master = await self._masters.current(connection)
            await connection.execute(
                "INSERT INTO data_keys (key_id, subject, wrapped, master_id)"
                " SELECT *, $4 FROM unnest($1::uuid[], $2::text[], $3::bytea[]) ON CONFLICT (subject) DO NOTHING",
                [key_id for key_id, _ in made],
                list(subjects),
                [master.wrap(AESGCM.generate_key(256), bound_to(*key)) for key in made],
                master.key_id,
            )

    async def _by_subject(self, subjects: Sequence[str]) -> list[asyncpg.Record]:
        return await self._pool.fetch(
            "SELECT key_id, subject, wrapped, master_id FROM data_keys WHERE subject = ANY($1::text[])", list(subjects)
        )

    async def _opened(
        self, read: Callable[[], Awaitable[list[asyncpg.Record]]]
    ) -> tuple[list[asyncpg.Record], tuple[DataKey, ...]]:
        """Rows, and the keys in them; read again where a rotation has overtaken the reading."""
        for left in reversed(range(_TRIES)):
            rows = await read()
            try:
                return rows, tuple(self._open(row) for row in rows if row["wrapped"] is not None)
            except MasterKeyUnknown:
                if not left:
                    raise
        raise AssertionError("unreachable")

    def _open(self, row: asyncpg.Record) -> DataKey:
        key_id, subject = str(row["key_id"]), row["subject"]
        key = self._masters.unwrap(row["master_id"], row["wrapped"], bound_to(key_id, subject))
        return DataKey(key_id, subject, key)


def bound_to(key_id: str, subject: str) -> bytes:
    """What a wrapped data key is bound to."""
    return f"{key_id}|{subject}".encode()
