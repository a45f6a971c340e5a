"""multilingual-e5-small on ONNX Runtime: texts of any length to unit vectors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from madeleine_inference.adapters.unigram import UnigramTokenizer
from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import PreparedModel

_PREFIX = {EmbedKind.QUERY: "query: ", EmbedKind.PASSAGE: "passage: "}
_BOS, _PAD, _EOS = 0, 1, 2
_WINDOW = 510
_BATCH = 16


class OnnxEmbedder:
    """Embeds with a query or passage prefix (arXiv 2402.05672); (N, 384) float32 of unit length."""

    def __init__(self, model: PreparedModel, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that spin between calls take the cores of the language model beside them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The arena keeps the largest batch ever seen; the service rests most of the time.
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(
            str(model.folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = UnigramTokenizer(model.folder / "tokenizer.json")
        self._lock = threading.Lock()
        self.model_id = f"{model.name}@{model.weights_sha256[:12]}"

    def embed(self, texts: Sequence[str], kind: EmbedKind) -> npt.NDArray[np.float32]:
        """(N, 384); a text longer than 510 tokens is the token-weighted mean of its windows.

        Blocks: call in a thread.
        """
        windows: list[tuple[int, list[int]]] = []
        for index, text in enumerate(texts):
            ids = self._tokenizer.encode(_PREFIX[kind] + text)
            windows += [(index, ids[start : start + _WINDOW]) for start in range(0, len(ids), _WINDOW)]
        vectors = np.zeros((len(texts), 384), np.float32)
        # Windows of like length together: padding is work for nothing.
        windows.sort(key=lambda window: len(window[1]))
        with self._lock:
            for start in range(0, len(windows), _BATCH):
                batch = windows[start : start + _BATCH]
                for (index, ids), mean in zip(batch, self._means([ids for _, ids in batch]), strict=True):
                    vectors[index] += len(ids) * mean
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    def count_tokens(self, texts: Sequence[str], kind: EmbedKind) -> int:
        """See Embedder.count_tokens."""
        return sum(len(self._tokenizer.encode(_PREFIX[kind] + text)) for text in texts)

    def _means(self, rows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        longest = max(map(len, rows)) + 2
        ids_B_T = np.full((len(rows), longest), _PAD, np.int64)
        mask_B_T = np.zeros((len(rows), longest), np.float32)
        for row, tokens in enumerate(rows):
            ids_B_T[row, : len(tokens) + 2] = [_BOS, *tokens, _EOS]
            mask_B_T[row, : len(tokens) + 2] = 1.0
        return self._session.run(["mean"], {"ids": ids_B_T, "mask": mask_B_T})[0]
