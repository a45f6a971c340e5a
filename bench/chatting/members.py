"""People of the house as clients behind Envoy, over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub
from madeleine_common.ids import new_id


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody signed in; `call`: the metadata of their requests."""

    person_id: str
    name: str
    call: Any


async def sign_up(channel: grpc.aio.Channel, name: str) -> Member:
    """A new account that consents to being remembered, signed in."""
    stub: Any = IdentityServiceStub(channel)
    handle, password = f"{name.lower()}-{new_id()[-8:]}", new_id()
    request = identity.SignUpRequest(
        handle=handle,
        password=password,
        display_name=name,
        time_zone="Europe/Paris",
        language="en",
        consent=identity.Consent(memory=True),
        idempotency_key=new_id(),
    )
    reply = await stub.SignUp(request)
    return Member(reply.profile.person_id, name, (("authorization", f"Bearer {reply.tokens.access_token}"),))


async def sign_up_all(channel: grpc.aio.Channel, names: Sequence[str]) -> list[Member]:
    """Several accounts."""
    return list(await asyncio.gather(*(sign_up(channel, name) for name in names)))


async def group(
    channel: grpc.aio.Channel, members: Sequence[Member], mode: pb.AssistantMode.ValueType = pb.ASSISTANT_MODE_SILENT
) -> str:
    """The id of a new group that the first of them owns."""
    stub: Any = ChatServiceStub(channel)
    request = pb.CreateConversationRequest(
        kind=pb.CONVERSATION_KIND_GROUP,
        title="Hikers",
        member_ids=[member.person_id for member in members[1:]],
        assistant_mode=mode,
        idempotency_key=new_id(),
    )
    return (await stub.CreateConversation(request, metadata=members[0].call)).conversation.conversation_id


async def watch(
    channel: grpc.aio.Channel,
    member: Member,
    conversation_id: str,
    told: Callable[[pb.StreamConversationResponse], None],
) -> asyncio.Task[None]:
    """A member's stream from now on, once it is open; `told` hears every update."""
    stub: Any = ChatServiceStub(channel)
    request = pb.StreamConversationRequest(conversation_id=conversation_id, after_cursor=-1)
    is_open = asyncio.Event()

    async def read() -> None:
        async for update in stub.StreamConversation(request, metadata=member.call):
            # The first one tells where "now" is.
            is_open.set()
            told(update)

    reading = asyncio.create_task(read())
    await is_open.wait()
    return reading
