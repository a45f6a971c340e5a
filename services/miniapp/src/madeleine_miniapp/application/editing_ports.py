"""What changing an app by a sentence needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from madeleine.miniapp.v1.events_pb2 import Migration
from madeleine.miniapp.v1.miniapp_pb2 import AppEdit
from madeleine_miniapp.application.ports import PageKey


@dataclass(frozen=True, slots=True)
class EditOrder:
    """A change to be worked out; plain data, since it travels through Temporal."""

    edit_id: str
    app_id: str
    request: str
    person_id: str
    actor: str
    idempotency_key: str
    # sha256 of the request, hexadecimal.
    fingerprint: str


class EditOperations(Protocol):
    """The working out of changes as long work."""

    async def start(self, order: EditOrder) -> str:
        """Starts it, or finds it started by the same request; the operation's id. Raises Conflict for a reused key."""
        ...


class EditsRead(Protocol):
    """Proposed changes as projected, and what records they would touch."""

    async def wait_for(self, app_id: str) -> None:
        """Waits until every committed proposal of an app is projected; raises Unavailable when that takes long."""
        ...

    async def edit(self, app_id: str, edit_id: str) -> AppEdit | None:
        """One proposal."""
        ...

    async def edits(self, app_id: str, state: str, after: PageKey | None, limit: int) -> Sequence[AppEdit]:
        """Proposals, of one state if it is given, latest first; without specs and diffs."""
        ...

    async def touched(self, app_id: str, migrations: Sequence[Migration]) -> list[int]:
        """For each migration the number of records that hold what it moves, changes or hides."""
        ...
