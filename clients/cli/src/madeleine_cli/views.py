"""Tables of a stack's state."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil
from rich.console import Group, RenderableType
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from madeleine_cli.state import StackState, UnitState, UnitStatus

_STYLES = {
    UnitState.WAITING: "dim",
    UnitState.STARTING: "yellow",
    UnitState.HEALTHY: "green",
    UnitState.DONE: "green",
    UnitState.CRASHED: "red",
    UnitState.FAILED: "bold red",
    UnitState.STOPPING: "yellow",
    UnitState.STOPPED: "dim",
}


class StartView:
    """The live table of a start; Rich renders it several times a second."""

    def __init__(self, title: str) -> None:
        self._spinner = Spinner("dots", title)
        self.units: list[UnitStatus] = []

    def __rich__(self) -> RenderableType:
        """The table as of now."""
        table = Table("", "state", "pid", "address", "seconds", "", box=None, pad_edge=False, header_style="dim")
        for unit in self.units:
            seconds = time.time() - unit.since if unit.state is UnitState.STARTING else unit.ready_after_s
            table.add_row(
                unit.name,
                Text(unit.state, _STYLES[unit.state]),
                str(unit.pid or ""),
                unit.address,
                f"{seconds:.1f}" if seconds else "",
                Text(unit.detail.partition("\n")[0], "red"),
            )
        return Group(self._spinner, table)


def memory(pid: int) -> tuple[int, int]:
    """RSS and PSS in bytes of a process and its descendants; zeros if it is gone.

    In a sum of PSS a page that several processes share (PostgreSQL's buffers) counts once; in one of RSS, each time.
    """
    rss = pss = 0
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                info = process.memory_full_info()
                rss += info.rss
                # Linux only; elsewhere the set unique to the process is the nearest there is.
                pss += getattr(info, "pss", info.uss)
    return rss, pss


def as_rows(state: StackState) -> list[dict[str, object]]:
    """Each process of the stack, `up` itself last: its age in seconds, its memory and its children's in bytes."""
    now = time.time()
    rows: list[dict[str, object]] = []
    for unit in state.units:
        # Steps of the start (migrations) have no address, and no process to show.
        if unit.address:
            rss, pss = memory(unit.pid) if unit.pid else (0, 0)
            rows.append(
                {
                    "name": unit.name,
                    "state": str(unit.state),
                    "pid": unit.pid,
                    "uptime_s": round(now - unit.since, 1) if unit.pid else 0.0,
                    "restarts": unit.restarts,
                    "rss_bytes": rss,
                    "pss_bytes": pss,
                    "address": unit.address,
                }
            )
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(state.pid)
        info = process.memory_full_info()
        rows.append(
            {
                "name": "supervisor",
                "state": str(UnitState.HEALTHY),
                "pid": state.pid,
                "uptime_s": round(now - process.create_time(), 1),
                "restarts": 0,
                "rss_bytes": info.rss,
                "pss_bytes": getattr(info, "pss", info.uss),
                "address": "",
            }
        )
    return rows


def status_table(rows: list[dict[str, object]]) -> Table:
    """The rows of `as_rows` as a table for people."""
    table = Table("process", "state", "pid", "uptime", "restarts", "RSS MiB", "PSS MiB", box=None, pad_edge=False)
    table.add_column("address", no_wrap=True, min_width=len("127.0.0.1:65535"))
    for row in rows:
        state = UnitState(str(row["state"]))
        table.add_row(
            str(row["name"]),
            Text(state, _STYLES[state]),
            str(row["pid"] or ""),
            _age(float(str(row["uptime_s"]))),
            str(row["restarts"]),
            _mib(row["rss_bytes"]),
            _mib(row["pss_bytes"]),
            str(row["address"]),
        )
    return table


def _mib(value: object) -> str:
    return f"{int(str(value)) / 2**20:.0f}"


def _age(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
