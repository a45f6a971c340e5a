"""What the API reads and starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from madeleine.trainer.v1.trainer_pb2 import Run


@dataclass(frozen=True, slots=True)
class RunPage:
    """Runs, latest first, and the key (ISO time, run id) of the last one if there are more."""

    runs: list[Run]
    next_key: tuple[str, str] | None


class Runs(Protocol):
    """The read model of runs."""

    async def get(self, run_id: str) -> Run | None:
        """A run as of now."""
        ...

    async def page(self, size: int, after: tuple[str, str] | None) -> RunPage:
        """Runs that started before the key."""
        ...

    async def current(self) -> str:
        """The run under way; empty: none."""
        ...

    async def last(self) -> str:
        """The latest run that ended; empty: none."""
        ...


class Starter(Protocol):
    """Starts and cancels the flywheel."""

    async def start(self) -> None:
        """Starts it unless it runs."""
        ...

    async def cancel(self) -> None:
        """Cancels the run under way."""
        ...
