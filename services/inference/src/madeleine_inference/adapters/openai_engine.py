"""Any OpenAI-compatible upstream (Ollama, vLLM, llama.cpp's server, ...) as an engine: chats in, texts out."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from madeleine_common.errors import DomainError, Unavailable, Unsupported
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.openai_answer import UpstreamAnswer, events_of, refusal
from madeleine_inference.adapters.plain_markers import without_markers
from madeleine_inference.adapters.turns import Turns
from madeleine_inference.application.ports import BASE, ChatMessage, Delta, Finished, FinishReason, Job

Item = Delta | Finished | Exception
_CONNECT_S = 5.0
# An upstream may load its model first.
_SILENCE_S = 120.0
# What a JSON number of theirs holds.
_SEEDS = 2**62


class OpenAIEngine:
    """Engine over somebody else's server: no tokens of its own, no logprobs, no adapters."""

    name = "openai"
    base_sha256 = ""
    vocabulary_size = 0
    exact = False

    def __init__(self, url: str, model: str, key: str, limits: EngineLimits) -> None:
        """`url` is what an OpenAI client calls base_url ("http://127.0.0.1:11434/v1"); no key: none is sent."""
        self.base_model = model
        self.context_tokens = limits.context_tokens
        self._turns = Turns(limits)
        self._reading: set[asyncio.Task[None]] = set()
        # It would log each request's URL.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S),
        )

    def tokenize(self, text: str) -> list[int]:
        """See Engine.tokenize."""
        raise self._without("its tokens are not known")

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """See Engine.chat_prompt."""
        return []

    def token_text(self, token_id: int) -> str:
        """See Engine.token_text."""
        raise self._without("its tokens are not known")

    def check_schema(self, json_schema: str) -> str:
        """See Engine.check_schema; whether it can be followed is for the upstream to say."""
        try:
            schema = json.loads(json_schema)
        except ValueError as error:
            return f"is not JSON: {error}"
        return "" if isinstance(schema, dict) else "must be a JSON object"

    async def generate(self, job: Job) -> AsyncGenerator[Delta | Finished, None]:
        """See Engine.generate; closing the iterator closes the upstream's stream."""
        body = self._body(job)
        answer = UpstreamAnswer()
        async with self._turns.turn():
            answer.begin()
            if self._turns.closing:
                yield answer.finished(FinishReason.CANCELLED)
                return
            items: asyncio.Queue[Item] = asyncio.Queue()
            reading = asyncio.create_task(self._read(body, answer, items.put_nowait))
            self._reading.add(reading)
            try:
                while True:
                    item = await items.get()
                    if isinstance(item, Exception):
                        raise item
                    yield item
                    if isinstance(item, Finished):
                        return
            finally:
                self._reading.discard(reading)
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def score(self, revision: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]) -> list[float]:
        """See Engine.score."""
        raise self._without("it does not tell the log p of given tokens")

    async def load_adapter(self, revision: str, folder: Path) -> None:
        """See Engine.load_adapter."""
        raise self._without("it takes no adapters of ours")

    async def unload_adapter(self, revision: str) -> None:
        """See Engine.unload_adapter; none is ever loaded."""

    async def close(self) -> None:
        """See Engine.close."""
        self._turns.close()
        reading = list(self._reading)
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await self._http.aclose()

    async def _read(self, body: dict[str, Any], answer: UpstreamAnswer, put: Callable[[Item], None]) -> None:
        """Puts what the upstream answers; a failure is the last item, as is Finished."""
        try:
            async with self._http.stream("POST", "chat/completions", json=body) as response:
                if response.status_code != httpx.codes.OK:
                    raise refusal(response.status_code, await response.aread(), self.base_model)
                async for event in events_of(response.aiter_bytes()):
                    if delta := answer.take(event):
                        put(delta)
            put(answer.ended())
        except asyncio.CancelledError:
            put(answer.finished(FinishReason.CANCELLED))
            raise
        except httpx.TimeoutException as error:
            put(_because(Unavailable("the upstream does not answer in time", reason="UPSTREAM_SILENT"), error))
        except httpx.HTTPError as error:
            put(_because(Unavailable("the upstream is out of reach", reason="UPSTREAM_AWAY"), error))
        except Exception as error:
            put(error)

    def _body(self, job: Job) -> dict[str, Any]:
        if not job.chat:
            raise self._without("it takes chats, not token ids")
        if job.revision != BASE:
            raise self._without("it takes no adapters of ours")
        sampling = job.sampling
        body: dict[str, Any] = {
            "model": self.base_model,
            "messages": [{"role": turn.role.value, "content": without_markers(turn.content)} for turn in job.chat],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        # How long the prompt is only the upstream knows: without a limit it stops at the end of its own context.
        if sampling.max_tokens < self.context_tokens:
            body["max_tokens"] = sampling.max_tokens
        if sampling.seed:
            body["seed"] = sampling.seed % _SEEDS
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if sampling.frequency_penalty:
            body["frequency_penalty"] = sampling.frequency_penalty
        if sampling.json_schema:
            schema = {"name": "answer", "schema": json.loads(sampling.json_schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def _without(self, reason: str) -> Unsupported:
        return Unsupported(f"the model runs on an upstream: {reason}", reason="UPSTREAM_CANNOT")


def _because(error: DomainError, cause: Exception) -> DomainError:
    error.__cause__ = cause
    return error
