"""The chat on real servers, and the services beside it as small gRPC servers of the generated contracts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine.common.v1.operation_pb2 import (
    OPERATION_STATE_FAILED,
    OPERATION_STATE_RUNNING,
    OPERATION_STATE_SUCCEEDED,
    Operation,
)
from madeleine.identity.v1 import events_pb2 as identity_events
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.identity.v1 import identity_pb2_grpc as identity_grpc
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1 import inference_pb2_grpc as inference_grpc
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.memory.v1 import memory_pb2_grpc as memory_grpc
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine.miniapp.v1 import miniapp_pb2_grpc as miniapp_grpc
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.projections import PROJECTIONS
from madeleine_chat.settings import ChatSettings
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.events import Metadata, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.testing import Rig, Servers, TestPerson, running_service


@dataclass
class Neighbours:
    """What identity, memory and miniapp answer in these tests, and what they were asked."""

    address: str = ""
    people: dict[str, identity.Profile] = field(default_factory=dict)
    memories: list[memory.Memory] = field(default_factory=list)
    recalls: list[memory.RecallRequest] = field(default_factory=list)
    answer: miniapp.AskResponse = field(default_factory=miniapp.AskResponse)
    questions: list[miniapp.AskRequest] = field(default_factory=list)
    apps: list[miniapp.App] = field(default_factory=list)
    created: list[miniapp.CreateAppRequest] = field(default_factory=list)
    edited: list[miniapp.EditAppRequest] = field(default_factory=list)
    # What an edit comes to: the proposal, or why there is none.
    edit: miniapp.AppEdit = field(default_factory=miniapp.AppEdit)
    edit_fails: str = ""
    # While it is set, an app is begun but the answer to whoever asked does not come.
    app_answers_late: asyncio.Event | None = None
    away: bool = False

    def knows(self, person: TestPerson, *, time_zone: str = "Europe/Paris", language: str = "en") -> None:
        """Identity knows this person from now on."""
        self.people[person.person_id] = identity.Profile(
            person_id=person.person_id, display_name=person.name, time_zone=time_zone, language=language
        )

    async def present(self, context: grpc.aio.ServicerContext) -> None:
        """Ends the call when these services are to be out of reach."""
        if self.away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")


class People(identity_grpc.PeopleServiceServicer):
    def __init__(self, told: Neighbours) -> None:
        self._told = told

    async def BatchGetPeople(self, request, context):
        await self._told.present(context)
        known = [self._told.people[p] for p in request.person_ids if p in self._told.people]
        return identity.BatchGetPeopleResponse(people=known)


class Memory(memory_grpc.MemoryServiceServicer):
    def __init__(self, told: Neighbours) -> None:
        self._told = told

    async def Recall(self, request, context):
        await self._told.present(context)
        self._told.recalls.append(request)
        found = [memory.RecalledMemory(memory=m, score=1.0) for m in self._told.memories]
        return memory.RecallResponse(memories=found)


class Apps(miniapp_grpc.MiniappServiceServicer):
    def __init__(self, told: Neighbours) -> None:
        self._told = told

    async def Ask(self, request, context):
        await self._told.present(context)
        self._told.questions.append(request)
        return self._told.answer

    async def ListApps(self, request, context):
        await self._told.present(context)
        return miniapp.ListAppsResponse(apps=self._told.apps)

    async def CreateApp(self, request, context):
        """As the real one: the operation follows from the key."""
        await self._told.present(context)
        self._told.created.append(request)
        if self._told.app_answers_late is not None:
            await self._told.app_answers_late.wait()
        operation = Operation(operation_id=f"create-app-{request.idempotency_key}")
        return miniapp.CreateAppResponse(operation=operation)

    async def EditApp(self, request, context):
        await self._told.present(context)
        self._told.edited.append(request)
        return miniapp.EditAppResponse(operation=Operation(operation_id=f"edit-app-{request.idempotency_key}"))

    async def WatchAppOperation(self, request, context):
        running = Operation(operation_id=request.operation_id, state=OPERATION_STATE_RUNNING, progress=0.5)
        yield miniapp.WatchAppOperationResponse(operation=running)
        ended = Operation(operation_id=request.operation_id, state=OPERATION_STATE_SUCCEEDED)
        ended.result_id = self._told.edit.edit_id
        if self._told.edit_fails:
            ended.state, ended.error = OPERATION_STATE_FAILED, self._told.edit_fails
        yield miniapp.WatchAppOperationResponse(operation=ended)

    async def GetAppEdit(self, request, context):
        assert request.edit_id == self._told.edit.edit_id
        return miniapp.GetAppEditResponse(edit=self._told.edit)


@asynccontextmanager
async def serving_neighbours() -> AsyncIterator[Neighbours]:
    told = Neighbours()
    server = grpc.aio.server()
    identity_grpc.add_PeopleServiceServicer_to_server(People(told), server)
    memory_grpc.add_MemoryServiceServicer_to_server(Memory(told), server)
    miniapp_grpc.add_MiniappServiceServicer_to_server(Apps(told), server)
    told.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield told
    finally:
        await server.stop(0)


@pytest.fixture(scope="module")
async def all_neighbours() -> AsyncIterator[Neighbours]:
    async with serving_neighbours() as told:
        yield told


@pytest.fixture
def neighbours(all_neighbours: Neighbours) -> Neighbours:
    """The neighbours, with nothing left over from another test."""
    fresh = Neighbours(all_neighbours.address, all_neighbours.people)
    all_neighbours.__dict__.update(fresh.__dict__)
    return all_neighbours


def addresses(neighbours: Neighbours) -> dict[str, str]:
    """Settings that lead to the neighbours."""
    return {f"{name}_address": neighbours.address for name in ("identity", "memory", "miniapp")}


@dataclass
class Words(inference_grpc.InferenceServiceServicer):
    """An inference service that says three words; it can be full, break off, or wait to be let go."""

    prompts: list[inference.Messages] = field(default_factory=list)
    refusals: list[grpc.StatusCode] = field(default_factory=list)
    breaks_off: int = 0
    at_once: int = 0
    most_at_once: int = 0
    context_tokens: int = 2048
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def reset(self) -> None:
        self.__init__()
        self.gate.set()

    async def Tokenize(self, request, context):
        words = sum(len(m.content.split()) for m in request.chat.messages)
        return inference.TokenizeResponse(token_ids=range(words), context_tokens=self.context_tokens)

    async def Generate(self, request, context):
        if self.refusals:
            await context.abort(self.refusals.pop(0), "not now")
        self.prompts.append(request.chat)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield inference.GenerateResponse(
                begin=inference.GenerationBegin(generation_id="g", revision="base", prompt_token_ids=[7, 8])
            )
            for i, word in enumerate(("I ", "am ", "here.")):
                if self.breaks_off and i == 1:
                    self.breaks_off -= 1
                    await context.abort(grpc.StatusCode.UNAVAILABLE, "broke off")
                await self.gate.wait()
                delta = inference.GenerationDelta(text=word, token_ids=[i], logprobs=[-0.5])
                yield inference.GenerateResponse(delta=delta)
            end = inference.GenerationEnd(
                finish_reason=inference.FINISH_REASON_STOP, prompt_tokens=2, completion_tokens=3
            )
            yield inference.GenerateResponse(end=end)
        finally:
            self.at_once -= 1


@asynccontextmanager
async def serving_words() -> AsyncIterator[tuple[Words, str]]:
    words = Words()
    server = grpc.aio.server()
    inference_grpc.add_InferenceServiceServicer_to_server(words, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield words, f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


@pytest.fixture(scope="module")
async def served_words() -> AsyncIterator[tuple[Words, str]]:
    async with serving_words() as served:
        yield served


@pytest.fixture
def words(served_words) -> Words:
    served_words[0].reset()
    return served_words[0]


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours: Neighbours) -> AsyncIterator[Rig[ChatSettings]]:
    """The chat without a model in reach: the AI's turns end in a failure, soon."""
    more = {**addresses(all_neighbours), "inference_address": "127.0.0.1:1", "chat_answer_s": 0.5}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


