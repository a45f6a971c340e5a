"""What people do to messages that are there, and what a message said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.commands import Done
from madeleine_chat.application.judging import error_of, stream_of
from madeleine_chat.application.queries import Queries
from madeleine_chat.domain import reacting
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.refusals import no_message
from madeleine_common.auth import Principal
from madeleine_common.commands import utc_now


@dataclass(frozen=True, slots=True)
class Messages:
    """Commands and queries on single messages; each raises DomainError."""

    queries: Queries

    async def react(self, caller: Principal, request: pb.ReactToMessageRequest) -> Done:
        """Puts the caller's emoji on a message, or takes it off."""
        now = utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return reacting.react(
                state,
                actor=caller.person_id,
                message_id=request.message_id,
                emoji=request.emoji,
                remove=request.remove,
                now=now,
            )

        return await self.queries.conversations.execute(
            caller, request.conversation_id, request.idempotency_key, request, decide
        )

    async def delete(self, caller: Principal, request: pb.DeleteMessageRequest) -> Done:
        """Takes a message away."""

        def decide(state: Conversation) -> Sequence[Message]:
            return reacting.delete(state, actor=caller.person_id, message_id=request.message_id)

        return await self.queries.conversations.execute(
            caller, request.conversation_id, request.idempotency_key, request, decide
        )

    async def history(self, caller: Principal, conversation_id: str, message_id: str) -> list[pb.MessageVersion]:
        """What a message said, oldest first; once it was deleted everybody is shown their own texts alone."""
        state = await self.queries.conversations.of_member(conversation_id, caller.person_id)
        if state.messages.get(message_id) is None:
            raise error_of(no_message())
        await self.queries.caught_up(conversation_id)
        versions: list[pb.MessageVersion] = []
        stream_id = stream_of(conversation_id)
        # From the events: what was deleted stands nowhere else.
        for version in await self.queries.read_model.text_versions(message_id):
            async for event in self.queries.store.read_stream(stream_id, version - 1, version):
                told = _version_of(event.message, event.metadata.occurred_at)
                if told is not None:
                    versions.append(told)
        if versions and versions[-1].deleted:
            for told in versions:
                if told.by != f"person:{caller.person_id}":
                    told.text = ""
        return versions


def _version_of(event: Message | None, at: datetime) -> pb.MessageVersion | None:
    match event:
        case events.MessageSent():
            told = pb.MessageVersion(text=event.text, by=f"person:{event.sender_id}")
        case events.AnswerCompleted() | events.ReminderFired() | events.AppPosted():
            told = pb.MessageVersion(text=event.text, by="assistant")
        case events.MessageCopied():
            at = event.sent_at.ToDatetime(UTC)
            told = pb.MessageVersion(
                text=event.text, by=f"person:{event.sender_id}" if event.sender_id else "assistant"
            )
        case events.AnswerFailed():
            told = pb.MessageVersion(by="assistant")
        case events.MessageEdited() | events.AnswerEdited():
            told = pb.MessageVersion(text=event.text, by=f"person:{event.edited_by}")
        case events.MessageDeleted():
            told = pb.MessageVersion(by=f"person:{event.deleted_by}", deleted=True)
        case _:
            # Whoever did it was erased.
            return None
    told.at.FromDatetime(at)
    return told
