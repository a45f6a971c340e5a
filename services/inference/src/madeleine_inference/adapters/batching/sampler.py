"""One token from logits, and its log p under the distribution it was really drawn from."""

from __future__ import annotations

import secrets
from collections import Counter

import numpy as np
import numpy.typing as npt

from madeleine_inference.application.ports import Sampling

Vector = npt.NDArray[np.float32]


class Sampler:
    """Draws the tokens of one completion; the same seed draws the same tokens."""

    def __init__(self, sampling: Sampling) -> None:
        self._temperature = sampling.temperature
        self._top_p = sampling.top_p or 1.0
        self._penalty = sampling.frequency_penalty
        self._times_drawn: Counter[int] = Counter()
        self._random = np.random.default_rng(sampling.seed or secrets.randbits(63))

    def draw(self, logits_V: Vector, allowed_V: npt.NDArray[np.bool_] | None) -> tuple[int, float]:
        """Token id and its log p (nats): after penalty, grammar, temperature, top-p; greedy counts as temperature 1.

        `logits_V` is left as it is.
        """
        token, logprob = self._drawn(self._penalised(logits_V), allowed_V)
        self._times_drawn[token] += 1
        return token, logprob

    def _penalised(self, logits_V: Vector) -> Vector:
        """Less of what was drawn often: logit - penalty * times (OpenAI's frequency_penalty)."""
        if self._penalty == 0.0 or not self._times_drawn:
            return logits_V
        logits_V = logits_V.copy()
        tokens_N = np.fromiter(self._times_drawn.keys(), np.int64)
        logits_V[tokens_N] -= np.float32(self._penalty) * np.fromiter(self._times_drawn.values(), np.float32)
        return logits_V

    def _drawn(self, logits_V: Vector, allowed_V: npt.NDArray[np.bool_] | None) -> tuple[int, float]:
        if allowed_V is not None:
            logits_V = np.where(allowed_V, logits_V, np.float32(-np.inf))
        token = int(logits_V.argmax())
        if self._temperature == 0.0:
            return token, -float(np.log(np.exp(logits_V - logits_V[token]).sum(dtype=np.float64)))
        scaled_V = (logits_V - logits_V[token]) / np.float32(self._temperature)
        weights_V = np.exp(scaled_V)
        if self._top_p < 1.0:
            weights_V = _nucleus(weights_V, self._top_p)
        sums_V = weights_V.cumsum(dtype=np.float64)
        point = int(np.searchsorted(sums_V, self._random.random() * sums_V[-1], side="right"))
        # A product that was rounded up to the whole sum belongs to the last token that has a share in it.
        token = min(point, int(np.searchsorted(sums_V, sums_V[-1])))
        return token, float(scaled_V[token]) - float(np.log(sums_V[-1]))


def _nucleus(weights_V: Vector, top_p: float) -> Vector:
    """Keeps the fewest most probable tokens whose probabilities add up to `top_p` (arXiv 1904.09751)."""
    sorted_V = np.sort(weights_V)[::-1]
    sums_V = sorted_V.cumsum(dtype=np.float64)
    kept = int(np.searchsorted(sums_V, top_p * sums_V[-1]))
    least = sorted_V[min(kept, len(sorted_V) - 1)]
    kept_V = np.where(weights_V >= least, weights_V, np.float32(0))
    # Equals at the edge: no more of them than are needed.
    spare = int(np.count_nonzero(kept_V)) - (kept + 1)
    if spare > 0:
        kept_V[np.flatnonzero(weights_V == least)[-spare:]] = 0
    return kept_V
