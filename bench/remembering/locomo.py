"""LoCoMo's conversations as memories, and its questions with the turns that answer them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.db import Pool, create_pool, migrate
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import fresh_database
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import default_model_dir, prepare_embedder
from madeleine_memory.adapters.unembedded import PostgresUnembedded
from madeleine_memory.application.ports import Embedder, Vectors
from madeleine_memory.projections.rows import NewMemory, remember, see_all_spaces

_TURN_ID = re.compile(r"D:?(\d+:\d+)")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the turns that answer it together."""

    text: str
    evidence: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation in memory: its space, the turn of each event, and its questions."""

    space: str
    turn_of: dict[str, str]
    # Its present: just after the last turn. What a question calls "last summer" is told from there.
    ended: datetime
    questions: tuple[Question, ...]


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


class Given:
    """An embedder whose vector was made beforehand, so that a recall is timed without it."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    async def query(self, text: str) -> Vectors:
        """The vector."""
        return self._vectors

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Nobody asks."""
        raise NotImplementedError


def read(data: Path) -> list[dict[str, Any]]:
    """The samples of all files of a folder."""
    return [sample for path in sorted(data.glob("*.json")) for sample in json.loads(path.read_text("utf-8"))]


def turns(conversation: dict[str, Any]) -> Iterator[tuple[str, str, str, datetime]]:
    """(turn id, speaker, text with the photo's caption, time) of each turn; turns of a session are a second apart."""
    for name, session in conversation.items():
        if not re.fullmatch(r"session_\d+", name):
            continue
        began = datetime.strptime(conversation[f"{name}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        for i, turn in enumerate(session):
            caption = f" [photo: {turn['blip_caption']}]" if turn.get("blip_caption") else ""
            yield turn["dia_id"], turn["speaker"], turn["text"] + caption, began + timedelta(seconds=i)


async def take_in(pool: Pool, embedder: Embedder | None, sample: dict[str, Any]) -> Conversation:
    """Remembers every turn as chat's handler would, with vectors if there is an embedder."""
    space = f"conversation:{new_id()}"
    turn_of: dict[str, str] = {}
    last = datetime.min.replace(tzinfo=UTC)
    async with pool.acquire() as connection, connection.transaction():
        await see_all_spaces(connection)
        for turn_id, speaker, text, at in turns(sample["conversation"]):
            event_id = new_id()
            turn_of[event_id] = turn_id
            last = max(last, at)
            new = NewMemory(event_id, event_id, MemoryKind.MEMORY_KIND_EPISODE, space, speaker, speaker, text, at)
            await remember(connection, new)
    while embedder and await PostgresUnembedded(pool).fill(embedder, 16):
        pass
    return Conversation(space, turn_of, last + timedelta(hours=1), questions_of(sample, turn_of.values()))


def questions_of(sample: dict[str, Any], turn_ids: Iterable[str]) -> tuple[Question, ...]:
    """The questions of a sample that some of these turns answer."""
    known = set(turn_ids)
    questions: list[Question] = []
    for asked in sample["qa"]:
        told = {f"D{turn}" for turn in _TURN_ID.findall(" ".join(asked.get("evidence", [])))}
        if evidence := frozenset(told & known):
            questions.append(Question(asked["question"], evidence))
    return tuple(questions)


@asynccontextmanager
async def memory_database(postgres_url: str) -> AsyncIterator[Pool]:
    """A fresh database of the memory service."""
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, "madeleine_memory")
        await connection.close()
        pool = await create_pool(url, 4)
        try:
            yield pool
        finally:
            await pool.close()
