"""`madeleine down` and `madeleine status`: what another terminal can do with a stack that is up."""

from __future__ import annotations

import json
import os
import signal
import time

from rich.console import Console

from madeleine_cli import logs
from madeleine_cli.datadir import DataDir
from madeleine_cli.state import StackState
from madeleine_cli.views import as_rows, status_table


def down(data: DataDir, console: Console, timeout_s: float) -> int:
    """Stops the stack and waits until it is gone; returns the exit status."""
    pid = data.holder()
    if not pid:
        console.print(f"Madeleine is not running (data in {data.root}).")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout_s
    with console.status(f"Madeleine (process {pid}) stops"):
        # The lock is the truth: it is let go when the last process has been stopped.
        while data.holder() == pid:
            if time.monotonic() > deadline:
                console.print(
                    f"[red]Process {pid} is still stopping after {timeout_s:g} s.[/] Again to kill what is left."
                )
                return 1
            time.sleep(0.05)
    console.print("Madeleine is down.")
    return 0


def status(data: DataDir, console: Console, *, as_json: bool) -> int:
    """Shows every process of the stack; returns 0 when it is up, 3 when it is not running (as init scripts do)."""
    pid = data.holder()
    state = StackState.read(data.state)
    if not pid or state is None or state.pid != pid:
        if as_json:
            console.print_json(json.dumps({"phase": "stopped", "processes": []}))
        else:
            console.print(f"Madeleine is not running (data in {data.root}).")
            if state is not None and state.detail:
                console.print(f"It last {state.phase}: {state.detail}", markup=False)
        return 3
    rows = as_rows(state)
    totals = {key: sum(int(str(row[key])) for row in rows) for key in ("rss_bytes", "pss_bytes")}
    if as_json:
        report = {"phase": state.phase, "pid": pid, "gateway_url": state.gateway_url, "up_after_s": state.up_after_s}
        console.print_json(json.dumps({**report, **totals, "processes": rows}))
        return 0
    console.print(f"Madeleine is {state.phase} at [link]{state.gateway_url}[/link] (process {pid}).")
    console.print(status_table(rows))
    gib = {key: value / 2**30 for key, value in totals.items()}
    console.print(
        f"Memory: {gib['rss_bytes']:.2f} GiB RSS in sum (shared pages counted in each process), "
        f"{gib['pss_bytes']:.2f} GiB PSS (counted once)."
    )
    return 0


def show_logs(data: DataDir, console: Console, service: str, lines: int, *, follow: bool) -> int:
    """Prints the last lines of one service's log, or of all; returns the exit status."""
    names = sorted(path.stem for path in data.logs.glob("*.log")) if not service else [service]
    if missing := [name for name in names if not (data.logs / f"{name}.log").exists()]:
        known = ", ".join(sorted(path.stem for path in data.logs.glob("*.log"))) or "none yet"
        console.print(f"[red]No log of {missing[0]}[/] in {data.logs}; there are: {known}.")
        return 2
    for name in names:
        for line in logs.tail(data.logs, name, lines):
            logs.print_line(console, name, line)
    if follow:
        logs.follow(data.logs, names, lambda name, line: logs.print_line(console, name, line))
    return 0
