"""An upstream's server-sent events, turned into deltas."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

from madeleine_common.errors import DomainError, Exhausted, FailedPrecondition, Invalid, Unavailable
from madeleine_inference.adapters.batching import meters
from madeleine_inference.application.ports import Delta, Finished, FinishReason

_MOST_TOLD = 300


class UpstreamAnswer:
    """One completion as it comes; what it counts in tokens is the upstream's word, 0 when it says nothing."""

    def __init__(self) -> None:
        self._reason: FinishReason | None = None
        self._prompt_tokens = self._completion_tokens = 0
        self._queued_at = time.monotonic()
        self._started_at = self._first_at = self._last_at = 0.0

    def begin(self) -> None:
        """Its turn has come."""
        self._started_at = time.monotonic()
        meters.QUEUE_SECONDS.observe(self._started_at - self._queued_at)

    def take(self, chunk: dict[str, Any]) -> Delta | None:
        """The delta of one event; None when it brought no text. Raises Exhausted, Unavailable for an error in it."""
        if error := chunk.get("error"):
            raise _failed(error)
        if usage := chunk.get("usage"):
            self._prompt_tokens = int(usage.get("prompt_tokens") or 0)
            self._completion_tokens = int(usage.get("completion_tokens") or 0)
        for choice in chunk.get("choices") or ():
            if reason := choice.get("finish_reason"):
                self._reason = FinishReason.LENGTH if reason == "length" else FinishReason.STOP
            if text := (choice.get("delta") or {}).get("content"):
                self._clock()
                return Delta(text, (), ())
        return None

    def ended(self) -> Finished:
        """The last item, once the events are over; raises Unavailable when they ended in the middle."""
        if self._reason is None:
            raise Unavailable("the upstream's answer ended in the middle")
        return self.finished(self._reason)

    def finished(self, reason: FinishReason) -> Finished:
        """The last item."""
        now = time.monotonic()
        started, first = self._started_at or now, self._first_at or now
        return Finished(
            reason,
            self._prompt_tokens,
            self._completion_tokens,
            started - self._queued_at,
            first - self._queued_at,
            now - self._queued_at,
        )

    def _clock(self) -> None:
        now = time.monotonic()
        if self._last_at:
            meters.GAP_SECONDS.observe(now - self._last_at)
        else:
            self._first_at = now
            meters.FIRST_TOKEN_SECONDS.observe(now - self._queued_at)
        self._last_at = now


async def events_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """The JSON objects of a text/event-stream; raises Unavailable for anything else."""
    rest = b""
    async for chunk in chunks:
        # By bytes: a line of text also ends at characters that JSON may hold as they are.
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            name, _, data = line.strip().partition(b":")
            if name != b"data" or data.strip() == b"[DONE]":
                continue
            try:
                event = json.loads(data)
            except ValueError as error:
                raise Unavailable("the upstream's answer cannot be read") from error
            if isinstance(event, dict):
                yield event


def refusal(status: int, body: bytes, model: str) -> DomainError:
    """What an answer other than 200 means for whoever asked."""
    if status in (401, 403):
        # Not their words: some repeat the key.
        return FailedPrecondition("the upstream does not take this installation's key", reason="UPSTREAM_DENIED")
    message = _message(body)
    if status == 404:
        return FailedPrecondition(f"the upstream has no model {model}: {message}", reason="UPSTREAM_NOT_FOUND")
    if status == 429:
        return Exhausted(f"the upstream is busy: {message}", reason="UPSTREAM_BUSY")
    if 400 <= status < 500 and status != 408:
        return Invalid("chat", f"the upstream refuses it: {message}", reason="UPSTREAM_REFUSED")
    return Unavailable(f"the upstream fails with status {status}", reason="UPSTREAM_FAILED")


def _failed(error: Any) -> DomainError:
    if isinstance(error, dict) and error.get("type") == "rate_limit_error":
        return Exhausted("the upstream is busy", reason="UPSTREAM_BUSY")
    return Unavailable("the upstream failed in the middle of its answer", reason="UPSTREAM_FAILED")


def _message(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
        error = told.get("error", told)
        text = error if isinstance(error, str) else error.get("message")
    except (ValueError, AttributeError):
        text = None
    return str(text)[:_MOST_TOLD] if text else "it says no more"
