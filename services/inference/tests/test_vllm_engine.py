"""What only vLLM can get wrong: rows without an adapter, prefixes of an adapter that is gone, slots that are full.

Runs in vLLM's own environment (`make test-vllm`); the contract suite runs there over the same engine.
"""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from madeleine_inference.adapters.batching import meters
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.vllm_engine import VllmEngine
from madeleine_inference.adapters.vllm_options import VllmOptions
from madeleine_inference.application.ports import (
    BASE,
    AdapterRefused,
    ChatMessage,
    Delta,
    Finished,
    FinishReason,
    Job,
    Role,
    Sampling,
)
from madeleine_inference.models import PreparedModel

pytestmark = [
    pytest.mark.model,
    pytest.mark.timeout(180),  # an engine takes half a minute to start, with the machine to itself
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM has an environment of its own"),
]
# Every slot of these engines' LoRA weights can be filled.
OPTIONS = VllmOptions(adapters=2, max_rank=8, kv_cache_gib=0.5)
# Long enough for several of the blocks in which vLLM keeps prefixes.
LONG = "The quick brown fox jumps over the lazy dog, and nobody minds at all. " * 20


@asynccontextmanager
async def started(prepared: PreparedModel, options: VllmOptions) -> AsyncIterator[VllmEngine]:
    engine = await VllmEngine.start(prepared, EngineLimits(slots=4, queue=8, context_tokens=1024), options)
    try:
        yield engine
    finally:
        await engine.close()


@pytest.fixture(scope="module")
async def engine(language_model: PreparedModel) -> AsyncIterator[VllmEngine]:
    async with started(language_model, OPTIONS) as engine:
        yield engine


