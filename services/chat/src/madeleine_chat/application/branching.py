"""Branches of conversations: two streams are written, and a repeat of the command completes what is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.commands import Done
from madeleine_chat.application.judging import error_of, sealed, stream_of
from madeleine_chat.application.queries import Queries
from madeleine_chat.domain import branching
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.refusals import Refused
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of, utc_now
from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_common.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Branching:
    """Branches conversations for their members."""

    queries: Queries

    async def branch(self, caller: Principal, request: pb.BranchConversationRequest) -> Done:
        """The branch, made before or now; raises DomainError.

        The branch comes first, whole, and its id follows from the command: after a crash in between, the repeat finds
        it and tells the source, once.
        """
        done = await self._make(caller, request)
        await self._tell_source(caller, request)
        return done

    async def _make(self, caller: Principal, request: pb.BranchConversationRequest) -> Done:
        """Writes the branch's own stream."""
        conversations = self.queries.conversations
        branch_id = branching.branch_id_of(caller.subject, request.idempotency_key)
        source, said = Conversation(), list[pb.Message]()
        if not (await conversations.repository.load(stream_of(branch_id))).state.conversation_id:
            source = await conversations.of_member(request.conversation_id, caller.person_id)
            said = await self._said(caller, source, request.message_id)
        now = utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return branching.branch(
                state,
                source=source,
                branch_id=branch_id,
                message_id=request.message_id,
                title=request.title,
                actor=(caller.person_id, caller.name),
                said=said,
                now=now,
            )

        try:
            return await conversations.execute(caller, branch_id, request.idempotency_key, request, decide)
        except KeyDestroyed as error:
            raise Unavailable("somebody who wrote here is being erased; try again") from error

    async def _said(self, caller: Principal, source: Conversation, message_id: str) -> list[pb.Message]:
        """The source's last messages up to one, oldest first; raises NotFound when that is not there."""
        try:
            branching.may_branch(source, actor=caller.person_id, message_id=message_id)
        except Refused as refused:
            raise error_of(refused) from refused
        if not await self.queries.caught_up(source.conversation_id):
            raise Unavailable("the conversation is being written; try again with the same idempotency_key")
        read_model = self.queries.read_model
        last = await read_model.message(message_id, caller.person_id)
        if last is None:
            raise Unavailable("the message is being written; try again with the same idempotency_key")
        newest_first = await read_model.messages(
            source.conversation_id, caller.person_id, last.cursor + 1, branching.MOST_MESSAGES
        )
        return newest_first[::-1]

    async def _tell_source(self, caller: Principal, request: pb.BranchConversationRequest) -> None:
        branch_id = branching.branch_id_of(caller.subject, request.idempotency_key)

        def decide(state: Conversation) -> Sequence[Message]:
            return branching.branched(state, actor=caller.person_id, message_id=request.message_id, branch_id=branch_id)

        # Of an answer whose words can no longer be read there is nothing to learn.
        with contextlib.suppress(KeyDestroyed):
            await self.queries.conversations.repository.execute(
                stream_of(request.conversation_id), sealed(decide), metadata_of(caller)
            )
