"""What making cards needs from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from madeleine.common.v1.operation_pb2 import Operation
from madeleine_common.auth import Principal
from madeleine_spark.application.prompt import Turn


@dataclass(frozen=True, slots=True)
class Remembered:
    """One memory of a person."""

    memory_id: str
    text: str
    occurred_at: datetime
    values: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What identity says of a person."""

    time_zone: str
    language: str
    wants_sparks: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What the model wrote, and the adapter revision that it wrote with."""

    text: str
    revision: str


class Memories(Protocol):
    """A person's private space in memory."""

    async def since(self, person: Principal, after: datetime) -> list[Remembered]:
        """What happened from `after` on."""
        ...


class Profiles(Protocol):
    """Identity's people."""

    async def of(self, person_id: str) -> Profile | None:
        """A person's profile; None for an unknown or erased one."""
        ...


class Writer(Protocol):
    """The model."""

    async def write(self, person_id: str, turns: Sequence[Turn], json_schema: str, seed: int) -> Written:
        """One completion under a JSON schema."""
        ...


class Operations(Protocol):
    """Cards in the making, and those that come by themselves."""

    async def start(self, person_id: str, day: str, time_zone: str, language: str) -> Operation:
        """Starts the making of a day's card, or finds it; raises Unavailable."""
        ...

    def watch(self, operation_id: str) -> AsyncIterator[Operation]:
        """Its progress until it ends; raises NotFound."""
        ...
