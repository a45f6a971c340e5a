"""Clients of the services that mini-apps lean on: chat for membership, inference for the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import grpc

from madeleine.chat.v1 import chat_pb2, chat_pb2_grpc
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1 import inference_pb2_grpc
from madeleine_common.auth import Principal
from madeleine_common.rpc.client import Caller
from madeleine_common.rpc.errors import from_rpc_error
from madeleine_miniapp.application.ports import Generated

_MEMBERS_S = 5.0
_EMBED_S = 30.0
_GENERATE_S = 180.0
_MAX_TOKENS = 200
_NOT_SEEN = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED)


class ChatMembers:
    """Asks chat who is in a conversation, acting for the caller."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = chat_pb2_grpc.MembershipServiceStub(channel)
        self._caller = caller

    async def of(self, conversation_id: str, caller: Principal) -> Mapping[str, str] | None:
        """Names by person id; None when there is no such conversation or the caller may not see it."""
        request = chat_pb2.GetMembersRequest(conversation_id=conversation_id)
        try:
            answer = await self._stub.GetMembers(request, metadata=self._caller.metadata(caller), timeout=_MEMBERS_S)
        except grpc.aio.AioRpcError as error:
            if error.code() in _NOT_SEEN:
                return None
            raise
        return {member.person_id: member.display_name for member in answer.members}


class InferenceModel:
    """Generation and embeddings by the inference service."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = inference_pb2_grpc.InferenceServiceStub(channel)
        self._caller = caller

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Generated:
        """A completion that satisfies the schema, greedy."""
        messages = [
            inference.ChatMessage(role=inference.ROLE_SYSTEM, content=system),
            inference.ChatMessage(role=inference.ROLE_USER, content=user),
        ]
        request = inference.GenerateRequest(
            chat=inference.Messages(messages=messages),
            sampling=inference.Sampling(max_tokens=_MAX_TOKENS, json_schema=json_schema),
            person_id=person_id,
            feature="miniapp",
        )
        revision, pieces = "", list[str]()
        try:
            async for response in self._stub.Generate(request, metadata=self._caller.metadata(), timeout=_GENERATE_S):
                if response.HasField("begin"):
                    revision = response.begin.revision
                elif response.HasField("delta"):
                    pieces.append(response.delta.text)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return Generated("".join(pieces), revision)

    async def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text, as a question."""
        return await self._embed(texts, inference.EMBED_KIND_QUERY)

    async def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text, as a thing to be found."""
        return await self._embed(texts, inference.EMBED_KIND_PASSAGE)

    async def _embed(self, texts: Sequence[str], kind: inference.EmbedKind.ValueType) -> list[list[float]]:
        request = inference.EmbedRequest(texts=texts, kind=kind)
        try:
            answer = await self._stub.Embed(request, metadata=self._caller.metadata(), timeout=_EMBED_S)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return [list(vector.values) for vector in answer.vectors]