@pytest.fixture(scope="module")
def made(maker: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Three adapters: one more than fit."""
    store = tmp_path_factory.mktemp("vllm-adapters")
    return [maker.make(store, f"vllm{n}", seed=60 + n) for n in range(3)]


@pytest.fixture
async def loaded(engine: VllmEngine, made: list[Any]) -> AsyncIterator[list[str]]:
    """Both slots filled, then emptied."""
    for one in made[:2]:
        await engine.load_adapter(one.revision, one.folder.folder)
    yield [one.revision for one in made[:2]]
    for one in made[:2]:
        await engine.unload_adapter(one.revision)


def ask(engine: VllmEngine, text: str) -> tuple[int, ...]:
    return tuple(engine.chat_prompt([ChatMessage(Role.USER, text)]))


async def run(engine: VllmEngine, prompt: tuple[int, ...], revision: str = BASE, **sampling: Any) -> list[float]:
    """The logprobs of a completion: they tell apart what the same words would not."""
    logprobs: list[float] = []
    async for item in engine.generate(Job(prompt, revision, Sampling(**sampling))):
        if isinstance(item, Delta):
            logprobs += item.logprobs
    return logprobs


async def beside_adapters(engine: VllmEngine, made: list[Any]) -> tuple[list[float], list[float], list[float]]:
    """The base's logprobs alone, in a batch with both adapters, and scored while they run."""
    prompt = ask(engine, "Say something.")
    alone = await run(engine, prompt, max_tokens=8)
    for one in made[:2]:
        await engine.load_adapter(one.revision, one.folder.folder)
    beside, *_ = await asyncio.gather(
        *(run(engine, prompt, revision, max_tokens=8) for revision in (BASE, made[0].revision, made[1].revision))
    )
    probe = made[0].probes[0]
    scored = await engine.score(BASE, probe.prompt_token_ids, probe.completion_token_ids)
    for one in made[:2]:
        await engine.unload_adapter(one.revision)
    return alone, beside, scored


async def test_base_rows_stay_the_bases_own_when_every_slot_is_taken(engine: VllmEngine, made: list[Any]) -> None:
    alone, beside, _ = await beside_adapters(engine, made)
    assert beside == pytest.approx(alone, abs=1e-3)


async def test_without_the_spare_slot_base_rows_are_wrong_and_closing_ends_everybody(
    language_model: PreparedModel, made: list[Any]
) -> None:
    """When this fails, vLLM no longer needs the spare slot (0.33 on): take it out of `engine_arguments`."""
    bare = replace(OPTIONS, more={"max_loras": OPTIONS.adapters})
    async with started(language_model, bare) as engine:
        alone, beside, _ = await beside_adapters(engine, made)
        assert beside != pytest.approx(alone, abs=1e-3)

        # Greedy, it goes on for longer than closing takes.
        job = Job(ask(engine, "Tell me a story."), BASE, Sampling(max_tokens=500))
        running = [engine.generate(job) for _ in range(4)]
        for generation in running:
            await anext(generation)
        waiting = asyncio.create_task(anext(engine.generate(job)))
        await asyncio.sleep(0)
        await engine.close()
        for generation in running:
            async with aclosing(generation):
                *_, last = [item async for item in generation]
            assert isinstance(last, Finished)
            assert last.reason is FinishReason.CANCELLED
        ended = await waiting
        assert isinstance(ended, Finished)
        assert ended.reason is FinishReason.CANCELLED


async def test_logprobs_are_the_makers_own(engine: VllmEngine, made: list[Any], loaded: list[str]) -> None:
    for one, revision in zip(made, loaded, strict=False):
        probe = one.probes[0]
        scored = await engine.score(revision, probe.prompt_token_ids, probe.completion_token_ids)
        assert scored == pytest.approx(list(probe.trained_logprobs), abs=1e-3)


async def test_a_prefix_is_reused_within_a_revision_and_never_across(engine: VllmEngine, loaded: list[str]) -> None:
    prompt = ask(engine, LONG)

    async def reused(revision: str) -> float:
        before = meters.PREFIX_TOKENS._value.get()  # pyright: ignore[reportPrivateUsage]
        await run(engine, prompt, revision, max_tokens=1)
        return meters.PREFIX_TOKENS._value.get() - before  # pyright: ignore[reportPrivateUsage]

    for revision in (BASE, *loaded):
        assert await reused(revision) == 0
        assert await reused(revision) >= 256


async def test_a_reloaded_revision_never_sees_the_prefixes_of_the_one_before(
    engine: VllmEngine, made: list[Any], tmp_path: Path
) -> None:
    """The worst case: the same name and the same folder, and other weights in it."""
    prompt = ask(engine, LONG)
    folder = tmp_path / "adapter"
    seen: list[list[float]] = []
    for one in (made[0], made[1], made[0]):
        shutil.copytree(one.folder.folder, folder, dirs_exist_ok=True)
        await engine.load_adapter("house@0", folder)
        seen.append(await run(engine, prompt, "house@0", max_tokens=4))
        # From the cache that this load has filled.
        assert await run(engine, prompt, "house@0", max_tokens=4) == pytest.approx(seen[-1], abs=1e-3)
        await engine.unload_adapter("house@0")
    assert seen[0] == pytest.approx(seen[2], abs=1e-3)
    assert seen[0] != pytest.approx(seen[1], abs=1e-3)
    await engine.load_adapter(made[1].revision, made[1].folder.folder)
    assert await run(engine, prompt, made[1].revision, max_tokens=4) == pytest.approx(seen[1], abs=1e-3)
    await engine.unload_adapter(made[1].revision)


async def test_one_adapter_more_than_fit_is_refused_and_evicts_nobody(
    engine: VllmEngine, made: list[Any], loaded: list[str]
) -> None:
    prompt = ask(engine, "Say something.")
    before = [await run(engine, prompt, revision, max_tokens=4) for revision in loaded]
    with pytest.raises(AdapterRefused, match="holds 2 adapters already"):
        await engine.load_adapter(made[2].revision, made[2].folder.folder)
    assert [await run(engine, prompt, revision, max_tokens=4) for revision in loaded] == [
        pytest.approx(logprobs, abs=1e-3) for logprobs in before
    ]
    await engine.unload_adapter(loaded[0])
    await engine.load_adapter(made[2].revision, made[2].folder.folder)
    assert await run(engine, prompt, loaded[1], max_tokens=4) == pytest.approx(before[1], abs=1e-3)
    await engine.unload_adapter(made[2].revision)


async def test_what_vllm_itself_refuses_is_told_and_leaves_the_slot_free(
    engine: VllmEngine, maker: Any, made: list[Any], loaded: list[str], tmp_path: Path
) -> None:
    await engine.unload_adapter(loaded[1])
    high = maker.make(tmp_path, "high", seed=70, config={"r": 16})
    with pytest.raises(AdapterRefused, match="rank 16 is greater than max_lora_rank 8"):
        await engine.load_adapter(high.revision, high.folder.folder)
    await engine.load_adapter(made[1].revision, made[1].folder.folder)
    probe = made[1].probes[0]
    scored = await engine.score(made[1].revision, probe.prompt_token_ids, probe.completion_token_ids)
    assert scored == pytest.approx(list(probe.trained_logprobs), abs=1e-3)


async def test_streams_go_on_unharmed_while_adapters_come_and_go(
    engine: VllmEngine, made: list[Any], loaded: list[str]
) -> None:
    prompt = ask(engine, "Tell me a story.")
    revisions = [BASE, loaded[0]]
    alone = [await run(engine, prompt, revision, max_tokens=40) for revision in revisions]
    streams = [asyncio.create_task(run(engine, prompt, revision, max_tokens=40)) for revision in revisions]
    swaps = 0
    while not all(stream.done() for stream in streams):
        await engine.unload_adapter(made[1 + swaps % 2].revision)
        swaps += 1
        other = made[1 + swaps % 2]
        await engine.load_adapter(other.revision, other.folder.folder)
        probe = other.probes[0]
        scored = await engine.score(other.revision, probe.prompt_token_ids, probe.completion_token_ids)
        assert scored == pytest.approx(list(probe.trained_logprobs), abs=1e-3)
    await engine.unload_adapter(made[1 + swaps % 2].revision)
    assert swaps >= 3
    for stream, logprobs in zip(streams, alone, strict=True):
        assert await stream == pytest.approx(logprobs, abs=1e-3)
