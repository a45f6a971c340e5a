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
from madeleine_inference.adapters.openvino.graph import EMBEDDINGS, Decoder
from madeleine_inference.adapters.openvino.lora_bank import Adapter, Assembly, LoraBank, read_lora
from madeleine_inference.adapters.openvino.weights import ModelTensors
from madeleine_inference.application.ports import BASE

_INT = np.int32


@dataclass(frozen=True, slots=True)
class OpenVinoOptions:
    """CPU threads, float32 or int8 weights, and how many tokens the KV cache holds."""

    threads: int = 2
    quantised: bool = False
    cache_tokens: int = 16384


class OpenVinoRunner:
    """One base model, compiled once; adapters are inputs of its graph."""

    name = "openvino"

    def __init__(self, folder: Path, options: OpenVinoOptions) -> None:
        self.exact = not options.quantised
        self._architecture = Architecture.read(folder)
        tensors = ModelTensors(folder)
        # Looked up row by row in the mapped file, which is never read as a whole.
        self._embeddings = tensors.read(EMBEDDINGS)
        compiled = _compiled(self._architecture, tensors, options)
        self._request = compiled.create_infer_request()
        tensors.forget()
        self._bank = LoraBank(self._architecture)
        # What the graph's inputs hold now: they are set only when a pass needs others.
        self._assembly: Assembly | None = None
        self._block: int = compiled.input("key_cache.0").partial_shape[2].get_length()
        blocks = -(-options.cache_tokens // self._block)
        # The last block belongs to nobody: rows that only fill up a pass write there.
        self._pool = BlockPool(blocks, self._block)
        # One row alone goes through another kernel, which does not round activations to 8 bits: with a second one a
        # token's numbers depend less on who shares its pass.
        self._least = 2 if options.quantised else 1
        self._filler = Feed(Context(BASE, 0, BlockTable([blocks], 0, BASE)), [0], 0)
        for port in compiled.inputs:
            if "_cache." in (name := port.any_name):
                sizes = [size.get_length() for size in list(port.partial_shape)[1:]]
                # Pages are taken from the system as they are first used.
                self._request.set_tensor(name, ov.Tensor(port.element_type, ov.Shape([blocks + 1, *sizes])))

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
        self._place_adapters(padded)
        for name, value in self._batch(padded).items():
            self._request.set_tensor(name, ov.Tensor(value))
        self._request.infer()
        logits: Logits = self._request.get_tensor("logits").data
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

    def _place_adapters(self, feeds: Sequence[Feed]) -> None:
        """Sets the graph's adapters to those that these feeds need."""
        revisions = [feed.context.revision for feed in feeds]
        assembly = self._bank.assemble(revisions)
        if assembly is not self._assembly:
            for name, factor in assembly.inputs.items():
                self._request.set_tensor(name, ov.Tensor(factor, shared_memory=True))
            self._assembly = assembly
        mask = assembly.mask(revisions, [len(feed.token_ids) for feed in feeds])
        self._request.set_tensor("lora_mask", ov.Tensor(mask))

    def _batch(self, feeds: Sequence[Feed]) -> Mapping[str, Any]:
        """The pass's tokens, one sequence after the other, and where each stands."""
        counts = [len(feed.token_ids) for feed in feeds]
        pasts = [feed.context.length for feed in feeds]
        lengths = [past + count for past, count in zip(pasts, counts, strict=True)]
        ends = np.cumsum(counts).tolist()
        blocks = [_table(feed).blocks[: -(-length // self._block)] for feed, length in zip(feeds, lengths, strict=True)]
        return {
            "embeddings": self._embeddings[np.concatenate([feed.token_ids for feed in feeds])],
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


def _compiled(architecture: Architecture, tensors: ModelTensors, options: OpenVinoOptions) -> Any:
    return ov.Core().compile_model(
        Decoder(architecture, tensors, quantised=options.quantised).build(),
        "CPU",
        {
            "INFERENCE_NUM_THREADS": options.threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            # Pinned threads would fight with the other services for their one core.
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "f32",
            "KV_CACHE_PRECISION": "f32",
        },
    )
