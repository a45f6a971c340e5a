"""Starts processes in the order of their needs, each when those are healthy; restarts the crashed; stops in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from madeleine_cli.child import Child
from madeleine_cli.state import UnitState, UnitStatus
from madeleine_common.embedded.process import ServerSpec

_BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# A process that stayed healthy this long starts its back-off from the beginning.
_STEADY_S = 60.0
# Crashes before ever being healthy that are put up with: then the start as a whole has failed.
_START_ATTEMPTS = 4


class StartFailed(Exception):
    """A unit could not be brought up; carries its name and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Unit:
    """A process to keep running, or a step to take once, after the units it needs."""

    name: str
    work: ServerSpec | Callable[[], Awaitable[None]]
    needs: tuple[str, ...] = ()
    timeout_s: float = 60.0

    @property
    def address(self) -> str:
        """Where it listens; "" for a step."""
        return self.work.address if isinstance(self.work, ServerSpec) else ""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told: a unit's state changed; a process said a line."""

    changed: Callable[[UnitStatus], None]
    line: Callable[[str, str], None]


class Supervisor:
    """Runs units until told to stop."""

    def __init__(self, units: Sequence[Unit], listener: Listener, grace_s: float = 15.0) -> None:
        """`grace_s`: how long a process may take to stop before it is killed."""
        names = [unit.name for unit in units]
        for unit in units:
            if unknown := set(unit.needs) - set(names):
                raise ValueError(f"{unit.name} needs {', '.join(sorted(unknown))}, which is no unit")
        self.statuses = {u.name: UnitStatus(u.name, u.address) for u in units}
        self._units = {unit.name: unit for unit in units}
        self._listener = listener
        self._grace_s = grace_s
        self._healthy = {name: asyncio.Event() for name in names}
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """Ends the patience with processes that are stopping: they are killed at once."""
        self._hurry.set()

    async def run(self, stop: asyncio.Event, up: Callable[[], None]) -> None:
        """Starts all, calls `up` once all are healthy, and runs until `stop` is set; raises StartFailed.

        Whatever ends it, every process is stopped before it returns.
        """
        tasks = {name: asyncio.create_task(self._keep(unit), name=name) for name, unit in self._units.items()}
        watch = asyncio.create_task(self._watch(up))
        stopping = asyncio.create_task(stop.wait())
        try:
            pending: set[asyncio.Task[object]] = {*tasks.values(), watch, stopping}
            while not stopping.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            stopping.cancel()
            watch.cancel()
            await self._stop(tasks)

    async def _watch(self, up: Callable[[], None]) -> None:
        for event in self._healthy.values():
            await event.wait()
        up()

    async def _keep(self, unit: Unit) -> None:
        for need in unit.needs:
            await self._healthy[need].wait()
        if isinstance(unit.work, ServerSpec):
            await self._keep_process(unit, unit.work)
            return
        started = time.time()
        self._say(unit.name, UnitState.STARTING, since=started)
        try:
            async with asyncio.timeout(unit.timeout_s):
                await unit.work()
        except TimeoutError as error:
            raise self._failed(unit.name, f"not done within {unit.timeout_s:g} s") from error
        except Exception as error:
            raise self._failed(unit.name, str(error) or type(error).__name__) from error
        self._say(unit.name, UnitState.DONE, ready_after_s=time.time() - started)
        self._healthy[unit.name].set()

    async def _keep_process(self, unit: Unit, spec: ServerSpec) -> None:
        crashes = 0
        while True:
            child = await Child.start(spec, self._listener.line)
            started = time.time()
            self._say(unit.name, UnitState.STARTING, pid=child.pid, since=started)
            try:
                reason = await self._until_end(unit, spec, child, started)
            finally:
                await self._end(unit.name, child)
            if time.time() - started > _STEADY_S:
                crashes = 0
            crashes += 1
            if not self._healthy[unit.name].is_set() and crashes >= _START_ATTEMPTS:
                raise self._failed(unit.name, reason)
            delay = _BACKOFF_S[min(crashes, len(_BACKOFF_S)) - 1]
            status = self.statuses[unit.name]
            status.restarts += 1
            self._say(unit.name, UnitState.CRASHED, pid=0, detail=f"{reason}; starts again in {delay:g} s")
            await asyncio.sleep(delay)

    async def _until_end(self, unit: Unit, spec: ServerSpec, child: Child, started: float) -> str:
        """Waits for health, then for the end of the process; returns why it ended, or that it never was healthy."""
        try:
            async with asyncio.timeout(unit.timeout_s):
                await child.healthy(spec.ready)
        except TimeoutError:
            return f"not healthy within {unit.timeout_s:g} s"
        if not child.ended:
            self._say(unit.name, UnitState.HEALTHY, ready_after_s=time.time() - started, detail="")
            self._healthy[unit.name].set()
        return await child.wait()

    async def _end(self, name: str, child: Child) -> None:
        if not child.ended:
            self._say(name, UnitState.STOPPING)
        killed = await child.stop(self._grace_s, self._hurry)
        if killed:
            self._say(name, UnitState.STOPPED, pid=0, detail=f"killed: did not stop within {self._grace_s:g} s")

    async def _stop(self, tasks: dict[str, asyncio.Task[None]]) -> None:
        """Stops each unit once all that need it have stopped."""
        dependents = {n: [u.name for u in self._units.values() if n in u.needs] for n in self._units}
        stopped = {name: asyncio.Event() for name in tasks}

        async def one(name: str) -> None:
            for dependent in dependents[name]:
                await stopped[dependent].wait()
            tasks[name].cancel()
            with contextlib.suppress(asyncio.CancelledError, StartFailed):
                await tasks[name]
            status = self.statuses[name]
            if status.state in (UnitState.STARTING, UnitState.HEALTHY, UnitState.STOPPING, UnitState.CRASHED):
                self._say(name, UnitState.STOPPED, pid=0)
            stopped[name].set()

        await asyncio.gather(*(one(name) for name in tasks))

    def _failed(self, name: str, reason: str) -> StartFailed:
        self._say(name, UnitState.FAILED, pid=0, detail=reason)
        return StartFailed(name, reason)

    def _say(self, name: str, state: UnitState, **values: object) -> None:
        status = self.statuses[name]
        status.state = state
        for field, value in values.items():
            setattr(status, field, value)
        self._listener.changed(status)
