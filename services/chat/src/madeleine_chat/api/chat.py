"""ChatService: requests to commands and queries, and their outcomes back."""

from __future__ import annotations

from collections.abc import AsyncIterator

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api import checks
from madeleine_chat.api.attachments import AttachmentsApi
from madeleine_chat.api.branching import BranchingApi
from madeleine_chat.api.inviting import InvitingApi
from madeleine_chat.api.mapping import new_message_id, sent_message
from madeleine_chat.api.members import MembersApi
from madeleine_chat.api.messages import MessagesApi
from madeleine_chat.api.reminders import RemindersApi
from madeleine_chat.api.summaries import SummariesApi
from madeleine_chat.application.commands import Conversations
from madeleine_chat.application.queries import Queries
from madeleine_chat.application.receipts import Receipts
from madeleine_chat.application.reminders import Reminders
from madeleine_chat.application.search import Search
from madeleine_chat.application.stream import Follow
from madeleine_chat.application.summaries.summaries import Summaries
from madeleine_chat.application.typing_news import TypingNews
from madeleine_chat.application.uploads import Attachments
from madeleine_common.auth import require_person


class ChatApi(MembersApi, InvitingApi, BranchingApi, MessagesApi, AttachmentsApi, RemindersApi, SummariesApi):
    """The RPCs that stand so far; the others answer UNIMPLEMENTED."""

    def __init__(
        self,
        conversations: Conversations,
        queries: Queries,
        attachments: Attachments,
        reminders: Reminders,
        summaries: Summaries,
        receipts: Receipts,
        search: Search,
    ) -> None:
        super().__init__(conversations, queries, attachments)
        self._typing = TypingNews(conversations, queries.live)
        self._follow = Follow(queries)
        self.reminders = reminders
        self.summaries = summaries
        self.receipts = receipts
        self.search = search

    async def CreateConversation(self, request: pb.CreateConversationRequest, context) -> pb.CreateConversationResponse:
        caller = require_person()
        checks.create(request, caller.person_id)
        done = await self.conversations.create(caller, request)
        return pb.CreateConversationResponse(conversation=await self.listed(caller, done))

    async def GetConversation(self, request: pb.GetConversationRequest, context) -> pb.GetConversationResponse:
        caller = require_person()
        checks.conversation_id(request.conversation_id)
        found = await self.queries.conversation(caller, request.conversation_id)
        return pb.GetConversationResponse(conversation=found)

    async def ListConversations(self, request: pb.ListConversationsRequest, context) -> pb.ListConversationsResponse:
        caller = require_person()
        size = checks.list_conversations(request)
        page, token = await self.queries.list_conversations(caller, size, request.page_token)
        return pb.ListConversationsResponse(conversations=page, next_page_token=token)

    async def SendMessage(self, request: pb.SendMessageRequest, context) -> pb.SendMessageResponse:
        caller = require_person()
        checks.send(request, self.attachments.limits.per_message)
        done = await self.conversations.send(caller, request)
        return pb.SendMessageResponse(message=sent_message(done.events[0]))

    async def StreamConversation(
        self, request: pb.StreamConversationRequest, context
    ) -> AsyncIterator[pb.StreamConversationResponse]:
        caller = require_person()
        checks.stream(request)
        async for response in self._follow(caller, request.conversation_id, request.after_cursor):
            yield response

    async def SetTyping(self, request: pb.SetTypingRequest, context) -> pb.SetTypingResponse:
        caller = require_person()
        checks.conversation_id(request.conversation_id)
        await self._typing(caller, request.conversation_id, request.typing)
        return pb.SetTypingResponse()

    async def RateMessage(self, request: pb.RateMessageRequest, context) -> pb.RateMessageResponse:
        caller = require_person()
        checks.rate(request)
        done = await self.conversations.rate(caller, request)
        message = await self.queries.message(caller, request.conversation_id, request.message_id, done.version)
        # The thumb just given counts, even where the read model is late.
        message.answer.my_rating = request.rating
        return pb.RateMessageResponse(message=message)

    async def RegenerateMessage(self, request: pb.RegenerateMessageRequest, context) -> pb.RegenerateMessageResponse:
        caller = require_person()
        checks.regenerate(request)
        done = await self.conversations.regenerate(caller, request)
        return pb.RegenerateMessageResponse(message_id=new_message_id(done.events[0]))

    async def EditMessage(self, request: pb.EditMessageRequest, context) -> pb.EditMessageResponse:
        caller = require_person()
        checks.edit(request)
        done = await self.conversations.edit(caller, request)
        message = await self.queries.message(caller, request.conversation_id, request.message_id, done.version)
        return pb.EditMessageResponse(message=message)
