"""Child processes that can be killed as a crash kills, and started again on the same data and port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from madeleine_common.embedded import NotReady, ServerSpec
from madeleine_common.embedded.process import tail

_POLL_S = 0.02
_READY_S = 40.0
_ORPHANS_END_S = 10.0


class Child:
    """One program, started as often as needed; none outlives the harness (see `embedded.launch`)."""

    def __init__(self, spec: ServerSpec, folder: Path, *, restarts: bool = False) -> None:
        """`restarts`: start it again when it ends by itself, as an orchestrator does with a service."""
        self.spec = spec
        self.log = folder / f"{spec.name}.log"
        self._restarts = restarts
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that runs now."""
        if self._process is None:
            raise RuntimeError(f"{self.spec.name} is not running")
        return self._process.pid

    async def start(self) -> None:
        """Starts it and waits until it is healthy; raises NotReady."""
        self._spawn()
        try:
            async with asyncio.timeout(_READY_S):
                while not await self.spec.ready():
                    if self._process is not None and (code := self._process.poll()) is not None:
                        if not self._restarts:
                            raise NotReady(f"{self.spec.name} ended with {code}:\n{tail(self.log)}")
                        self._spawn()
                    await asyncio.sleep(_POLL_S)
        except TimeoutError as error:
            raise NotReady(f"{self.spec.name} was not healthy within {_READY_S:g} s:\n{tail(self.log)}") from error

    def _spawn(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.spec.command(),
                cwd=self.spec.cwd,
                env=self.spec.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def revive(self) -> bool:
        """Starts it again if it has ended by itself; True if so."""
        if not self._restarts or self._process is None or self._process.poll() is None:
            return False
        self._spawn()
        return True

    async def kill(self) -> None:
        """SIGKILLs it and waits until it, and every child of its own, has ended."""
        process, self._process = self._process, None
        if process is None:
            return
        orphans = _children(process.pid)
        process.kill()
        await asyncio.to_thread(process.wait)
        # PostgreSQL's notice by themselves that their postmaster is gone, as after a crash; a new one waits for that.
        end = time.monotonic() + _ORPHANS_END_S
        while (left := [pid for pid in orphans if _runs(pid)]) and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stand_still(self) -> None:
        """Stops it where it is (SIGSTOP): its connections stay open, and nothing answers on them."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Lets it go on (SIGCONT)."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)


def _stat(pid: int) -> list[str]:
    """State, parent and so on of a process; empty when there is none."""
    try:
        # The name before them is in parentheses and may hold anything.
        return Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _children(pid: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [child for child in pids if _stat(child)[1:2] == [str(pid)]]


def _runs(pid: int) -> bool:
    state = _stat(pid)
    return bool(state) and state[0] not in {"Z", "X"}
