"""`make bench-demo`: the demo on a prepared machine: its start, its memory at rest, its length; last, a line of JSON.

Stops the stack if it is up and plays `madeleine demo`, whose processes then all start cold over the data that is there.
A fresh machine is measured by `make demo` itself, which remembers how long its first run took (`fresh_s`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from madeleine_cli.datadir import DEFAULT_DATA_DIR, DataDir
from madeleine_cli.demo import runs

# Figure, what it is, the most it may be.
_LIMITS = (
    ("fresh_s", "fresh machine to finished demo, s", 600.0),
    ("second_s", "a second demo, s", 150.0),
    ("up_second_s", "up to healthy, second start, s", 40.0),
    ("rss_gib", "whole stack at rest, GiB RSS", 2.5),
)
_SHOWN = ("rss_end_gib", "pss_gib", "first_token_s", "miniapp_s", "train_s", "longest_silence_s", "spark_s", "day_s")


def main() -> int:
    """Runs and prints; returns the exit status: 1 when the demo fails or a limit is passed."""
    console = Console()
    data = DataDir(Path(os.environ.get("MADELEINE_DATA_DIR", str(DEFAULT_DATA_DIR))).expanduser().resolve())
    if not data.state.exists():
        console.print(f"There is no data in {data.root}: run `make demo` once, then measure.", markup=False)
        return 1
    command = [sys.executable, "-m", "madeleine_cli.main", "--data-dir", str(data.root)]
    if code := subprocess.run([*command, "down"], check=False).returncode:
        return code
    began = time.monotonic()
    # Not as part of a set-up: this is the second demo, whoever called us.
    environment = {name: value for name, value in os.environ.items() if name != runs.STARTED_AT}
    last = ""
    with subprocess.Popen([*command, "demo"], stdout=subprocess.PIPE, text=True, env=environment) as demo:
        for line in demo.stdout or ():
            last = line
            console.print(line.rstrip("\n"), markup=False, highlight=False, soft_wrap=True)
    if demo.returncode:
        return demo.returncode
    figures: dict[str, object] = json.loads(last)
    figures |= {"second_s": round(time.monotonic() - began, 1), "fresh_s": runs.fresh_s(data)}
    console.print(_table(figures))
    print(json.dumps(figures))
    return 0 if all(_within(figures[name], limit) for name, _, limit in _LIMITS) else 1


def _table(figures: Mapping[str, object]) -> Table:
    table = Table("", "measured", "at most", title="make bench-demo", title_justify="left")
    for name, what, limit in _LIMITS:
        value = figures[name]
        style = "green" if _within(value, limit) else "bold red"
        table.add_row(
            what,
            "not known: its first demo was not from a fresh clone" if value is None else f"{value}",
            f"{limit:g}",
            style=style,
        )
    for name in _SHOWN:
        table.add_row(name, str(figures[name]), "")
    return table


def _within(value: object, limit: float) -> bool:
    return value is None or float(str(value)) <= limit


if __name__ == "__main__":
    sys.exit(main())
