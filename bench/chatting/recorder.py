"""Stands between chat and inference and keeps every prompt that passes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.inference_pb2_grpc import (
    InferenceServiceServicer,
    InferenceServiceStub,
    add_InferenceServiceServicer_to_server,
)
from madeleine_common.rpc.client import channel
from madeleine_inference.adapters.chat_tokens import ChatTokens


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was sent to the model on behalf of somebody, as text and as the model's own tokens read back."""

    person_id: str
    feature: str
    text: str


class Recorder(InferenceServiceServicer):
    """Inference's contract: each call is handed on with its caller's metadata, and its prompt kept."""

    def __init__(self, model: Path, inference: grpc.aio.Channel) -> None:
        """`model`: the folder of its tokenizer."""
        self.prompts: list[Prompt] = []
        self.address = ""
        self._tokens = ChatTokens(model)
        self._stub = InferenceServiceStub(inference)

    def said_for(self, person_ids: Sequence[str], since: int) -> list[Prompt]:
        """Prompts since the `since`-th on behalf of these people."""
        return [prompt for prompt in self.prompts[since:] if prompt.person_id in person_ids]

    def text_of(self, token_ids: Sequence[int]) -> str:
        """What tokens say, control tokens included."""
        return self._tokens.tokenizer.decode(list(token_ids), skip_special_tokens=False)

    async def Generate(self, request: pb.GenerateRequest, context: Any) -> AsyncIterator[pb.GenerateResponse]:  # noqa: N802
        """One completion."""
        self._keep(request)
        async for response in self._stub.Generate(request, metadata=_metadata(context)):
            if response.HasField("begin"):
                self._keep_tokens(request.person_id, request.feature, response.begin.prompt_token_ids)
            yield response

    async def GenerateBatch(self, request: pb.GenerateBatchRequest, context: Any) -> pb.GenerateBatchResponse:  # noqa: N802
        """Several completions."""
        for one in request.requests:
            self._keep(one)
        return await self._stub.GenerateBatch(request, metadata=_metadata(context))

    async def Score(self, request: pb.ScoreRequest, context: Any) -> pb.ScoreResponse:  # noqa: N802
        """Logprobs of given tokens."""
        self._keep_tokens("", "score", [*request.prompt_token_ids, *request.completion_token_ids])
        return await self._stub.Score(request, metadata=_metadata(context))

    async def Embed(self, request: pb.EmbedRequest, context: Any) -> pb.EmbedResponse:  # noqa: N802
        """Vectors, which are no prompts."""
        return await self._stub.Embed(request, metadata=_metadata(context))

    async def Tokenize(self, request: pb.TokenizeRequest, context: Any) -> pb.TokenizeResponse:  # noqa: N802
        """Counts tokens."""
        return await self._stub.Tokenize(request, metadata=_metadata(context))

    def _keep(self, request: pb.GenerateRequest) -> None:
        text = "\n".join(message.content for message in request.chat.messages)
        # What the completion is held to is shown to the model as well.
        text += f"\n{request.sampling.json_schema}"
        self.prompts.append(Prompt(request.person_id, request.feature, text))
        if request.HasField("token_ids"):
            self._keep_tokens(request.person_id, request.feature, request.token_ids.ids)

    def _keep_tokens(self, person_id: str, feature: str, token_ids: Sequence[int]) -> None:
        if token_ids:
            self.prompts.append(Prompt(person_id, feature, self.text_of(token_ids)))


def _metadata(context: Any) -> list[tuple[str, str]]:
    return [(key, value) for key, value in context.invocation_metadata() if key == "authorization"]


@asynccontextmanager
async def recording(model: Path, inference_address: str) -> AsyncIterator[Recorder]:
    """A recorder that serves at its `address` until the block ends."""
    server, opened = grpc.aio.server(), channel(inference_address)
    recorder = Recorder(model, opened)
    add_InferenceServiceServicer_to_server(recorder, server)
    recorder.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield recorder
    finally:
        await server.stop(0)
        await opened.close()
