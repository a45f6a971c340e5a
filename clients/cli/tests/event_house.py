"""A database of events, and what reads them, for tests of the data team's tools."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from google.protobuf.message import Message

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_cli.events.filters import Filter
from madeleine_cli.export import FORMATS, Export, Progress, opened_manifest
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Pool, create_pool, migrate
from madeleine_common.events import EventStore, Metadata, NewEvent, RecordedEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.reading import EventReader
from madeleine_common.ids import new_id
from madeleine_common.testing.local_identity import LocalKeys
from madeleine_common.testing.rig import fresh_database

ANA, BEN = "0192f0c1-2d3e-7000-8000-00000000000a", "0192f0c1-2d3e-7000-8000-00000000000b"
ALL = Filter()
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class House:
    """One service's database, with its keys."""

    url: str
    pool: Pool
    keys: LocalKeys = field(default_factory=LocalKeys)
    heads: dict[str, int] = field(default_factory=dict)

    @property
    def codec(self) -> EventCodec:
        """A codec that has cached nothing."""
        return EventCodec(Keyring(self.keys, max_age_s=0))

    @property
    def reader(self) -> EventReader:
        """Reads this database."""
        return EventReader(self.pool)

    async def happened(
        self,
        stream: str,
        *messages: Message,
        person: str = ANA,
        at: datetime = NOON,
        sealed: bool = True,
        cause: str = "",
    ) -> list[RecordedEvent]:
        """Appends, in the name of a person."""
        subject = f"person:{person}"
        events = [NewEvent(message, subject if sealed else "") for message in messages]
        store = EventStore(self.pool, self.codec)
        metadata = Metadata(subject, at, cause or new_id())
        recorded = await store.append(stream, self.heads.get(stream, 0), events, metadata)
        self.heads[stream] = recorded[-1].version
        return recorded

    async def said(self, *texts: str, stream: str = "conversation-1", **more: Any) -> list[RecordedEvent]:
        """Appends messages that somebody sent."""
        return await self.happened(stream, *(MessageSent(text=text) for text in texts), **more)

    async def export(
        self, folder: Path, *, wanted: Filter = ALL, form: str = "parquet", open_sealed: bool = False, **more: Any
    ) -> Progress:
        """One run of an export of this database as CHAT."""
        header = {"format": form, "open": open_sealed, **wanted.described()}
        with opened_manifest(folder, header) as manifest:
            export = Export(
                {"chat": self.reader},
                self.codec,
                manifest,
                FORMATS[form](),
                selection=wanted.selection(),
                open_sealed=open_sealed,
                **more,
            )
            return (await export.run())[0]

    async def ids(self) -> list[str]:
        """The ids of all events, sorted."""
        return sorted(str(row["event_id"]) for row in await self.pool.fetch("SELECT event_id FROM events"))


@asynccontextmanager
async def event_house(postgres_url: str) -> AsyncGenerator[House, None]:
    """A fresh, migrated database."""
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, None)
        await connection.close()
        pool = await create_pool(url, 4)
        try:
            yield House(url, pool)
        finally:
            await pool.close()


def days(count: int, start: datetime = NOON) -> Sequence[datetime]:
    """That many days on end, each at noon."""
    return [start + timedelta(days=number) for number in range(count)]


def environment(house: House, **more: str) -> Mapping[str, str]:
    """What points `madeleine events` at this database alone."""
    return {"MADELEINE_EVENTS_DATABASE_URL_CHAT": house.url, "COLUMNS": "400", **more}


async def in_thread(function: Any, *arguments: Any, **more: Any) -> Any:
    """A blocking call, where a command makes an event loop of its own."""
    return await asyncio.to_thread(function, *arguments, **more)
