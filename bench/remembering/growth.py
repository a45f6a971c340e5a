"""How recall's time grows with what a space holds, as bars; the drawing can be kept as SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

_WIDTH = 40


def draw(figures: Mapping[str, object], path: Path | None) -> None:
    """Prints a bar for each `recall_p95_ms_SIZE`, and writes the drawing to `path` if one is given."""
    sizes = [match[1] for name in figures if (match := re.fullmatch(r"recall_p95_ms_(\w+)", name))]
    if not sizes:
        return
    console = Console(stderr=True, record=path is not None, width=100)
    table = Table("memories", "p50 ms", "p95 ms", "", title="Recall besides the query's embedding")
    most = max(float(str(figures[f"recall_p95_ms_{size}"])) for size in sizes)
    for size in sizes:
        p50, p95 = (float(str(figures[f"recall_{name}_ms_{size}"])) for name in ("p50", "p95"))
        bar = "█" * round(_WIDTH * p50 / most) + "░" * round(_WIDTH * (p95 - p50) / most)
        table.add_row(size.replace("_", " "), f"{p50:.1f}", f"{p95:.1f}", bar)
    console.print(table)
    if path is not None:
        console.save_svg(str(path), title="recall")
