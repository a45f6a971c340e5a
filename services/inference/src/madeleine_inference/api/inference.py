"""InferenceService: for services of the house only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import grpc

from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceServicer
from madeleine_common.auth import require_service
from madeleine_common.rpc.checks import Checks
from madeleine_inference.api.accounting import count_tokens
from madeleine_inference.api.mapping import KINDS, REASONS, check_model, check_texts, to_chat, to_wish
from madeleine_inference.application.generation import Begun, Completed, Generation
from madeleine_inference.application.ports import Delta, Embedder, Engine, Finished

_MAX_BATCH, _MAX_SAMPLES = 64, 64


class InferenceApi(InferenceServiceServicer):
    """Maps requests to the application, and its items to chunks."""

    def __init__(self, generation: Generation, engine: Engine, embedder: Embedder) -> None:
        self._generation = generation
        self._engine = engine
        self._embedder = embedder

    async def Generate(
        self, request: pb.GenerateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.GenerateResponse]:
        require_service()
        checks = Checks()
        wish = to_wish(request, checks)
        checks.done()
        async with aclosing(self._generation.generate(wish)) as items:
            async for item in items:
                if isinstance(item, Finished):
                    count_tokens(request.feature, item.prompt_tokens, item.completion_tokens, request.person_id)
                yield _chunk(item)

    async def GenerateBatch(
        self, request: pb.GenerateBatchRequest, context: grpc.aio.ServicerContext
    ) -> pb.GenerateBatchResponse:
        require_service()
        checks = Checks()
        checks.between("samples", request.samples, 1, _MAX_SAMPLES)
        checks.between("requests", len(request.requests), 1, _MAX_BATCH)
        wishes = [to_wish(one, checks, f"requests[{index}].") for index, one in enumerate(request.requests)]
        checks.done()
        completions = await self._generation.batch(wishes, request.samples)
        for done in completions:
            asked = request.requests[done.index]
            count_tokens(asked.feature, done.prompt_tokens, done.completion_tokens, asked.person_id)
        return pb.GenerateBatchResponse(completions=[_completion(done) for done in completions])

    async def Score(self, request: pb.ScoreRequest, context: grpc.aio.ServicerContext) -> pb.ScoreResponse:
        require_service()
        checks = Checks()
        check_model(request.model, checks)
        checks.done()
        logprobs, revision = await self._generation.score(
            request.model, list(request.prompt_token_ids), list(request.completion_token_ids)
        )
        return pb.ScoreResponse(logprobs=logprobs, revision=revision)

    async def Embed(self, request: pb.EmbedRequest, context: grpc.aio.ServicerContext) -> pb.EmbedResponse:
        require_service()
        checks = Checks()
        checks.one_of("kind", request.kind, KINDS)
        check_texts("texts", request.texts, checks)
        checks.done()
        vectors = await asyncio.to_thread(self._embedder.embed, list(request.texts), KINDS[request.kind])
        return pb.EmbedResponse(model=self._embedder.model_id, vectors=[pb.Vector(values=v) for v in vectors.tolist()])

    async def Tokenize(self, request: pb.TokenizeRequest, context: grpc.aio.ServicerContext) -> pb.TokenizeResponse:
        require_service()
        checks = Checks()
        chat = ()
        match request.WhichOneof("input"):
            case "chat":
                chat = to_chat(request.chat.messages, checks, "chat")
            case "text":
                pass
            case _:
                checks.bad("input", "is required: a text or a chat")
        checks.done()
        ids = self._generation.tokenize(request.text, chat)
        return pb.TokenizeResponse(token_ids=ids, context_tokens=self._engine.context_tokens)


def _chunk(item: Begun | Delta | Finished) -> pb.GenerateResponse:
    match item:
        case Begun():
            begin = pb.GenerationBegin(
                generation_id=item.generation_id, revision=item.revision, prompt_token_ids=item.prompt_ids
            )
            return pb.GenerateResponse(begin=begin)
        case Delta():
            delta = pb.GenerationDelta(text=item.text, token_ids=item.token_ids, logprobs=item.logprobs)
            return pb.GenerateResponse(delta=delta)
        case Finished():
            end = pb.GenerationEnd(
                finish_reason=REASONS[item.reason],
                prompt_tokens=item.prompt_tokens,
                completion_tokens=item.completion_tokens,
                queue_s=item.queue_s,
                first_token_s=item.first_token_s,
                total_s=item.total_s,
            )
            return pb.GenerateResponse(end=end)


def _completion(done: Completed) -> pb.Completion:
    return pb.Completion(
        request_index=done.index,
        revision=done.revision,
        text=done.text,
        prompt_token_ids=done.prompt_ids,
        token_ids=done.token_ids,
        logprobs=done.logprobs,
        finish_reason=REASONS[done.reason],
    )
