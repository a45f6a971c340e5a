"""Finding messages by their words, in what the caller may read now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.message_ports import Found, MessageIndex, Sought
from madeleine_chat.application.queries import Queries
from madeleine_chat.domain.words import excerpt, searchable
from madeleine_common.auth import Principal
from madeleine_common.errors import Denied, Invalid, NotFound
from madeleine_common.rpc.paging import decode_token, encode_token


@dataclass(frozen=True, slots=True)
class Search:
    """Full-text search over messages."""

    queries: Queries
    index: MessageIndex

    async def __call__(
        self, caller: Principal, request: pb.SearchMessagesRequest, size: int
    ) -> tuple[list[pb.MessageHit], str]:
        """A page of hits, newest first, and the next page's token; raises Invalid, and NotFound or Denied for a
        conversation of others.
        """
        key = decode_token(request.page_token, str, str, int)
        before = (str(key[0]), str(key[1]), int(key[2])) if key else None
        if request.conversation_id:
            await self.queries.conversations.of_member(request.conversation_id, caller.person_id)
            rooms = [request.conversation_id]
        else:
            rooms = await self.index.conversations_of(caller.person_id)
        behind = [(c, head) for c, (reached, head) in (await self.index.positions(rooms)).items() if reached < head]
        await asyncio.gather(*(self.queries.caught_up(conversation_id, head) for conversation_id, head in behind))
        asked = searchable(request.query)
        if not asked.runs and not await self.index.has_words(asked.words):
            raise Invalid("query", "must have a word to search by, not only such as stand in every sentence")
        sender_id = request.sender.removeprefix("person:").removeprefix("assistant") if request.sender else None
        sought = Sought(asked.words, asked.runs, rooms, sender_id)
        found = await self.index.find(sought, before, size + 1) if rooms else []
        page = found[:size]
        token = encode_token(*page[-1].place) if len(found) > size else ""
        return await self._hits(caller, page, sought), token

    async def _hits(self, caller: Principal, page: Sequence[Found], sought: Sought) -> list[pb.MessageHit]:
        # The events have the last word on who is in: the read model may be a moment late.
        open_to = {c for c in {f.conversation_id for f in page} if await self._may_read(caller, c)}
        page = [found for found in page if found.conversation_id in open_to]
        messages = await self.queries.read_model.messages_of([f.message_id for f in page], caller.person_id)
        page = [found for found in page if found.message_id in messages]
        texts = [messages[found.message_id].text for found in page]
        words = await self.index.first_words(texts, sought.words)
        return [
            pb.MessageHit(
                message=messages[found.message_id],
                excerpt=excerpt(text, word, sought.runs),
                conversation_title=found.title,
            )
            for found, text, word in zip(page, texts, words, strict=True)
        ]

    async def _may_read(self, caller: Principal, conversation_id: str) -> bool:
        try:
            await self.queries.conversations.of_member(conversation_id, caller.person_id)
        except (Denied, NotFound):
            return False
        return True
