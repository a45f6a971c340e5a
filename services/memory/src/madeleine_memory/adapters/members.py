"""Asks chat who is in a conversation (`application.ports.Members`)."""

from __future__ import annotations

import grpc

from madeleine.chat.v1 import chat_pb2, chat_pb2_grpc
from madeleine_common.auth import Principal
from madeleine_common.rpc.client import Caller
from madeleine_common.rpc.errors import from_rpc_error

_MEMBERS_S = 5.0


class ChatMembers:
    """Membership as chat's events have it, asked anew each time: one that ended has ended here too."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = chat_pb2_grpc.MembershipServiceStub(channel)
        self._caller = caller

    async def includes(self, conversation_id: str, caller: Principal) -> bool:
        """True for a member; raises Unavailable while chat is out of reach."""
        request = chat_pb2.GetMembersRequest(conversation_id=conversation_id)
        try:
            answer = await self._stub.GetMembers(request, metadata=self._caller.metadata(caller), timeout=_MEMBERS_S)
        except grpc.aio.AioRpcError as error:
            if error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED):
                return False
            raise from_rpc_error(error) from error
        return any(member.person_id == caller.person_id for member in answer.members)
