"""ChatService: what is done with messages that are there, and finding them."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceServicer
from madeleine_chat.api import message_checks
from madeleine_chat.application.commands import Conversations
from madeleine_chat.application.messages import Messages
from madeleine_chat.application.paging import MessagePages
from madeleine_chat.application.queries import Queries
from madeleine_common.auth import Principal, require_person


class MessagesApi(ChatServiceServicer):
    """RPCs about messages, besides sending them."""

    conversations: Conversations
    queries: Queries

    async def ListMessages(self, request: pb.ListMessagesRequest, context) -> pb.ListMessagesResponse:
        caller = require_person()
        size = message_checks.list_messages(request)
        page, token = await MessagePages(self.queries).page(caller, request, size)
        return pb.ListMessagesResponse(messages=page, next_page_token=token)

    async def ReactToMessage(self, request: pb.ReactToMessageRequest, context) -> pb.ReactToMessageResponse:
        caller = require_person()
        message_checks.react(request)
        done = await Messages(self.queries).react(caller, request)
        return pb.ReactToMessageResponse(message=await self._message(caller, request, done.version))

    async def DeleteMessage(self, request: pb.DeleteMessageRequest, context) -> pb.DeleteMessageResponse:
        caller = require_person()
        message_checks.delete(request)
        done = await Messages(self.queries).delete(caller, request)
        return pb.DeleteMessageResponse(message=await self._message(caller, request, done.version))

    async def GetMessageHistory(self, request: pb.GetMessageHistoryRequest, context) -> pb.GetMessageHistoryResponse:
        caller = require_person()
        message_checks.history(request)
        versions = await Messages(self.queries).history(caller, request.conversation_id, request.message_id)
        return pb.GetMessageHistoryResponse(versions=versions)

    async def _message(
        self, caller: Principal, request: pb.ReactToMessageRequest | pb.DeleteMessageRequest, version: int
    ) -> pb.Message:
        return await self.queries.message(caller, request.conversation_id, request.message_id, version)
