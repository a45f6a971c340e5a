"""What members read, as fresh as what they wrote."""

from __future__ import annotations

import time
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.commands import Conversations
from madeleine_chat.application.judging import stream_of
from madeleine_chat.application.ports import LiveBus, ReadModel
from madeleine_common.auth import Principal
from madeleine_common.errors import Unavailable
from madeleine_common.events import EventStore
from madeleine_common.rpc.paging import decode_token, encode_token

CATCH_UP_S = 2.0
# A process that does not hear of commits looks for them this often.
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Queries:
    """Reads of one service; each raises NotFound or Denied for those who are not members."""

    conversations: Conversations
    read_model: ReadModel
    store: EventStore
    live: LiveBus

    async def caught_up(self, conversation_id: str, version: int | None = None) -> bool:
        """Waits at most 2 s for the read model to hold a version (the stream's last, unless given); False: it does not.

        Reads go on with what there is then: an old page is better than none while NATS is away.
        """
        target = version if version is not None else await self.store.head(stream_of(conversation_id))
        if await self.read_model.reached(conversation_id) >= target:
            return True
        end = time.monotonic() + CATCH_UP_S
        async with self.live.commits(conversation_id) as feed:
            while await self.read_model.reached(conversation_id) < target:
                if time.monotonic() > end:
                    return False
                await feed.wait(_LOOK_S)
                feed.take()
        return True

    async def conversation(self, caller: Principal, conversation_id: str) -> pb.Conversation:
        """One conversation of the caller's."""
        await self.conversations.of_member(conversation_id, caller.person_id)
        await self.caught_up(conversation_id)
        found = await self.read_model.conversation(conversation_id, caller.person_id)
        if found is None:
            raise Unavailable("the conversation is being written; try again")
        return found

    async def list_conversations(
        self, caller: Principal, page_size: int, page_token: str
    ) -> tuple[list[pb.Conversation], str]:
        """A page of the caller's conversations and the next page's token."""
        key = decode_token(page_token, str, str)
        before = (str(key[0]), str(key[1])) if key else None
        rows = await self.read_model.conversations(caller.person_id, before, page_size + 1)
        page = rows[:page_size]
        more = len(rows) > page_size
        token = encode_token(page[-1][1], page[-1][0].conversation_id) if more else ""
        return [conversation for conversation, _ in page], token

    async def message(self, caller: Principal, conversation_id: str, message_id: str, version: int) -> pb.Message:
        """A message as it is after a version."""
        await self.caught_up(conversation_id, version)
        found = await self.read_model.message(message_id, caller.person_id)
        if found is None:
            raise Unavailable("the message is being written; try again with the same idempotency_key")
        return found
