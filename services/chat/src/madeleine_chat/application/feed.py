"""What a member who watches a conversation is woken by."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from madeleine.chat.v1 import chat_pb2 as pb

if TYPE_CHECKING:
    from madeleine_chat.application.watching import Watch

# A slow client loses the oldest pieces; the committed message that follows makes up for them.
MOST_WAITING = 256


class Feed:
    """Live pieces in order, and the news that something was committed, for one stream of one member's."""

    def __init__(self, watch: Watch, person_id: str = "") -> None:
        """`watch`: what this process knows of the conversation; `person_id`: "" for whoever is not present there."""
        self.watch = watch
        self.person_id = person_id
        # What its stream has sent; whoever keeps it at -1 is woken by every commit.
        self.cursor = -1
        self._pieces: deque[pb.StreamConversationResponse] = deque(maxlen=MOST_WAITING)
        self._woken = asyncio.Event()

    def piece(self, response: pb.StreamConversationResponse) -> None:
        """Something that is seen live only; pieces of one text that wait are joined, so that it stays whole."""
        if not self._joined(response):
            self._pieces.append(response)
        self._woken.set()

    def wake(self) -> None:
        """What the watch knows has changed."""
        self._woken.set()

    async def wait(self, timeout: float) -> None:
        """Returns when there is something, or after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._woken.wait()
        except TimeoutError:
            return

    def take(self) -> list[pb.StreamConversationResponse]:
        """The pieces so far."""
        taken = list(self._pieces)
        self._pieces.clear()
        self._woken.clear()
        return taken

    def _joined(self, response: pb.StreamConversationResponse) -> bool:
        if not self._pieces or not response.HasField("answer_delta"):
            return False
        last, delta = self._pieces[-1].answer_delta, response.answer_delta
        if last.message_id != delta.message_id or last.offset + len(last.text) != delta.offset:
            return False
        whole = pb.AnswerDelta(message_id=last.message_id, offset=last.offset, text=last.text + delta.text)
        # A new one: what waits here waits in other feeds too.
        self._pieces[-1] = pb.StreamConversationResponse(answer_delta=whole)
        return True
