"""What a member who watches a conversation is woken by."""

from __future__ import annotations

import asyncio
from collections import deque

from madeleine.chat.v1 import chat_pb2 as pb

# A slow client loses the oldest pieces; the committed message that follows makes up for them.
MOST_WAITING = 256


class Feed:
    """Live pieces in order, and the news that something was committed."""

    def __init__(self) -> None:
        self._pieces: deque[pb.StreamConversationResponse] = deque(maxlen=MOST_WAITING)
        self._committed = False
        self._woken = asyncio.Event()

    def piece(self, response: pb.StreamConversationResponse) -> None:
        """Something that is seen live only."""
        self._pieces.append(response)
        self._woken.set()

    def committed(self) -> None:
        """The read model has changed."""
        self._committed = True
        self._woken.set()

    async def wait(self, timeout: float) -> None:
        """Returns when there is something, or after `timeout` seconds."""
        try:
            await asyncio.wait_for(self._woken.wait(), timeout)
        except TimeoutError:
            return

    def take(self) -> tuple[list[pb.StreamConversationResponse], bool]:
        """The pieces so far, and whether something was committed."""
        taken = list(self._pieces), self._committed
        self._pieces.clear()
        self._committed = False
        self._woken.clear()
        return taken
