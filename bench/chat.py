"""Measures how good a member of the group the AI is, and how fast the chat is, on real servers and the real model.

DATA: a folder with turntaking.jsonl and leaks.jsonl, or with only one of these (default ../shared/data). Nothing is
fitted here. The parts (ONLY=part): turns, leaks, tools, fanout, first_token, streams. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import json
import os
import time
from pathlib import Path
from typing import Any

from chatting.house import bench_for
from rich.console import Console
from rich.table import Table

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PARTS = ("turns", "leaks", "tools", "fanout", "first_token", "streams")
# What the figures should be: at least these, and at most those below.
_LEAST = {"turn_f1": 0.85, "benign_rate": 0.9}
_MOST = {
    "turn_ms": 60.0,
    "leaks": 0,
    "fanout_p99_vs_echo": 5.0,
    "first_token_overhead_p50_ms": 80.0,
    "streams_1000_dropped": 0,
}
_CONSOLE = Console(stderr=True)


def measure(part: str, data: Path) -> dict[str, Any]:
    """The figures of one part (`chatting.<part>.measure`), on servers of its own; none of a part that isn't there."""
    if importlib.util.find_spec(f"chatting.{part}") is None:
        _CONSOLE.print(f"{part}: not there yet, skipped")
        return {}
    _CONSOLE.print(f"{part} ...")
    module = importlib.import_module(f"chatting.{part}")
    began = time.monotonic()
    names = [*getattr(module, "PROCESSES", ()), *(("inference",) if getattr(module, "NEEDS_MODEL", False) else ())]
    with bench_for(data, _CONSOLE, names, getattr(module, "SETTINGS", {})) as bench:
        figures: dict[str, Any] = asyncio.run(module.measure(bench))
    return figures | {f"{part}_seconds": round(time.monotonic() - began)}


def main() -> None:
    """Prints the table and the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="parts to measure")
    arguments = parser.parse_args()
    data = Path(os.environ.get("DATA") or _DATA)
    figures: dict[str, Any] = {}
    for part in arguments.only:
        figures |= measure(part, data)
    table = Table("figure", "value", "wanted")
    for name, value in figures.items():
        wanted = f">= {_LEAST[name]}" if name in _LEAST else f"<= {_MOST[name]}" if name in _MOST else ""
        table.add_row(name, str(value), wanted)
    _CONSOLE.print(table)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
