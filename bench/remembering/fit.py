"""Fits the ranking's weights and writes them to the memory service: `make fit-recall DATA=FOLDER`.

A question's score of a memory is linear in its parts (madeleine_memory.domain.ranking); the weights minimise the mean
negative log softmax of the turns that answer it (a listwise loss, Cao et al. 2007) with a small L2 penalty. What the
file says of itself is measured on conversations that were left out, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from madeleine_common.db import Pool
from madeleine_common.embedded import start_postgres
from madeleine_memory.adapters.memories import PostgresMemories
from madeleine_memory.application.ports import Filters
from madeleine_memory.application.recall import Recall
from madeleine_memory.domain.ranking import Weights
from madeleine_memory.domain.salience import features
from remembering.locomo import Conversation, LocalEmbedder, memory_database, read, take_in

PARTS = ("meaning", "words", "thread", "reply", "named", "when", "during")
FEATURES = tuple(features(""))
_PENALTY = 1e-3
# A question's parts (candidates, parts), the rows of the turns that answer it, and whether all of those are there.
Asked = tuple[npt.NDArray[np.float32], list[int], bool]


async def asked(pool: Pool, embedder: LocalEmbedder, conversation: Conversation) -> list[Asked]:
    """The parts of every memory for every question of a conversation."""
    recall = Recall(PostgresMemories(pool), embedder)
    filters = Filters((conversation.space,), conversation.ended)
    turns_of: dict[str, set[str]] = {}
    told: dict[str, list[float]] = {}
    found: list[Asked] = []
    for question in conversation.questions:
        recalled = await recall(question.text, filters, 1_000_000)
        for memory in (r.memory for r in recalled if r.memory.memory_id not in told):
            # What was said twice is one memory.
            turns_of[memory.memory_id] = {conversation.turn_of[event] for event in memory.source_event_ids}
            told[memory.memory_id] = list(features(memory.text).values())
        ranked = [r.rank for r in recalled]
        rows = [[r.parts[part] for part in PARTS] + told[r.memory_id] for r in ranked]
        answers = [at for at, r in enumerate(ranked) if turns_of[r.memory_id] & question.evidence]
        seen = set[str]().union(*(turns_of[ranked[at].memory_id] for at in answers))
        found.append((np.array(rows, np.float32), answers, question.evidence <= seen))
    return found


def fit(questions: Sequence[Asked]) -> npt.NDArray[np.float32]:
    """One weight for each part and feature."""
    data = [(torch.from_numpy(rows), torch.tensor(answers)) for rows, answers, _ in questions if answers]
    weights = torch.zeros(len(PARTS) + len(FEATURES), requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        scores = [(rows @ weights, answers) for rows, answers in data]
        each = [torch.logsumexp(score, 0) - score[answers].mean() for score, answers in scores]
        total = torch.stack(each).mean() + _PENALTY * (weights**2).sum()
        total.backward()
        return total

    optimiser.step(loss)
    return weights.detach().numpy()


def share(questions: Sequence[Asked], weights: npt.NDArray[np.float32], depth: int) -> float:
    """The share of questions all of whose answers are among the first `depth`."""
    hits = 0
    for rows, answers, complete in questions:
        first = np.argsort(-(rows @ weights), kind="stable")[:depth]
        hits += complete and set(answers) <= set(first)
    return hits / len(questions)


async def run(postgres_url: str, data: Path) -> dict[str, Any]:
    """What ranking.json is to hold."""
    embedder = LocalEmbedder()
    folds: list[list[Asked]] = []
    async with memory_database(postgres_url) as pool:
        for sample in read(data):
            folds.append(await asked(pool, embedder, await take_in(pool, embedder, sample)))
            print(f"conversation {len(folds)}: {len(folds[-1])} questions", file=sys.stderr)
    left_out = {5: 0.0, 10: 0.0, 20: 0.0}
    total = sum(map(len, folds))
    for at, fold in enumerate(folds):
        weights = fit([one for other, rest in enumerate(folds) if other != at for one in rest])
        for depth in left_out:
            left_out[depth] += share(fold, weights, depth) * len(fold) / total
    every = [round(float(weight), 3) for weight in fit([one for fold in folds for one in fold])]
    parts = dict(zip(PARTS, every, strict=False))
    return {
        "fitted_on": f"{len(folds)} conversations, {total} questions",
        "left_out": {f"all{depth}": round(value, 3) for depth, value in left_out.items()},
        "weights": asdict(Weights(**parts, salience=dict(zip(FEATURES, every[len(PARTS) :], strict=True)))),
    }


def main() -> None:
    """Writes the weights and prints what they are worth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with *.json in LoCoMo's format")
    torch.set_num_threads(2)
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as folder, start_postgres(Path(folder), fsync=False) as server:
        fitted = asyncio.run(run(server.url(), data))
    path = Path(str(resources.files("madeleine_memory.domain").joinpath("ranking.json")))
    path.write_text(json.dumps(fitted, indent=2) + "\n", "utf-8")
    print(json.dumps(fitted["left_out"]))


if __name__ == "__main__":
    main()
