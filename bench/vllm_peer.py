"""vLLM as the peer of `make bench-inference`: tokens/s of its own engine, the best of several settings.

Runs in an environment of its own (`make .venv-vllm/ok`) and knows nothing of the house. It tries every setting in a
process of its own and takes the best for each number of streams: which one wins depends on the processor and on who
else is busy. Its last line is JSON.
"""

# vLLM lives in an environment of its own, where no type checker looks.
# pyright: reportMissingImports=false

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

# Tried side by side: compiled takes 80 s longer to load and was no faster than eager.
SETTINGS = (
    {"dtype": "bfloat16", "binding": "nobind"},
    {"dtype": "bfloat16", "binding": "cores"},
    {"dtype": "float32", "binding": "nobind"},
    {"dtype": "float32", "binding": "cores"},
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--tokens", type=int, default=64, help="of each completion, whatever it says")
    parser.add_argument("--prompt-tokens", type=int, default=32)
    parser.add_argument("--streams", default="1,8,32", help="how many at once, comma-separated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    one = parser.add_argument_group("one setting instead of all")
    one.add_argument("--dtype", choices=("float32", "bfloat16"))
    one.add_argument("--binding", choices=("nobind", "cores"), default="nobind", help="of threads to cores")
    one.add_argument("--compiled", action="store_true", help="torch.compile instead of eager")
    return parser.parse_args()


def prepare_environment(options: argparse.Namespace) -> None:
    """What vLLM's guide for CPUs advises; its processes read it when they load their libraries."""
    os.environ |= {
        # Left to itself ("auto") it keeps one core of two free of its threads.
        "VLLM_CPU_OMP_THREADS_BIND": "nobind" if options.binding == "nobind" else f"0-{options.threads - 1}",
        "OMP_NUM_THREADS": str(options.threads),
        "VLLM_LOGGING_LEVEL": "ERROR",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_WORKER_MULTIPROCESSING_METHOD": "spawn",
        "HF_HUB_OFFLINE": "1",
    }
    if not options.compiled:
        os.environ["TORCHDYNAMO_DISABLE"] = "1"
    library = Path(sys.prefix) / "lib" / "libiomp5.so"
    if library.exists():
        os.environ["LD_PRELOAD"] = str(library)


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    from vllm import SamplingParams
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.sampling_params import RequestOutputKind
    from vllm.v1.engine.async_llm import AsyncLLM

    streams = [int(count) for count in options.streams.split(",")]
    started = time.monotonic()
    llm = AsyncLLM.from_engine_args(
        AsyncEngineArgs(
            model=str(options.model),
            dtype=options.dtype,
            max_model_len=options.prompt_tokens + options.tokens + 1,
            max_num_seqs=max(streams),
            kv_cache_memory_bytes=2**30,
            enforce_eager=not options.compiled,
            # Each prompt is measured anew.
            enable_prefix_caching=False,
            disable_log_stats=True,
        )
    )
    load_s = time.monotonic() - started
    parameters = SamplingParams(
        max_tokens=options.tokens,
        ignore_eos=True,
        temperature=0.0,
        detokenize=False,
        output_kind=RequestOutputKind.DELTA,
    )

    async def stream(name: str, prompt: list[int]) -> int:
        tokens = 0
        async for output in llm.generate({"prompt_token_ids": prompt}, parameters, name):
            tokens += len(output.outputs[0].token_ids)
        return tokens

    async def tokens_per_second(count: int, run: str) -> float:
        # Words of the middle of the vocabulary; every stream has its own.
        prompts = [[1000 + 37 * at + i for i in range(options.prompt_tokens)] for at in range(count)]
        began = time.monotonic()
        tokens = sum(await asyncio.gather(*(stream(f"{run}-{at}", prompt) for at, prompt in enumerate(prompts))))
        if tokens != count * options.tokens:
            raise SystemExit(f"{count} streams gave {tokens} tokens, not {options.tokens} each")
        return tokens / (time.monotonic() - began)

    figures: dict[str, float] = {}
    for count in streams:
        await tokens_per_second(count, f"warm-{count}")
        rounds = [await tokens_per_second(count, f"{count}-{number}") for number in range(options.rounds)]
        figures[str(count)] = round(statistics.median(rounds), 1)
    if llm.output_handler is not None:
        # It would take the end of its process for a crash, and say so.
        llm.output_handler.cancel()
    await asyncio.to_thread(llm.shutdown)
    return {"tokens_per_s": figures, "load_s": round(load_s, 1)}


def best_of_all(options: argparse.Namespace) -> dict[str, Any]:
    """Every setting's figures, and the best for each number of streams."""
    tried: dict[str, dict[str, Any]] = {}
    for setting in SETTINGS:
        name = " ".join(setting.values())
        print(f"vLLM, {name}", file=sys.stderr, flush=True)
        command = [sys.executable, *sys.argv, "--dtype", setting["dtype"], "--binding", setting["binding"]]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        tried[name] = json.loads(done.stdout.splitlines()[-1])
    winners = {
        count: max(tried, key=lambda name: tried[name]["tokens_per_s"][count]) for count in options.streams.split(",")
    }
    return {
        "tokens_per_s": {count: tried[name]["tokens_per_s"][count] for count, name in winners.items()},
        "settings": winners,
        "load_s": min(figures["load_s"] for figures in tried.values()),
        "tried": tried,
    }


def main() -> None:
    options = arguments()
    if options.dtype is None:
        print(json.dumps(best_of_all(options)), flush=True)
        return
    prepare_environment(options)
    print(json.dumps(asyncio.run(measure(options))), flush=True)


if __name__ == "__main__":
    main()
