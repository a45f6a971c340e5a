"""What memory holds to be lasting about a person."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine_memory.application.ports import Kept, Memories, Shelf
from madeleine_memory.domain import judging
from madeleine_memory.domain.ids import private_space


@dataclass(frozen=True, slots=True)
class Profile:
    """A person and what is lasting about them, most lasting first, each from 0 to 1."""

    display_name: str
    remembers: bool
    facts: list[tuple[Kept, float]]


class Profiles:
    """Profiles of people, from their private spaces alone."""

    def __init__(self, memories: Memories, shelf: Shelf) -> None:
        self._memories = memories
        self._shelf = shelf

    async def __call__(self, person_id: str, limit: int) -> Profile:
        """The `limit` most lasting memories: what is pinned, then what most likely holds on; nothing superseded."""
        space = private_space(person_id)
        name, remembers = await self._memories.known_as(person_id)
        rows = await self._shelf.held(space, judging.model_id(), judging.direction())
        lasting = [
            (1.0 if row.pinned else judging.lasting(row), row)
            for row in rows
            if row.speaker_id == person_id and not row.superseded
        ]
        lasting.sort(key=lambda pair: (pair[0], pair[1].occurred_at, pair[1].memory_id), reverse=True)
        best = lasting[:limit]
        kept = await self._memories.by_ids([space], [row.memory_id for _, row in best])
        return Profile(name, remembers, [(kept[row.memory_id], worth) for worth, row in best if row.memory_id in kept])
