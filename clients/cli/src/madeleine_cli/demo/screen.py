"""What a person sees while the day is played: lines that stay, and below them what is under way."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_BAR_WIDTH = 28
_SHOWN_CHARACTERS = 600


@dataclass(slots=True)
class Lane:
    """One thing under way: text that grows as it is streamed, and a bar when its length is known."""

    title: str
    text: str = ""
    # 0 to 1; None: it has no known length.
    progress: float | None = None
    began: float = field(default_factory=time.monotonic)

    def __rich__(self) -> RenderableType:
        """Title, bar or seconds, and the end of the text."""
        table = Table.grid(padding=(0, 1))
        seconds = Text(f"{time.monotonic() - self.began:5.1f} s", style="dim")
        shown = Text(self.text[-_SHOWN_CHARACTERS:], style="italic" if self.progress is None else "dim")
        if self.progress is None:
            table.add_row(seconds, Text(self.title, style="cyan"), shown)
        else:
            bar = ProgressBar(total=1.0, completed=self.progress, width=_BAR_WIDTH)
            table.add_row(seconds, Text(self.title, style="cyan"), bar, Text(f"{self.progress:4.0%}"), shown)
        return table


class Screen:
    """Prints to a console; on a terminal, lanes are drawn live below what is printed."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._lanes: list[Lane] = []

    def __rich__(self) -> RenderableType:
        """All that is under way."""
        return Group(*self._lanes)

    @contextmanager
    def live(self) -> Generator[None, None, None]:
        """Draws the lanes until the end of the block."""
        with Live(self, console=self.console, refresh_per_second=10, transient=True):
            yield

    @contextmanager
    def lane(self, title: str, *, progress: float | None = None) -> Generator[Lane, None, None]:
        """Something is under way until the end of the block."""
        lane = Lane(title, progress=progress)
        self._lanes.append(lane)
        try:
            yield lane
        finally:
            self._lanes.remove(lane)

    def chapter(self, title: str) -> None:
        """A heading."""
        self.console.print()
        self.console.rule(f"[bold]{title}", align="left", style="dim")

    def said(self, who: str, where: str, text: str, note: str = "") -> None:
        """A message: what is quoted is never read as markup."""
        style = "bold magenta" if who == "Madeleine" else "bold green"
        line = Text.assemble((who, style), (f" in {where}: " if where else ": ", "dim"), text.strip())
        self.console.print(line if not note else line.append(f"  {note}", style="dim"))

    def told(self, text: str) -> None:
        """A fact that was read back."""
        self.console.print(Text(f"  {text}", style="cyan"))

    def show(self, thing: RenderableType) -> None:
        """A table or another piece."""
        self.console.print(thing)
