"""An app's records as one person has them open: a Yjs document that follows the others over a WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pycrdt import Decoder, Doc, Map, YMessageType, create_sync_message, create_update_message, handle_sync_message
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from madeleine_cli.demo.people import Person
from madeleine_cli.demo.waiting import DemoFailed
from madeleine_common.ids import new_id

_REFUSED, _HELLO = 100, 101
_PATIENCE_S = 20.0
Value = str | float | bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the house undid, and why."""

    record_id: str
    field: str
    reason: str


class Sheet:
    """One person's copy; what is changed in it is sent, what others change arrives in it."""

    def __init__(self, person: Person, socket: ClientConnection) -> None:
        self.person = person
        self.refusals: list[Refusal] = []
        self.spec_version = 0
        self._socket = socket
        self._doc: Doc[Any] = Doc()
        self._records = self._doc.get("records", type=Map)
        self._changed = asyncio.Condition()

    def add(self, entity: str, values: Mapping[str, Value]) -> asyncio.Task[str]:
        """A new record; its id."""
        record_id = new_id()
        record = {
            "entity": entity,
            "values": Map(dict(values)),
            "by": self.person.person_id,
            "at": datetime.now(UTC).isoformat(),
        }
        return asyncio.create_task(self._edit(lambda: self._records.update({record_id: Map(record)}), record_id))

    def set(self, record_id: str, field: str, value: Value) -> asyncio.Task[str]:
        """Another value; the record's id."""
        return asyncio.create_task(
            self._edit(lambda: self._records[record_id]["values"].update({field: value}), record_id)
        )

    def value(self, record_id: str, field: str) -> Value | None:
        """What the record holds now; None where it holds nothing or is not there."""
        record = self._records.get(record_id)
        return None if record is None else record["values"].get(field)

    async def until(self, what: str, holds: Callable[[], bool]) -> float:
        """Waits until it holds; the seconds waited. Raises DemoFailed after 20 s."""
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(_PATIENCE_S), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError as error:
            waited = f"{self.person.name} waited {_PATIENCE_S:.0f} s for {what}, in vain"
            raise DemoFailed(f"{waited}; refused: {self.refusals}") from error
        return asyncio.get_running_loop().time() - began

    async def follow(self) -> None:
        """Takes what arrives until the socket closes."""
        await self._socket.send(create_sync_message(self._doc))
        async for message in self._socket:
            if isinstance(message, bytes):
                await self._hear(message)

    async def _hear(self, message: bytes) -> None:
        decoder = Decoder(message)
        kind = decoder.read_var_uint()
        if kind == YMessageType.SYNC:
            if reply := handle_sync_message(message[1:], self._doc):
                await self._socket.send(reply)
        elif kind in (_REFUSED, _HELLO):
            body = json.loads(decoder.read_message() or b"{}")
            if kind == _HELLO:
                self.spec_version = body["spec_version"]
            else:
                self.refusals.append(Refusal(body["record_id"], body["field"], body["reason"]))
        async with self._changed:
            self._changed.notify_all()

    async def _edit(self, change: Callable[[], None], record_id: str) -> str:
        before = self._doc.get_state()
        with self._doc.transaction():
            change()
        await self._socket.send(create_update_message(self._doc.get_update(before)))
        return record_id


@asynccontextmanager
async def opened(person: Person, app_id: str) -> AsyncGenerator[Sheet, None]:
    """The app's records, open while the block runs."""
    url = f"{person.api.base_url.replace('http', 'ws', 1)}/v1/apps/{app_id}/live"
    # The token travels as a protocol's name: browsers can set no header here, and a URL ends up in logs.
    protocols = [Subprotocol("madeleine.live.v1"), Subprotocol(f"bearer.{person.api.token}")]
    async with connect(url, subprotocols=protocols, max_size=None) as socket:
        sheet = Sheet(person, socket)
        following = asyncio.create_task(sheet.follow())
        try:
            await sheet.until("the app's records", lambda: sheet.spec_version > 0)
            yield sheet
        finally:
            following.cancel()
