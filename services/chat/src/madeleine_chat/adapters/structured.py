"""The model where it does not talk: JSON under a grammar, and vectors (`application.ports.Writer` and `Embedder`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import grpc

from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_chat.application.ports import Embedded
from madeleine_common.errors import Unavailable
from madeleine_common.rpc.client import Caller
from madeleine_common.rpc.errors import from_rpc_error


class WriterClient:
    """JSON from the inference service, greedily: the same message gives the same choice again."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller, model: str, timeout_s: float) -> None:
        self._stub = InferenceServiceStub(channel)
        self._caller = caller
        self._model = model
        self._timeout_s = timeout_s

    async def write(self, chat: inference.Messages, schema: Mapping[str, Any], max_tokens: int, person_id: str) -> str:
        """What the model writes under the schema."""
        request = inference.GenerateRequest(
            chat=chat,
            model=self._model,
            sampling=inference.Sampling(max_tokens=max_tokens, temperature=0, json_schema=json.dumps(schema)),
            person_id=person_id,
            feature="chat",
        )
        call = self._stub.Generate(request, metadata=self._caller.metadata(), timeout=self._timeout_s)
        try:
            return "".join([chunk.delta.text async for chunk in call])
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        finally:
            call.cancel()


class EmbedderClient:
    """Vectors from the inference service."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller, timeout_s: float) -> None:
        self._stub = InferenceServiceStub(channel)
        self._caller = caller
        self._timeout_s = timeout_s

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """One vector for each text, and the model that made them."""
        request = inference.EmbedRequest(texts=texts, kind=inference.EMBED_KIND_QUERY)
        try:
            reply = await self._stub.Embed(request, metadata=self._caller.metadata(), timeout=self._timeout_s)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        if len(reply.vectors) != len(texts):
            raise Unavailable(f"the embedder {reply.model} did not give one vector for each text")
        return Embedded(reply.model, [list(v.values) for v in reply.vectors])
