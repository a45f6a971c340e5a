"""ChatService: what is done with messages that are there, and finding them."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api import message_checks
from madeleine_chat.api.base import ChatRoom
from madeleine_chat.application.messages import Messages
from madeleine_chat.application.paging import MessagePages
from madeleine_chat.application.receipts import Receipts
from madeleine_chat.application.search import Search
from madeleine_common.auth import Principal, require_person


class MessagesApi(ChatRoom):
    """RPCs about messages, besides sending them."""

    receipts: Receipts
    search: Search

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

    async def MarkRead(self, request: pb.MarkReadRequest, context) -> pb.MarkReadResponse:
        caller = require_person()
        message_checks.mark_read(request)
        return pb.MarkReadResponse(read_cursor=await self.receipts.mark_read(caller, request))

    async def SearchMessages(self, request: pb.SearchMessagesRequest, context) -> pb.SearchMessagesResponse:
        caller = require_person()
        size = message_checks.search(request)
        hits, token = await self.search(caller, request, size)
        return pb.SearchMessagesResponse(hits=hits, next_page_token=token)

    async def _message(
        self, caller: Principal, request: pb.ReactToMessageRequest | pb.DeleteMessageRequest, version: int
    ) -> pb.Message:
        return await self.queries.message(caller, request.conversation_id, request.message_id, version)
