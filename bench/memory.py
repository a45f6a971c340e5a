"""Measures what memory finds, keeps and forgets, and how fast, against BM25, vectors, their fusion and two peers.

Everything goes through the real service: messages as events over NATS, questions, plans and budgets over gRPC. DATA: a
folder with *.json in LoCoMo's format and forgetting.jsonl, or with only one of these (default ../shared/data, LoCoMo in
its locomo_dev). Nothing is fitted here; but shipped weights were fitted on the development data: there `*_left_out` are
the fair figures. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from remembering import crowd, forgetting, growth, ingesting, leaks, peers, recalling
from remembering.house import EmbedOnly, house_servers, memory_house
from remembering.locomo import memory_database, questions_of, read, turns
from rich.console import Console
from rich.table import Table

from madeleine_common.testing.rig import Servers

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PARTS = ("locomo", "forgetting", "peers", "ingest", "crowd", "leaks")
_LIMITS = {
    "locomo_all10": 0.76,
    "locomo_all10_left_out": 0.76,
    "locomo_all10_b50": 0.68,
    "locomo_all10_b25": 0.56,
    "locomo_all10_b10": 0.30,
    "forget_found": 0.85,
    "forget_found_left_out": 0.85,
    "forget_superseded_used": -0.0,
    "forget_superseded_used_left_out": -0.0,
    "forget_gone": 1.0,
    "mem0_recall10_ratio": 1.0,
    "mem0_ingest_ratio": 5.0,
    "mem0_search_p95_ratio": -1.0,
    "ingest_per_s": 300.0,
    "recall_p95_ms_100k": -30.0,
    "leaks": -0.0,
}
_CONSOLE = Console(stderr=True)


def locomo_folder(data: Path) -> Path:
    """Where the conversations are."""
    return data / "locomo_dev" if (data / "locomo_dev").is_dir() else data


async def measure(servers: Servers, data: Path, parts: Sequence[str], sizes: Sequence[int]) -> dict[str, Any]:
    """The figures of these parts."""
    samples = read(locomo_folder(data))
    scenarios = forgetting.read(data / "forgetting.jsonl")
    figures: dict[str, Any] = {}
    if "ingest" in parts and samples:
        figures |= await ingesting.measure(servers, samples, 3000)
    embedder = EmbedOnly()
    async with memory_house(servers, embedder) as house:
        if "locomo" in parts and samples:
            figures |= await recalling.measure(house, embedder, samples, _CONSOLE)
    async with memory_house(servers, embedder) as house:
        if "forgetting" in parts and scenarios:
            figures |= await forgetting.measure(house, scenarios, _CONSOLE)
    if "crowd" in parts:
        for spaces, each, name in [(1, size, f"{size // 1000}k") for size in sizes] + [(10_000, 100, "10k_spaces")]:
            async with memory_database(servers.postgres_url) as pool:
                _CONSOLE.print(f"filling {spaces} space(s) with {each} memories each")
                figures |= await crowd.recalls(pool, await crowd.fill(pool, spaces, each), name)
    if "leaks" in parts:
        figures |= await leaks.measure(servers)
    return figures


def measure_peers(data: Path, ours: Mapping[str, Any]) -> dict[str, Any]:
    """The same turns and questions with two other memories and the same embedder."""
    samples = read(locomo_folder(data))
    figures: dict[str, Any] = {}
    questions = {
        str(number): questions_of(sample, [turn for turn, *_ in turns(sample["conversation"])])
        for number, sample in enumerate(samples)
    }
    given = [peers.given(name, samples[int(name)], asked) for name, asked in questions.items()]
    for peer in peers.NAMES:
        _CONSOLE.print(f"{peer}: {sum(map(len, questions.values()))} questions")
        run = peers.run(peer, given)
        asked = sum(map(len, questions.values()))
        for depth in recalling.DEPTHS:
            hits = sum(run.found_all(name, one, depth) for name, one in questions.items())
            figures[f"{peer}_all{depth}"] = round(hits / asked, 3)
        search_p95 = peers.p95(run.search_ms)
        figures |= {
            f"{peer}_ingest_per_s": round(run.units_per_s, 1),
            f"{peer}_ingest_without_embedding_per_s": round(run.units_per_s_without_embedding, 1),
            f"{peer}_search_p95_ms": round(search_p95, 1),
        }
        if "locomo_all10" in ours:
            figures[f"{peer}_recall10_ratio"] = round(ours["locomo_all10"] / figures[f"{peer}_all10"], 3)
            figures[f"{peer}_search_p95_ratio"] = round(ours["recall_with_query_vector_p95_ms"] / search_p95, 3)
        if "ingest_per_s" in ours:
            figures[f"{peer}_ingest_ratio"] = round(ours["ingest_per_s"] / run.units_per_s, 2)
            figures[f"{peer}_ingest_embedded_ratio"] = round(ours["ingest_embedded_per_s"] / run.units_per_s, 2)
    return figures


def left_out() -> dict[str, Any]:
    """What the shipped weights say of themselves, measured on what was left out when they were fitted."""
    domain = resources.files("madeleine_memory.domain")
    ranking = json.loads(domain.joinpath("ranking.json").read_text("utf-8"))["left_out"]
    kept = json.loads(domain.joinpath("value.json").read_text("utf-8"))["left_out"]
    found, probes = map(int, kept["found"]["all"].split("/"))
    return {
        **{f"locomo_{depth}_left_out": value for depth, value in ranking.items()},
        "forget_found_left_out": round(found / probes, 3),
        "forget_superseded_used_left_out": int(kept["superseded_used"].split("/")[0]),
    }


def main() -> None:
    """Prints the table and the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 10_000, 100_000], help="memories in one space")
    parser.add_argument("--plot", type=Path, help="where to write how recall grows, as SVG")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="parts to measure")
    arguments = parser.parse_args()
    data = Path(os.environ.get("DATA") or _DATA)
    if not read(locomo_folder(data)) and not forgetting.read(data / "forgetting.jsonl"):
        parser.error(f"{data} holds neither *.json in LoCoMo's format nor forgetting.jsonl")
    began = time.monotonic()
    with house_servers() as servers:
        figures = asyncio.run(measure(servers, data, arguments.only, arguments.sizes))
    if "peers" in arguments.only and read(locomo_folder(data)):
        try:
            figures |= measure_peers(data, figures)
        except peers.PeersUnavailable as error:
            print(f"the peers could not be measured: {error}", file=sys.stderr)
            figures["peers"] = "not measured"
    growth.draw(figures, arguments.plot)
    figures |= left_out()
    figures["seconds"] = round(time.monotonic() - began)
    table = Table("figure", "value", "wanted")
    for name, value in figures.items():
        limit = _LIMITS.get(name)
        # A limit below zero, or -0.0, is one that must not be passed.
        least = limit is not None and str(limit)[0] != "-"
        table.add_row(name, str(value), "" if limit is None else f">= {limit}" if least else f"<= {abs(limit)}")
    _CONSOLE.print(table)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
