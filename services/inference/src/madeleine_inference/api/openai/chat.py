"""POST /chat/completions."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madeleine.inference.v1 import inference_pb2 as pb
from madeleine_common.auth import TokenVerifier
from madeleine_common.errors import Unsupported
from madeleine_common.rpc.checks import Checks
from madeleine_inference.api.mapping import to_wish
from madeleine_inference.api.openai.answer import Answer
from madeleine_inference.api.openai.exchange import Emit, EventStream, body_of, caller_of, person_of, while_there
from madeleine_inference.api.openai.requests import MAX_SEED, ChatRequest, parse
from madeleine_inference.application.generation import Generation, Wish
from madeleine_inference.application.ports import Engine

_ROLES = {
    "system": pb.ROLE_SYSTEM,
    "developer": pb.ROLE_SYSTEM,
    "user": pb.ROLE_USER,
    "assistant": pb.ROLE_ASSISTANT,
}
_ANY_OBJECT = '{"type": "object"}'
# To our engines a seed of 0 means "draw one"; to OpenAI's clients it is a seed like any other.
_SEED_ZERO = MAX_SEED + 1


class ChatCompletions:
    """Answers whole or as a stream."""

    def __init__(self, generation: Generation, engine: Engine, verifier: TokenVerifier, most_bytes: int) -> None:
        self._generation = generation
        self._engine = engine
        self._verifier = verifier
        self._most_bytes = most_bytes

    async def create(self, request: Request) -> Response:
        """The endpoint."""
        caller = await caller_of(request, self._verifier)
        asked = parse(ChatRequest, await body_of(request, caller, self._most_bytes))
        wish = self._wish(asked, person_of(caller, asked.user))
        answer = Answer(asked, self._engine.token_text)
        if asked.stream:

            async def stream(emit: Emit) -> None:
                await self._generation.choices(wish, asked.n, lambda index, item: answer.stream(index, item, emit))
                await answer.end(emit)

            return EventStream(stream)
        await while_there(request.receive, self._generation.choices(wish, asked.n, answer.take))
        return JSONResponse(answer.whole())

    def _wish(self, asked: ChatRequest, person_id: str) -> Wish:
        if asked.logprobs and not self._engine.vocabulary_size:
            raise Unsupported(f"logprobs: the engine '{self._engine.name}' has none", metadata={"param": "logprobs"})
        limit = asked.max_completion_tokens or asked.max_tokens
        sampling = pb.Sampling(
            # Without a limit of theirs an answer goes on to its own end, or to that of the context.
            max_tokens=limit or self._engine.context_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            seed=0 if asked.seed is None else asked.seed or _SEED_ZERO,
            stop=asked.stop,
            json_schema=_schema(asked),
            frequency_penalty=asked.frequency_penalty,
        )
        messages = [pb.ChatMessage(role=_ROLES[one.role], content=one.text) for one in asked.messages]
        checks = Checks()
        wish = to_wish(
            pb.GenerateRequest(
                chat=pb.Messages(messages=messages), model=asked.model, sampling=sampling, person_id=person_id
            ),
            checks,
        )
        checks.done()
        return wish


def _schema(asked: ChatRequest) -> str:
    form = asked.response_format
    if form.json_schema:
        return json.dumps(form.json_schema.schema_)
    return _ANY_OBJECT if form.type == "json_object" else ""
