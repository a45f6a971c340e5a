"""What is known of a stack that is up: written by `up`, read by `status`, `down` and whoever waits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path


class Phase(StrEnum):
    """Where the stack as a whole is."""

    STARTING = "starting"
    UP = "up"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


class UnitState(StrEnum):
    """Where one process, or one step of the start, is."""

    WAITING = "waiting"
    STARTING = "starting"
    HEALTHY = "healthy"
    DONE = "done"
    CRASHED = "crashed"
    FAILED = "failed"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(slots=True)
class UnitStatus:
    """One process or step; times are seconds since the epoch, or seconds."""

    name: str
    address: str = ""
    state: UnitState = UnitState.WAITING
    pid: int = 0
    since: float = 0.0
    ready_after_s: float = 0.0
    restarts: int = 0
    detail: str = ""


@dataclass(slots=True)
class StackState:
    """The stack: who runs it, where its front door is, and its parts in order of their start."""

    pid: int
    gateway_url: str
    phase: Phase = Phase.STARTING
    up_after_s: float = 0.0
    detail: str = ""
    units: list[UnitStatus] = field(default_factory=list[UnitStatus])

    def write(self, path: Path) -> None:
        """Writes the state, whole or not at all."""
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(self), indent=1), "utf-8")
        temporary.replace(path)

    @staticmethod
    def read(path: Path) -> StackState | None:
        """The state last written, or None."""
        if not path.exists():
            return None
        values = json.loads(path.read_text("utf-8"))
        units = [UnitStatus(**{**unit, "state": UnitState(unit["state"])}) for unit in values.pop("units")]
        return StackState(**{**values, "phase": Phase(values["phase"])}, units=units)
