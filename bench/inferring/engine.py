"""The house's engine, called directly: tokens a second with 1, 8 and 32 streams, with one adapter and with four.

Run as a process of its own, in turns with the peers; its last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from inferring.texts import PROSE
from madeleine_inference.adapters.batching.engine import BatchingEngine
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.openvino.graph import Held
from madeleine_inference.adapters.openvino.runner import OpenVinoOptions, OpenVinoRunner
from madeleine_inference.application.ports import BASE, Delta, Engine, Job, Sampling
from madeleine_inference.models import default_model_dir, prepare_language_model

STREAMS = (1, 8, 32)
PROMPT_TOKENS = 32


def open_engine(weights: Held, slots: int = max(STREAMS)) -> BatchingEngine:
    """The embedded engine over SmolLM2."""
    prepared = prepare_language_model(default_model_dir())
    threads = os.cpu_count() or 1
    runner = OpenVinoRunner(prepared.folder, OpenVinoOptions(threads, weights=weights))
    return BatchingEngine(prepared, EngineLimits(slots=slots, queue=slots, threads=threads), runner)


def prompts(engine: Engine, count: int) -> list[tuple[int, ...]]:
    """Beginnings in the middle of a text, all different."""
    ids = engine.tokenize(PROSE)
    return [tuple(ids[at * 7 : at * 7 + PROMPT_TOKENS]) for at in range(count)]


async def rate(engine: Engine, revisions: Sequence[str], tokens: int) -> float:
    """Tokens a second of all streams together, one for each of `revisions`, prompts included in the time."""

    async def one(prompt: tuple[int, ...], revision: str) -> int:
        made = 0
        async for item in engine.generate(Job(prompt, revision, Sampling(max_tokens=tokens))):
            made += len(item.token_ids) if isinstance(item, Delta) else 0
        return made

    started = time.perf_counter()
    pairs = zip(prompts(engine, len(revisions)), revisions, strict=True)
    made = await asyncio.gather(*(one(prompt, revision) for prompt, revision in pairs))
    return sum(made) / (time.perf_counter() - started)


async def measure(weights: Held, adapters: Sequence[Path], tokens: int) -> dict[str, float]:
    """Tokens a second by what was asked for."""
    engine = open_engine(weights)
    # Nothing ends a text before its last token, as the peers have it.
    engine.never_stop()
    try:
        names = [folder.name for folder in adapters]
        for folder in adapters:
            await engine.load_adapter(folder.name, folder)
        # Long enough for what a crowd makes the engine prepare.
        for _ in range(3):
            await rate(engine, [BASE] * 8, tokens)
        await rate(engine, [BASE, *names], 4)
        figures = {str(count): await rate(engine, [BASE] * count, tokens) for count in STREAMS}
        figures["lora_1"] = await rate(engine, names[:1], tokens)
        figures["lora_8"] = await rate(engine, names[:1] * 8, tokens)
        figures["mixed4_8"] = await rate(engine, names[:4] * 2, tokens)
        return figures
    finally:
        await engine.close()


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", choices=("adaptive", "stored", "fp32", "int8"), default="adaptive")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("adapters", type=Path, nargs="+")
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.weights, options.adapters, options.tokens))))


if __name__ == "__main__":
    main()
