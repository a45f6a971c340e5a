"""Generating, scoring and embedding under a leased revision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from madeleine_common.errors import DomainError, FieldViolation, Invalid
from madeleine_common.ids import new_id
from madeleine_inference.application.aliases import Aliases
from madeleine_inference.application.ports import (
    ChatMessage,
    Delta,
    Engine,
    Finished,
    FinishReason,
    Job,
    Sampling,
)

# A batch takes no more of the queue than this, so that people's chats still find a place in it.
BATCH_CONCURRENCY = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """A generation as asked for: a chat or token ids (exactly one), under an alias, a revision or BASE.

    `path` is the field path of the request within its message, for errors: "" or "requests[2].".
    """

    chat: tuple[ChatMessage, ...]
    token_ids: tuple[int, ...]
    model: str
    sampling: Sampling
    person_id: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """The first item of a generation."""

    generation_id: str
    revision: str
    prompt_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """A whole completion; `index` is that of its wish."""

    index: int
    revision: str
    prompt_ids: tuple[int, ...]
    text: str
    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    reason: FinishReason


class Generation:
    """Runs the engine for callers."""

    def __init__(self, engine: Engine, aliases: Aliases) -> None:
        self._engine = engine
        self._aliases = aliases

    async def generate(self, wish: Wish) -> AsyncGenerator[Begun | Delta | Finished, None]:
        """Begun, deltas, Finished; closing it frees the slot. Raises Invalid, NotFound, Exhausted."""
        prompt_ids, sampling = self._prepared(wish)
        async with self._aliases.lease(wish.model, wish.person_id) as revision:
            yield Begun(new_id(), revision, prompt_ids)
            async with aclosing(self._engine.generate(Job(prompt_ids, revision, sampling, wish.chat))) as items:
                async for item in items:
                    yield item

    async def batch(self, wishes: Sequence[Wish], samples: int) -> list[Completed]:
        """`samples` completions of each wish, in order; a seed counts up from sample to sample."""
        for wish in wishes:
            self._prepared(wish)
        places = asyncio.Semaphore(BATCH_CONCURRENCY)

        async def one(index: int, wish: Wish, sample: int) -> Completed:
            seed = wish.sampling.seed and wish.sampling.seed + sample
            async with places:
                return await self._complete(index, replace(wish, sampling=replace(wish.sampling, seed=seed)))

        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(one(index, wish, sample))
                    for index, wish in enumerate(wishes)
                    for sample in range(samples)
                ]
        except ExceptionGroup as group:
            known = [error for error in group.exceptions if isinstance(error, DomainError)]
            if known:
                raise known[0] from group
            raise
        return [task.result() for task in running]

    async def score(
        self, model: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]
    ) -> tuple[list[float], str]:
        """log p of each completion token (nats) and the revision that gave them; raises Invalid, NotFound."""
        self._check_ids("prompt_token_ids", prompt_ids)
        self._check_ids("completion_token_ids", completion_ids)
        if (total := len(prompt_ids) + len(completion_ids)) > self._engine.context_tokens:
            raise Invalid("completion_token_ids", self._too_long(total))
        async with self._aliases.lease(model) as revision:
            return await self._engine.score(revision, prompt_ids, completion_ids), revision

    def tokenize(self, text: str, chat: Sequence[ChatMessage]) -> list[int]:
        """Token ids of a chat as Generate would send it to the model, or of plain text."""
        return self._engine.chat_prompt(chat) if chat else self._engine.tokenize(text)

    async def _complete(self, index: int, wish: Wish) -> Completed:
        begun, finished = Begun("", "", ()), None
        text, token_ids, logprobs = "", [], []
        async with aclosing(self.generate(wish)) as items:
            async for item in items:
                match item:
                    case Begun():
                        begun = item
                    case Delta():
                        text += item.text
                        token_ids += item.token_ids
                        logprobs += item.logprobs
                    case Finished():
                        finished = item
        reason = finished.reason if finished else FinishReason.CANCELLED
        return Completed(index, begun.revision, begun.prompt_ids, text, tuple(token_ids), tuple(logprobs), reason)

    def _prepared(self, wish: Wish) -> tuple[tuple[int, ...], Sampling]:
        """Prompt ids, and the sampling with its token limit made to fit the context; raises Invalid."""
        field = f"{wish.path}chat" if wish.chat else f"{wish.path}token_ids"
        if wish.chat:
            prompt_ids = tuple(self._engine.chat_prompt(wish.chat))
        else:
            self._check_ids(field, wish.token_ids)
            prompt_ids = wish.token_ids
        room = self._engine.context_tokens - len(prompt_ids)
        if room < 1:
            raise Invalid(field, self._too_long(len(prompt_ids)))
        sampling = wish.sampling
        if sampling.max_tokens > self._engine.context_tokens:
            raise Invalid(f"{wish.path}sampling.max_tokens", f"must be at most {self._engine.context_tokens}")
        if sampling.json_schema and (why := self._engine.check_schema(sampling.json_schema)):
            raise Invalid(f"{wish.path}sampling.json_schema", why)
        return prompt_ids, replace(sampling, max_tokens=min(sampling.max_tokens, room))

    def _check_ids(self, field: str, ids: Sequence[int]) -> None:
        if not ids:
            raise Invalid(field, "is required")
        bad = [
            FieldViolation(f"{field}[{index}]", f"must be a token id, 0 to {self._engine.vocabulary_size - 1}")
            for index, token in enumerate(ids)
            if not 0 <= token < self._engine.vocabulary_size
        ]
        if bad:
            raise Invalid(bad[:16])

    def _too_long(self, tokens: int) -> str:
        return f"has {tokens} tokens; the context holds {self._engine.context_tokens} with the completion"
