"""`madeleine up`: runs the stack in the foreground, or leaves it running behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.live import Live

from madeleine_cli import logs
from madeleine_cli.datadir import DataDir, Held
from madeleine_cli.models import ModelsMissing, ensure_models
from madeleine_cli.stack import Stack, build
from madeleine_cli.state import Phase, StackState, UnitState, UnitStatus
from madeleine_cli.supervisor import Listener, StartFailed, Supervisor
from madeleine_cli.views import StartView

_TAIL_LINES = 15


class Up:
    """One run of the stack: its supervisor, its state file, and what the person sees of it."""

    def __init__(self, data: DataDir, stack: Stack, console: Console, *, quiet: bool, began: float) -> None:
        """`quiet`: no log lines after the start. `began`: time.monotonic() when the person asked."""
        self._data = data
        self._console = console
        self._quiet = quiet
        self._began = began
        self._logs = logs.LogFiles(data.logs)
        self._supervisor = Supervisor(stack.units, Listener(self._changed, self._line))
        units = list(self._supervisor.statuses.values())
        self._state = StackState(os.getpid(), stack.gateway_url, units=units)
        self._view = StartView("Madeleine starts")
        self._view.units = units
        self._live: Live | None = None

    async def run(self) -> int:
        """Runs until Ctrl-C or SIGTERM; returns the exit status."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal, stop)
        self._state.write(self._data.state)
        if self._console.is_terminal:
            self._live = Live(self._view, console=self._console, refresh_per_second=8, transient=True)
            self._live.start()
        try:
            await self._supervisor.run(stop, self._on_up)
        except StartFailed as failure:
            self._end_live()
            self._phase(Phase.FAILED, str(failure))
            self._explain(failure)
            return 1
        finally:
            self._end_live()
            self._logs.close()
        self._phase(Phase.STOPPED)
        self._console.print("Madeleine is down.")
        return 0

    def _on_signal(self, stop: asyncio.Event) -> None:
        if stop.is_set():
            self._console.print("Killing what is left.")
            self._supervisor.hurry()
            return
        self._end_live()
        self._console.print("Stopping; once more to kill at once.")
        self._phase(Phase.STOPPING)
        stop.set()

    def _on_up(self) -> None:
        self._end_live()
        self._state.up_after_s = time.monotonic() - self._began
        self._phase(Phase.UP)
        self._console.print(_up_line(self._state))
        self._console.print(f"State in {self._data.root}; Ctrl-C or `madeleine down` stops it.", style="dim")

    def _changed(self, status: UnitStatus) -> None:
        self._state.write(self._data.state)
        if status.state is UnitState.CRASHED:
            self._console.print(f"[red]{status.name} crashed[/]: {status.detail}")
        elif self._live is None and self._state.phase is Phase.STARTING:
            if status.state in (UnitState.HEALTHY, UnitState.DONE):
                self._console.print(f"{status.name}: {status.state} after {status.ready_after_s:.1f} s")
        elif self._state.phase is Phase.UP and status.state is UnitState.HEALTHY:
            self._console.print(f"[green]{status.name} is back[/] after {status.ready_after_s:.1f} s")
        elif self._state.phase is Phase.STOPPING and status.state is UnitState.STOPPED and status.detail:
            self._console.print(f"{status.name}: {status.detail}")

    def _line(self, name: str, line: str) -> None:
        self._logs.write(name, line)
        if self._state.phase is Phase.UP and not self._quiet:
            logs.print_line(self._console, name, line)

    def _phase(self, phase: Phase, detail: str = "") -> None:
        self._state.phase = phase
        self._state.detail = detail
        self._state.write(self._data.state)

    def _end_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _explain(self, failure: StartFailed) -> None:
        self._console.print(f"[bold red]{failure.name} did not come up[/]: {failure.reason}")
        for line in logs.tail(self._data.logs, failure.name, _TAIL_LINES):
            logs.print_line(self._console, failure.name, line)
        self._console.print(f"Its log: {self._data.logs / f'{failure.name}.log'}")


def up(data: DataDir, console: Console, *, detach: bool, quiet: bool, skip: Sequence[str]) -> int:
    """Brings the stack up; returns the exit status. With `detach` it returns once all is healthy."""
    began = time.monotonic()
    try:
        if detach:
            return _detached(data, console, skip)
        with data.lock():
            if "inference" not in skip:
                ensure_models()
            stack = build(data, skip)
            return asyncio.run(Up(data, stack, console, quiet=quiet, began=began).run())
    except Held as held:
        say_running(data, console, held.pid)
        return 0
    except ModelsMissing as error:
        console.print(f"[bold red]{error}[/]")
        return 1


def say_running(data: DataDir, console: Console, pid: int) -> None:
    """Says that the stack is up already, and where."""
    state = StackState.read(data.state)
    phase = f"is {state.phase}" if state and state.pid == pid and state.phase is not Phase.UP else "is running already"
    url = f" at [link]{state.gateway_url}[/link]" if state and state.pid == pid else ""
    console.print(f"Madeleine {phase}{url} (process {pid}, data in {data.root}).")
    console.print("`madeleine status` shows its parts, `madeleine down` stops it.", style="dim")


def _up_line(state: StackState) -> str:
    return f"[bold green]Madeleine is up[/] after {state.up_after_s:.1f} s: [link]{state.gateway_url}[/link]"


def _detached(data: DataDir, console: Console, skip: Sequence[str]) -> int:
    if (pid := data.holder()) is not None:
        raise Held(pid)
    data.create()
    if "inference" not in skip:
        # Here and not behind: a person who waits minutes for models sees how far they are.
        ensure_models()
    command = [sys.executable, "-m", "madeleine_cli.main", "--data-dir", str(data.root), "up", "--quiet"]
    command += [part for service in skip for part in ("--skip", service)]
    log = data.logs / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    view = StartView("Madeleine starts")
    with Live(view, console=console, refresh_per_second=8, transient=True):
        while process.poll() is None:
            state = StackState.read(data.state)
            if state and state.pid == process.pid:
                view.units = state.units
                if state.phase is Phase.UP:
                    break
            time.sleep(0.1)
        else:
            console.print(log.read_text("utf-8", errors="replace"), markup=False, highlight=False, soft_wrap=True)
            return 1
    console.print(_up_line(state))
    console.print(f"Process {process.pid}, data in {data.root}; `madeleine down` stops it.", style="dim")
    return 0
