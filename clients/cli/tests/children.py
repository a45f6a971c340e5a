"""Small real processes that supervisors are tested with."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from madeleine_cli.state import UnitState, UnitStatus
from madeleine_cli.supervisor import Listener, Unit
from madeleine_common.embedded.process import ServerSpec

# Says what happens to it into a file, and is healthy once it has.
WELL_BEHAVED = """
import pathlib, signal, sys, time
diary = pathlib.Path(sys.argv[1])
def note(what):
    with diary.open("a") as file:
        print(sys.argv[2], what, file=file)
def end(*_):
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("started")
print("hello from", sys.argv[2], flush=True)
while True:
    signal.pause()
"""
DEAF = WELL_BEHAVED.replace("signal.signal(signal.SIGTERM, end)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
BROKEN = "import sys; sys.exit('no such luck')"


def child(name: str, diary: Path, *needs: str, program: str = WELL_BEHAVED) -> Unit:
    """A unit that runs `program`; healthy, at each start, once it has noted this in the diary."""
    seen = 0

    async def ready() -> bool:
        nonlocal seen
        starts = entries(diary).count(f"{name} started")
        began, seen = starts > seen, starts
        return began

    spec = ServerSpec(
        name,
        (sys.executable, "-c", program, str(diary), name),
        "127.0.0.1:1",
        ready,
        diary.parent,
        stop_signal=signal.SIGTERM,
    )
    return Unit(name, spec, needs, timeout_s=20.0)


def entries(diary: Path) -> list[str]:
    """What the children have noted so far."""
    return diary.read_text().splitlines() if diary.exists() else []


@dataclass
class Recorder:
    """Remembers what a supervisor tells, and lets tests wait for it."""

    states: list[tuple[str, UnitState]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def listener(self) -> Listener:
        """To be given to the supervisor."""
        return Listener(self._changed, self._line)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until the condition holds; it is looked at whenever something was told."""
        while not condition():
            self.news.clear()
            await self.news.wait()

    def _changed(self, status: UnitStatus) -> None:
        self.states.append((status.name, status.state))
        self.news.set()

    def _line(self, name: str, line: str) -> None:
        self.lines.append(f"{name} | {line}")
        self.news.set()
