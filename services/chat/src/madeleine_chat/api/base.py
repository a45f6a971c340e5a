"""What the RPCs of ChatService share: each group of them is a class, and `api.chat.ChatApi` is all of them."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceServicer
from madeleine_chat.api.mapping import conversation_after
from madeleine_chat.application.branching import Branching
from madeleine_chat.application.commands import Conversations, Done
from madeleine_chat.application.inviting import Inviting
from madeleine_chat.application.members import Members
from madeleine_chat.application.queries import Queries
from madeleine_chat.application.uploads import Attachments
from madeleine_common.auth import Principal
from madeleine_common.commands import utc_now


class ChatRoom(ChatServiceServicer):
    """Holds the use cases that the RPCs call."""

    def __init__(self, conversations: Conversations, queries: Queries, attachments: Attachments) -> None:
        self.conversations = conversations
        self.queries = queries
        self.attachments = attachments
        self.members = Members(conversations)
        self.inviting = Inviting(conversations)
        self.branching = Branching(queries)

    async def listed(self, caller: Principal, done: Done) -> pb.Conversation:
        """The conversation after a command as the caller sees it, once lists show it so, or as far as it is known."""
        state = done.state
        if await self.queries.caught_up(state.conversation_id, done.version) and caller.person_id in state.members:
            shown = await self.queries.read_model.conversation(state.conversation_id, caller.person_id)
            if shown is not None:
                return shown
        return conversation_after(done, caller.person_id, utc_now())
