"""The service on real servers, with a small chat peer that knows who is in which conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct

from madeleine.chat.v1 import chat_pb2, chat_pb2_grpc
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1 import inference_pb2_grpc
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.events_pb2 import AppCreated
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.auth import TokenVerifier
from madeleine_common.commands import utc_now
from madeleine_common.events.model import Metadata, NewEvent
from madeleine_common.events.repository import Repository
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, TestPerson, running_service
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.application.creation import Creation
from madeleine_miniapp.application.likeness import Likeness
from madeleine_miniapp.application.ports import Generated, Order
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.domain.app import App, create, evolve
from madeleine_miniapp.domain.drafting import whole
from madeleine_miniapp.settings import MiniappSettings


@dataclass
class ChatPeer(chat_pb2_grpc.MembershipServiceServicer):
    """Chat's MembershipService over a dictionary; checks the caller's service token as chat does."""

    verifier: TokenVerifier
    conversations: dict[str, dict[str, str]] = field(default_factory=dict)
    address: str = ""
    # Conversations about which it does not answer for now, and whether it was asked about one of them.
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def hold(self, conversation_id: str) -> asyncio.Event:
        """Answers about a conversation only once the event is set that this returns."""
        self.asked.clear()
        return self.held.setdefault(conversation_id, asyncio.Event())

    def group(self, *people: TestPerson) -> str:
        """A new conversation's id."""
        conversation_id = new_id()
        self.conversations[conversation_id] = {p.person_id: p.name for p in people}
        return conversation_id

    async def GetMembers(self, request: chat_pb2.GetMembersRequest, context: Any) -> chat_pb2.GetMembersResponse:
        metadata = dict(context.invocation_metadata())
        caller = await self.verifier.verify(metadata["authorization"].removeprefix("Bearer "))
        if held := self.held.get(request.conversation_id):
            self.asked.set()
            await held.wait()
        members = self.conversations.get(request.conversation_id, {})
        if not members:
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such conversation")
        if caller.subject != "service:miniapp" or caller.person_id not in members:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "not a member")
        return chat_pb2.GetMembersResponse(
            members=[chat_pb2.Member(person_id=i, display_name=n) for i, n in members.items()]
        )


@pytest.fixture(scope="module")
async def chat(servers: Servers) -> AsyncIterator[ChatPeer]:
    peer = ChatPeer(TokenVerifier(servers.keys / "services.jwks.json", servers.signer.public_key))
    server = grpc.aio.server()
    chat_pb2_grpc.add_MembershipServiceServicer_to_server(peer, server)
    peer.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield peer
    await server.stop(0)


@dataclass
class Hanging(inference_pb2_grpc.InferenceServiceServicer):
    """Inference that embeds nothing, and writes nothing until it is let."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    # Whoever asked has hung up.
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    operations: str = '{"operations": [{"op": "set_app", "title": "Bread log"}]}'
    address: str = ""

    async def Embed(self, request: inference.EmbedRequest, context: Any) -> inference.EmbedResponse:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "no vectors today")
        raise AssertionError

    async def Generate(
        self, request: inference.GenerateRequest, context: Any
    ) -> AsyncIterator[inference.GenerateResponse]:
        self.asked.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.given_up.set()
            raise
        yield inference.GenerateResponse(begin=inference.GenerationBegin(revision="r7"))
        yield inference.GenerateResponse(delta=inference.GenerationDelta(text=self.operations))


@pytest.fixture
async def hanging() -> AsyncIterator[Hanging]:
    peer, server = Hanging(), grpc.aio.server()
    inference_pb2_grpc.add_InferenceServiceServicer_to_server(peer, server)
    peer.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield peer
    await server.stop(0)


class NoModel:
    """Stands where apps are made from the plain blueprint: any call of the model would be an error."""

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Generated:
        raise AssertionError("no model here")

    async def embed_queries(self, texts: Any) -> list[list[float]]:
        raise AssertionError("no model here")

    embed_passages = embed_queries


@dataclass
class Door:
    """The service as its callers see it, and a way to have apps without the model."""

    rig: Rig[MiniappSettings]
    stub: MiniappServiceStub

    async def app(
        self, owner: TestPerson, blueprint: str = "meals", conversation_id: str = "", prompt: str = "x"
    ) -> str:
        """The id of a new app made of the plain blueprint, by the application's own last step."""
        library = PackagedLibrary()
        likeness = Likeness(library, NoModel())
        creation = Creation(Repository[App](self.rig.house.store, App, evolve), library, likeness)
        order = Order(
            new_id(), "an app", conversation_id, owner.person_id, f"person:{owner.person_id}", new_id(), "00" * 32
        )
        await creation.record(order, blueprint, whole(library.get(blueprint), "en", library.known_fields()))
        return order.app_id

    async def app_of(self, owner: TestPerson, spec: AppSpec, conversation_id: str = "") -> str:
        """The id of a new app of this spec."""
        app_id = new_id()
        created = AppCreated(app_id=app_id, owner_id=owner.person_id, conversation_id=conversation_id, spec=spec)
        await Repository[App](self.rig.house.store, App, evolve).execute(
            stream_of(app_id),
            lambda state: [NewEvent(event, f"person:{owner.person_id}") for event in create(state, created)],
            Metadata(f"person:{owner.person_id}", utc_now(), new_id()),
        )
        return app_id

    async def add(self, who: TestPerson, app_id: str, **values: Any) -> m.Record:
        """A record of these values."""
        request = m.AddRecordRequest(app_id=app_id, values=struct(**values), idempotency_key=new_id())
        return (await self.stub.AddRecord(request, metadata=who.call)).record

    async def ask(self, who: TestPerson, question: str, **where: Any) -> m.AskResponse:
        """The answer to a question."""
        return await self.stub.Ask(m.AskRequest(question=question, **where), metadata=who.call)


def struct(**values: Any) -> Struct:
    made = Struct()
    made.update(values)
    return made


@pytest.fixture(scope="module")
async def door(servers: Servers, chat: ChatPeer) -> AsyncIterator[Door]:
    # Nothing listens at the inference address: these tests need no model, and must not.
    async with running_service(
        servers, "miniapp", MiniappSettings, bootstrap, chat_address=chat.address, inference_address="127.0.0.1:1"
    ) as rig:
        yield Door(rig, MiniappServiceStub(rig.channel))
