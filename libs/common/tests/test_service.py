"""A whole service in process: who may call, what is refused and how, health, and clean stop."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceServicer, ChatServiceStub, add_ChatServiceServicer_to_server
from madeleine_common.auth import require_person, require_service
from madeleine_common.errors import Denied, NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.settings import Settings
from madeleine_common.testing import Rig, Servers, refused, running_service

_OPEN = "/madeleine.chat.v1.ChatService/ListConversations"


class Echo(ChatServiceServicer):
    """Just enough of a servicer to be refused by."""

    async def ListConversations(self, request, context):
        return pb.ListConversationsResponse(next_page_token="open to all")

    async def GetConversation(self, request, context):
        caller = require_person()
        return pb.GetConversationResponse(conversation=pb.Conversation(title=f"{caller.name} in {caller.time_zone}"))

    async def AddMember(self, request, context):
        require_service("memory")
        return pb.AddMemberResponse()

    async def SendMessage(self, request, context):
        checks = Checks()
        checks.id("conversation_id", request.conversation_id)
        checks.text("text", request.text)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        raise NotFound("there is no such conversation")

    async def RemoveMember(self, request, context):
        raise RuntimeError("a secret detail")

    async def StreamConversation(self, request, context):
        yield pb.StreamConversationResponse(cursor=1)
        if request.after_cursor == 7:
            raise Denied("you were removed", reason="NOT_A_MEMBER")
        yield pb.StreamConversationResponse(cursor=2)


async def bootstrap(_: House[Settings]) -> Parts:
    return Parts(
        ServerParts(
            lambda server: add_ChatServiceServicer_to_server(Echo(), server),
            ("madeleine.chat.v1.ChatService",),
            frozenset({_OPEN}),
        )
    )


@pytest.fixture(scope="module")
async def rig(servers: Servers) -> AsyncIterator[Rig[Settings]]:
    async with running_service(servers, "gateway", Settings, bootstrap) as rig:
        yield rig


@pytest.fixture
def chat(rig: Rig[Settings]) -> ChatServiceStub:
    return ChatServiceStub(rig.channel)


async def test_a_person_and_their_time_zone_are_known_from_the_token(chat: ChatServiceStub, servers: Servers) -> None:
    ana = servers.person("Ana", time_zone="Asia/Shanghai")
    reply = await chat.GetConversation(pb.GetConversationRequest(), metadata=ana.call)
    assert reply.conversation.title == "Ana in Asia/Shanghai"


async def test_an_open_method_needs_no_token_and_others_do(chat: ChatServiceStub) -> None:
    assert (await chat.ListConversations(pb.ListConversationsRequest())).next_page_token == "open to all"
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await chat.GetConversation(pb.GetConversationRequest())


async def test_bad_tokens_are_refused_with_the_reason(chat: ChatServiceStub, servers: Servers) -> None:
    expired = servers.signer.token("x", "Ana", "UTC", "en", expires_in_s=-60)
    forged = type(servers.signer)().token("x", "Ana", "UTC", "en")
    for token, reason in ((expired, "TOKEN_EXPIRED"), (forged, "TOKEN_INVALID"), ("nonsense", "TOKEN_INVALID")):
        async with refused(grpc.StatusCode.UNAUTHENTICATED, reason=reason):
            await chat.GetConversation(pb.GetConversationRequest(), metadata=(("authorization", f"Bearer {token}"),))


async def test_only_the_named_service_may_make_an_internal_call(chat: ChatServiceStub, servers: Servers) -> None:
    await chat.AddMember(pb.AddMemberRequest(), metadata=servers.service_call("memory"))
    for call in (servers.service_call("spark"), servers.person().call):
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="SERVICE_REQUIRED"):
            await chat.AddMember(pb.AddMemberRequest(), metadata=call)


async def test_every_bad_field_is_named(chat: ChatServiceStub, servers: Servers) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT) as refusal:
        await chat.SendMessage(
            pb.SendMessageRequest(conversation_id="x", text=" ", idempotency_key="k"), metadata=servers.person().call
        )
    assert set(refusal.fields) == {"conversation_id", "text", "idempotency_key"}


async def test_an_oversized_request_names_its_largest_field(chat: ChatServiceStub, servers: Servers) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="text") as refusal:
        await chat.SendMessage(pb.SendMessageRequest(text="x" * 70_000), metadata=servers.person().call)
    assert "65536" in refusal.fields["text"]


async def test_a_fault_of_ours_tells_nothing_of_its_inside(
    chat: ChatServiceStub, servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    async with refused(grpc.StatusCode.INTERNAL) as refusal:
        await chat.RemoveMember(pb.RemoveMemberRequest(), metadata=servers.person().call)
    assert "secret" not in refusal.message
    assert "RemoveMember" in caplog.text


async def test_a_stream_ends_with_the_status_of_its_error(chat: ChatServiceStub, servers: Servers) -> None:
    call = servers.person().call
    stream = chat.StreamConversation(pb.StreamConversationRequest(), metadata=call)
    assert [r.cursor async for r in stream] == [1, 2]
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        async for _ in chat.StreamConversation(pb.StreamConversationRequest(after_cursor=7), metadata=call):
            pass


async def test_unknown_methods_are_unimplemented_and_health_is_open(rig: Rig[Settings], servers: Servers) -> None:
    async with refused(grpc.StatusCode.UNIMPLEMENTED):
        await ChatServiceStub(rig.channel).SetReminder(pb.SetReminderRequest(), metadata=servers.person().call)
    stub = health_pb2_grpc.HealthStub(rig.channel)
    health = await stub.Check(health_pb2.HealthCheckRequest())  # pyright: ignore[reportAttributeAccessIssue]
    assert health.status == health_pb2.HealthCheckResponse.SERVING