@pytest.fixture
def chat(rig: Rig[ChatSettings]) -> ChatServiceStub:
    return ChatServiceStub(rig.channel)


@dataclass(frozen=True)
class Talk:
    """A conversation under test, seen by one member."""

    chat: ChatServiceStub
    person: TestPerson
    conversation_id: str

    async def say(self, text: str, **more: Any) -> pb.Message:
        fields: dict[str, Any] = {"idempotency_key": new_id(), **more}
        request = pb.SendMessageRequest(conversation_id=self.conversation_id, text=text, **fields)
        return (await self.chat.SendMessage(request, metadata=self.person.call)).message

    async def messages(self) -> list[pb.Message]:
        request = pb.ListMessagesRequest(conversation_id=self.conversation_id)
        return list((await self.chat.ListMessages(request, metadata=self.person.call)).messages)

    def stream(self, after: int = 0):
        request = pb.StreamConversationRequest(conversation_id=self.conversation_id, after_cursor=after)
        return self.chat.StreamConversation(request, metadata=self.person.call)

    async def answer(self, message_id: str = "") -> pb.Message:
        """The AI's answer of this id, or the next one, from the stream; fails after 60 s."""
        async with asyncio.timeout(60):
            call = self.stream()
            try:
                async for update in call:
                    told = update.message if update.HasField("message") else update.answer_failed
                    if told.sender == "assistant" and message_id in ("", told.message_id):
                        return told
            finally:
                call.cancel()
        raise AssertionError("the stream ended")

    def seen_by(self, person: TestPerson) -> Talk:
        return Talk(self.chat, person, self.conversation_id)


