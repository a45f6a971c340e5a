"""ChatService: branches."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api.base import ChatRoom
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks


class BranchingApi(ChatRoom):
    """The RPC that branches a conversation."""

    async def BranchConversation(self, request: pb.BranchConversationRequest, context) -> pb.BranchConversationResponse:
        caller = require_person()
        checks = Checks()
        checks.id("conversation_id", request.conversation_id)
        checks.id("message_id", request.message_id)
        checks.text("title", request.title, least=0)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        done = await self.branching.branch(caller, request)
        return pb.BranchConversationResponse(conversation=await self.listed(caller, done))
