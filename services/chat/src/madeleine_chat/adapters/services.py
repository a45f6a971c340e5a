"""Other services of the house, as the chat's ports see them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import grpc
from google.protobuf.message import Message

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, Operation
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.identity.v1.identity_pb2_grpc import PeopleServiceStub
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceStub
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.auth import Principal
from madeleine_common.rpc.client import Caller
from madeleine_common.rpc.errors import from_rpc_error

_LOOKUP_S = 10.0


class PeopleClient:
    """`application.ports.People` over identity's PeopleService."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = PeopleServiceStub(channel)
        self._caller = caller

    async def profiles(self, person_ids: Sequence[str]) -> dict[str, identity.Profile]:
        """Profiles by id, without those who are not known."""
        request = identity.BatchGetPeopleRequest(person_ids=person_ids)
        try:
            reply = await self._stub.BatchGetPeople(request, metadata=self._caller.metadata(), timeout=_LOOKUP_S)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return {person.person_id: person for person in reply.people}


class MemoryClient:
    """`application.ports.Memory` over the memory service."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller, timeout_s: float) -> None:
        self._stub = MemoryServiceStub(channel)
        self._caller = caller
        self._timeout_s = timeout_s

    async def recall(
        self, asker: Principal, query: str, space: str, limit: int, exclude_event_ids: Sequence[str]
    ) -> list[memory.RecalledMemory]:
        """What is relevant in one space, best first."""
        request = memory.RecallRequest(query=query, spaces=[space], limit=limit, exclude_event_ids=exclude_event_ids)
        try:
            reply = await self._stub.Recall(request, metadata=self._caller.metadata(asker), timeout=self._timeout_s)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return list(reply.memories)


class AppsClient:
    """`application.ports.Apps` over the miniapp service."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller, timeout_s: float, edit_s: float) -> None:
        self._stub = MiniappServiceStub(channel)
        self._caller = caller
        self._timeout_s = timeout_s
        self._edit_s = edit_s

    async def ask(self, asker: Principal, question: str, conversation_id: str) -> miniapp.AskResponse:
        """An exact answer from records, or why there is none."""
        request = miniapp.AskRequest(question=question, conversation_id=conversation_id)
        return await self._call(self._stub.Ask, request, asker)

    async def list(self, asker: Principal, conversation_id: str) -> list[miniapp.App]:
        """A group's apps, or the asker's own."""
        request = miniapp.ListAppsRequest(conversation_id=conversation_id)
        return list((await self._call(self._stub.ListApps, request, asker)).apps)

    async def create(self, asker: Principal, prompt: str, conversation_id: str, idempotency_key: str) -> Operation:
        """Starts to make an app."""
        request = miniapp.CreateAppRequest(
            prompt=prompt, conversation_id=conversation_id, idempotency_key=idempotency_key
        )
        return (await self._call(self._stub.CreateApp, request, asker)).operation

    async def edit(self, asker: Principal, app_id: str, request: str, idempotency_key: str) -> Operation:
        """Starts to change an app."""
        edit = miniapp.EditAppRequest(app_id=app_id, request=request, idempotency_key=idempotency_key)
        return (await self._call(self._stub.EditApp, edit, asker)).operation

    async def outcome(self, asker: Principal, operation_id: str) -> Operation:
        """How an operation ended; how far it has come when that takes longer than `edit_s`."""
        request = miniapp.WatchAppOperationRequest(operation_id=operation_id)
        last = Operation(operation_id=operation_id, state=OPERATION_STATE_RUNNING)
        watching = self._stub.WatchAppOperation(request, metadata=self._caller.metadata(asker), timeout=self._edit_s)
        try:
            async for answer in watching:
                last = answer.operation
        except grpc.aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                raise from_rpc_error(error) from error
        return last

    async def proposed(self, asker: Principal, app_id: str, edit_id: str) -> miniapp.AppEdit:
        """A change as it is proposed."""
        request = miniapp.GetAppEditRequest(app_id=app_id, edit_id=edit_id)
        return (await self._call(self._stub.GetAppEdit, request, asker)).edit

    async def _call(self, method: Any, request: Message, asker: Principal) -> Any:
        try:
            return await method(request, metadata=self._caller.metadata(asker), timeout=self._timeout_s)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error


class ModelClient:
    """`application.ports.Model` over the inference service."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        caller: Caller,
        model: str,
        sampling: inference.Sampling,
        timeout_s: float,
    ) -> None:
        self._stub = InferenceServiceStub(channel)
        self._caller = caller
        self._model = model
        self._sampling = sampling
        self._timeout_s = timeout_s

    async def count_tokens(self, chat: inference.Messages) -> tuple[int, int]:
        """(tokens of this prompt, the engine's context in tokens)."""
        request = inference.TokenizeRequest(chat=chat)
        try:
            reply = await self._stub.Tokenize(request, metadata=self._caller.metadata(), timeout=_LOOKUP_S)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return len(reply.token_ids), reply.context_tokens

    async def generate(
        self, chat: inference.Messages, person_id: str
    ) -> AsyncGenerator[inference.GenerateResponse, None]:
        """One completion, streamed; leaving the iteration frees its slot."""
        request = inference.GenerateRequest(
            chat=chat, model=self._model, sampling=self._sampling, person_id=person_id, feature="chat"
        )
        call = self._stub.Generate(request, metadata=self._caller.metadata(), timeout=self._timeout_s)
        try:
            async for chunk in call:
                yield chunk
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        finally:
            call.cancel()
