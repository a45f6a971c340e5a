"""Invites to groups, and joining by them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.commands import Conversations, Done
from madeleine_chat.application.judging import error_of
from madeleine_chat.domain import inviting
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.invites import SECRET_BYTES, conversation_of
from madeleine_chat.domain.refusals import Refused
from madeleine_common.auth import Principal
from madeleine_common.commands import utc_now
from madeleine_common.ids import new_id


@dataclass(frozen=True, slots=True)
class Inviting:
    """Commands on invites; each raises DomainError, and a repeat gives the first one's outcome."""

    conversations: Conversations

    async def create(self, caller: Principal, request: pb.CreateInviteRequest) -> Done:
        """Makes an invite."""
        invite_id, secret, now = new_id(), secrets.token_bytes(SECRET_BYTES), utc_now()
        expires_at = request.expires_at.ToDatetime(UTC) if request.HasField("expires_at") else None

        def decide(state: Conversation) -> Sequence[Message]:
            return inviting.create_invite(
                state,
                actor=caller.person_id,
                invite_id=invite_id,
                secret=secret,
                expires_at=expires_at,
                max_uses=request.max_uses,
                now=now,
            )

        key = request.idempotency_key
        return await self.conversations.execute(caller, request.conversation_id, key, request, decide)

    async def open(self, caller: Principal, conversation_id: str) -> list[pb.Invite]:
        """The invites that still let somebody in; for owners and admins."""
        state = await self.conversations.of_member(conversation_id, caller.person_id)
        try:
            inviting.may_invite(state, caller.person_id)
        except Refused as refused:
            raise error_of(refused) from refused
        return [known.shown() for known in inviting.open_invites(state, utc_now())]

    async def revoke(self, caller: Principal, request: pb.RevokeInviteRequest) -> Done:
        """Takes an invite back."""

        def decide(state: Conversation) -> Sequence[Message]:
            return inviting.revoke_invite(state, actor=caller.person_id, invite_id=request.invite_id)

        key = request.idempotency_key
        return await self.conversations.execute(caller, request.conversation_id, key, request, decide)

    async def join(self, caller: Principal, request: pb.JoinByInviteRequest) -> Done:
        """Lets the caller into a group; raises NotFound for a token that nobody was given."""
        conversation_id, now = conversation_of(request.token), utc_now()
        if not conversation_id:
            raise error_of(inviting.no_invite())

        def decide(state: Conversation) -> Sequence[Message]:
            return inviting.join(state, token=request.token, person_id=caller.person_id, name=caller.name, now=now)

        return await self.conversations.execute(caller, conversation_id, request.idempotency_key, request, decide)
