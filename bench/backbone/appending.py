"""Append + outbox: sixteen writers, each to its own streams.

Ours is EventStore.append as services call it; appends that wait at the same time share a statement and a commit. Plain
asyncpg has a connection for each writer, a prepared statement and a commit for each row: no pool, no seal, no outbox.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from typing import TypeAlias

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from backbone.rig import PAYLOAD_BYTES, PEOPLE, WRITERS, House, message, metadata, person, texts
from madeleine_common.events import NewEvent
from madeleine_common.ids import new_id

Prepared: TypeAlias = "PreparedStatement[asyncpg.Record]"

# What AES-256-GCM adds: nonce and tag.
_SEAL_BYTES = 28
_PLAIN = """
CREATE TABLE IF NOT EXISTS plain (
    event_id uuid PRIMARY KEY, type text NOT NULL, schema_version integer NOT NULL, stream_id text NOT NULL,
    version bigint NOT NULL, subject text NOT NULL, actor text NOT NULL, occurred_at timestamptz NOT NULL,
    correlation_id text NOT NULL, causation_id text NOT NULL, traceparent text NOT NULL, key_id text NOT NULL,
    payload bytea NOT NULL
)
"""
_INSERT = "INSERT INTO plain VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"


async def ours(house: House, each: int) -> float:
    """Events a second through EventStore.append: sealed, with id, optimistic lock and outbox row."""
    words = texts(100, PAYLOAD_BYTES)
    await house.keyring.for_subjects([person(number) for number in range(PEOPLE)])
    work = [[NewEvent(message(new_id(), words[n % 100]), person(n)) for n in range(each)] for _ in range(WRITERS)]

    async def write(events: Sequence[NewEvent]) -> None:
        stream = f"conversation-{new_id()}"
        for version, event in enumerate(events):
            await house.store.append(stream, version, [event], metadata())

    began = time.perf_counter()
    await asyncio.gather(*(write(events) for events in work))
    return WRITERS * each / (time.perf_counter() - began)


async def asyncpg_plain(url: str, each: int) -> float:
    """Rows a second of plain asyncpg: the same columns and bytes into one table, a connection for each writer."""
    connections = [await asyncpg.connect(url) for _ in range(WRITERS)]
    await connections[0].execute(_PLAIN)
    about = metadata()

    def row(stream: str, version: int) -> tuple[object, ...]:
        payload = os.urandom(PAYLOAD_BYTES + _SEAL_BYTES)
        key = ("madeleine.chat.v1.MessageSent", 1, stream, version, person(version), about.actor, about.occurred_at)
        return (new_id(), *key, about.correlation_id, "", "", new_id(), payload)

    work = [[row(f"conversation-{new_id()}", version) for version in range(1, each + 1)] for _ in range(WRITERS)]

    async def write(insert: Prepared, rows: Sequence[tuple[object, ...]]) -> None:
        for one in rows:
            await insert.fetch(*one)

    prepared = [await connection.prepare(_INSERT) for connection in connections]
    began = time.perf_counter()
    await asyncio.gather(*(write(insert, rows) for insert, rows in zip(prepared, work, strict=True)))
    seconds = time.perf_counter() - began
    for connection in connections:
        await connection.close()
    return WRITERS * each / seconds
