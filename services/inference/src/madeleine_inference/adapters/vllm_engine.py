"""vLLM as an engine, its AsyncLLM inside our process: on GPUs, or on a CPU in an environment of its own."""

# vLLM lives in an environment of its own, where no type checker looks.
# pyright: reportMissingImports=false

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from madeleine_common.errors import Unavailable
from madeleine_inference.adapters.batching.grammar import Grammars
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.batching.text_stream import TextStream
from madeleine_inference.adapters.chat_tokens import ChatTokens
from madeleine_inference.adapters.turns import Turns
from madeleine_inference.adapters.vllm_adapters import VllmAdapters
from madeleine_inference.adapters.vllm_answer import Answer
from madeleine_inference.adapters.vllm_options import VllmOptions, engine_arguments, prepare_environment
from madeleine_inference.application.ports import ChatMessage, Delta, Finished, FinishReason, Job, Sampling
from madeleine_inference.models import PreparedModel


class VllmEngine:
    """Engine over vLLM; its scheduler batches, its prefix cache is kept apart for each revision."""

    name = "vllm"

    def __init__(
        self, prepared: PreparedModel, limits: EngineLimits, options: VllmOptions, tokens: ChatTokens, llm: Any
    ) -> None:
        """Use `start`."""
        self._llm = llm
        self._tokens = tokens
        self._grammars = Grammars(tokens.json, sorted(tokens.stop_ids))
        self._turns = Turns(limits)
        self._adapters = VllmAdapters(llm, options.modules, options.adapters)
        self._running: set[str] = set()
        self.base_model = prepared.name
        self.base_sha256 = prepared.weights_sha256
        self.context_tokens = _context(limits, tokens)
        self.vocabulary_size = tokens.vocabulary_size
        self.exact = options.exact

    @classmethod
    async def start(cls, prepared: PreparedModel, limits: EngineLimits, options: VllmOptions) -> VllmEngine:
        """Loads the model, on the GPU if vLLM is built for one; takes from seconds to minutes."""
        prepare_environment(limits.threads)
        tokens = ChatTokens(prepared.folder)
        llm = await asyncio.to_thread(_start, prepared, limits, options, _context(limits, tokens))
        return cls(prepared, limits, options, tokens, llm)

    def tokenize(self, text: str) -> list[int]:
        """See Engine.tokenize."""
        return self._tokens.tokenize(text)

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """See Engine.chat_prompt."""
        return self._tokens.chat_prompt(messages)

    def token_text(self, token_id: int) -> str:
        """See Engine.token_text."""
        return self._tokens.tokenizer.decode([token_id], skip_special_tokens=False)

    def check_schema(self, json_schema: str) -> str:
        """See Engine.check_schema."""
        return self._grammars.check(json_schema)

    async def generate(self, job: Job) -> AsyncGenerator[Delta | Finished, None]:
        """See Engine.generate."""
        answer = Answer(
            len(job.prompt_ids), TextStream(self._tokens.tokenizer, job.sampling.stop), self._tokens.stop_ids
        )
        async with self._turns.turn():
            answer.begin()
            if self._turns.closing:
                yield answer.finished(FinishReason.CANCELLED)
                return
            outputs = self._ask(job.prompt_ids, job.revision, self._parameters(job.sampling))
            async with aclosing(outputs):
                async for output in outputs:
                    delta = answer.take(output)
                    if delta is not None:
                        yield delta
                    if answer.reason is not None:
                        break
            yield answer.finished(answer.reason or FinishReason.CANCELLED)

    async def score(self, revision: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]) -> list[float]:
        """See Engine.score."""
        from vllm import SamplingParams

        ids = [*prompt_ids, *completion_ids]
        parameters = SamplingParams(max_tokens=1, prompt_logprobs=0, detokenize=False)
        rows: list[Any] = []
        async with self._turns.turn():
            if self._turns.closing:
                raise Unavailable("the engine is shutting down")
            async with aclosing(self._ask(ids, revision, parameters)) as outputs:
                async for output in outputs:
                    rows = output.prompt_logprobs or rows
        if len(rows) != len(ids):
            raise Unavailable("scoring was ended early")
        first = len(prompt_ids)
        return [float(row[token].logprob) for row, token in zip(rows[first:], completion_ids, strict=True)]

    async def load_adapter(self, revision: str, folder: Path) -> None:
        """See Engine.load_adapter; vLLM's core reads it between two steps, so every stream waits that long."""
        await self._adapters.load(revision, folder)

    async def unload_adapter(self, revision: str) -> None:
        """See Engine.unload_adapter."""
        await self._adapters.unload(revision)

    async def close(self) -> None:
        """See Engine.close."""
        self._turns.close()
        if not self._llm.errored:
            await self._llm.abort(list(self._running))
        if self._llm.output_handler is not None:
            # It would take the end of its process for a crash, and say so.
            self._llm.output_handler.cancel()
        await asyncio.to_thread(self._llm.shutdown)

    async def _ask(self, ids: Sequence[int], revision: str, parameters: Any) -> AsyncGenerator[Any, None]:
        """vLLM's outputs for a prompt; closing the iterator aborts it."""
        from vllm.v1.engine.exceptions import EngineDeadError

        number = uuid.uuid4().hex
        self._running.add(number)
        try:
            outputs = self._llm.generate(
                {"prompt_token_ids": list(ids)}, parameters, number, lora_request=self._adapters.request(revision)
            )
            async with aclosing(outputs):
                async for output in outputs:
                    yield output
        except EngineDeadError as error:
            raise Unavailable("vLLM's process has ended") from error
        finally:
            self._running.discard(number)

    def _parameters(self, sampling: Sampling) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

        schema = sampling.json_schema
        return SamplingParams(
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            top_p=sampling.top_p or 1.0,
            frequency_penalty=sampling.frequency_penalty,
            seed=sampling.seed or None,
            stop_token_ids=sorted(self._tokens.stop_ids),
            # The sampled token's alone.
            logprobs=0,
            structured_outputs=StructuredOutputsParams(json=schema) if schema else None,
            # Ours gives whole characters and keeps stop strings back, as with every other engine.
            detokenize=False,
            output_kind=RequestOutputKind.DELTA,
        )


def _context(limits: EngineLimits, tokens: ChatTokens) -> int:
    return min(limits.context_tokens, tokens.max_tokens - 1)


def _start(prepared: PreparedModel, limits: EngineLimits, options: VllmOptions, context_tokens: int) -> Any:
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.platforms import current_platform
    from vllm.v1.engine.async_llm import AsyncLLM

    arguments = engine_arguments(prepared, limits, options, context_tokens, current_platform.is_cpu())
    if arguments["enforce_eager"]:
        # Its workers would still compile what counts a token's rank: 20 s in the middle of somebody's first answer.
        os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")
    return AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments))
