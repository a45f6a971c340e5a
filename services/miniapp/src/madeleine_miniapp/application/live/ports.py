"""What shared editing needs from outside: a document, its tables, and words between replicas."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from madeleine_common.events.model import CommandKey, Metadata, NewEvent, RecordedEvent
from madeleine_miniapp.application.live.pieces import Piece
from madeleine_miniapp.domain.formulas import Json
from madeleine_miniapp.domain.recording import Kept

# A record as a client may have written it: any keys, any JSON.
Raw = dict[str, Any]


class Spoilt(Exception):
    """An update could not be applied, and has left the document in an unknown state."""


class Gap(Exception):
    """An update builds on what the document does not have: its sender must sync from the start."""


@dataclass(frozen=True, slots=True)
class Made:
    """A change of a document: the records that it touched, and itself as an update (empty: nothing was changed)."""

    touched: frozenset[str]
    update: bytes


class Document(Protocol):
    """A document of records that clients write to as they like."""

    @property
    def client_id(self) -> int:
        """The number under which it writes itself."""
        ...

    def everything(self) -> Iterator[tuple[str, Raw]]:
        """All records, of a document in which nothing waits to be judged; nothing is to be written meanwhile."""
        ...

    def read(self, record_id: str) -> Raw | None:
        """A record as it stands, of whatever shape; None when there is none."""
        ...

    def apply(self, update: bytes, writer: str) -> Made:
        """Applies the update of a person's client; raises Malformed or Gap, and then nothing is applied, or Spoilt."""
        ...

    def catch_up(self, update: bytes) -> Made:
        """Applies a stored update."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """What is written inside is one change; take it with `made`."""
        ...

    def made(self) -> Made:
        """What was written since the last call."""
        ...

    def put(self, record_id: str, kept: Kept) -> None:
        """Writes a whole record."""
        ...

    def mend(self, record_id: str, head: Mapping[str, str], values: Mapping[str, Json | None]) -> None:
        """Writes some of a record's keys and values; None takes a value away."""
        ...

    def trim(self, record_id: str, keys: Iterable[str]) -> None:
        """Takes keys of a record away that do not belong there."""
        ...

    def remove(self, record_id: str) -> None:
        """Takes a record away, if it is there."""
        ...

    def state(self) -> bytes:
        """The state vector."""
        ...

    def since(self, state: bytes) -> bytes:
        """What one who has this state vector lacks; raises ValueError for one that is none."""
        ...

    def whole(self) -> bytes:
        """All of it, as one update."""
        ...

    def merged(self, *updates: bytes) -> bytes:
        """Updates as one."""
        ...


class Documents(Protocol):
    """The stored documents."""

    async def load(self, app_id: str) -> Stored:
        """The document as stored, made from the read model when there is none."""
        ...

    def turn(self, app_id: str) -> AbstractAsyncContextManager[Turn]:
        """A transaction in which nobody else writes to this document; commits at its end."""
        ...

    async def compact(self, app_id: str, place: Place, snapshot: bytes) -> None:
        """Stores all up to a place as one; what others store meanwhile stays as it is."""
        ...

    async def merge(self, app_id: str, epoch: int, whole_bytes: int) -> None:
        """Merges small updates of that epoch into pieces, and notes what the document weighs as a whole."""
        ...

    async def renew(self, app_id: str, place: Place) -> None:
        """Has the document made anew in another epoch, if it is quiet still."""
        ...

    async def weight(self, app_id: str) -> int:
        """What the app's records weigh in the read model, in bytes."""
        ...

    async def rows(self, app_id: str) -> dict[str, Kept]:
        """The app's records in the read model, which must be waited for."""
        ...

    async def elsewhere(self, app_id: str, record_ids: Collection[str]) -> frozenset[str]:
        """Those of the ids that records of other apps have."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands: which one of an app's it is, its last update, the version of the records' stream."""

    epoch: int
    seq: int
    version: int
    spec_version: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as stored: at least one piece, the last of which ends at `place`.

    `whole_bytes`: what it weighed when it was last encoded as a whole. `quiet`: nobody has written to it for long.
    """

    place: Place
    pieces: Sequence[Piece]
    whole_bytes: int
    quiet: bool


class Turn(Protocol):
    """One writer's turn at a document."""

    place: Place

    async def missed(self, after_seq: int) -> Sequence[Piece]:
        """What others stored after that update; the first may begin before it."""
        ...

    def store(
        self,
        update: bytes,
        events: Sequence[NewEvent],
        metadata: Metadata,
        command: CommandKey | None = None,
        spec_version: int = 0,
    ) -> None:
        """Notes an update and the events that it means."""
        ...

    async def flush(self) -> list[RecordedEvent]:
        """Stores what was noted since, as the turn's end does; raises ConcurrencyError for a command that was done."""
        ...


# An update that changes nothing, and the state vector of a document in which nothing is.
NOTHING, EMPTY = b"\x00\x00", b"\x00"
