"""The peer of live editing: a relay with one document for each path and nothing else: `python live_relay.py PORT`."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, create_sync_message, handle_sync_message
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol


@dataclass
class Room:
    """A document and who has it open."""

    doc: Doc[Any] = field(default_factory=Doc)
    sockets: set[ServerConnection] = field(default_factory=set[ServerConnection])


async def main(port: int) -> None:
    """Serves until killed."""
    rooms: dict[str, Room] = defaultdict(Room)

    async def talk(socket: ServerConnection) -> None:
        room = rooms[socket.request.path if socket.request else ""]
        room.sockets.add(socket)
        try:
            await socket.send(create_sync_message(room.doc))
            async for message in socket:
                if isinstance(message, bytes) and message[0] == 0:
                    if answer := handle_sync_message(message[1:], room.doc):
                        await socket.send(answer)
                    elif message[1] == 2:
                        broadcast(room.sockets - {socket}, message)
        finally:
            room.sockets.discard(socket)

    async with serve(
        talk, "127.0.0.1", port, compression=None, max_size=None, subprotocols=[Subprotocol("madeleine.live.v1")]
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
