"""The reference runner: PyTorch and transformers, adapters by PEFT; the trainer's numbers, on any torch device."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, DynamicCache
from transformers.utils import logging as transformers_logging

from madeleine_inference.adapters.batching.runner import Context, Feed, Logits
from madeleine_inference.adapters.peft_slots import PeftSlots, PeftWeights, read_peft

# Prompts whose keys and values are kept for those that begin alike: most chats share their system message.
_PREFIXES = 8


class TransformersRunner:
    """Causal language model in fp32, one sequence after the other; weights are mapped from the file, not copied."""

    name = "transformers"
    exact = True

    def __init__(self, folder: Path, threads: int, device: str = "cpu") -> None:
        transformers_logging.disable_progress_bar()
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        self._model = model.to(device).eval().requires_grad_(False)
        self._device = device
        self._threads = threads
        self._adapters = PeftSlots(self._model)
        # Oldest first; by revision and the whole prompt.
        self._prefixes: OrderedDict[tuple[str, tuple[int, ...]], DynamicCache] = OrderedDict()

    def enter(self) -> None:
        """See Runner.enter; OpenMP keeps its thread count for each calling thread."""
        torch.set_num_threads(self._threads)

    def open(self, revision: str, prompt_ids: Sequence[int], reuse: int, total: int) -> Context | None:
        """See Runner.open; there is always room."""
        known, best = 0, None
        for (owner, ids), cache in self._prefixes.items():
            if owner == revision and (common := min(_common(ids, prompt_ids), reuse)) > known:
                known, best = common, cache
        memory = DynamicCache()
        if best is not None:
            memory = deepcopy(best)
            _crop(memory, known)
        return Context(revision, known, (memory, tuple(prompt_ids)))

    @torch.inference_mode()
    def forward(self, feeds: Sequence[Feed]) -> list[Logits]:
        """See Runner.forward; this one computes them one by one."""
        return [self._one(feed) for feed in feeds]

    def close(self, context: Context) -> None:
        """See Runner.close."""
        memory, prompt_ids = context.memory
        if context.length >= len(prompt_ids):
            _crop(memory, len(prompt_ids))
            self._prefixes[context.revision, prompt_ids] = memory
            self._prefixes.move_to_end((context.revision, prompt_ids))
            if len(self._prefixes) > _PREFIXES:
                self._prefixes.popitem(last=False)

    def read_adapter(self, folder: Path) -> PeftWeights:
        """See Runner.read_adapter."""
        return read_peft(folder)

    def attach(self, revision: str, weights: PeftWeights) -> None:
        """See Runner.attach."""
        self._adapters.attach(revision, weights)

    def detach(self, revision: str) -> None:
        """See Runner.detach."""
        self._adapters.detach(revision)

    def _one(self, feed: Feed) -> Logits:
        self._adapters.activate(feed.context.revision)
        memory, _ = feed.context.memory
        # A pass that failed half-way may have left keys of its tokens in some layers.
        _crop(memory, feed.context.length)
        ids = torch.tensor([feed.token_ids], device=self._device)
        # At least one position, since 0 means all to transformers.
        output = self._model(ids, past_key_values=memory, use_cache=True, logits_to_keep=max(feed.keep, 1))
        return output.logits[0].float().cpu().numpy()[-feed.keep :] if feed.keep else _NONE


_NONE: Logits = torch.empty(0, 0).numpy()


def _crop(cache: DynamicCache, length: int) -> None:
    """Forgets what comes after the first `length` tokens."""
    if (spare := cache.get_seq_length() - length) > 0:
        cache.crop(-spare)


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """Length of the longest common beginning."""
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
