"""Rebuilding a projection from PostgreSQL: read, decrypt, parse, fold, write, swap.

Ours is Rebuilder.rebuild with all it does. Plain asyncpg reads the same rows and decrypts them, and does no more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from backbone.rig import PEOPLE, DerivedKeys, House, person
from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Subscription
from madeleine_common.crypto.seal import unseal
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_common.events.codec import associated_data
from madeleine_common.projections import Projection
from madeleine_common.projections.rebuild import Rebuilder

_TABLE = """
CREATE TABLE IF NOT EXISTS talk (
    stream_id text PRIMARY KEY, messages bigint NOT NULL, characters bigint NOT NULL, last_text text NOT NULL,
    last_at timestamptz NOT NULL
)
"""
_ADD = """
INSERT INTO talk AS t (stream_id, messages, characters, last_text, last_at)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])
ON CONFLICT (stream_id) DO UPDATE SET messages = t.messages + excluded.messages,
    characters = t.characters + excluded.characters, last_text = excluded.last_text, last_at = excluded.last_at
"""


async def _apply(connection: Connection, events: Sequence[RecordedEvent]) -> None:
    rows: dict[str, tuple[str, int, int, str, datetime]] = {}
    for event in events:
        message = event.message
        if isinstance(message, MessageSent):
            _, messages, characters, _, _ = rows.get(event.stream_id) or ("", 0, 0, "", None)
            text = message.text
            about = (event.stream_id, messages + 1, characters + len(text), text, event.metadata.occurred_at)
            rows[event.stream_id] = about
    await connection.execute(_ADD, *zip(*rows.values(), strict=True))


TALK = Projection("talk", ("talk",), (Subscription("talk", "chat", apply_many=_apply, projection=True),))


async def ours(house: House) -> float:
    """Events a second of a whole rebuild, from its first statement to the swap."""
    await house.pool.execute(_TABLE)
    done = await Rebuilder(TALK, house.url, {"chat": house.url}, house.codec).rebuild(lambda *_: None)
    return done.events / done.seconds


async def asyncpg_plain(url: str) -> float:
    """Rows a second of plain asyncpg: the same rows in pages by key, each payload decrypted with a ready cipher."""
    ciphers = {person(n): DerivedKeys.key(person(n)).cipher for n in range(PEOPLE)}
    connection = await asyncpg.connect(url)
    began = time.perf_counter()
    seen, tx_id, position = 0, "0", 0
    query = (
        "SELECT tx_id::text AS tx, * FROM events WHERE (tx_id, position) > ($1::text::xid8, $2)"
        " ORDER BY tx_id, position LIMIT 2000"
    )
    while rows := await connection.fetch(query, tx_id, position):
        for row in rows:
            bound = associated_data(str(row["event_id"]), row["type"], row["stream_id"], row["version"])
            unseal(ciphers[row["key_id"]], row["payload"], bound)
        seen += len(rows)
        tx_id, position = rows[-1]["tx"], rows[-1]["position"]
    seconds = time.perf_counter() - began
    await connection.close()
    return seen / seconds
