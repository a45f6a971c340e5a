"""MembershipService: tells other services who is in a conversation."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import MembershipServiceServicer
from madeleine_chat.api import checks
from madeleine_chat.application.judging import stream_of
from madeleine_chat.domain.conversation import Conversation
from madeleine_common.auth import require_service
from madeleine_common.errors import NotFound
from madeleine_common.events import Repository


class MembershipApi(MembershipServiceServicer):
    """Answers from the events themselves, so that a membership that ended has ended everywhere."""

    def __init__(self, repository: Repository[Conversation]) -> None:
        self._repository = repository

    async def GetMembers(self, request: pb.GetMembersRequest, context) -> pb.GetMembersResponse:
        require_service()
        checks.conversation_id(request.conversation_id)
        state = (await self._repository.load(stream_of(request.conversation_id))).state
        if not state.conversation_id:
            raise NotFound("there is no such conversation", reason="CONVERSATION_NOT_FOUND")
        return pb.GetMembersResponse(kind=state.kind, members=state.members.values())
