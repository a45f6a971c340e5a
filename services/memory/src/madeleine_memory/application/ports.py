"""What memory needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.auth import Principal
from madeleine_common.times.past import Span
from madeleine_memory.domain.ranking import Candidate


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

    A memory that comes from nothing but `excluded_events` stays out. `history`: also what is no longer so.
    """

    spaces: tuple[str, ...]
    before: datetime
    after: datetime | None = None
    excluded_events: tuple[str, ...] = ()
    history: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: its text, its vector unless the embedder is away, and the time that it names."""

    text: str
    vectors: Vectors | None = None
    span: Span | None = None


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
    state: str
    waits: bool
    reason: str
    covered_by: str | None
    superseded_by: str | None
    value: float | None
    decided_at: datetime | None
    uses: int
    # Newer memories that may have replaced it, and how likely each did.
    doubts: Mapping[str, float]
    embedding_model: str
    source_event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """What a space holds, and may hold: memories that are found, those in cold storage, those that wait for room."""

    memories: int
    bytes: int
    pinned_bytes: int
    cold_memories: int
    cold_bytes: int
    waiting_memories: int
    budget_bytes: int
    # None: no bound.
    budget_items: int | None


# Where a page of a list ends: time and id of its last memory.
After = tuple[datetime, str]


class Memories(Protocol):
    """The memories that are kept; every method sees only the spaces that it is given."""

    async def found(self, query: Query, filters: Filters) -> list[Candidate]:
        """Some hundred memories within the filters that may be relevant, in no order."""
        ...

    async def by_ids(self, spaces: Sequence[str], memory_ids: Sequence[str]) -> dict[str, Kept]:
        """Memories by id; those elsewhere or gone are absent."""
        ...

    async def of_speaker(self, person_id: str, memory_id: str) -> Kept | None:
        """A memory of any space if this person said it, or if it is of their private space."""
        ...

    async def page(self, space: str, after: After | None, size: int, cold: bool) -> list[Kept]:
        """The next memories of a space, newest first; with `cold`, also what no budget has room for."""
        ...

    async def history(self, space: str, memory_id: str) -> list[Kept]:
        """What a memory superseded, in turn, and what superseded it; oldest first, itself included."""
        ...

    async def cold_about(self, space: str, person_id: str, query: str) -> list[Kept]:
        """What a person said that lies in cold storage and has at least half of the query's words, newest first."""
        ...

    async def derived(self, spaces: Sequence[str], memory_ids: Sequence[str]) -> list[Kept]:
        """The other memories of any space that come from an event which one of these, of `spaces`, comes from."""
        ...

    async def use(self, space: str) -> Use:
        """What a space holds and may hold."""
        ...

    async def known_as(self, person_id: str) -> tuple[str, bool]:
        """(display name, whether they want to be remembered) of a person; ("", False) for somebody unknown."""
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

    async def index_near(self, batch: int) -> int:
        """Takes up to `batch` vectors of large spaces into their index; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A memory as tidying judges it; `leaning`: the inner product of its vector and the direction of what lasts."""

    memory_id: str
    kind: MemoryKind.ValueType
    speaker_id: str
    speaker_name: str
    text: str
    occurred_at: datetime
    bytes: int
    pinned: bool
    times_seen: int
    touches: Sequence[datetime]
    salience: float
    superseded: bool
    leaning: float | None
    sources: Sequence[str]


class Shelf(Protocol):
    """What tidying reads of a space; `direction`: what `Held.leaning` is measured along, in vectors of `model`."""

    def alone(self, space: str) -> AbstractAsyncContextManager[None]:
        """Waits until nobody else tidies this space, in whichever process."""
        ...

    async def due(self, quiet_since: datetime, most: int) -> list[str]:
        """Spaces that are full, first, and those where something new has rested since `quiet_since`."""
        ...

    async def fresh(self, space: str, most: int, model: str, direction: Sequence[float]) -> list[Held]:
        """What has its vector and has not been judged, oldest first."""
        ...

    async def alike(self, space: str, memory_id: str, most: int, model: str, direction: Sequence[float]) -> list[Held]:
        """Earlier memories of the same speaker that are still so, the nearest in meaning first."""
        ...

    async def usual(self, space: str, memory_id: str) -> float | None:
        """The mean cosine of a memory and the latest 500 others of its speaker; None where there are none."""
        ...

    async def held(self, space: str, model: str, direction: Sequence[float]) -> list[Held]:
        """All that is active in a space, oldest first."""
        ...

    async def cold(self, space: str, most: int, model: str, direction: Sequence[float]) -> list[Held]:
        """What made way for the budget and nothing stands for, the most valuable first."""
        ...

    async def vectors(self, space: str, memory_ids: Sequence[str]) -> dict[str, list[float]]:
        """The vectors of memories; those without one are absent."""
        ...

    async def judged(self, memory_ids: Sequence[str]) -> None:
        """Notes that these need no second look."""
        ...


class Starter(Protocol):
    """Starts tidying."""

    async def start(self, space: str) -> None:
        """Starts the one tidying of a space, or joins the one under way; raises Unavailable."""
        ...
