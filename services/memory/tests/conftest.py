"""The memory service on real servers, fed with sealed events as other services' relays publish them."""

from __future__ import annotations

import importlib
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from madeleine.chat.v1 import chat_pb2
from madeleine.chat.v1 import events_pb2 as chat
from madeleine.chat.v1.chat_pb2_grpc import MembershipServiceServicer, add_MembershipServiceServicer_to_server
from madeleine.identity.v1 import events_pb2 as identity
from madeleine.identity.v1.identity_pb2 import Consent
from madeleine.memory.v1 import memory_pb2 as pb
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceStub
from madeleine.miniapp.v1 import events_pb2 as miniapp
from madeleine_common.bus.streams import MSG_ID, subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.db import Pool
from madeleine_common.embedded.process import free_port
from madeleine_common.events import Metadata, NewEvent, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, TestPerson, eventually, running_service
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.settings import MemorySettings

_PROJECTIONS = {"identity": "memory-people", "chat": "memory-messages", "miniapp": "memory-records"}
BEGAN = datetime(2026, 3, 10, 9, tzinfo=UTC)


@dataclass
class ChatPeer(MembershipServiceServicer):
    """Chat's MembershipService over a dictionary of members' ids."""

    conversations: dict[str, list[str]] = field(default_factory=dict)

    async def GetMembers(self, request: chat_pb2.GetMembersRequest, context: Any) -> chat_pb2.GetMembersResponse:
        if request.conversation_id not in self.conversations:
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such conversation")
        members = [chat_pb2.Member(person_id=i) for i in self.conversations[request.conversation_id]]
        return chat_pb2.GetMembersResponse(members=members)


