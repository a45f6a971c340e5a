"""Read receipts: how far a person has read, in a stream of their own for each conversation."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.judging import stream_of
from madeleine_chat.application.message_ports import ReadRows
from madeleine_chat.application.queries import Queries
from madeleine_chat.domain import reading
from madeleine_chat.domain.reading import Reading
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.errors import Invalid
from madeleine_common.events import NewEvent, Repository


@dataclass(frozen=True, slots=True)
class Receipts:
    """Notes what was read: readers never wait for those who write."""

    repository: Repository[Reading]
    queries: Queries
    rows: ReadRows

    async def mark_read(self, caller: Principal, request: pb.MarkReadRequest) -> int:
        """The furthest cursor that the caller has read; raises Invalid for one that nobody was given, and Denied."""
        conversation_id, person_id = request.conversation_id, caller.person_id
        await self.queries.conversations.of_member(conversation_id, person_id)
        head = await self.queries.store.head(stream_of(conversation_id))
        if request.cursor > head:
            raise Invalid("cursor", f"must be a cursor that this service gave: the last one here is {head}")
        stream_id = f"reading-{conversation_id}-{person_id}"

        def decide(state: Reading) -> list[NewEvent]:
            read = reading.read(state, conversation_id=conversation_id, person_id=person_id, cursor=request.cursor)
            return [NewEvent(event, f"person:{person_id}") for event in read]

        command = command_key(caller, request.idempotency_key, request)
        done = await self.repository.execute(stream_id, decide, metadata_of(caller), command=command)
        if done.events and not done.repeated:
            receipt = pb.ReadReceipt(person_id=person_id, read_cursor=done.state.cursor)
            await self.queries.live.publish(conversation_id, pb.StreamConversationResponse(read=receipt))
        await self.rows.shown(stream_id)
        return done.state.cursor
