"""Engine over any Runner: text in and out, and one scheduler that batches everybody's steps."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from madeleine_inference.adapters.batching.grammar import Grammars
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.batching.meters import SWAP_SECONDS
from madeleine_inference.adapters.batching.runner import Runner
from madeleine_inference.adapters.batching.scheduler import Scheduler
from madeleine_inference.adapters.batching.text_stream import TextStream
from madeleine_inference.adapters.batching.work import Completion, Item, Scoring
from madeleine_inference.adapters.chat_tokens import ChatTokens
from madeleine_inference.application.ports import ChatMessage, Delta, Finished, Job
from madeleine_inference.models import PreparedModel

T = TypeVar("T")
Queue = asyncio.Queue[Item]


class _Post:
    """What a round emits, delivered to the event loops at once when it ends: one wake-up for all tokens of a step."""

    def __init__(self) -> None:
        self._letters: defaultdict[asyncio.AbstractEventLoop, list[tuple[Queue, Item]]] = defaultdict(list)

    def put(self, loop: asyncio.AbstractEventLoop, queue: Queue, item: Item) -> None:
        self._letters[loop].append((queue, item))

    def flush(self) -> None:
        letters, self._letters = self._letters, defaultdict(list)
        for loop, items in letters.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_deliver, items)


def _deliver(items: list[tuple[Queue, Item]]) -> None:
    for queue, item in items:
        queue.put_nowait(item)


class BatchingEngine:
    """Engine whose forward passes a Runner computes."""

    def __init__(self, prepared: PreparedModel, limits: EngineLimits, runner: Runner) -> None:
        self._tokens = ChatTokens(prepared.folder)
        self._stop_ids = self._tokens.stop_ids
        self._grammars = Grammars(self._tokens.json, sorted(self._tokens.stop_ids))
        self._runner = runner
        self.name = runner.name
        self.exact = runner.exact
        self.base_model = prepared.name
        self.base_sha256 = prepared.weights_sha256
        self.context_tokens = min(limits.context_tokens, self._tokens.max_tokens)
        self.vocabulary_size = self._tokens.vocabulary_size
        self._post = _Post()
        self._scheduler = Scheduler(runner, limits, self._post.flush)

    def never_stop(self) -> None:
        """From now on no token ends a completion: for measuring, where each must have the same length."""
        self._stop_ids = frozenset()

    def tokenize(self, text: str) -> list[int]:
        """See Engine.tokenize."""
        return self._tokens.tokenize(text)

    def token_text(self, token_id: int) -> str:
        """See Engine.token_text."""
        return self._tokens.tokenizer.decode([token_id], skip_special_tokens=False)

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """See Engine.chat_prompt; the same ids as the model's chat template gives, but no text can forge a turn."""
        return self._tokens.chat_prompt(messages)

    def check_schema(self, json_schema: str) -> str:
        """See Engine.check_schema."""
        return self._grammars.check(json_schema)

    async def generate(self, job: Job) -> AsyncGenerator[Delta | Finished, None]:
        """See Engine.generate; a reader that is slower than the engine gets several tokens in one Delta."""
        items: Queue = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def emit(item: Item) -> None:
            self._post.put(loop, items, item)

        schema = job.sampling.json_schema
        text = TextStream(self._tokens.tokenizer, job.sampling.stop)
        grammar = self._grammars.start(schema) if schema else None
        work = Completion(job, text, grammar, self._stop_ids, emit)
        ticket = self._scheduler.submit(work, emit)
        try:
            while True:
                for item in _merged(await _all_of(items)):
                    if isinstance(item, Exception):
                        raise item
                    yield item
                    if isinstance(item, Finished):
                        return
        finally:
            ticket.cancel()

    async def score(self, revision: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]) -> list[float]:
        """See Engine.score."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[float]] = loop.create_future()

        def tell(result: list[float] | Exception) -> None:
            loop.call_soon_threadsafe(_settle, done, result)

        ticket = self._scheduler.submit(Scoring(revision, prompt_ids, completion_ids, tell), tell)
        try:
            return await done
        finally:
            ticket.cancel()

    async def load_adapter(self, revision: str, folder: Path) -> None:
        """See Engine.load_adapter; reading happens beside the engine, which stops only to take the weights over."""
        weights = await asyncio.to_thread(self._runner.read_adapter, folder)
        await self._between_steps(lambda: self._runner.attach(revision, weights))

    async def unload_adapter(self, revision: str) -> None:
        """See Engine.unload_adapter."""
        await self._between_steps(lambda: self._runner.detach(revision))

    async def close(self) -> None:
        """See Engine.close."""
        await asyncio.to_thread(self._scheduler.close)

    async def _between_steps(self, change: Callable[[], Any]) -> None:
        def run() -> None:
            started = time.monotonic()
            change()
            SWAP_SECONDS.observe(time.monotonic() - started)

        await asyncio.wrap_future(self._scheduler.call(run))


async def _all_of(items: Queue) -> list[Item]:
    """Everything in the queue; waits for the first."""
    found = [await items.get()]
    while not items.empty():
        found.append(items.get_nowait())
    return found


def _merged(items: list[Item]) -> list[Item]:
    """The same with neighbouring deltas made one."""
    merged: list[Item] = []
    for item in items:
        if merged and isinstance(item, Delta) and isinstance(last := merged[-1], Delta):
            merged[-1] = Delta(last.text + item.text, last.token_ids + item.token_ids, last.logprobs + item.logprobs)
        else:
            merged.append(item)
    return merged


def _settle(done: asyncio.Future[list[float]], result: list[float] | Exception) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
