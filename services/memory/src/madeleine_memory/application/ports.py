"""What memory needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.auth import Principal
from madeleine_memory.domain.ranking import Ranked


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors (n x 384) and the model that made them."""

    model: str
    values: Sequence[Sequence[float]]


class Embedder(Protocol):
    """Turns text into vectors; both raise Unavailable when the model is out of reach."""

    async def query(self, text: str) -> Vectors:
        """One vector, for searching with."""
        ...

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """One vector each, for being found by."""
        ...


@dataclass(frozen=True, slots=True)
class Filters:
    """What may come back: active memories of these spaces, from `after` until before `before`.

    A memory that comes from nothing but `excluded_events` stays out.
    """

    spaces: tuple[str, ...]
    before: datetime
    after: datetime | None = None
    excluded_events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A memory as it is kept."""

    memory_id: str
    kind: MemoryKind.ValueType
    space: str
    text: str
    speaker_id: str
    speaker_name: str
    occurred_at: datetime
    valid_to: datetime | None
    pinned: bool
    bytes: int
    record: Mapping[str, object] | None
    times_seen: int
    last_seen_at: datetime
    embedding_model: str
    source_event_ids: tuple[str, ...]


# Where a page of a list ends: time and id of its last memory.
After = tuple[datetime, str]


class Memories(Protocol):
    """The memories that are kept; every method sees only the spaces that it is given."""

    async def ranked(self, query: str, vectors: Vectors | None, filters: Filters, limit: int) -> list[Ranked]:
        """The best memories within the filters, best first."""
        ...

    async def by_ids(self, spaces: Sequence[str], memory_ids: Sequence[str]) -> dict[str, Kept]:
        """Memories by id; those elsewhere or gone are absent."""
        ...

    async def page(self, space: str, after: After | None, size: int) -> list[Kept]:
        """The next memories of a space, newest first."""
        ...

    async def totals(self, space: str) -> tuple[int, int]:
        """(memories, bytes of text) in a space."""
        ...

    async def remembers(self, person_id: str) -> bool | None:
        """Whether a person consents to being remembered; None when they are not known yet."""
        ...

    async def shown(self, stream_id: str) -> None:
        """Waits until the rows show all that stands in one of our own streams; raises Unavailable."""
        ...


class Members(Protocol):
    """Who is in a conversation."""

    async def includes(self, conversation_id: str, caller: Principal) -> bool:
        """True for a member; raises Unavailable."""
        ...


class Plans(Protocol):
    """Plans to forget, kept until they run out."""

    async def save(self, person_id: str, memory_ids: Sequence[str], expires_at: datetime) -> str:
        """Keeps a plan and returns its id."""
        ...

    async def find(self, plan_id: str, person_id: str, now: datetime) -> list[str] | None:
        """The memories of this person's plan; None when there is none or it has run out."""
        ...


class Unembedded(Protocol):
    """Memories without a vector."""

    async def fill(self, embedder: Embedder, batch: int) -> int:
        """Gives up to `batch` of them their vector and returns how many; raises Unavailable."""
        ...
