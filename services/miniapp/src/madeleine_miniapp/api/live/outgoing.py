"""What goes out to one socket, in order, until it is closed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from madeleine_miniapp.api.live.messages import Close

_CLOSE_S = 5.0


class Outgoing:
    """The messages that wait for one socket; who does not read while others write is let go."""

    def __init__(self, socket: ServerConnection, queued_bytes: int, on_close: Callable[[], None]) -> None:
        """`queued_bytes`: so much may wait, besides what the client asked for."""
        self._socket = socket
        self._most = queued_bytes
        self._on_close = on_close
        self._waiting: deque[tuple[bytes, bool]] = deque()
        self._queued = 0
        self._something = asyncio.Event()
        self._closing: tuple[Close, str] | None = None
        # What the client asked for to catch up is under way, and is sent.
        self._answered = False
        self.served = asyncio.Event()

    @property
    def closing(self) -> bool:
        """Nothing more is taken in either direction."""
        return self._closing is not None

    def send(self, message: bytes, *, asked: bool = False) -> None:
        """Queues a message; `asked`: it does not count for what may wait."""
        if self.closing:
            return
        if not asked:
            self._queued += len(message)
            if self._queued > self._most:
                self._waiting.clear()
                self.close(Close.TOO_SLOW, "you read too slowly")
        self._waiting.append((message, asked))
        self._something.set()

    def answered(self) -> None:
        """All that the client asked for is queued; `served` is set once it is sent."""
        self._answered = True

    def close(self, code: Close, reason: str) -> None:
        """Closes once what waits is sent."""
        if self.closing:
            return
        self._closing = (code, reason)
        self._on_close()
        self._something.set()
        # One who does not read does not take the word for it either.
        asyncio.get_running_loop().call_later(_CLOSE_S, self._hang_up)

    async def write(self) -> None:
        """Sends what waits; returns when the socket is closed."""
        try:
            while True:
                await self._something.wait()
                self._something.clear()
                while self._waiting:
                    message, asked = self._waiting.popleft()
                    await self._socket.send(message)
                    self._queued -= 0 if asked else len(message)
                if self._answered:
                    self.served.set()
                if self._closing is not None:
                    await self._socket.close(*self._closing)
                    return
        except ConnectionClosed:
            pass

    def _hang_up(self) -> None:
        if not self._socket.transport.is_closing():
            self._socket.transport.abort()