@pytest.fixture(scope="module")
async def chat_peer() -> AsyncIterator[tuple[ChatPeer, str]]:
    """Who is in which conversation, and where it answers."""
    peer = ChatPeer()
    server = grpc.aio.server()
    add_MembershipServiceServicer_to_server(peer, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield peer, address
    await server.stop(0)


@dataclass
class World:
    """Plays identity, chat and miniapp: publishes what they would, and calls memory as they would."""

    rig: Rig[MemorySettings]
    servers: Servers
    chat: ChatPeer = field(default_factory=ChatPeer)
    versions: Counter[str] = field(default_factory=Counter)
    clock: datetime = BEGAN
    # Databases in which the other contexts keep their events, where a rebuild is to read them; things happen now then.
    stores: dict[str, Pool] = field(default_factory=dict)

    @property
    def stub(self) -> MemoryServiceStub:
        return MemoryServiceStub(self.rig.channel)

    async def publish(self, context: str, stream_id: str, message: Message, subject: str = "") -> RecordedEvent:
        """Seals and publishes one event, and waits until memory has handled it."""
        event = await self.send(context, stream_id, message, subject)
        await self.handled(context, stream_id)
        return event

    async def send(self, context: str, stream_id: str, message: Message, subject: str = "") -> RecordedEvent:
        self.versions[stream_id] += 1
        self.clock = utc_now() if self.stores else self.clock + timedelta(minutes=1)
        version, event_id = self.versions[stream_id], new_id()
        ((type_name, schema, key_id, payload),) = await self.rig.house.codec.seal_all(
            [NewEvent(message, subject)], [event_id], stream_id, version
        )
        metadata = Metadata(subject or "service:test", self.clock, new_id())
        event = RecordedEvent(event_id, type_name, schema, stream_id, version, subject, metadata, key_id, None)
        if self.stores:
            await self.stores[context].execute(
                "INSERT INTO events (event_id, type, schema_version, stream_id, version, subject, actor, occurred_at,"
                " correlation_id, causation_id, traceparent, key_id, payload)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', $10, $11)",
                *(event_id, type_name, schema, stream_id, version, subject, metadata.actor, self.clock),
                *(metadata.correlation_id, key_id, payload),
            )
        # A second delivery, past JetStream's own deduplication: it must have no effect.
        for delivery in (event_id, f"{event_id} again"):
            await self.rig.house.js.publish(
                subject_of(context, type_name, stream_id), payload, headers={**to_headers(event), MSG_ID: delivery}
            )
        return event

    async def handled(self, context: str, stream_id: str) -> None:
        async def there() -> bool:
            version = await self.rig.house.pool.fetchval(
                "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2",
                _PROJECTIONS[context],
                stream_id,
            )
            return version == self.versions[stream_id]

        await eventually(there)

    async def sign_up(self, name: str = "Ana", *, remembers: bool = True) -> TestPerson:
        person = self.servers.person(name)
        await self.sign_up_as(person, remembers=remembers)
        return person

    async def sign_up_as(self, person: TestPerson, *, remembers: bool = True) -> None:
        up = identity.PersonSignedUp(
            person_id=person.person_id, display_name=person.name, consent=Consent(memory=remembers)
        )
        await self.publish("identity", f"person-{person.person_id}", up, f"person:{person.person_id}")

    def message(
        self, person: TestPerson, text: str, conversation: str, space: str = ""
    ) -> tuple[str, str, chat.MessageSent, str]:
        sent = chat.MessageSent(
            conversation_id=conversation,
            message_id=new_id(),
            sender_id=person.person_id,
            sender_name=person.name,
            text=text,
            memory_space=space or f"person:{person.person_id}",
        )
        return "chat", f"conversation-{conversation}", sent, f"person:{person.person_id}"

    async def say(
        self, person: TestPerson, text: str, *, conversation: str = "", group: bool = False
    ) -> tuple[RecordedEvent, chat.MessageSent]:
        """A message in a direct conversation, or in a group."""
        conversation = conversation or new_id()
        arguments = self.message(person, text, conversation, f"conversation:{conversation}" if group else "")
        return await self.publish(*arguments), arguments[2]

    async def edit(
        self, person: TestPerson, sent: chat.MessageSent, text: str, *, memory_off: bool = False
    ) -> RecordedEvent:
        edited = chat.MessageEdited(
            conversation_id=sent.conversation_id,
            message_id=sent.message_id,
            edited_by=person.person_id,
            text=text,
            memory_off=memory_off,
        )
        return await self.publish("chat", f"conversation-{sent.conversation_id}", edited, f"person:{person.person_id}")

    async def delete(self, person: TestPerson, sent: chat.MessageSent) -> RecordedEvent:
        deleted = chat.MessageDeleted(
            conversation_id=sent.conversation_id,
            message_id=sent.message_id,
            deleted_by=person.person_id,
            sender_id=sent.sender_id,
        )
        return await self.publish("chat", f"conversation-{sent.conversation_id}", deleted, f"person:{sent.sender_id}")

    async def consent(self, person: TestPerson, memory: bool) -> None:
        changed = identity.ConsentChanged(person_id=person.person_id, consent=Consent(memory=memory))
        await self.publish("identity", f"person-{person.person_id}", changed, f"person:{person.person_id}")

    async def erase(self, person: TestPerson) -> None:
        self.servers.data_keys.destroy(f"person:{person.person_id}")
        erased = identity.PersonErased(person_id=person.person_id)
        await self.publish("identity", f"person-{person.person_id}", erased)

    async def record(self, person: TestPerson, space: str, values: dict[str, object], app: str = "") -> tuple[str, str]:
        """Adds a record; returns (app id, record id)."""
        app, record_id = app or new_id(), new_id()
        struct = ParseDict(values, Struct())
        added = miniapp.RecordAdded(
            app_id=app,
            record_id=record_id,
            values=struct,
            entered_by=person.person_id,
            app_title="Meal log",
            memory_space=space,
            entity_label="Meal",
        )
        await self.publish("miniapp", f"app-{app}", added, f"person:{person.person_id}")
        return app, record_id

    async def recall(self, person: TestPerson, query: str, **more: object) -> list[pb.RecalledMemory]:
        request = pb.RecallRequest(query=query, **more)  # type: ignore[arg-type]
        return list((await self.stub.Recall(request, metadata=person.call)).memories)

    async def recall_in(self, spaces: list[str], query: str, **more: object) -> list[pb.RecalledMemory]:
        request = pb.RecallRequest(query=query, spaces=spaces, **more)  # type: ignore[arg-type]
        return list((await self.stub.Recall(request, metadata=self.servers.service_call("chat"))).memories)

    async def budget(self, space: str, *, size: int = 0, items: int = 0) -> None:
        request = pb.SetBudgetRequest(space=space, bytes=size, items=items, idempotency_key=new_id())
        await self.stub.SetBudget(request, metadata=self.servers.service_call("chat"))

    async def tidy(self, space: str) -> pb.TidySpaceResponse:
        return await self.stub.TidySpace(
            pb.TidySpaceRequest(space=space), metadata=self.servers.service_call("chat"), timeout=60
        )

    async def remember(self, person: TestPerson, text: str) -> pb.Memory:
        request = pb.RememberRequest(text=text, idempotency_key=new_id())
        return (await self.stub.Remember(request, metadata=person.call)).memory

    async def pin(self, person: TestPerson, memory_id: str, pinned: bool = True) -> pb.Memory:
        request = pb.PinMemoryRequest(memory_id=memory_id, pinned=pinned, idempotency_key=new_id())
        return (await self.stub.PinMemory(request, metadata=person.call)).memory

    async def correct(self, person: TestPerson, memory_id: str, text: str) -> pb.Memory:
        request = pb.CorrectMemoryRequest(memory_id=memory_id, text=text, idempotency_key=new_id())
        return (await self.stub.CorrectMemory(request, metadata=person.call)).memory

    async def restore(self, person: TestPerson, memory_id: str) -> pb.Memory:
        request = pb.RestoreMemoryRequest(memory_id=memory_id, idempotency_key=new_id())
        return (await self.stub.RestoreMemory(request, metadata=person.call)).memory

    async def share(self, person: TestPerson, memory_id: str, conversation: str) -> pb.Memory:
        request = pb.ShareMemoryRequest(memory_id=memory_id, conversation_id=conversation, idempotency_key=new_id())
        return (await self.stub.ShareMemory(request, metadata=person.call)).memory

    async def forget(self, person: TestPerson, wish: str) -> int:
        plan = await self.stub.PlanForget(pb.PlanForgetRequest(wish=wish), metadata=person.call)
        request = pb.ForgetRequest(plan_id=plan.plan_id, idempotency_key=new_id())
        return (await self.stub.Forget(request, metadata=person.call)).forgotten

    async def reasons(self, person: TestPerson, memory_id: str) -> str:
        request = pb.ExplainMemoryRequest(memory_id=memory_id)
        return " ".join((await self.stub.ExplainMemory(request, metadata=person.call)).reasons)

    async def listed(self, person: TestPerson, space: str = "") -> list[pb.Memory]:
        """All that a space holds, newest first, cold storage included."""
        request = pb.ListMemoriesRequest(space=space, page_size=200, include_cold=True)
        return list((await self.stub.ListMemories(request, metadata=person.call)).memories)

    async def rows(self) -> int:
        return await self.rig.house.pool.fetchval("SELECT count(*) FROM memory")


@pytest.fixture(scope="module")
async def world(servers: Servers, chat_peer: tuple[ChatPeer, str]) -> AsyncIterator[World]:
    """Memory whose embedder is down: nothing listens at its address."""
    nowhere = f"127.0.0.1:{free_port()}"
    peer, chat_address = chat_peer
    async with running_service(
        servers, "memory", MemorySettings, bootstrap, inference_address=nowhere, chat_address=chat_address
    ) as rig:
        yield World(rig, servers, peer)


@pytest.fixture(scope="module")
def nowhere() -> str:
    """An address where nothing listens, unless a test has something do so."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
async def untidied(servers: Servers, chat_peer: tuple[ChatPeer, str], nowhere: str) -> AsyncIterator[World]:
    """Memory that tidies only when it is told to: nobody works for its Temporal. Its embedder is down."""
    peer, chat_address = chat_peer
    async with running_service(
        servers,
        "memory",
        MemorySettings,
        bootstrap,
        roles=("serve", "relay", "project"),
        inference_address=nowhere,
        chat_address=chat_address,
    ) as rig:
        yield World(rig, servers, peer)


@pytest.fixture(scope="session")
def world_of() -> type[World]:
    """For modules that run memory their own way: conftest cannot be imported."""
    return World


@pytest.fixture(scope="session")
def leaking() -> Any:
    """bench/remembering/leaks.py: `leaks` plays many people at once, `broken` finds what must never be in the rows."""
    bench = str(Path(__file__).parents[3] / "bench")
    if bench not in sys.path:
        sys.path.insert(0, bench)
    return importlib.import_module("remembering.leaks")


@pytest.fixture
def dice() -> random.Random:
    return random.Random(11)
