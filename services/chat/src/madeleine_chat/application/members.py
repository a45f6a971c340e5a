"""What owners and admins do with the members of a group, and who is kept out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.commands import Conversations, Done, until_of
from madeleine_chat.application.judging import Decide, error_of
from madeleine_chat.domain import membership, moderation
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.refusals import Refused
from madeleine_common.auth import Principal
from madeleine_common.commands import utc_now


@dataclass(frozen=True, slots=True)
class Members:
    """Commands on members; each raises DomainError, and a repeat gives the first one's outcome."""

    conversations: Conversations

    async def change_role(self, caller: Principal, request: pb.ChangeRoleRequest) -> Done:
        """Gives a member another role."""

        def decide(state: Conversation) -> Sequence[Message]:
            return membership.change_role(state, actor=caller.person_id, person_id=request.person_id, role=request.role)

        return await self._execute(caller, request, decide)

    async def ban(self, caller: Principal, request: pb.BanMemberRequest) -> Done:
        """Keeps a person out; raises Invalid for somebody whom nobody knows."""
        state = await self.conversations.of_member(request.conversation_id, caller.person_id)
        now = utc_now()
        if request.person_id in state.members:
            name = state.members[request.person_id].display_name
        elif request.person_id in state.bans:
            name = state.bans[request.person_id].display_name
        else:
            (known,) = await self.conversations.named([request.person_id], "person_id")
            name = known.display_name

        def decide(state: Conversation) -> Sequence[Message]:
            return moderation.ban(state, actor=caller.person_id, person_id=request.person_id, name=name, now=now)

        return await self._execute(caller, request, decide)

    async def unban(self, caller: Principal, request: pb.UnbanMemberRequest) -> Done:
        """Lets a person come back."""

        def decide(state: Conversation) -> Sequence[Message]:
            return moderation.unban(state, actor=caller.person_id, person_id=request.person_id)

        return await self._execute(caller, request, decide)

    async def bans(self, caller: Principal, conversation_id: str) -> list[pb.Ban]:
        """Who is kept out, first banned first; for owners and admins."""
        state = await self.conversations.of_member(conversation_id, caller.person_id)
        try:
            moderation.may_see_bans(state, caller.person_id)
        except Refused as refused:
            raise error_of(refused) from refused
        return [
            pb.Ban(
                person_id=banned.person_id,
                display_name=banned.display_name,
                banned_by=banned.banned_by,
                banned_at=banned.banned_at,
            )
            for banned in state.bans.values()
        ]

    async def mute(self, caller: Principal, request: pb.MuteMemberRequest) -> Done:
        """Keeps a member from writing for a while."""
        until, now = until_of(request), utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return moderation.mute(state, actor=caller.person_id, person_id=request.person_id, until=until, now=now)

        return await self._execute(caller, request, decide)

    async def _execute(self, caller: Principal, request: _OnMember, decide: Decide) -> Done:
        return await self.conversations.execute(
            caller, request.conversation_id, request.idempotency_key, request, decide
        )


_OnMember = pb.ChangeRoleRequest | pb.BanMemberRequest | pb.UnbanMemberRequest | pb.MuteMemberRequest
