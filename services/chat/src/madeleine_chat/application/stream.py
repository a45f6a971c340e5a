"""Following a conversation: its committed history after a cursor, no gap and no repetition, then live news."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.feed import Feed
from madeleine_chat.application.judging import stream_of
from madeleine_chat.application.ports import Change
from madeleine_chat.application.queries import Queries
from madeleine_common.auth import Principal

FROM_NOW = -1
HEARTBEAT_S = 15.0
# News of a commit may be lost with a connection: the read model is looked at this often in any case.
POLL_S = 2.0
_PAGE = 200


@dataclass(slots=True)
class _Position:
    cursor: int


@dataclass(frozen=True, slots=True)
class Follow:
    """Follows one conversation for one member."""

    queries: Queries

    async def __call__(
        self, caller: Principal, conversation_id: str, after_cursor: int
    ) -> AsyncIterator[pb.StreamConversationResponse]:
        """Updates until the caller leaves; raises NotFound, and Denied as soon as they are no longer a member.

        Cursors come from the read model alone, which takes each stream's events in order of version; live pieces have
        no cursor, and after a committed answer no late piece of it is sent.
        """
        await self.queries.conversations.of_member(conversation_id, caller.person_id)
        # Listening begins before the past is read, so that nothing falls between the two.
        async with self.queries.live.follow(conversation_id) as feed:
            start = after_cursor
            if after_cursor == FROM_NOW:
                start = await self.queries.store.head(stream_of(conversation_id))
                # Tells where "now" is, so that a client can resume even if nothing else comes.
                yield pb.StreamConversationResponse(cursor=start, heartbeat=pb.Heartbeat())
            async for response in self._updates(caller, conversation_id, _Position(start), feed):
                yield response

    async def _updates(
        self, caller: Principal, conversation_id: str, position: _Position, feed: Feed
    ) -> AsyncIterator[pb.StreamConversationResponse]:
        settled: set[str] = set()
        spoke, looked = time.monotonic(), float("-inf")
        pieces: list[pb.StreamConversationResponse] = []
        committed = True
        while True:
            for piece in pieces:
                if _answer_id(piece) not in settled:
                    yield piece
                    spoke = time.monotonic()
            if committed or time.monotonic() - looked >= POLL_S:
                looked = time.monotonic()
                await self.queries.conversations.of_member(conversation_id, caller.person_id)
                async for response in self._committed(caller, conversation_id, position):
                    if response.HasField("message") and response.message.HasField("answer"):
                        settled.add(response.message.message_id)
                    elif response.HasField("answer_failed"):
                        settled.add(response.answer_failed.message_id)
                    yield response
                    spoke = time.monotonic()
            if time.monotonic() - spoke >= HEARTBEAT_S:
                yield pb.StreamConversationResponse(cursor=position.cursor, heartbeat=pb.Heartbeat())
                spoke = time.monotonic()
            await feed.wait(max(0.0, looked + POLL_S - time.monotonic()))
            pieces, committed = feed.take()

    async def _committed(
        self, caller: Principal, conversation_id: str, position: _Position
    ) -> AsyncIterator[pb.StreamConversationResponse]:
        """Updates after `position`, which moves along."""
        read_model = self.queries.read_model
        while page := await read_model.changes(conversation_id, caller.person_id, position.cursor, _PAGE):
            for at, change in enumerate(page):
                # Of several changes of the frame in a row only the last is told: each would show the same state.
                told = change.message is not None or at + 1 == len(page) or page[at + 1].message is not None
                if told:
                    yield await self._response(caller, conversation_id, change)
                position.cursor = change.cursor
            if len(page) < _PAGE:
                return

    async def _response(self, caller: Principal, conversation_id: str, change: Change) -> pb.StreamConversationResponse:
        message = change.message
        if message is None:
            conversation = await self.queries.read_model.conversation(conversation_id, caller.person_id)
            return pb.StreamConversationResponse(cursor=change.cursor, conversation=conversation)
        if message.answer.state == pb.ANSWER_STATE_FAILED:
            return pb.StreamConversationResponse(cursor=change.cursor, answer_failed=message)
        return pb.StreamConversationResponse(cursor=change.cursor, message=message)


def _answer_id(piece: pb.StreamConversationResponse) -> str:
    return piece.answer_start.message_id or piece.answer_delta.message_id
