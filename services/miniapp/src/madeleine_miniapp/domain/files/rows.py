"""CSV text as rows of cells: delimiter found, quotes over several lines, and what is broken told row by row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from madeleine_miniapp.domain.errors import Bad, Violation

MAX_COLUMNS = 200
_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 50
# A quote that is open for longer was never meant to be one.
_MOST_LINES_OF_A_ROW = 500
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row after the header; `number` is 1 for the first. `fault` says why it cannot be read, else it is empty."""

    number: int
    cells: Sequence[str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file: its header, each name once, and its rows that are not blank."""

    header: Sequence[str]
    rows: Sequence[Row]
    delimiter: str

    def column(self, index: int) -> list[str]:
        """The cells of one column, without those of broken rows."""
        return [row.cells[index] for row in self.rows if not row.fault]


def read_rows(text: str) -> Sheet:
    """The rows of CSV text; raises Bad("csv") where there is no table at all."""
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        raise Bad([Violation("csv", "must be text; it holds the character U+0000")])
    delimiter = ""
    # Excel's own way to say it.
    if found := re.match(r"sep=(.)\r?\n", text):
        delimiter, text = found[1], text[found.end() :]
    lines = [line for line in _LINE.findall(text) if line]
    delimiter = delimiter or _delimiter(lines)
    records = _records(lines, delimiter)
    header = next((cells for cells, fault in records if not fault and _any(cells)), None)
    if header is None:
        raise Bad([Violation("csv", "must have a header with the names of its columns")])
    header = [name.strip() for name in header]
    while not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise Bad([Violation("csv", f"must have at most {MAX_COLUMNS} columns; it has {len(header)}")])
    rows = [row for number, (cells, fault) in enumerate(records, 1) if (row := _row(number, cells, fault, len(header)))]
    return Sheet(_once(header), rows, delimiter)


def _row(number: int, cells: list[str], fault: str, width: int) -> Row | None:
    if not fault and not _any(cells):
        return None
    if not fault and _any(cells[width:]):
        fault = f"has {len(cells)} cells, the header has {width}"
    return Row(number, (cells + [""] * width)[:width], fault)


def _any(cells: Sequence[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _records(lines: Sequence[str], delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Cells and fault of each record; one whose quote never closes is broken alone, not all that follows."""
    at = 0
    while at < len(lines):
        end = at + 1
        open_ = _open_after(lines[at], delimiter, inside=False)
        while open_ and end < len(lines) and end - at < _MOST_LINES_OF_A_ROW:
            open_ = _open_after(lines[end], delimiter, inside=True)
            end += 1
        if open_:
            yield [lines[at].strip()], "has a quote that is never closed"
            at += 1
            continue
        try:
            cells = next(csv.reader(["".join(lines[at:end])], delimiter=delimiter), list[str]())
            yield cells, ""
        except csv.Error as error:
            yield [lines[at].strip()], f"is not CSV: {error}"
        at = end


def _open_after(line: str, delimiter: str, *, inside: bool) -> bool:
    """Whether a quoted cell is still open at the line's end, as `csv` reads it."""
    at_start, position = not inside, 0
    while position < len(line):
        if inside:
            close = line.find('"', position)
            if close < 0:
                return True
            if line[close + 1 : close + 2] == '"':
                position = close + 2
                continue
            inside, position, at_start = False, close + 1, False
        elif at_start and line[position] == '"':
            inside, position = True, position + 1
        else:
            cell = line.find(delimiter, position)
            if cell < 0:
                return False
            position, at_start = cell + 1, True
    return inside


def _delimiter(lines: Sequence[str]) -> str:
    """The one that cuts the first rows into as many cells as the header has, and into most of them."""
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = [len(cells) for cells, fault in _first(lines, delimiter) if not fault and _any(cells)]
        if not widths or widths[0] < 2:
            continue
        same = sum(width == widths[0] for width in widths) / len(widths)
        if (round(same, 1), widths[0]) > best_score:
            best, best_score = delimiter, (round(same, 1), widths[0])
    return best


def _first(lines: Sequence[str], delimiter: str) -> list[tuple[list[str], str]]:
    return list(_records(lines[:_SNIFFED], delimiter))


def _once(header: Sequence[str]) -> list[str]:
    """Names that no two columns share; "2" for the second column without any."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for index, given in enumerate(header, 1):
        name = given or str(index)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
