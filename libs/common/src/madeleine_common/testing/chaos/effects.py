"""What the consumers of the harness do with an event: each kind of subscription, in tables that show every mistake."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Subscription
from madeleine_common.crypto.keyring import DataKey, KeyBatch
from madeleine_common.db import Connection, Pool
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection

CONTEXT = "chat"
EACH, MANY, PLAIN, REACTION = "chaos-each", "chaos-many", "chaos-plain", "chaos-reaction"
# Where each subscription's effects lie.
ROWS = {EACH: "chaos_each", MANY: "chaos_many", PLAIN: "chaos_plain", REACTION: "chaos_reaction"}
# No key on what events lead to: what takes effect twice must show, and not fail.
TABLES = """
CREATE TABLE chaos_each (stream_id text NOT NULL, version bigint NOT NULL, text text NOT NULL);
CREATE TABLE chaos_each_heads (
    stream_id text PRIMARY KEY, version bigint NOT NULL, out_of_order integer NOT NULL DEFAULT 0, chain bytea NOT NULL);
CREATE TABLE chaos_many (LIKE chaos_each);
CREATE TABLE chaos_many_heads (LIKE chaos_each_heads INCLUDING ALL);
CREATE TABLE chaos_plain (LIKE chaos_each);
CREATE TABLE chaos_reaction (LIKE chaos_each, times integer NOT NULL DEFAULT 1, PRIMARY KEY (stream_id, version));
"""
# Each event adds to a hash over all before it: two histories that differ anywhere end in different ones.
_FOLD = """
INSERT INTO {table}_heads AS h (stream_id, version, out_of_order, chain)
VALUES ($1, $2::bigint, CASE WHEN $2::bigint = 1 THEN 0 ELSE 1 END, sha256($3))
ON CONFLICT (stream_id) DO UPDATE SET version = $2::bigint, chain = sha256(h.chain || $3),
    out_of_order = h.out_of_order + CASE WHEN $2::bigint = h.version + 1 THEN 0 ELSE 1 END
"""


class FileKeys:
    """Data keys derived from a secret in a file that all processes of the harness read."""

    def __init__(self, path: Path) -> None:
        self._secret = path.read_bytes()

    def _key(self, subject: str) -> DataKey:
        return DataKey(f"key-of:{subject}", subject, hmac.digest(self._secret, subject.encode(), hashlib.sha256))

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Each subject's key."""
        return KeyBatch(tuple(self._key(subject) for subject in subjects), frozenset())

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Keys by id."""
        return KeyBatch(tuple(self._key(key_id.removeprefix("key-of:")) for key_id in key_ids), frozenset())

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        """Cannot: nobody is erased here."""
        raise NotImplementedError


def text_of(event: RecordedEvent) -> str:
    """The text that an event carries."""
    if not isinstance(event.message, MessageSent):
        raise ValueError(f"{event.type} is no message")
    return event.message.text


async def _apply_each(connection: Connection, event: RecordedEvent) -> None:
    text = text_of(event)
    await connection.execute("INSERT INTO chaos_each VALUES ($1, $2, $3)", event.stream_id, event.version, text)
    await connection.execute(_FOLD.format(table="chaos_each"), event.stream_id, event.version, text.encode())


async def _apply_many(connection: Connection, events: Sequence[RecordedEvent]) -> None:
    rows = [(event.stream_id, event.version, text_of(event)) for event in events]
    await connection.executemany("INSERT INTO chaos_many VALUES ($1, $2, $3)", rows)
    await connection.executemany(_FOLD.format(table="chaos_many"), [(s, v, text.encode()) for s, v, text in rows])


async def _apply_plain(connection: Connection, event: RecordedEvent) -> None:
    await connection.execute(
        "INSERT INTO chaos_plain VALUES ($1, $2, $3)", event.stream_id, event.version, text_of(event)
    )


def projections() -> tuple[Projection, Projection]:
    """The two read models: one takes event by event, the other several at once."""
    each = Subscription(EACH, CONTEXT, apply=_apply_each, projection=True)
    many = Subscription(MANY, CONTEXT, apply_many=_apply_many, projection=True)
    return (
        Projection(EACH, ("chaos_each", "chaos_each_heads"), (each,)),
        Projection(MANY, ("chaos_many", "chaos_many_heads"), (many,)),
    )


def subscriptions(pool: Pool) -> list[Subscription]:
    """All that a consumer process runs: both projections, a plain subscription, and a reaction."""

    async def react(event: RecordedEvent) -> None:
        # A reaction must itself bear repetition; how often it had to, is counted.
        await pool.execute(
            "INSERT INTO chaos_reaction AS r VALUES ($1, $2, $3)"
            " ON CONFLICT (stream_id, version) DO UPDATE SET times = r.times + 1",
            event.stream_id,
            event.version,
            text_of(event),
        )

    return [
        *(subscription for projection in projections() for subscription in projection.subscriptions),
        Subscription(PLAIN, CONTEXT, apply=_apply_plain),
        Subscription(REACTION, CONTEXT, react=react, concurrency=8),
    ]
