"""The reference engine: PyTorch and transformers, adapters by PEFT."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, DynamicCache
from transformers.utils import logging as transformers_logging

from madeleine_inference.adapters.completion import CHUNK_TOKENS, Completion, Item
from madeleine_inference.adapters.grammar import Grammars
from madeleine_inference.adapters.lora import LoraSlots
from madeleine_inference.adapters.scheduler import Scheduler
from madeleine_inference.adapters.text_stream import TextStream
from madeleine_inference.application.ports import ChatMessage, Delta, Finished, Job, Role
from madeleine_inference.models import PreparedModel

T = TypeVar("T")
_TURN_BEGIN, _TURN_END, _TEXT_END = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
# What the model's own chat template says when a chat has no system message.
_DEFAULT_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """`slots` completions at once, `queue` more waiting, tokens of prompt and completion together, CPU threads."""

    slots: int = 4
    queue: int = 32
    context_tokens: int = 4096
    threads: int = 2


class TransformersEngine:
    """Engine over one causal language model in fp32; weights are mapped from the file, not copied."""

    name = "transformers"

    def __init__(self, prepared: PreparedModel, limits: EngineLimits) -> None:
        transformers_logging.disable_progress_bar()
        tokenizer_json = (prepared.folder / "tokenizer.json").read_text("utf-8")
        self._tokenizer: Any = Tokenizer.from_str(tokenizer_json)
        # People's text may spell a control token; it stays text.
        self._tokenizer.encode_special_tokens = True
        self._turn_begin: int = self._tokenizer.token_to_id(_TURN_BEGIN)
        self._turn_end: int = self._tokenizer.token_to_id(_TURN_END)
        self._stop_ids = frozenset({self._turn_end, self._tokenizer.token_to_id(_TEXT_END)})
        self._grammars = Grammars(tokenizer_json, sorted(self._stop_ids))
        model: Any = AutoModelForCausalLM.from_pretrained(prepared.folder, dtype=torch.float32, local_files_only=True)
        self._model = model.eval().requires_grad_(False)
        self._lora = LoraSlots(self._model)
        config = json.loads((prepared.folder / "config.json").read_text("utf-8"))
        self.base_model = prepared.name
        self.base_sha256 = prepared.weights_sha256
        self.context_tokens = min(limits.context_tokens, config["max_position_embeddings"])
        self.vocabulary_size: int = config["vocab_size"]
        # OpenMP keeps its thread count for each calling thread.
        self._scheduler = Scheduler(limits.slots, limits.queue, lambda: torch.set_num_threads(limits.threads))

    def tokenize(self, text: str) -> list[int]:
        """See Engine.tokenize."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """See Engine.chat_prompt; the same ids as the model's chat template gives, but no text can forge a turn."""
        turns = list(messages)
        if turns[0].role is not Role.SYSTEM:
            turns.insert(0, ChatMessage(Role.SYSTEM, _DEFAULT_SYSTEM))
        ids: list[int] = []
        for turn in turns:
            text = self.tokenize(f"{turn.role.value}\n{turn.content}")
            ids += [self._turn_begin, *text, self._turn_end, *self.tokenize("\n")]
        return [*ids, self._turn_begin, *self.tokenize(f"{Role.ASSISTANT.value}\n")]

    def check_schema(self, json_schema: str) -> str:
        """See Engine.check_schema."""
        return self._grammars.check(json_schema)

    async def generate(self, job: Job) -> AsyncGenerator[Delta | Finished, None]:
        """See Engine.generate."""
        items: asyncio.Queue[Item] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def emit(item: Item) -> None:
            loop.call_soon_threadsafe(items.put_nowait, item)

        ticket = self._scheduler.submit(lambda queued_at: self._begin(job, emit, queued_at), emit)
        try:
            while True:
                item = await items.get()
                if isinstance(item, Exception):
                    raise item
                yield item
                if isinstance(item, Finished):
                    return
        finally:
            ticket.cancel()

    async def score(self, revision: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]) -> list[float]:
        """See Engine.score."""
        return await self._call(lambda: self._score(revision, prompt_ids, completion_ids))

    async def load_adapter(self, revision: str, folder: Path) -> None:
        """See Engine.load_adapter."""
        await self._call(lambda: self._lora.load(revision, folder))

    async def unload_adapter(self, revision: str) -> None:
        """See Engine.unload_adapter."""
        await self._call(lambda: self._lora.unload(revision))

    async def close(self) -> None:
        """See Engine.close."""
        await asyncio.to_thread(self._scheduler.close)

    async def _call(self, function: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._scheduler.call(function))

    def _begin(self, job: Job, emit: Callable[[Item], None], queued_at: float) -> Completion:
        cache = DynamicCache()
        schema = job.sampling.json_schema
        return Completion(
            job,
            lambda ids: self._forward(job.revision, cache, ids, 1)[0],
            TextStream(self._tokenizer, job.sampling.stop),
            self._grammars.start(schema) if schema else None,
            self._stop_ids,
            emit,
            queued_at,
        )

    @torch.inference_mode()
    def _forward(self, revision: str, cache: DynamicCache, ids: Sequence[int], keep: int) -> torch.Tensor:
        """(keep, V) logits after the last `keep` tokens."""
        self._lora.activate(revision)
        output = self._model(torch.tensor([ids]), past_key_values=cache, use_cache=True, logits_to_keep=keep)
        return output.logits[0].float()

    def _score(self, revision: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]) -> list[float]:
        cache = DynamicCache()
        ids = [*prompt_ids, *completion_ids]
        logprobs: list[float] = []
        # The last token predicts nothing that is asked for.
        for start in range(0, len(ids) - 1, CHUNK_TOKENS):
            chunk = ids[start : min(start + CHUNK_TOKENS, len(ids) - 1)]
            logits_T_V = self._forward(revision, cache, chunk, len(chunk))
            first = max(len(prompt_ids) - 1 - start, 0)
            logprobs += [float(logits_T_V[at].log_softmax(-1)[ids[start + at + 1]]) for at in range(first, len(chunk))]
        return logprobs
