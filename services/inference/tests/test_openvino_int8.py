"""OpenVINO with 8-bit weights and activations: not exact, and how far from it."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from madeleine_inference.adapters.batching.engine import BatchingEngine
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.openvino.runner import OpenVinoOptions, OpenVinoRunner
from madeleine_inference.application.ports import BASE, ChatMessage, Delta, Job, Role, Sampling
from madeleine_inference.models import PreparedModel

pytestmark = pytest.mark.model
TEXT = """The fisherman mended his nets on the beach while the children looked for shells between the stones. In the
evening the whole village met at the harbour, where the boats came home one after the other with their lamps lit. Nobody
spoke of the storm that had been foretold, but every man had tied his boat with two ropes instead of one."""
FOOD = {"type": "object", "properties": {"food": {"type": "string"}}, "required": ["food"]}


@pytest.fixture(scope="module")
async def engines(language_model: PreparedModel) -> AsyncIterator[tuple[BatchingEngine, BatchingEngine]]:
    """The same model exact and quantised."""
    runners = [
        OpenVinoRunner(language_model.folder, OpenVinoOptions(weights=weights, cache_tokens=1024))
        for weights in ("adaptive", "int8")
    ]
    exact, quantised = (BatchingEngine(language_model, EngineLimits(slots=4), runner) for runner in runners)
    yield exact, quantised
    for engine in (exact, quantised):
        await engine.close()


async def test_perplexity_is_within_two_percent(engines: tuple[BatchingEngine, BatchingEngine]) -> None:
    ids = engines[0].tokenize(TEXT)
    exact, quantised = [await engine.score(BASE, ids[:1], ids[1:]) for engine in engines]
    assert math.exp((sum(exact) - sum(quantised)) / len(exact)) == pytest.approx(1.0, abs=0.02)
    mean = sum(abs(a - b) for a, b in zip(exact, quantised, strict=True)) / len(exact)
    # Off, which is why this engine does not call itself exact, but not by much.
    assert 1e-3 < mean < 0.2
    assert (engines[0].exact, engines[1].exact) == (True, False)


async def test_it_answers_follows_a_schema_and_an_adapter(
    engines: tuple[BatchingEngine, BatchingEngine], maker: Any, tmp_path: Path
) -> None:
    _, engine = engines
    prompt = tuple(engine.chat_prompt([ChatMessage(Role.USER, "What is the capital of Japan?")]))
    assert "Tokyo" in await _text(engine, Job(prompt, BASE, Sampling(max_tokens=24)))
    schema = json.dumps(FOOD)
    structured = await _text(engine, Job(prompt, BASE, Sampling(max_tokens=64, json_schema=schema, stop=("\0",))))
    assert structured.startswith('{"food"')
    made = maker.make(tmp_path, "eight", seed=80)
    await engine.load_adapter(made.revision, made.folder.folder)
    base, adapted = [await engine.score(name, prompt, [19556, 28, 638]) for name in (BASE, made.revision)]
    assert base != pytest.approx(adapted, abs=1e-3)


async def _text(engine: BatchingEngine, job: Job) -> str:
    return "".join([item.text async for item in engine.generate(job) if isinstance(item, Delta)])
