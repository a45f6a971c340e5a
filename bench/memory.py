"""Measures what memory finds and how fast, against BM25, vectors and their fusion by rank; its last line is JSON.

LoCoMo's conversations are taken in as chat's handler takes in messages; its questions are recalled with the service's
own code and shipped weights. DATA: folder with *.json in LoCoMo's format (default ../shared/data/locomo_dev).
EMBEDDER=none leaves the vectors out.
Nothing is fitted here. But the shipped weights were fitted on the development half: there `locomo_all10_left_out` (each
conversation with weights from the others, as `make fit-recall` measured it) is the fair figure, `locomo_all10` is not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import asyncpg
from remembering.crowd import fill
from remembering.locomo import Conversation, LocalEmbedder, NoEmbedder, memory_database, read, take_in
from rich.console import Console
from rich.table import Table

from madeleine_common.db import Pool
from madeleine_common.embedded import start_postgres
from madeleine_memory.adapters.memories import PostgresMemories
from madeleine_memory.application.ports import Filters
from madeleine_memory.application.recall import Recall
from madeleine_memory.domain.ranking import Ranked

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "locomo_dev"
_DEPTHS = (5, 10, 20)
# Reciprocal rank fusion (Cormack et al. 2009).
_RRF = 60
_LIMITS = {"locomo_all10": 0.76, "locomo_all10_left_out": 0.76, "recall_p95_ms_100k": -30.0}


def rankings(ranked: Sequence[Ranked]) -> dict[str, list[str]]:
    """The same memories as each baseline would put them."""
    by_words = sorted(ranked, key=lambda r: -r.text_z)
    by_meaning = sorted(ranked, key=lambda r: -r.meaning_z)
    places = [{r.memory_id: place for place, r in enumerate(order)} for order in (by_words, by_meaning)]

    def fused(r: Ranked) -> float:
        return -sum(1 / (_RRF + place[r.memory_id]) for place in places)

    orders = {
        "locomo": ranked,
        "bm25": by_words,
        "dense": by_meaning,
        "rrf": sorted(ranked, key=fused),
        "zsum": sorted(ranked, key=lambda r: -(r.text_z + r.meaning_z)),
    }
    return {name: [r.memory_id for r in order[: max(_DEPTHS)]] for name, order in orders.items()}


async def questions(pool: Pool, samples: Sequence[dict[str, Any]], with_vectors: bool) -> dict[str, Any]:
    """The share of questions with all evidence in the first k, for ours and for the baselines."""
    embedder = LocalEmbedder() if with_vectors else NoEmbedder()
    recall = Recall(PostgresMemories(pool), embedder)
    hits: dict[str, int] = {}
    seconds: list[float] = []
    asked = 0
    for sample in samples:
        conversation = await take_in(pool, embedder if with_vectors else None, sample)
        filters = Filters((conversation.space,), datetime.now(UTC))
        turns_of = await _turns(pool, conversation)
        for question in conversation.questions:
            asked += 1
            began = time.perf_counter()
            await recall(question.text, filters, 10)
            seconds.append(time.perf_counter() - began)
            found = await recall(question.text, filters, 1_000_000)
            for name, order in rankings([r.rank for r in found]).items():
                for depth in _DEPTHS:
                    got = {turn for memory_id in order[:depth] for turn in turns_of[memory_id]}
                    hits[f"{name}_all{depth}"] = hits.get(f"{name}_all{depth}", 0) + (question.evidence <= got)
    ordered = sorted(seconds)
    return {
        "questions": asked,
        **{name: round(count / asked, 3) for name, count in hits.items()},
        "recall_with_query_vector_p50_ms": round(1000 * statistics.median(ordered), 1),
        "recall_with_query_vector_p95_ms": round(1000 * ordered[int(0.95 * len(ordered))], 1),
    }


async def _turns(pool: Pool, conversation: Conversation) -> Mapping[str, set[str]]:
    rows = await pool.fetch(
        "SELECT memory_id::text, event_id::text FROM memory_source WHERE event_id = ANY ($1)",
        list(conversation.turn_of),
    )
    turns: dict[str, set[str]] = {}
    for row in rows:
        turns.setdefault(row["memory_id"], set()).add(conversation.turn_of[row["event_id"]])
    return turns


async def run(postgres_url: str, samples: Sequence[dict[str, Any]], sizes: Sequence[int]) -> dict[str, Any]:
    """All figures, on a fresh database each."""
    async with memory_database(postgres_url) as pool:
        figures = await questions(pool, samples, os.environ.get("EMBEDDER") != "none")
    for size in sizes:
        async with memory_database(postgres_url) as pool:
            figures |= await fill(pool, size)
    return figures


def main() -> None:
    """Prints the table and the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000], help="memories in one space")
    sizes = parser.parse_args().sizes
    samples = read(Path(os.environ.get("DATA") or _DATA))
    if not samples:
        parser.error("DATA holds no *.json")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, start_postgres(Path(folder), fsync=False) as server:
        try:
            figures = asyncio.run(run(server.url(), samples, sizes))
        except asyncpg.PostgresError as error:
            parser.error(f"PostgreSQL: {error}")
    shipped = json.loads(resources.files("madeleine_memory.domain").joinpath("ranking.json").read_text("utf-8"))
    figures |= {f"locomo_{depth}_left_out": value for depth, value in shipped["left_out"].items()}
    figures["seconds"] = round(time.monotonic() - began)
    table = Table("figure", "value", "wanted")
    for name, value in figures.items():
        limit = _LIMITS.get(name)
        table.add_row(name, str(value), "" if limit is None else f">= {limit}" if limit > 0 else f"<= {-limit}")
    Console(stderr=True).print(table)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
