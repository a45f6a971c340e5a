"""Generating, scoring and embedding under a leased revision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from madeleine_common.errors import DomainError, FieldViolation, Invalid, Unsupported
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

# One call takes no more of the queue than this, so that people's chats still find a place in it.
BATCH_CONCURRENCY = 4
T = TypeVar("T")


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


Item = Begun | Delta | Finished
Take = Callable[[int, Item], Awaitable[None]]


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
    prompt_tokens: int
    completion_tokens: int


class Generation:
    """Runs the engine for callers."""

    def __init__(self, engine: Engine, aliases: Aliases) -> None:
        self._engine = engine
        self._aliases = aliases

    async def generate(self, wish: Wish) -> AsyncGenerator[Item, None]:
        """Begun, deltas, Finished; closing it frees the slot. Raises Invalid, NotFound, Exhausted, Unsupported."""
        prompt_ids, sampling = self._prepared(wish)
        async with self._aliases.lease(wish.model, wish.person_id) as revision:
            yield Begun(new_id(), revision, prompt_ids)
            async with aclosing(self._engine.generate(Job(prompt_ids, revision, sampling, wish.chat))) as items:
                async for item in items:
                    yield item

    async def choices(self, wish: Wish, count: int, take: Take) -> None:
        """`count` completions of one wish by one revision; `take` gets each one's number and items, as they come.

        A seed counts up from one to the next; cancelling frees the slots. Raises what `generate` does.
        """
        prompt_ids, sampling = self._prepared(wish)
        places = asyncio.Semaphore(BATCH_CONCURRENCY)
        async with self._aliases.lease(wish.model, wish.person_id) as revision:

            async def one(index: int) -> None:
                job = Job(prompt_ids, revision, _seeded(sampling, index), wish.chat)
                async with places, aclosing(self._engine.generate(job)) as items:
                    await take(index, Begun(new_id(), revision, prompt_ids))
                    async for item in items:
                        await take(index, item)

            await _together(one(index) for index in range(count))

    async def batch(self, wishes: Sequence[Wish], samples: int) -> list[Completed]:
        """`samples` completions of each wish, in order; a seed counts up from sample to sample."""
        for wish in wishes:
            self._prepared(wish)
        places = asyncio.Semaphore(BATCH_CONCURRENCY)

        async def one(index: int, wish: Wish, sample: int) -> Completed:
            async with places:
                return await self._complete(index, replace(wish, sampling=_seeded(wish.sampling, sample)))

        return await _together(
            one(index, wish, sample) for index, wish in enumerate(wishes) for sample in range(samples)
        )

    async def score(
        self, model: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]
    ) -> tuple[list[float], str]:
        """log p of each completion token (nats) and the revision that gave them.

        Raises Invalid, NotFound, Unsupported.
        """
        self._check_ids("prompt_token_ids", prompt_ids)
        self._check_ids("completion_token_ids", completion_ids)
        if (total := len(prompt_ids) + len(completion_ids)) > self._engine.context_tokens:
            raise Invalid("completion_token_ids", self._too_long(total))
        async with self._aliases.lease(model) as revision:
            return await self._engine.score(revision, prompt_ids, completion_ids), revision

    def tokenize(self, text: str, chat: Sequence[ChatMessage]) -> list[int]:
        """Token ids of a chat as Generate would send it to the model, or of plain text.

        An engine without tokens of its own gives none for a chat, and raises Unsupported for text.
        """
        return self._engine.chat_prompt(chat) if chat else self._engine.tokenize(text)

    async def _complete(self, index: int, wish: Wish) -> Completed:
        begun, finished = Begun("", "", ()), Finished(FinishReason.CANCELLED, 0, 0, 0.0, 0.0, 0.0)
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
        return Completed(
            index,
            begun.revision,
            begun.prompt_ids,
            text,
            tuple(token_ids),
            tuple(logprobs),
            finished.reason,
            finished.prompt_tokens,
            finished.completion_tokens,
        )

    def _prepared(self, wish: Wish) -> tuple[tuple[int, ...], Sampling]:
        """Prompt ids, and the sampling with its token limit made to fit the context; raises Invalid, Unsupported.

        An engine without tokens of its own has no prompt ids: whether the chat fits is then its own to say.
        """
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
        if not self._engine.vocabulary_size:
            raise Unsupported(f"{field}: the engine '{self._engine.name}' knows no token ids; send a chat")
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


def _seeded(sampling: Sampling, sample: int) -> Sampling:
    """The sampling of one sample among several; a seed that the engine draws stays drawn."""
    return replace(sampling, seed=sampling.seed and sampling.seed + sample)


async def _together(coroutines: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All results, in order; the first error of the domain ends all, and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(coroutine) for coroutine in coroutines]
    except ExceptionGroup as group:
        known = [error for error in group.exceptions if isinstance(error, DomainError)]
        if known:
            raise known[0] from group
        raise
    return [task.result() for task in running]
