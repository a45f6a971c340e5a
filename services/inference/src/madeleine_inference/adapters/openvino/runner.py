"""Runner over OpenVINO: one pass for everybody, prompts and answers and adapters together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov

from madeleine_inference.adapters.batching.runner import Context, Feed, Logits
from madeleine_inference.adapters.openvino.architecture import Architecture
from madeleine_inference.adapters.openvino.blocks import BlockPool, BlockTable
from madeleine_inference.adapters.openvino.graph import EMBEDDINGS, Held
from madeleine_inference.adapters.openvino.lanes import Lanes
from madeleine_inference.adapters.openvino.lora_bank import Adapter, LoraBank, read_lora
from madeleine_inference.adapters.openvino.weights import ModelTensors
from madeleine_inference.application.ports import BASE

_INT = np.int32


@dataclass(frozen=True, slots=True)
class OpenVinoOptions:
    """CPU threads, how weights are held, and how many tokens the KV cache holds."""

    threads: int = 2
    weights: Held = "adaptive"
    cache_tokens: int = 16384


class OpenVinoRunner:
    """One base model, compiled once; adapters are inputs of its graph."""

    name = "openvino"

    def __init__(self, folder: Path, options: OpenVinoOptions) -> None:
        self.exact = options.weights != "int8"
        self._architecture = Architecture.read(folder)
        tensors = ModelTensors(folder)
        # Looked up row by row in the mapped file, which is never read as a whole.
        self._embeddings = tensors.stored(EMBEDDINGS)
        self._lanes = Lanes(self._architecture, tensors, options.weights, options.threads)
        compiled = self._lanes.compiled
        self._bank = LoraBank(self._architecture)
        self._block: int = compiled.input("key_cache.0").partial_shape[2].get_length()
        blocks = -(-options.cache_tokens // self._block)
        # The last block belongs to nobody: rows that only fill up a pass write there.
        self._pool = BlockPool(blocks, self._block)
        # One row alone goes through another kernel, which does not round activations to 8 bits: with a second one a
        # token's numbers depend less on who shares its pass.
        self._least = 1 if self.exact else 2
        self._filler = Feed(Context(BASE, 0, BlockTable([blocks], 0, BASE)), [0], 0)
        caches: dict[str, Any] = {}
        for port in compiled.inputs:
            if "_cache." in (name := port.any_name):
                sizes = [size.get_length() for size in list(port.partial_shape)[1:]]
                # Pages are taken from the system as they are first used.
                caches[name] = ov.Tensor(port.element_type, ov.Shape([blocks + 1, *sizes]))
        self._lanes.use(caches)

    @property
    def widened(self) -> bool:
        """See Lanes.widened."""
        return self._lanes.widened

    def enter(self) -> None:
        """See Runner.enter."""

    def open(self, revision: str, prompt_ids: Sequence[int], reuse: int, total: int) -> Context | None:
        """See Runner.open."""
        table = self._pool.open(revision, prompt_ids, reuse, total)
        return table and Context(revision, table.known, table)

    def forward(self, feeds: Sequence[Feed]) -> list[Logits]:
        """See Runner.forward."""
        tokens = sum(len(feed.token_ids) for feed in feeds)
        padded = [*feeds, *[self._filler] * (self._least - tokens)]
        revisions = [feed.context.revision for feed in padded]
        assembly = self._bank.assemble(revisions)
        mask = assembly.mask(revisions, [len(feed.token_ids) for feed in padded])
        logits: Logits = self._lanes.run({**self._batch(padded), "lora_mask": mask}, assembly, len(feeds))
        for feed in feeds:
            self._pool.written(_table(feed), feed.token_ids)
        ends = np.cumsum([feed.keep for feed in feeds])
        return [logits[end - feed.keep : end] for feed, end in zip(feeds, ends, strict=True)]

    def close(self, context: Context) -> None:
        """See Runner.close."""
        self._pool.close(context.memory)

    def read_adapter(self, folder: Path) -> Adapter:
        """See Runner.read_adapter."""
        return read_lora(folder, self._architecture)

    def attach(self, revision: str, weights: Adapter) -> None:
        """See Runner.attach."""
        self._bank.attach(revision, weights)

    def detach(self, revision: str) -> None:
        """See Runner.detach."""
        self._bank.detach(revision)

    def _batch(self, feeds: Sequence[Feed]) -> Mapping[str, Any]:
        """The pass's tokens, one sequence after the other, and where each stands."""
        counts = [len(feed.token_ids) for feed in feeds]
        pasts = [feed.context.length for feed in feeds]
        lengths = [past + count for past, count in zip(pasts, counts, strict=True)]
        ends = np.cumsum(counts).tolist()
        blocks = [_table(feed).blocks[: -(-length // self._block)] for feed, length in zip(feeds, lengths, strict=True)]
        return {
            "embeddings": self._embeddings.widened([token for feed in feeds for token in feed.token_ids]),
            "positions": _ranges(pasts, lengths),
            "past_lens": np.array(pasts, _INT),
            "subsequence_begins": np.array([0, *ends], _INT),
            "block_indices": np.concatenate(blocks).astype(_INT),
            "block_indices_begins": np.concatenate([[0], np.cumsum([len(one) for one in blocks])]).astype(_INT),
            "max_context_len": np.array(max(lengths), _INT),
            "rows": self._rows(feeds, ends),
        }

    def _rows(self, feeds: Sequence[Feed], ends: Sequence[int]) -> npt.NDArray[np.int32]:
        rows = _ranges([end - feed.keep for feed, end in zip(feeds, ends, strict=True)], ends)
        return np.concatenate([rows, np.zeros(max(self._least - len(rows), 0), _INT)])


def _ranges(starts: Sequence[int], ends: Sequence[int]) -> npt.NDArray[np.int32]:
    return np.concatenate([np.arange(start, end, dtype=_INT) for start, end in zip(starts, ends, strict=True)])


def _table(feed: Feed) -> BlockTable:
    return feed.context.memory
