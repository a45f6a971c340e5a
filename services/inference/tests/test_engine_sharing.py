"""The contract of engines where people share one: common prefixes, adapters and steps, and never each other's words."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from madeleine_common.errors import Exhausted
from madeleine_inference.application.ports import (
    BASE,
    ChatMessage,
    Delta,
    Engine,
    Finished,
    FinishReason,
    Job,
    Role,
    Sampling,
)

pytestmark = pytest.mark.model
PEOPLE, TURNS, QUESTIONS = 8, 200, 3
SYSTEM = "You are Madeleine, a member of this group of friends. Answer in one short sentence, and be kind to everybody."


def ask(engine: Engine, text: str) -> tuple[int, ...]:
    return tuple(engine.chat_prompt([ChatMessage(Role.SYSTEM, SYSTEM), ChatMessage(Role.USER, text)]))


async def answer(engine: Engine, prompt: tuple[int, ...], revision: str = BASE, tokens: int = 4) -> Delta:
    ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    text = ""
    async for item in engine.generate(Job(prompt, revision, Sampling(max_tokens=tokens))):
        if isinstance(item, Delta):
            ids, logprobs, text = ids + item.token_ids, logprobs + item.logprobs, text + item.text
    return Delta(text, ids, logprobs)


@pytest.mark.timeout(400)
async def test_eight_people_with_eight_adapters_never_get_each_others_words(
    crowd: Engine, maker: Any, tmp_path: Path
) -> None:
    made = [maker.make(tmp_path, f"person{n}", seed=50 + n) for n in range(PEOPLE)]
    for one in made:
        await crowd.load_adapter(one.revision, one.folder.folder)
    # The same questions for all: whatever differs between the answers comes from the adapters.
    prompts = [ask(crowd, text) for text in ("Who are you?", "What is for dinner?", "Tell me about the sea.")]
    alone = {(one.revision, prompt): await answer(crowd, prompt, one.revision) for one in made for prompt in prompts}
    for prompt in prompts:
        told = [alone[one.revision, prompt].logprobs for one in made]
        assert all(left != pytest.approx(right, abs=1e-3) for at, left in enumerate(told) for right in told[:at]), (
            "adapters that answer alike would prove nothing"
        )

    async def talk(number: int) -> None:
        chosen = random.Random(number)
        for _ in range(TURNS // PEOPLE):
            prompt = chosen.choice(prompts)
            heard = await answer(crowd, prompt, made[number].revision)
            expected = alone[made[number].revision, prompt]
            assert heard.token_ids == expected.token_ids
            assert heard.logprobs == pytest.approx(expected.logprobs, abs=1e-3)

    await asyncio.gather(*(talk(number) for number in range(PEOPLE)))
    for one in made:
        await crowd.unload_adapter(one.revision)
    # Nothing of them is left in the cache of the base.
    after = await answer(crowd, prompts[0])
    assert after.logprobs == pytest.approx(await crowd.score(BASE, prompts[0], after.token_ids), abs=1e-3)


async def test_a_shared_beginning_changes_no_number(crowd: Engine) -> None:
    prompts = [ask(crowd, f"What is the capital of {country}?") for country in ("Italy", "Japan")]
    completion = crowd.tokenize("Rome, or Madrid.")
    cold = [await crowd.score(BASE, prompt, completion) for prompt in prompts]
    assert cold[0] != pytest.approx(cold[1], abs=1e-3)
    # Once more, now that both are known, and beside each other.
    warm = await asyncio.gather(*(crowd.score(BASE, prompt, completion) for prompt in prompts))
    for before, after in zip(cold, warm, strict=True):
        assert after == pytest.approx(before, abs=1e-3)
    for prompt in prompts:
        told = await answer(crowd, prompt, tokens=8)
        assert told.logprobs == pytest.approx(await crowd.score(BASE, prompt, told.token_ids), abs=1e-3)


async def test_an_adapter_never_reads_what_another_revision_wrote(crowd: Engine, maker: Any, tmp_path: Path) -> None:
    """The same prompt under the base, then under adapters one after the other: no prefix may cross over."""
    prompt = ask(crowd, "Say something.")
    completion = crowd.tokenize("Something, then.")
    base = await crowd.score(BASE, prompt, completion)
    told = [base]
    for number in range(2):
        made = maker.make(tmp_path, f"stale{number}", seed=70 + number)
        await crowd.load_adapter(made.revision, made.folder.folder)
        fresh = await crowd.score(made.revision, prompt, completion)
        assert await crowd.score(made.revision, prompt, completion) == pytest.approx(fresh, abs=1e-3)
        assert all(fresh != pytest.approx(other, abs=1e-3) for other in told)
        told.append(fresh)
        await crowd.unload_adapter(made.revision)
    assert await crowd.score(BASE, prompt, completion) == pytest.approx(base, abs=1e-3)


async def test_a_newcomer_does_not_wait_for_a_long_answer(crowd: Engine) -> None:
    """It joins between two steps of those that run already, and leaves before them."""
    left: list[str] = []

    async def run(name: str, tokens: int) -> None:
        await answer(crowd, ask(crowd, "Count from one to two hundred."), tokens=tokens)
        left.append(name)

    long = crowd.generate(Job(ask(crowd, "Count from one to two hundred."), BASE, Sampling(max_tokens=120)))
    await anext(long)
    rest = asyncio.create_task(_drain(long))
    await run("newcomer", 3)
    assert not rest.done()
    await rest
    assert left == ["newcomer"]


async def test_who_waits_too_long_is_told(crowd: Engine) -> None:
    """Every slot taken by answers that take longer than the second that the queue allows."""
    prompt = ask(crowd, "Tell me a very long story.")
    # Under this schema nothing ends before its last token.
    endless = json.dumps({"type": "array", "items": {"type": "integer"}, "minItems": 400})
    job = Job(prompt, BASE, Sampling(max_tokens=400, temperature=1.0, json_schema=endless))
    running = [crowd.generate(job) for _ in range(PEOPLE)]
    for generation in running:
        await anext(generation)
    with pytest.raises(Exhausted, match="waited") as told:
        await answer(crowd, prompt)
    assert told.value.reason == "QUEUE_TIMEOUT"
    for generation in running:
        await generation.aclose()
    assert (await answer(crowd, prompt)).token_ids


async def _drain(items: AsyncIterator[Delta | Finished]) -> None:
    async for item in items:
        if isinstance(item, Finished):
            assert item.reason in (FinishReason.LENGTH, FinishReason.STOP)
