"""What every command gets."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console

from madeleine_cli.datadir import DataDir


@dataclass(frozen=True, slots=True)
class Context:
    """What every command gets."""

    data: DataDir
    console: Console
