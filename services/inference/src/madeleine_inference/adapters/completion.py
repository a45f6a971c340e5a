"""One completion in the making: prompt in chunks, then a token at each step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch

from madeleine_inference.adapters.grammar import Grammar
from madeleine_inference.adapters.sampler import Sampler
from madeleine_inference.adapters.text_stream import TextStream
from madeleine_inference.application.ports import Delta, Finished, FinishReason, Job

# Others get their turn between the chunks of a long prompt.
CHUNK_TOKENS = 256
Item = Delta | Finished | Exception
Emit = Callable[[Item], None]
# The next token ids of one sequence -> (V) float32 logits after the last; knows its revision and its KV cache.
Forward = Callable[[Sequence[int]], torch.Tensor]


class Completion:
    """The state of one job between steps; `cancelled` may be set from any thread."""

    def __init__(
        self,
        job: Job,
        forward: Forward,
        text: TextStream,
        grammar: Grammar | None,
        stop_ids: frozenset[int],
        emit: Emit,
        queued_at: float,
    ) -> None:
        self._job = job
        self._forward = forward
        self._text = text
        self._grammar = grammar
        self._stop_ids = stop_ids
        self._emit = emit
        self._sampler = Sampler(job.sampling)
        self._pending = list(job.prompt_ids)
        self._completion_tokens = 0
        self._queued_at = queued_at
        self._started_at = time.monotonic()
        self._first_at = 0.0

    def step(self) -> bool:
        """Runs one chunk of the prompt or draws one token (and those the grammar forces after it); True when done."""
        chunk, self._pending = self._pending[:CHUNK_TOKENS], self._pending[CHUNK_TOKENS:]
        logits_V = self._forward(chunk)
        if self._pending:
            return False
        token, logprob = self._sampler.draw(logits_V, self._grammar.allowed() if self._grammar else None)
        tokens, logprobs = [token], [logprob]
        if self._grammar:
            self._grammar.accept(token)
            if token not in self._stop_ids:
                # A forced token is certain: log p is 0, and a trainer gives it no gradient.
                forced = self._grammar.forced()
                room = self._job.sampling.max_tokens - self._completion_tokens - 1
                tokens += forced[:room]
                logprobs += [0.0] * (len(tokens) - 1)
        self._first_at = self._first_at or time.monotonic()
        self._completion_tokens += len(tokens)
        self._pending = tokens
        return self._deliver(tokens, logprobs)

    def _deliver(self, tokens: list[int], logprobs: list[float]) -> bool:
        text = self._text.push(tokens)
        reason = None
        if self._text.stopped or not self._stop_ids.isdisjoint(tokens):
            reason = FinishReason.STOP
        elif self._completion_tokens >= self._job.sampling.max_tokens:
            reason = FinishReason.LENGTH
        if reason:
            text += self._text.flush()
        self._emit(Delta(text, tuple(tokens), tuple(logprobs)))
        if reason:
            self.finish(reason)
        return reason is not None

    def finish(self, reason: FinishReason) -> None:
        """Emits the last item."""
        now = time.monotonic()
        first = self._first_at or now
        self._emit(
            Finished(
                reason,
                len(self._job.prompt_ids),
                self._completion_tokens,
                self._started_at - self._queued_at,
                first - self._queued_at,
                now - self._queued_at,
            )
        )
