"""Rows that wait to be written, by stream, type and day, within a budget of memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from urllib.parse import quote

from madeleine_cli.export.rows import Row
from madeleine_common.bus.streams import stream_name
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.reading import Cursor

# What a row takes beside its payload: its envelope, and the objects of a parsed message.
_ROW_BYTES = 2048
_MOST_OPEN = 256
_MOST_PATHS = 10_000
# A rare type's rows are written after so many others, so that a killed export has little to read again.
_MOST_BEHIND = 200_000
_PLAIN = re.compile(r"[A-Za-z]\w{0,99}")


@dataclass(slots=True, eq=False)
class Partition:
    """The rows of one folder that are not written yet; `since`: how many rows had come before its first."""

    path: str
    rows: list[Row] = field(default_factory=list)
    size: int = 0
    since: int = 0


class Buffers:
    """The partitions of one context's export."""

    def __init__(self, context: str, budget: int) -> None:
        """`budget`: bytes that all rows together may take, as far as they can be told."""
        self.context = context
        self._budget = budget
        self._open: dict[str, Partition] = {}
        self._paths: dict[tuple[str, date], str] = {}
        self._size = 0
        self._taken = 0

    def partition(self, event: RecordedEvent) -> Partition:
        """Where an event belongs; days are those of UTC."""
        key = (event.type, event.metadata.occurred_at.astimezone(UTC).date())
        path = self._paths.get(key)
        if path is None:
            if len(self._paths) > _MOST_PATHS:
                self._paths.clear()
            path = self._paths[key] = partition_path(self.context, *key)
        found = self._open.get(path)
        if found is None:
            found = self._open[path] = Partition(path)
        return found

    def add(self, partition: Partition, row: Row, payload: int) -> None:
        """Puts a row with its partition; `payload`: the bytes of its payload."""
        if not partition.rows:
            partition.since = self._taken
        partition.rows.append(row)
        size = 2 * payload + _ROW_BYTES
        partition.size += size
        self._size += size
        self._taken += 1

    def ripe(self) -> list[Partition]:
        """Those to be written now: the largest until half the budget is free, and those open for long."""
        filled = self.all()
        old = [p for p in filled if self._taken - p.since > _MOST_BEHIND]
        if len(filled) > _MOST_OPEN:
            # Time goes on, and days that are over will get no more.
            old = sorted(filled, key=lambda p: p.since)[: len(filled) // 2]
        left = self._size - sum(p.size for p in old)
        if left <= self._budget:
            return old
        ripe = list(old)
        for partition in sorted(filled, key=lambda p: p.size, reverse=True):
            if left <= self._budget // 2:
                break
            if partition not in old:
                ripe.append(partition)
                left -= partition.size
        return ripe

    def all(self) -> list[Partition]:
        """Every partition that has rows."""
        return [p for p in self._open.values() if p.rows]

    def written(self, partitions: Sequence[Partition]) -> None:
        """Lets go of what has been written."""
        gone = set(partitions)
        self._size -= sum(p.size for p in partitions)
        self._open = {p.path: p for p in self._open.values() if p not in gone and p.rows}

    def settled(self, last: Cursor) -> Cursor:
        """The place up to which all rows are written, when all up to `last` were taken."""
        waiting = [p.rows[0].cursor for p in self.all()]
        if not waiting:
            return last
        first = min(waiting)
        return Cursor(first.tx_id, first.position - 1)


def partition_path(context: str, type_name: str, day: date) -> str:
    """stream=CHAT/type=MessageSent/day=2026-11-24."""
    name = type_name.rsplit(".", 1)[-1]
    # What a row says its type is must not choose a folder elsewhere.
    safe = name if _PLAIN.fullmatch(name) else quote(name, safe="").replace(".", "%2E")[:100] or "unnamed"
    return f"stream={stream_name(context)}/type={safe}/day={day.isoformat()}"
