"""Evidence recall of the memory service's own code on LoCoMo: the share of questions with all evidence in the first k.

Prints one JSON line. DATA: folder with *.json in LoCoMo's format (default ../shared/data/locomo_dev). EMBEDDER=none
leaves the vectors out. Nothing is fitted: every question is scored with the service's constants.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.db import Pool, create_pool, migrate
from madeleine_common.embedded import start_postgres
from madeleine_common.errors import Unavailable
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import fresh_database
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import default_model_dir, prepare_embedder
from madeleine_memory.adapters.memories import PostgresMemories
from madeleine_memory.adapters.unembedded import PostgresUnembedded
from madeleine_memory.application.ports import Filters, Vectors
from madeleine_memory.application.recall import Recall
from madeleine_memory.projections.rows import NewMemory, remember, see_all_spaces

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "locomo_dev"
_DEPTHS = (5, 10, 20)
_TURN_ID = re.compile(r"D\d+:\d+")


class LocalEmbedder:
    """Inference's embedder without the service around it."""

    def __init__(self) -> None:
        self._model = OnnxEmbedder(prepare_embedder(default_model_dir()), threads=2)

    async def query(self, text: str) -> Vectors:
        """One vector, for searching with."""
        return await self._embed([text], EmbedKind.QUERY)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """One vector each, for being found by."""
        return await self._embed(texts, EmbedKind.PASSAGE)

    async def _embed(self, texts: Sequence[str], kind: EmbedKind) -> Vectors:
        vectors = await asyncio.to_thread(self._model.embed, list(texts), kind)
        return Vectors(self._model.model_id, vectors.tolist())


class NoEmbedder:
    """An embedder that is away."""

    async def query(self, text: str) -> Vectors:
        """Raises Unavailable."""
        raise Unavailable("switched off for this run")

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Raises Unavailable."""
        raise Unavailable("switched off for this run")


def turns(conversation: dict[str, Any]) -> Iterator[tuple[str, str, str, datetime]]:
    """(turn id, speaker, text with the photo's caption, time) of each turn; turns of a session are a second apart."""
    for name, session in conversation.items():
        if not re.fullmatch(r"session_\d+", name):
            continue
        began = datetime.strptime(conversation[f"{name}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        for i, turn in enumerate(session):
            caption = f" [photo: {turn['blip_caption']}]" if turn.get("blip_caption") else ""
            yield turn["dia_id"], turn["speaker"], turn["text"] + caption, began + timedelta(seconds=i)


async def take_in(pool: Pool, space: str, conversation: dict[str, Any]) -> dict[str, str]:
    """Remembers every turn as chat's handler would; returns the turn of each event."""
    turn_of: dict[str, str] = {}
    async with pool.acquire() as connection, connection.transaction():
        await see_all_spaces(connection)
        for turn_id, speaker, text, at in turns(conversation):
            event_id = new_id()
            turn_of[event_id] = turn_id
            new = NewMemory(event_id, event_id, MemoryKind.MEMORY_KIND_EPISODE, space, speaker, speaker, text, at)
            await remember(connection, new)
    return turn_of


async def measure(pool: Pool, samples: Sequence[dict[str, Any]], with_vectors: bool) -> dict[str, Any]:
    """The figures over all questions of all conversations."""
    embedder = LocalEmbedder() if with_vectors else NoEmbedder()
    recall = Recall(PostgresMemories(pool), embedder)
    hits, seconds = dict.fromkeys(_DEPTHS, 0), list[float]()
    for sample in samples:
        space = f"conversation:{new_id()}"
        turn_of = await take_in(pool, space, sample["conversation"])
        while with_vectors and await PostgresUnembedded(pool).fill(embedder, 16):
            pass
        filters = Filters((space,), datetime.now(UTC))
        for question in sample["qa"]:
            evidence = set(_TURN_ID.findall(" ".join(question.get("evidence", []))))
            if not evidence or not evidence <= set(turn_of.values()):
                continue
            began = time.perf_counter()
            found = await recall(question["question"], filters, max(_DEPTHS))
            seconds.append(time.perf_counter() - began)
            for depth in _DEPTHS:
                got = {turn_of[e] for r in found[:depth] for e in r.memory.source_event_ids}
                hits[depth] += evidence <= got
    ordered = sorted(seconds)
    return {
        "bench": "memory_recall",
        "vectors": with_vectors,
        "questions": len(seconds),
        **{f"all@{depth}": round(100 * hits[depth] / len(seconds), 1) for depth in _DEPTHS},
        "recall_ms_p50": round(1000 * statistics.median(ordered), 1),
        "recall_ms_p95": round(1000 * ordered[int(0.95 * len(ordered))], 1),
    }


async def run(postgres_url: str, samples: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Measures on a fresh database."""
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, "madeleine_memory")
        await connection.close()
        pool = await create_pool(url, 4)
        try:
            return await measure(pool, samples, os.environ.get("EMBEDDER") != "none")
        finally:
            await pool.close()


def main() -> None:
    """Prints the line."""
    data = Path(os.environ.get("DATA") or _DATA)
    samples = [s for path in sorted(data.glob("*.json")) for s in json.loads(path.read_text("utf-8"))]
    with tempfile.TemporaryDirectory() as folder, start_postgres(Path(folder), fsync=False) as server:
        print(json.dumps(asyncio.run(run(server.url(), samples))))


if __name__ == "__main__":
    main()
