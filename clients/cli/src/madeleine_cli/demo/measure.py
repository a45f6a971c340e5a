"""What the stack as a whole shows: its memory, its events, how long its parts took."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine_cli import events, stats
from madeleine_cli.datadir import DataDir
from madeleine_cli.demo.waiting import DemoFailed
from madeleine_cli.state import StackState
from madeleine_cli.views import as_rows

_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Footprint:
    """Memory of all processes of the stack, in GiB: RSS counts shared pages in each process, PSS once."""

    rss_gib: float
    pss_gib: float
    processes: tuple[tuple[str, float], ...]


def state_of(data: DataDir) -> StackState:
    """What the running stack says of itself; raises DemoFailed."""
    state = StackState.read(data.state)
    if state is None:
        raise DemoFailed(f"there is no stack in {data.root}")
    return state


def footprint(data: DataDir) -> Footprint:
    """Measures now."""
    rows = as_rows(state_of(data))
    sizes = {key: sum(int(str(row[key])) for row in rows) / _GIB for key in ("rss_bytes", "pss_bytes")}
    processes = tuple((str(row["name"]), int(str(row["rss_bytes"])) / _GIB) for row in rows)
    return Footprint(sizes["rss_bytes"], sizes["pss_bytes"], processes)


async def event_counts(data: DataDir) -> dict[str, int]:
    """Events in each JetStream stream, by its name."""
    async with events.jetstream(events.settings_of(data)) as js:
        return {str(row["stream"]): int(str(row["events"])) for row in await stats.stats(js)}
