"""A chat.completion, whole or in chunks, from the items of its choices."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from madeleine_common.errors import Unavailable
from madeleine_inference.api.accounting import count_tokens
from madeleine_inference.api.openai.exchange import Emit
from madeleine_inference.api.openai.requests import ChatRequest
from madeleine_inference.application.generation import Begun, Item
from madeleine_inference.application.ports import Delta, Finished, FinishReason

_FEATURE = "openai"
_REASONS = {FinishReason.STOP: "stop", FinishReason.LENGTH: "length"}


class Answer:
    """The chat.completion in the making."""

    def __init__(self, asked: ChatRequest, token_text: Callable[[int], str]) -> None:
        self._asked = asked
        self._token_text = token_text
        self._created = int(time.time())
        self._id = self._revision = ""
        self._texts = [""] * asked.n
        self._logprobs: list[list[dict[str, Any]]] = [[] for _ in range(asked.n)]
        self._ends: dict[int, Finished] = {}
        self._roles_told: set[int] = set()

    async def take(self, index: int, item: Item) -> None:
        """Notes an item of one choice; raises Unavailable when the engine gave the choice up."""
        match item:
            case Begun():
                self._id = self._id or f"chatcmpl-{item.generation_id}"
                self._revision = item.revision
            case Delta():
                self._texts[index] += item.text
                self._logprobs[index] += self._told(item)
            case Finished():
                if item.reason not in _REASONS:
                    raise Unavailable("the model stopped before the answer was complete")
                count_tokens(_FEATURE, item.prompt_tokens, item.completion_tokens)
                self._ends[index] = item

    async def stream(self, index: int, item: Item, emit: Emit) -> None:
        """Notes an item and emits what it adds."""
        await self.take(index, item)
        match item:
            case Delta():
                delta: dict[str, Any] = {} if index in self._roles_told else {"role": "assistant"}
                self._roles_told.add(index)
                if item.text or delta or self._asked.logprobs:
                    delta["content"] = item.text
                    await emit(self._chunk(index, delta, logprobs=self._told(item)))
            case Finished():
                await emit(self._chunk(index, {}, _REASONS[item.reason]))
            case Begun():
                pass

    async def end(self, emit: Emit) -> None:
        """Emits what follows the last choice."""
        if self._with_usage:
            await emit({**self._head("chat.completion.chunk"), "choices": [], "usage": self._usage()})

    def whole(self) -> dict[str, Any]:
        """The completion with all its choices."""
        choices = [
            {
                "index": index,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "logprobs": self._logprobs_of(self._logprobs[index]),
                "finish_reason": _REASONS[self._ends[index].reason],
            }
            for index, text in enumerate(self._texts)
        ]
        return {**self._head("chat.completion"), "choices": choices, "usage": self._usage()}

    @property
    def _with_usage(self) -> bool:
        return bool(self._asked.stream_options and self._asked.stream_options.include_usage)

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._asked.model,
            # Whoever answered: a revision never changes, so it tells all that a fingerprint can.
            "system_fingerprint": self._revision,
        }

    def _chunk(
        self, index: int, delta: dict[str, Any], reason: str | None = None, logprobs: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        choice = {
            "index": index,
            "delta": delta,
            "logprobs": self._logprobs_of(logprobs) if logprobs else None,
            "finish_reason": reason,
        }
        usage = {"usage": None} if self._with_usage else {}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **usage}

    def _usage(self) -> dict[str, int]:
        prompt = max((end.prompt_tokens for end in self._ends.values()), default=0)
        completion = sum(end.completion_tokens for end in self._ends.values())
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}

    def _logprobs_of(self, told: list[dict[str, Any]]) -> dict[str, Any] | None:
        return {"content": told, "refusal": None} if self._asked.logprobs else None

    def _told(self, delta: Delta) -> list[dict[str, Any]]:
        if not self._asked.logprobs:
            return []
        return [self._token(token, logprob) for token, logprob in zip(delta.token_ids, delta.logprobs, strict=True)]

    def _token(self, token_id: int, logprob: float) -> dict[str, Any]:
        text = self._token_text(token_id)
        # Half a character has bytes of its own, which its text no longer tells.
        known = None if "\ufffd" in text else list(text.encode())
        return {"token": text, "logprob": logprob, "bytes": known, "top_logprobs": []}
