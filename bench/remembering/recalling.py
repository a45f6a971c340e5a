"""LoCoMo through the service: messages as events, questions as Recall, with all bytes and with a part of them."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_memory.adapters.memories import PostgresMemories
from madeleine_memory.application.ports import Filters
from madeleine_memory.application.recall import Recall
from madeleine_memory.domain.condensing import TELLING, Rarity, words_of
from madeleine_memory.domain.ranking import Ranked
from remembering.house import EmbedOnly, MemoryHouse, Said
from remembering.locomo import Given, Question, questions_of, turns
from remembering.peers import p95

DEPTHS = (5, 10, 20)
BUDGETS = {"b50": 0.5, "b25": 0.25, "b10": 0.1}
# Reciprocal rank fusion (Cormack et al. 2009).
_RRF = 60


@dataclass
class Shares:
    """How many questions had all their evidence in the first k, by name."""

    asked: int = 0
    hits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    seconds: list[float] = field(default_factory=list[float])

    def note(self, name: str, evidence: frozenset[str], found: Sequence[set[str]], suffix: str = "") -> None:
        """Counts one question; `found`: the turns of each memory, best first."""
        for depth in DEPTHS:
            self.hits[f"{name}_all{depth}{suffix}"] += evidence <= set[str]().union(*found[:depth])


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation in memory."""

    space: str
    turn_of: dict[str, str]
    text_of: dict[str, str]
    ended: datetime
    bytes: int


async def tell(house: MemoryHouse, sample: dict[str, Any]) -> Told:
    """Takes a conversation in, each turn as a message, and waits for its vectors."""
    told = list(turns(sample["conversation"]))
    people = {name: await house.sign_up(name) for name in sorted({speaker for _, speaker, _, _ in told})}
    space = f"conversation:{new_id()}"
    events = await house.say(space, [Said(people[speaker], text, at) for _, speaker, text, at in told])
    await house.handled("chat", f"conversation-{space.partition(':')[2]}")
    await house.embedded()
    return Told(
        space,
        {event.event_id: turn for event, (turn, _, _, _) in zip(events, told, strict=True)},
        {turn: text for turn, _, text, _ in told},
        max(at for _, _, _, at in told) + timedelta(hours=1),
        sum(len(text.encode()) for _, _, text, _ in told),
    )


async def measure(
    house: MemoryHouse, embedder: EmbedOnly, samples: Sequence[dict[str, Any]], console: Console
) -> dict[str, Any]:
    """All shares, ours at each budget and the baselines over the same index; and what a recall takes."""
    shares = Shares()
    for number, sample in enumerate(samples, 1):
        told = await tell(house, sample)
        questions = questions_of(sample, told.turn_of.values())
        console.print(f"LoCoMo {number} of {len(samples)}: {len(told.turn_of)} turns, {len(questions)} questions")
        for question in questions:
            shares.asked += 1
            found = await house.recall(told.space, question.text, told.ended, max(DEPTHS))
            shares.note("locomo", question.evidence, [_turns(told, one.memory) for one in found])
            await _baselines(house, embedder, told, question, shares)
        for name, part in BUDGETS.items():
            small = await tell(house, sample)
            await house.budget(small.space, size=int(part * small.bytes))
            done = await house.tidy(small.space, small.ended)
            await house.embedded()
            console.print(f"  {name}: {done.condensed} condensed, {done.cooled} let go")
            await _within_budget(house, small, questions, name, shares)
    return {
        "questions": shares.asked,
        **{name: round(hits / shares.asked, 3) for name, hits in shares.hits.items()},
        "recall_with_query_vector_p50_ms": round(1000 * statistics.median(shares.seconds), 1),
        "recall_with_query_vector_p95_ms": round(1000 * p95(shares.seconds), 1),
    }


def _turns(told: Told, memory: pb.Memory) -> set[str]:
    return {told.turn_of[event] for event in memory.source_event_ids}


async def _baselines(house: MemoryHouse, embedder: EmbedOnly, told: Told, question: Question, shares: Shares) -> None:
    """BM25, vectors and their fusion by rank, over the same candidates; and the time of a recall without embedding."""
    vectors = await embedder.query(question.text)
    recall = Recall(PostgresMemories(house.rig.house.pool), Given(vectors))
    filters = Filters((told.space,), told.ended)
    began = time.perf_counter()
    await recall(question.text, filters, 10)
    shares.seconds.append(time.perf_counter() - began)
    found = await recall(question.text, filters, 1_000_000)
    of = {r.memory.memory_id: {told.turn_of[event] for event in r.memory.source_event_ids} for r in found}
    for name, order in rankings([r.rank for r in found]).items():
        shares.note(name, question.evidence, [of[memory_id] for memory_id in order])


def rankings(ranked: Sequence[Ranked]) -> dict[str, list[str]]:
    """The same memories as each baseline would put them."""
    by_words = sorted(ranked, key=lambda r: -r.text)
    by_meaning = sorted(ranked, key=lambda r: -(r.cosine or 0.0))
    places = [{r.memory_id: place for place, r in enumerate(order)} for order in (by_words, by_meaning)]
    fused = sorted(ranked, key=lambda r: -sum(1 / (_RRF + place[r.memory_id]) for place in places))
    orders = {"bm25": by_words, "dense": by_meaning, "rrf": fused}
    return {name: [r.memory_id for r in order[: max(DEPTHS)]] for name, order in orders.items()}


async def _within_budget(
    house: MemoryHouse, told: Told, questions: Sequence[Question], name: str, shares: Shares
) -> None:
    """Evidence counts where its turn comes back, or an item made of it that still answers a probe.

    The probe: Recall with the turn's own most telling words has the item among its first ten. `_unprobed`: without
    that; `_whole_turns`: only where the turn itself comes back, word for word.
    """
    rarity = Rarity([words_of(text) for text in told.text_of.values()])
    answers: dict[tuple[str, str], bool] = {}

    async def counts(memory: pb.Memory, turn: str) -> bool:
        if memory.text == told.text_of[turn]:
            return True
        key = (memory.memory_id, turn)
        if key not in answers:
            probe = " ".join(w.text for w in rarity.telling(words_of(told.text_of[turn]))[:TELLING])
            found = await house.recall(told.space, probe, told.ended, 10) if probe else []
            answers[key] = memory.memory_id in {one.memory.memory_id for one in found}
        return answers[key]

    for question in questions:
        found = await house.recall(told.space, question.text, told.ended, max(DEPTHS))
        counted: list[set[str]] = []
        made_of: list[set[str]] = []
        whole: list[set[str]] = []
        for one in found:
            wanted = _turns(told, one.memory) & question.evidence
            counted.append({turn for turn in wanted if await counts(one.memory, turn)})
            made_of.append(wanted)
            whole.append({turn for turn in wanted if one.memory.text == told.text_of[turn]})
        shares.note("locomo", question.evidence, counted, f"_{name}")
        shares.note("locomo", question.evidence, made_of, f"_{name}_unprobed")
        shares.note("locomo", question.evidence, whole, f"_{name}_whole_turns")
