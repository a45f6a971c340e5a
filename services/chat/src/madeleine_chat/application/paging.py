"""Pages of a conversation's messages, towards the past and towards the present."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.queries import Queries
from madeleine_common.auth import Principal
from madeleine_common.errors import Invalid
from madeleine_common.rpc.paging import decode_token, encode_token


@dataclass(frozen=True, slots=True)
class MessagePages:
    """Reads messages by stream version, which no clock can put out of order."""

    queries: Queries

    async def page(self, caller: Principal, request: pb.ListMessagesRequest, size: int) -> tuple[list[pb.Message], str]:
        """A page of messages and the token of the next, which goes the same way; raises NotFound, Denied, Invalid."""
        backward = request.direction != pb.PAGE_DIRECTION_FORWARD
        cursor = request.from_cursor
        if key := decode_token(request.page_token, str, int):
            cursor = int(key[1])
            if key[0] not in ("before", "after") or (request.direction and backward is not (key[0] == "before")):
                raise Invalid("page_token", "was given for pages that go the other way")
            backward = key[0] == "before"
        conversation_id = request.conversation_id
        await self.queries.conversations.of_member(conversation_id, caller.person_id)
        await self.queries.caught_up(conversation_id)
        read_model = self.queries.read_model
        if backward:
            found = await read_model.messages(conversation_id, caller.person_id, cursor or None, size + 1)
        else:
            found = await read_model.messages_after(conversation_id, caller.person_id, cursor, size + 1)
        page = found[:size]
        more = len(found) > size
        return page, encode_token("before" if backward else "after", page[-1].cursor) if more else ""
