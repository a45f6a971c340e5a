"""One token from logits, and its log p under the distribution it was really drawn from."""

from __future__ import annotations

import secrets
from collections import Counter

import numpy as np
import numpy.typing as npt
import torch

from madeleine_inference.application.ports import Sampling


class Sampler:
    """Draws the tokens of one completion; the same seed draws the same tokens."""

    def __init__(self, sampling: Sampling) -> None:
        self._temperature = sampling.temperature
        self._top_p = sampling.top_p or 1.0
        self._penalty = sampling.frequency_penalty
        self._times_drawn: Counter[int] = Counter()
        self._generator = torch.Generator().manual_seed(sampling.seed or secrets.randbits(63))

    def draw(self, logits_V: torch.Tensor, allowed_V: npt.NDArray[np.bool_] | None) -> tuple[int, float]:
        """Token id and its log p (nats): after penalty, grammar, temperature, top-p; greedy counts as temperature 1."""
        token, logprob = self._drawn(self._penalised(logits_V), allowed_V)
        self._times_drawn[token] += 1
        return token, logprob

    def _penalised(self, logits_V: torch.Tensor) -> torch.Tensor:
        """Less of what was drawn often: logit - penalty * times (OpenAI's frequency_penalty)."""
        if self._penalty == 0.0 or not self._times_drawn:
            return logits_V
        tokens_N = torch.tensor(list(self._times_drawn))
        times_N = torch.tensor(list(self._times_drawn.values()), dtype=logits_V.dtype)
        return logits_V.index_add(0, tokens_N, times_N, alpha=-self._penalty)

    def _drawn(self, logits_V: torch.Tensor, allowed_V: npt.NDArray[np.bool_] | None) -> tuple[int, float]:
        if allowed_V is not None:
            logits_V = logits_V.masked_fill(~torch.from_numpy(allowed_V), float("-inf"))
        if self._temperature == 0.0:
            token = int(logits_V.argmax())
            return token, float(logits_V.log_softmax(-1)[token])
        logits_V = logits_V / self._temperature
        if self._top_p < 1.0:
            logits_V = _nucleus(logits_V, self._top_p)
        logprobs_V = logits_V.log_softmax(-1)
        token = int(torch.multinomial(logprobs_V.exp(), 1, generator=self._generator))
        return token, float(logprobs_V[token])


def _nucleus(logits_V: torch.Tensor, top_p: float) -> torch.Tensor:
    """Keeps the fewest most probable tokens whose probabilities add up to `top_p` (arXiv 1904.09751)."""
    sorted_V, order_V = logits_V.sort(descending=True)
    probabilities_V = sorted_V.softmax(-1)
    before_V = probabilities_V.cumsum(-1) - probabilities_V
    return logits_V.index_fill(0, order_V[before_V >= top_p], float("-inf"))
