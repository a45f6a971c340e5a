"""Logs of the processes: one rotated file for each, and merged lines in colour."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console
from rich.text import Text

_FILE_BYTES = 5 * 1024 * 1024
_FILES_KEPT = 3
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green", "bright_magenta")


class LogFiles:
    """Appends lines to <folder>/<name>.log, at most 20 MiB for each name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, RotatingFileHandler] = {}

    def write(self, name: str, line: str) -> None:
        """Appends one line."""
        if name not in self._files:
            path = self._folder / f"{name}.log"
            self._files[name] = RotatingFileHandler(
                path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8"
            )
        self._files[name].emit(logging.LogRecord(name, logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        """Closes all files."""
        for file in self._files.values():
            file.close()


def tail(folder: Path, name: str, count: int) -> list[str]:
    """The last lines of a log, oldest first; reaches back into the file before when the newest is short."""
    lines: list[str] = []
    for path in (folder / f"{name}.log", folder / f"{name}.log.1"):
        if len(lines) < count and path.exists():
            lines = [*path.read_text("utf-8", errors="replace").splitlines(), *lines]
    return lines[-count:] if count else []


def colour_of(name: str) -> str:
    """A colour that stays with a name."""
    return _COLOURS[sum(name.encode()) % len(_COLOURS)]


def print_line(console: Console, name: str, line: str) -> None:
    """Prints "name | line"; what a program says is never read as markup."""
    text = Text(f"{name:>9} | ", style=colour_of(name), end="")
    # from_ansi keeps a program's own colours and drops other control sequences.
    console.print(text, Text.from_ansi(line), sep="", soft_wrap=True)


def follow(folder: Path, names: list[str], line: Callable[[str, str], None]) -> None:
    """Hands on what is appended from now on, until KeyboardInterrupt; goes on in the new file after a rotation."""
    files = {name: (folder / f"{name}.log").open("r", encoding="utf-8", errors="replace") for name in names}
    for file in files.values():
        file.seek(0, 2)
    try:
        while True:
            for name, file in files.items():
                for text in file:
                    line(name, text.rstrip("\n"))
                path = folder / f"{name}.log"
                if path.exists() and path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                    file.close()
                    files[name] = path.open("r", encoding="utf-8", errors="replace")
            # Files cannot be awaited portably; five looks a second cost nothing.
            time.sleep(0.2)
    finally:
        for file in files.values():
            file.close()
