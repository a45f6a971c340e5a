"""Servers, keys and payloads that all measurements share."""

from __future__ import annotations

import hashlib
import hmac
import random
import statistics
import string
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import DataKey, KeyBatch, Keyring
from madeleine_common.db import Pool, create_pool, migrate
from madeleine_common.embedded import start_nats, start_postgres
from madeleine_common.events import EventStore, Metadata, NewEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import fresh_database

PAYLOAD_BYTES = 1024
WRITERS = 16
PEOPLE = 32
_LETTERS = string.ascii_letters + " "


class DerivedKeys:
    """Data keys that follow from their subject, so that another process of the benchmark can open what one sealed."""

    @staticmethod
    def key(subject: str) -> DataKey:
        """A subject's key."""
        return DataKey(subject, subject, hmac.digest(b"benchmark", subject.encode(), hashlib.sha256))

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Each subject's key."""
        return KeyBatch(tuple(map(self.key, subjects)), frozenset())

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Keys by id."""
        return KeyBatch(tuple(map(self.key, key_ids)), frozenset())

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        """Cannot."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Servers:
    """PostgreSQL and NATS as in production (each commit and each acknowledged message on disk)."""

    postgres_url: str
    nats_url: str


@contextmanager
def servers() -> Iterator[Servers]:
    """Starts both on free ports."""
    with (
        tempfile.TemporaryDirectory(prefix="madeleine-bench-") as folder,
        start_postgres(Path(folder) / "postgres") as postgres,
        start_nats(Path(folder) / "nats") as nats,
    ):
        yield Servers(postgres.url(), nats.url)


@dataclass(frozen=True, slots=True)
class House:
    """A migrated database and what reads and writes it."""

    url: str
    pool: Pool
    keyring: Keyring
    codec: EventCodec
    store: EventStore


def codec() -> tuple[Keyring, EventCodec]:
    """A keyring that asks for each key once, as a service does in a minute."""
    keyring = Keyring(DerivedKeys(), max_age_s=3600)
    return keyring, EventCodec(keyring)


@asynccontextmanager
async def house(postgres_url: str) -> AsyncIterator[House]:
    """A house on a database of its own."""
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, None)
        await connection.close()
        pool = await create_pool(url, WRITERS)
        keyring, opener = codec()
        try:
            yield House(url, pool, keyring, opener, EventStore(pool, opener))
        finally:
            await pool.close()


def texts(count: int, length: int) -> list[str]:
    """Words by chance, the same in every run."""
    chance = random.Random(7)  # noqa: S311 (nothing secret)
    return ["".join(chance.choices(_LETTERS, k=length)) for _ in range(count)]


def message(conversation: str, text: str) -> MessageSent:
    """A message whose serialized form has PAYLOAD_BYTES; `text` is at least as long."""
    sent = MessageSent(
        conversation_id=conversation,
        message_id=new_id(),
        sender_id=new_id(),
        sender_name="Ana",
        memory_space="person:1",
    )
    # One byte for the text's tag, two for its length.
    sent.text = text[: PAYLOAD_BYTES - sent.ByteSize() - 3]
    return sent


def person(number: int) -> str:
    """One of PEOPLE, as a data subject."""
    return f"person:{number % PEOPLE}"


def metadata() -> Metadata:
    """Of somebody's request, now."""
    return Metadata("person:1", utc_now(), new_id())


async def fill(store: EventStore, count: int) -> None:
    """Appends that many messages in 64 streams, many at a time."""
    streams, batch = 64, 50
    words = texts(500, PAYLOAD_BYTES)
    for start in range(0, count // streams, batch):
        size = min(batch, count // streams - start)
        for stream in range(streams):
            conversation = f"{stream:036}"
            events = [
                NewEvent(message(conversation, words[(start + n) % len(words)]), person(stream + start + n))
                for n in range(size)
            ]
            await store.append(f"conversation-{conversation}", start, events, metadata())


def median_ratio(ours: Sequence[float], peers: Sequence[float]) -> tuple[float, list[float]]:
    """The median of the ratios of each round, and all of them."""
    ratios = [one / other for one, other in zip(ours, peers, strict=True)]
    return round(statistics.median(ratios), 3), [round(ratio, 3) for ratio in ratios]