async def start_talk(chat: ChatServiceStub, person: TestPerson, *others: TestPerson, **more) -> Talk:
    """A group with others, or a direct conversation."""
    kind = pb.CONVERSATION_KIND_GROUP if others else pb.CONVERSATION_KIND_DIRECT
    fields = {"kind": kind, "idempotency_key": new_id(), "member_ids": [o.person_id for o in others]} | more
    reply = await chat.CreateConversation(pb.CreateConversationRequest(**fields), metadata=person.call)
    return Talk(chat, person, reply.conversation.conversation_id)


@pytest.fixture
def direct_talk(chat: ChatServiceStub, servers: Servers):
    async def start() -> Talk:
        return await start_talk(chat, servers.person())

    return start


@pytest.fixture
def group_talk(chat: ChatServiceStub, servers: Servers, neighbours: Neighbours):
    """A group of Ana, who made it, and others by name; silent unless told."""

    async def start(*names: str, **more) -> tuple[Talk, list[TestPerson]]:
        others = [servers.person(name) for name in names or ("Ben",)]
        for other in others:
            neighbours.knows(other)
        fields = {"title": "Picnic", "assistant_mode": pb.ASSISTANT_MODE_SILENT} | more
        return await start_talk(chat, servers.person(), *others, **fields), others

    return start


@pytest.fixture
def erase(servers: Servers):
    """Erases somebody as identity does: their key is destroyed, and the bus says so."""

    async def erase(rig: Rig[ChatSettings], person: TestPerson) -> None:
        servers.data_keys.destroy(f"person:{person.person_id}")
        message: Message = identity_events.PersonErased(person_id=person.person_id)
        name, stream_id = message.DESCRIPTOR.full_name, f"person-{person.person_id}"
        metadata = Metadata(f"person:{person.person_id}", utc_now(), new_id())
        event = RecordedEvent(new_id(), name, 1, stream_id, 9, "", metadata, "", None)
        subject = subject_of("identity", name, stream_id)
        await rig.house.js.publish(subject, message.SerializeToString(), headers=to_headers(event))

    return erase


@pytest.fixture
def rebuilt_equal():
    """Asserts that the live read model is what a rebuild of all events makes."""

    async def check(rig: Rig[ChatSettings]) -> None:
        for projection in PROJECTIONS:
            rebuilder = Rebuilder(projection, rig.database_url, {"chat": rig.database_url}, rig.house.codec)
            verified = await rebuilder.verify(lambda done, total: None)
            assert verified.events
            assert verified.equal, [
                pair for pair in zip(verified.live, verified.rebuilt, strict=True) if pair[0] != pair[1]
            ]

    return check


@pytest.fixture
def take_turn():
    """The AI's turn of a running service, to hand it an event as a redelivery would."""

    async def take(rig: Rig[ChatSettings], event: RecordedEvent) -> None:
        subscriptions = (await bootstrap(rig.house)).subscriptions
        (react,) = [s.react for s in subscriptions if s.name == "chat-assistant-turn"]
        assert react is not None
        await react(event)

    return take


async def committed(call) -> pb.StreamConversationResponse:
    """The next update of a stream that tells of something committed."""
    update = await call.read()
    while not update.cursor:
        update = await call.read()
    return update


class Watching:
    """A stream read in the background."""

    def __init__(self, call) -> None:
        self._call = call
        self.updates: list[pb.StreamConversationResponse] = []
        self._arrived = asyncio.Condition()
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for update in self._call:
            async with self._arrived:
                self.updates.append(update)
                self._arrived.notify_all()

    @property
    def texts(self) -> list[str]:
        return [u.message.text for u in self.updates if u.HasField("message")]

    async def until(self, condition, within_s: float = 15) -> None:
        async with asyncio.timeout(within_s), self._arrived:
            await self._arrived.wait_for(condition)

    async def ended(self) -> None:
        async with asyncio.timeout(15):
            await self._task

    async def stop(self) -> None:
        self._call.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def watch():
    watching: list[Watching] = []

    def start(talk, after: int = 0) -> Watching:
        watching.append(Watching(talk.stream(after)))
        return watching[-1]

    yield start
    for one in watching:
        await one.stop()
