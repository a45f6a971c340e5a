"""ChatService: invites to groups."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api import checks, invite_checks
from madeleine_chat.api.base import ChatRoom
from madeleine_chat.api.mapping import created_invite
from madeleine_common.auth import require_person


class InvitingApi(ChatRoom):
    """RPCs about invites."""

    async def CreateInvite(self, request: pb.CreateInviteRequest, context) -> pb.CreateInviteResponse:
        caller = require_person()
        invite_checks.create(request)
        done = await self.inviting.create(caller, request)
        invite = created_invite(done.events[0])
        return pb.CreateInviteResponse(token=invite.token, expires_at=invite.expires_at, invite=invite)

    async def ListInvites(self, request: pb.ListInvitesRequest, context) -> pb.ListInvitesResponse:
        caller = require_person()
        checks.conversation_id(request.conversation_id)
        return pb.ListInvitesResponse(invites=await self.inviting.open(caller, request.conversation_id))

    async def RevokeInvite(self, request: pb.RevokeInviteRequest, context) -> pb.RevokeInviteResponse:
        caller = require_person()
        invite_checks.revoke(request)
        await self.inviting.revoke(caller, request)
        return pb.RevokeInviteResponse()

    async def JoinByInvite(self, request: pb.JoinByInviteRequest, context) -> pb.JoinByInviteResponse:
        caller = require_person()
        invite_checks.join(request)
        done = await self.inviting.join(caller, request)
        return pb.JoinByInviteResponse(conversation=await self.listed(caller, done))
