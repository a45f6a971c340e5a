"""Who is typing: told to those who watch, kept nowhere."""

from __future__ import annotations

import time

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.commands import Conversations
from madeleine_chat.application.ports import LiveBus
from madeleine_common.auth import Principal

# Clients take 6 s of silence for the end of it; a client that says so at every key is passed on this often.
EVERY_S = 2.0
_MOST_KNOWN = 10_000


class TypingNews:
    """Passes on that members type, each at most once in two seconds."""

    def __init__(self, conversations: Conversations, live: LiveBus) -> None:
        self._conversations = conversations
        self._live = live
        # When somebody was last said to type, by conversation and person; without those who stopped.
        self._said: dict[tuple[str, str], float] = {}

    async def __call__(self, caller: Principal, conversation_id: str, typing: bool) -> None:
        """Tells the others; raises NotFound, and Denied for those who are not members."""
        await self._conversations.of_member(conversation_id, caller.person_id)
        key, now = (conversation_id, caller.person_id), time.monotonic()
        said = self._said.get(key, float("-inf"))
        if typing and now - said < EVERY_S:
            return
        if typing:
            if len(self._said) >= _MOST_KNOWN:
                self._said = {known: at for known, at in self._said.items() if now - at < EVERY_S}
            self._said[key] = now
        elif self._said.pop(key, None) is None:
            return
        news = pb.Typing(person_id=caller.person_id, typing=typing)
        await self._live.publish(conversation_id, pb.StreamConversationResponse(typing=news))
