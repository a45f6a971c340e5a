"""Measures mini-apps: making, changing and asking them, and their live editing. The last line is JSON.

DATA: a folder with any of miniapp_prompts.jsonl, miniapp_edits.jsonl, and record_queries.jsonl with records/*.json
(default ../shared/data). Nothing is fitted on what is scored.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
# Each is a module of `miniapping` with `async measure(data, console) -> figures`.
PARTS = ("prompts", "edits", "queries", "live")
# A limit below zero is one that must not be passed.
_LIMITS = {
    "spec_first_try": 0.9,
    "spec_after_repair": 1.0,
    "must_fields": 0.85,
    "views": 0.8,
    "first_screen_p50_s": -10.0,
    "complete_p95_s": -60.0,
    "edit_done": 0.8,
    "edit_kept": 1.0,
    "query_exact": 0.85,
    "query_refused": 0.9,
    "query_wrong": -0.03,
    "query_p50_s": -1.5,
    "crdt_converged": 1.0,
    "crdt_p95_ms": -200.0,
    "open_50k_s": -1.0,
}
_CONSOLE = Console(stderr=True)


async def measure(parts: Sequence[str], data: Path) -> dict[str, Any]:
    """The figures of these parts, one after the other."""
    figures: dict[str, Any] = {}
    for part in parts:
        _CONSOLE.print(f"measuring {part}")
        figures |= await import_module(f"miniapping.{part}").measure(data, _CONSOLE)
    return figures


def main() -> None:
    """Prints the table and the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="parts to measure")
    arguments = parser.parse_args()
    data = Path(os.environ.get("DATA") or _DATA)
    if not data.is_dir():
        parser.error(f"{data} is not a folder")
    began = time.monotonic()
    figures = asyncio.run(measure(arguments.only, data))
    figures["seconds"] = round(time.monotonic() - began)
    table = Table("figure", "value", "wanted")
    for name, value in figures.items():
        limit = _LIMITS.get(name)
        table.add_row(name, str(value), "" if limit is None else f">= {limit}" if limit > 0 else f"<= {-limit}")
    _CONSOLE.print(table)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
