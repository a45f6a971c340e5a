"""vLLM's outputs for one request, turned into deltas."""

from __future__ import annotations

import time
from typing import Any

from madeleine_inference.adapters.batching import meters
from madeleine_inference.adapters.batching.text_stream import TextStream
from madeleine_inference.application.ports import Delta, Finished, FinishReason

_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}


class Answer:
    """One completion as it comes; `reason` is set when it has ended."""

    def __init__(self, prompt_tokens: int, text: TextStream, stop_ids: frozenset[int]) -> None:
        self.reason: FinishReason | None = None
        self._prompt_tokens = prompt_tokens
        self._text = text
        self._stop_ids = stop_ids
        self._completion_tokens = 0
        self._queued_at = time.monotonic()
        self._started_at = self._first_at = self._last_at = 0.0

    def begin(self) -> None:
        """Its turn has come."""
        self._started_at = time.monotonic()
        meters.QUEUE_SECONDS.observe(self._started_at - self._queued_at)

    def take(self, output: Any) -> Delta | None:
        """The delta of a RequestOutput; None when it brought no token."""
        completion = output.outputs[0]
        text, ids, logprobs = "", [], []
        for token, row in zip(completion.token_ids, completion.logprobs or (), strict=True):
            ids.append(token)
            logprobs.append(float(row[token].logprob))
            text += self._text.push([token])
            if self._text.stopped or token in self._stop_ids:
                # What vLLM drew after it is nobody's.
                self.reason = FinishReason.STOP
                break
        if self.reason is None and output.finished:
            self.reason = _REASONS.get(completion.finish_reason, FinishReason.CANCELLED)
        if self.reason is not None:
            text += self._text.flush()
        if not ids:
            return None
        self._clock(output)
        self._completion_tokens += len(ids)
        return Delta(text, tuple(ids), tuple(logprobs))

    def finished(self, reason: FinishReason) -> Finished:
        """The last item."""
        now = time.monotonic()
        first = self._first_at or now
        return Finished(
            reason,
            self._prompt_tokens,
            self._completion_tokens,
            self._started_at - self._queued_at,
            first - self._queued_at,
            now - self._queued_at,
        )

    def _clock(self, output: Any) -> None:
        now = time.monotonic()
        if self._last_at:
            meters.GAP_SECONDS.observe(now - self._last_at)
        else:
            self._first_at = now
            meters.FIRST_TOKEN_SECONDS.observe(now - self._queued_at)
            meters.PROMPT_TOKENS.inc(self._prompt_tokens)
            meters.PREFIX_TOKENS.inc(output.num_cached_tokens or 0)
        self._last_at = now
