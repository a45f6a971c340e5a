"""The compiled graph, and a second one for crowds: same weights, same caches, other kernels."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov

from madeleine_inference.adapters.openvino.architecture import Architecture
from madeleine_inference.adapters.openvino.graph import EMBEDDINGS, Decoder, Held
from madeleine_inference.adapters.openvino.lora_bank import Assembly
from madeleine_inference.adapters.openvino.weights import ModelTensors

log = logging.getLogger(__name__)

# Up to so many tokens the kernels multiply 16-bit weights as they read them; beyond, they widen all at every pass.
_FEW = 4
# Passes beyond that before the second graph is made: half a second of five people being answered at once.
_CROWDED_PASSES = 16
# A crowd that has not come back for so long gives its memory back.
_FORGOTTEN_S = 600.0


class Lane:
    """One compiled graph and its request."""

    def __init__(self, architecture: Architecture, tensors: ModelTensors, held: Held, threads: int) -> None:
        decoder = Decoder(architecture, tensors, held).build()
        self.compiled: Any = ov.Core().compile_model(
            decoder,
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                "PERFORMANCE_HINT": "LATENCY",
                # Pinned threads would fight with the other services for their one core.
                "ENABLE_CPU_PINNING": False,
                "INFERENCE_PRECISION_HINT": "f32",
                "KV_CACHE_PRECISION": "f32",
            },
        )
        tensors.forget()
        self._request = self.compiled.create_infer_request()
        # What the graph's inputs hold now: they are set only when a pass needs others.
        self._assembly: Assembly | None = None

    def use(self, caches: Mapping[str, Any]) -> None:
        """Reads and writes keys and values here from now on."""
        for name, cache in caches.items():
            self._request.set_tensor(name, cache)

    def run(self, inputs: Mapping[str, Any], assembly: Assembly) -> npt.NDArray[np.float32]:
        """One pass; (rows, V) logits, valid until the next one."""
        if assembly is not self._assembly:
            for name, factor in assembly.inputs.items():
                self._request.set_tensor(name, ov.Tensor(factor, shared_memory=True))
            self._assembly = assembly
        for name, value in inputs.items():
            self._request.set_tensor(name, ov.Tensor(value))
        self._request.infer()
        return self._request.get_tensor("logits").data


class Lanes:
    """The graph that fits a pass: one for all, or, over 16-bit weights, another beside it while there is a crowd.

    Both compute the same in float32 and share the caches, so that a sequence may change lanes at every pass.
    """

    def __init__(self, architecture: Architecture, tensors: ModelTensors, held: Held, threads: int) -> None:
        # Kept whether or not a second graph is ever made: the first one uses the tensors' memory too.
        self._wide_takes = (architecture, tensors, "fp32", threads)
        self._first = Lane(architecture, tensors, "stored" if held == "adaptive" else held, threads)
        self._may_widen = held == "adaptive" and tensors.stored(EMBEDDINGS).kind != "F32"
        self._wide: Lane | None = None
        self._making: threading.Thread | None = None
        self._caches: dict[str, Any] = {}
        self._crowded = 0
        self._crowded_at = 0.0

    @property
    def compiled(self) -> Any:
        """The compiled graph, for its inputs' shapes."""
        return self._first.compiled

    @property
    def widened(self) -> bool:
        """True while the second graph is there."""
        return self._wide is not None

    def use(self, caches: Mapping[str, Any]) -> None:
        """See Lane.use."""
        self._caches = dict(caches)
        self._first.use(caches)

    def run(self, inputs: Mapping[str, Any], assembly: Assembly, sequences: int) -> npt.NDArray[np.float32]:
        """One pass for so many sequences; see Lane.run."""
        if self._may_widen:
            self._watch(sequences)
        wide = self._wide if len(inputs["positions"]) > _FEW else None
        return (wide or self._first).run(inputs, assembly)

    def _watch(self, sequences: int) -> None:
        now = time.monotonic()
        if sequences > _FEW:
            self._crowded, self._crowded_at = self._crowded + 1, now
            if self._crowded >= _CROWDED_PASSES and self._making is None:
                self._making = threading.Thread(target=self._widen, name="widen", daemon=True)
                self._making.start()
        elif self._wide and now - self._crowded_at > _FORGOTTEN_S:
            log.info("no crowd any more: 32-bit weights given back")
            self._wide, self._making, self._crowded = None, None, 0

    def _widen(self) -> None:
        began = time.monotonic()
        try:
            lane = Lane(*self._wide_takes)
            lane.use(self._caches)
        except Exception:
            # The first graph serves everybody, only slower; a thread's error would be seen by nobody.
            log.exception("no 32-bit weights beside the 16-bit ones")
            return
        self._wide = lane
        log.info(
            "32-bit weights beside the 16-bit ones after %.1f s: more than %d at once", time.monotonic() - began, _FEW
        )
