"""The supervisor with real child processes: order, restart, end, and no orphan."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from madeleine_cli.state import UnitState
from madeleine_cli.supervisor import StartFailed, Supervisor, Unit

from .children import BROKEN, DEAF, WELL_BEHAVED, Recorder, child, entries


@asynccontextmanager
async def supervised(units: Sequence[Unit], recorder: Recorder, grace_s: float = 10.0) -> AsyncIterator[Supervisor]:
    """A supervisor with all its units up; stopped on exit."""
    supervisor = Supervisor(units, recorder.listener, grace_s)
    stop, up = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(supervisor.run(stop, up.set))
    waiting = asyncio.create_task(up.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        await running
    try:
        yield supervisor
    finally:
        stop.set()
        await running


async def test_starts_in_order_of_needs_and_stops_in_reverse(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    taken: list[str] = []

    async def migrate() -> None:
        taken.extend(entries(diary))

    units = [
        child("gateway", diary, "chat", "step"),
        child("chat", diary, "database"),
        child("database", diary),
        Unit("step", migrate, ("database",)),
    ]
    async with supervised(units, Recorder()):
        assert taken[0] == "database started"
    assert entries(diary) == [
        *("database started", "chat started", "gateway started"),
        *("gateway stopped", "chat stopped", "database stopped"),
    ]


async def test_restarts_a_crashed_child_and_says_so(tmp_path: Path) -> None:
    recorder = Recorder()
    async with supervised([child("chat", tmp_path / "diary")], recorder) as supervisor:
        first = supervisor.statuses["chat"].pid
        os.kill(first, signal.SIGKILL)
        await recorder.until(lambda: recorder.states.count(("chat", UnitState.HEALTHY)) == 2)
        status = supervisor.statuses["chat"]
        assert status.restarts == 1
        assert status.pid != first
        assert psutil.pid_exists(status.pid)
    assert ("chat", UnitState.CRASHED) in recorder.states
    assert entries(tmp_path / "diary") == ["chat started", "chat started", "chat stopped"]


async def test_passes_on_what_children_print(tmp_path: Path) -> None:
    recorder = Recorder()
    async with supervised([child("chat", tmp_path / "diary")], recorder):
        await recorder.until(lambda: "chat | hello from chat" in recorder.lines)


async def test_gives_up_a_child_that_never_comes_up_and_stops_the_others(tmp_path: Path) -> None:
    diary, recorder = tmp_path / "diary", Recorder()
    units = [child("database", diary), child("chat", diary, "database", program=BROKEN)]
    with pytest.raises(StartFailed, match="chat: ended with 1"):
        async with supervised(units, recorder):
            pytest.fail("it came up")
    assert "chat | no such luck" in recorder.lines
    assert entries(diary) == ["database started", "database stopped"]


async def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    async def migrate() -> None:
        raise ValueError("0001_init.sql was edited")

    with pytest.raises(StartFailed, match=r"migrations: 0001_init\.sql was edited"):
        async with supervised([Unit("migrations", migrate)], Recorder()):
            pytest.fail("it came up")


async def test_kills_a_child_that_does_not_stop(tmp_path: Path) -> None:
    recorder = Recorder()
    async with supervised([child("deaf", tmp_path / "diary", program=DEAF)], recorder, grace_s=0.2) as supervisor:
        pid = supervisor.statuses["deaf"].pid
    assert not psutil.pid_exists(pid)
    assert "killed" in supervisor.statuses["deaf"].detail


async def test_hurry_kills_at_once(tmp_path: Path) -> None:
    supervisor: Supervisor
    async with supervised([child("deaf", tmp_path / "diary", program=DEAF)], Recorder(), grace_s=50.0) as supervisor:
        supervisor.hurry()
        began = time.monotonic()
    assert time.monotonic() - began < 10


async def test_what_a_child_left_running_is_killed_with_it(tmp_path: Path) -> None:
    recorder = Recorder()
    spawn = "import subprocess; print(subprocess.Popen(['sleep', '300']).pid, flush=True)"
    program = f"{spawn}\n{WELL_BEHAVED}"
    async with supervised([child("parent", tmp_path / "diary", program=program)], recorder) as supervisor:
        await recorder.until(lambda: bool(recorder.lines))
        grandchild = int(recorder.lines[0].rpartition(" ")[2])
        # Its own end is seen though the other one still holds its output.
        os.kill(supervisor.statuses["parent"].pid, signal.SIGKILL)
        await recorder.until(lambda: ("parent", UnitState.CRASHED) in recorder.states)
    assert _gone([grandchild])


def test_no_orphan_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from children import DEAF, Recorder, child
from madeleine_cli.supervisor import Supervisor
diary = Path(sys.argv[1])
supervisor = Supervisor([child("one", diary), child("deaf", diary, "one", program=DEAF)], Recorder().listener)
def up():
    print(*(status.pid for status in supervisor.statuses.values()), flush=True)
asyncio.run(supervisor.run(asyncio.Event(), up))
"""
    folder = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "diary"), folder], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 2
        assert all(psutil.pid_exists(pid) for pid in pids)
        process.kill()
    assert _gone(pids)


def test_needs_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="chat needs database, which is no unit"):
        Supervisor([child("chat", tmp_path / "diary", "database")], Recorder().listener)


def _gone(pids: Sequence[int]) -> bool:
    """True when all processes end within 10 s; init may take a moment to reap them, so zombies count as ended."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes):
            return True
        # Nobody tells us of the end of processes that are not our children.
        time.sleep(0.02)
    return False
