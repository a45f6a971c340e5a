"""What the scheduler steps: completions in the making, and texts being scored."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from madeleine_inference.adapters.batching.grammar import Grammar
from madeleine_inference.adapters.batching.meters import FIRST_TOKEN_SECONDS, GAP_SECONDS, QUEUE_SECONDS
from madeleine_inference.adapters.batching.runner import Logits
from madeleine_inference.adapters.batching.sampler import Sampler
from madeleine_inference.adapters.batching.text_stream import TextStream
from madeleine_inference.application.ports import Delta, Finished, FinishReason, Job

Item = Delta | Finished | Exception
Emit = Callable[[Item], None]


class Work(Protocol):
    """One sequence's share in each step."""

    @property
    def revision(self) -> str:
        """The adapter revision that it runs under to its end."""
        ...

    @property
    def prompt_ids(self) -> Sequence[int]:
        """What it begins with."""
        ...

    @property
    def total(self) -> int:
        """Most tokens that it will ever hold."""
        ...

    @property
    def reuse(self) -> int:
        """How many of the prompt's tokens may come from a known prefix."""
        ...

    def begin(self, length: int) -> None:
        """Its turn has come; the first `length` tokens are known already."""
        ...

    def waiting_tokens(self) -> int:
        """How many tokens it has to feed."""
        ...

    def feed(self, most: int) -> tuple[Sequence[int], int]:
        """The next tokens, at most `most`, and after how many of the last ones logits are wanted."""
        ...

    def take(self, logits: Logits) -> bool:
        """Takes the logits of what it fed; True when done."""
        ...

    def finish(self, reason: FinishReason) -> None:
        """Ends it early."""
        ...


class Completion:
    """The state of one job between steps."""

    def __init__(
        self, job: Job, text: TextStream, grammar: Grammar | None, stop_ids: frozenset[int], emit: Emit
    ) -> None:
        self.revision = job.revision
        self.prompt_ids = job.prompt_ids
        self.total = len(job.prompt_ids) + job.sampling.max_tokens
        self.reuse = len(job.prompt_ids) - 1
        self._job = job
        self._text = text
        self._grammar = grammar
        self._stop_ids = stop_ids
        self._emit = emit
        self._sampler = Sampler(job.sampling)
        self._pending: list[int] = []
        self._completion_tokens = 0
        self._queued_at = time.monotonic()
        self._started_at = 0.0
        self._first_at = 0.0
        self._last_at = 0.0

    def begin(self, length: int) -> None:
        """See Work.begin."""
        self._pending = list(self.prompt_ids[length:])
        self._started_at = time.monotonic()
        QUEUE_SECONDS.observe(self._started_at - self._queued_at)

    def waiting_tokens(self) -> int:
        """See Work.waiting_tokens."""
        return len(self._pending)

    def feed(self, most: int) -> tuple[Sequence[int], int]:
        """See Work.feed."""
        chunk, self._pending = self._pending[:most], self._pending[most:]
        return chunk, 0 if self._pending else 1

    def take(self, logits: Logits) -> bool:
        """Draws one token, and those that the grammar forces after it; True when done."""
        if self._pending:
            return False
        token, logprob = self._sampler.draw(logits[-1], self._grammar.allowed() if self._grammar else None)
        tokens, logprobs = [token], [logprob]
        if self._grammar:
            self._grammar.accept(token)
            if token not in self._stop_ids:
                # A forced token is certain: log p is 0, and a trainer gives it no gradient.
                forced = self._grammar.forced()
                room = self._job.sampling.max_tokens - self._completion_tokens - 1
                tokens += forced[:room]
                logprobs += [0.0] * (len(tokens) - 1)
        self._completion_tokens += len(tokens)
        self._pending = tokens
        return self._deliver(tokens, logprobs)

    def finish(self, reason: FinishReason) -> None:
        """Emits the last item."""
        now = time.monotonic()
        started, first = self._started_at or now, self._first_at or now
        self._emit(
            Finished(
                reason,
                len(self.prompt_ids),
                self._completion_tokens,
                started - self._queued_at,
                first - self._queued_at,
                now - self._queued_at,
            )
        )

    def _deliver(self, tokens: list[int], logprobs: list[float]) -> bool:
        self._clock()
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

    def _clock(self) -> None:
        now = time.monotonic()
        if self._last_at:
            GAP_SECONDS.observe(now - self._last_at)
        else:
            self._first_at = now
            FIRST_TOKEN_SECONDS.observe(now - self._queued_at)
        self._last_at = now


class Scoring:
    """log p of given tokens at temperature 1; `done` gets them all."""

    def __init__(
        self,
        revision: str,
        prompt_ids: Sequence[int],
        completion_ids: Sequence[int],
        done: Callable[[list[float] | Exception], None],
    ) -> None:
        self.revision = revision
        self.prompt_ids = prompt_ids
        self.total = len(prompt_ids) + len(completion_ids)
        self.reuse = len(prompt_ids) - 1
        self._ids = [*prompt_ids, *completion_ids]
        # The last token predicts nothing that is asked for.
        self._end = len(self._ids) - 1
        self._first = len(prompt_ids) - 1
        self._at = self._fed = 0
        self._logprobs: list[float] = []
        self._done = done

    def begin(self, length: int) -> None:
        """See Work.begin."""
        self._at = self._fed = length

    def waiting_tokens(self) -> int:
        """See Work.waiting_tokens."""
        return self._end - self._at

    def feed(self, most: int) -> tuple[Sequence[int], int]:
        """See Work.feed."""
        self._fed, self._at = self._at, min(self._at + most, self._end)
        return self._ids[self._fed : self._at], self._at - max(self._fed, min(self._first, self._at))

    def take(self, logits: Logits) -> bool:
        """Adds the log p of the tokens that these logits predict; True when all are there."""
        if len(logits):
            targets = self._ids[self._at - len(logits) + 1 : self._at + 1]
            self._logprobs += logprobs_of(logits, targets)
        if self._at < self._end:
            return False
        self._done(self._logprobs)
        return True

    def finish(self, reason: FinishReason) -> None:
        """Ends it without an answer."""
        self._done(RuntimeError(f"scoring ended early: {reason.name}"))


def logprobs_of(logits_T_V: Logits, targets: Sequence[int]) -> list[float]:
    """log p (nats) of one target for each row."""
    top_T = logits_T_V.max(axis=1)
    sums_T = np.exp(logits_T_V - top_T[:, None]).sum(axis=1, dtype=np.float64)
    chosen_T = logits_T_V[np.arange(len(targets)), np.asarray(targets)]
    return (chosen_T - top_T - np.log(sums_T)).tolist()
