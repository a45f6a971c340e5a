"""A plain Yjs client over a WebSocket, written with pycrdt's own messages: it knows nothing of rooms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, TransactionEvent, create_sync_message, create_update_message, handle_sync_message
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from madeleine_common.testing import TestPerson, eventually
from madeleine_miniapp.application.live.lib0 import Reader

PROTOCOL = "madeleine.live.v1"


def token_of(person: TestPerson) -> str:
    return dict(person.call)["authorization"].removeprefix("Bearer ")


def protocols(person: TestPerson) -> list[Any]:
    return [PROTOCOL, f"bearer.{token_of(person)}"]


@dataclass
class LiveClient:
    """One editor; `doc` outlives its connections, as a browser's does."""

    doc: Doc[Any] = field(default_factory=Doc)
    refused: list[dict[str, str]] = field(default_factory=list)
    hellos: list[dict[str, Any]] = field(default_factory=list)
    presence: list[bytes] = field(default_factory=list)
    saved: int = 0
    synced: asyncio.Event = field(default_factory=asyncio.Event)
    socket: ClientConnection | None = None
    closed: tuple[int, str] | None = None

    def __post_init__(self) -> None:
        self.records: Map[Any] = self.doc.get("records", type=Map)
        self._applying = False
        self._out: list[bytes] = []
        self._something = asyncio.Event()
        self.doc.observe(self._changed)

    def add(self, record_id: str, entity: str = "meal", **values: Any) -> None:
        self.records[record_id] = Map({"entity": entity, "values": Map(values), "by": "?", "at": "?"})

    def values(self, record_id: str) -> dict[str, Any] | None:
        found = self.records.get(record_id)
        return found["values"].to_py() if found is not None else None

    def change(self, record_id: str, **values: Any) -> None:
        with self.doc.transaction():
            self.records[record_id]["values"].update(values)

    def send(self, message: bytes) -> None:
        """Sends a message of the protocol's, after all edits so far."""
        self._out.append(message)
        self._something.set()

    @asynccontextmanager
    async def connected(self, url: str, person: TestPerson, **more: Any) -> AsyncIterator[LiveClient]:
        """Connected and synced; afterwards edits are made offline."""
        self.synced.clear()
        self.closed = None
        socket = self.socket = await connect(
            url, subprotocols=protocols(person), max_size=None, compression=None, **more
        )
        reader, writer = asyncio.create_task(self._read(socket)), asyncio.create_task(self._write(socket))
        try:
            await socket.send(create_sync_message(self.doc))
            await asyncio.wait_for(self.synced.wait(), 10)
            yield self
        finally:
            self.socket = None
            writer.cancel()
            if self.closed is None:
                await socket.close()
            await asyncio.gather(reader, writer, return_exceptions=True)

    async def until(self, probe: Callable[[], Any], within_s: float = 20.0) -> Any:
        async def ask() -> Any:
            return probe()

        return await eventually(ask, within_s=within_s)

    def _changed(self, event: TransactionEvent) -> None:
        if not self._applying and self.socket is not None:
            self.send(create_update_message(event.update))

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._out:
                await socket.send(self._out.pop(0))

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                assert isinstance(message, bytes)
                await self._take(socket, message)
        except ConnectionClosed:
            pass
        self.closed = (socket.close_code or 0, socket.close_reason or "")
        self.synced.set()

    async def _take(self, socket: ClientConnection, message: bytes) -> None:
        reader = Reader(message)
        match reader.uint():
            case 0:
                self._applying = True
                try:
                    answer = handle_sync_message(message[1:], self.doc)
                finally:
                    self._applying = False
                if answer is not None:
                    await socket.send(answer)
                if message[1] == 1:
                    self.synced.set()
            case 1:
                self.presence.append(reader.bytes())
            case 100:
                self.refused.append(json.loads(reader.text()))
            case 101:
                self.hellos.append(json.loads(reader.text()))
            case 102:
                self.saved += json.loads(reader.text())["updates"]
            case _:
                pass
