"""`make chaos`: commands from 8 clients while every part of the house is killed again and again; last, a line of JSON.

What every acknowledged command led to must stand exactly once, in order, in every projection, and each projection must
equal what a rebuild makes. The exit status is 1 if anything is wrong. `--seed` repeats a run's faults and commands (the
moments at which they meet differ from run to run).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import secrets
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from madeleine_common.testing.chaos import ChaosPlan, ChaosReport, TooSlow, run_chaos

_TIMES = 4
_LOGS = Path("build/chaos")


def main() -> int:
    """Runs and prints; returns the exit status."""
    plan = _plan()
    console = Console()
    console.print(f"seed {plan.seed}; logs of every process will be in {_LOGS}", highlight=False)
    # Clients meet every fault; what they say of it is counted, not shown.
    logging.disable(logging.CRITICAL)
    try:
        report = asyncio.run(_run(plan, console))
    except (TooSlow, ExceptionGroup, AssertionError) as error:
        console.print(f"[bold red]make chaos failed:[/] {_innermost(error)}", highlight=False)
        return 1
    console.print(_table(report))
    for wrong in report.wrong:
        console.print(f"[bold red]wrong:[/] {wrong}", highlight=False)
    print(json.dumps(report.figures()))
    return 1 if report.wrong else 0


def _plan() -> ChaosPlan:
    parser = argparse.ArgumentParser(prog="make chaos", description="Commands, and faults among them.")
    parser.add_argument("--commands", type=int, default=10_000, metavar="N", help="how many commands (10000)")
    parser.add_argument("--seed", type=int, default=None, metavar="N", help="decides faults and commands (at random)")
    parser.add_argument("--times", type=int, default=_TIMES, metavar="N", help=f"each kind of fault ({_TIMES})")
    parser.add_argument("--minutes", type=float, default=15.0, metavar="M", help="gives up after that (15)")
    chosen = parser.parse_args()
    for name in ("commands", "times", "minutes"):
        if getattr(chosen, name) <= 0:
            parser.error(f"--{name} must be more than 0")
    seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    return ChaosPlan(chosen.commands, seed, chosen.times, within_s=chosen.minutes * 60)


async def _run(plan: ChaosPlan, console: Console) -> ChaosReport:
    # What asyncpg leaves behind when its server is killed is no news here.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    columns = (
        TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("servers start", total=plan.commands)
        return await run_chaos(plan, lambda done, now: bar.update(task, completed=done, description=now), _LOGS)


def _table(report: ChaosReport) -> Table:
    table = Table("fault", "times", "recovery s", "longest", title="make chaos", title_justify="left")
    for fault, seconds in report.record.seconds.items():
        each = " ".join(f"{s:.1f}" for s in seconds)
        table.add_row(str(fault), str(len(seconds)), each, f"{max(seconds, default=0.0):.1f}")
    return table


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


if __name__ == "__main__":
    sys.exit(main())
