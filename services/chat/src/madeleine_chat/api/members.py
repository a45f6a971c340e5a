"""ChatService: what is done with members, and a conversation's settings."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api import checks, member_checks
from madeleine_chat.api.base import ChatRoom
from madeleine_common.auth import require_person


class MembersApi(ChatRoom):
    """RPCs about a conversation itself and who is in it."""

    async def UpdateConversation(self, request: pb.UpdateConversationRequest, context) -> pb.UpdateConversationResponse:
        caller = require_person()
        member_checks.update(request)
        done = await self.conversations.update(caller, request)
        return pb.UpdateConversationResponse(conversation=await self.listed(caller, done))

    async def AddMember(self, request: pb.AddMemberRequest, context) -> pb.AddMemberResponse:
        caller = require_person()
        checks.add_member(request)
        done = await self.conversations.add_member(caller, request)
        return pb.AddMemberResponse(conversation=await self.listed(caller, done))

    async def RemoveMember(self, request: pb.RemoveMemberRequest, context) -> pb.RemoveMemberResponse:
        caller = require_person()
        checks.remove_member(request)
        done = await self.conversations.remove_member(caller, request)
        return pb.RemoveMemberResponse(conversation=await self.listed(caller, done))

    async def ChangeRole(self, request: pb.ChangeRoleRequest, context) -> pb.ChangeRoleResponse:
        caller = require_person()
        member_checks.change_role(request)
        done = await self.members.change_role(caller, request)
        return pb.ChangeRoleResponse(conversation=await self.listed(caller, done))

    async def BanMember(self, request: pb.BanMemberRequest, context) -> pb.BanMemberResponse:
        caller = require_person()
        member_checks.ids(request)
        done = await self.members.ban(caller, request)
        return pb.BanMemberResponse(conversation=await self.listed(caller, done))

    async def UnbanMember(self, request: pb.UnbanMemberRequest, context) -> pb.UnbanMemberResponse:
        caller = require_person()
        member_checks.ids(request)
        await self.members.unban(caller, request)
        return pb.UnbanMemberResponse()

    async def ListBans(self, request: pb.ListBansRequest, context) -> pb.ListBansResponse:
        caller = require_person()
        checks.conversation_id(request.conversation_id)
        return pb.ListBansResponse(bans=await self.members.bans(caller, request.conversation_id))

    async def MuteMember(self, request: pb.MuteMemberRequest, context) -> pb.MuteMemberResponse:
        caller = require_person()
        member_checks.mute_member(request)
        done = await self.members.mute(caller, request)
        return pb.MuteMemberResponse(conversation=await self.listed(caller, done))

    async def MuteConversation(self, request: pb.MuteConversationRequest, context) -> pb.MuteConversationResponse:
        caller = require_person()
        member_checks.mute_conversation(request)
        done = await self.conversations.mute(caller, request)
        return pb.MuteConversationResponse(conversation=await self.listed(caller, done))

    async def SetAssistantMode(self, request: pb.SetAssistantModeRequest, context) -> pb.SetAssistantModeResponse:
        caller = require_person()
        checks.set_assistant_mode(request)
        done = await self.conversations.set_assistant_mode(caller, request)
        return pb.SetAssistantModeResponse(conversation=await self.listed(caller, done))
