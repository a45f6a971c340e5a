"""Looks through a Yjs update (version 1) before it is applied: what it would write, and whether that may be.

The layout follows yjs/src/utils/encoding.js. A document of records is made of maps and plain values alone; an update
that refers to what the document does not hold is not kept in waiting, since it would be judged as a later sender's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from madeleine_miniapp.application.live.lib0 import Malformed, Reader
from madeleine_miniapp.application.live.ports import Gap

ROOT = "records"
_HAS_ORIGIN, _HAS_RIGHT, _HAS_KEY, _KIND = 0x80, 0x40, 0x20, 0x1F
_GC, _DELETED, _TYPE, _ANY, _SKIP = 0, 1, 7, 8, 10
_MAP = 1
_MAX_CLIENT, _MAX_CLOCK = 2**53, 2**31


@dataclass(slots=True)
class Contents:
    """What an update writes: clock ranges by client, items that it refers to, and ranges that it deletes."""

    written: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    refers: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    deleted: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    @property
    def empty(self) -> bool:
        """Whether it writes and deletes nothing."""
        return not self.written and not self.deleted


def look_through(update: bytes) -> Contents:
    """What an update writes; raises Malformed for one that is no update or holds what no record is made of."""
    reader, found = Reader(update), Contents()
    for _ in range(reader.uint()):
        structs, client, clock = reader.uint(), reader.uint(), reader.uint()
        if client >= _MAX_CLIENT or client in found.written:
            raise Malformed("a client's part comes twice, or its number is too large")
        begin = clock
        for _ in range(structs):
            clock += _struct(reader, found)
        if clock >= _MAX_CLOCK:
            raise Malformed("a clock is too large")
        found.written[client] = (begin, clock)
    for _ in range(reader.uint()):
        client = reader.uint()
        for _ in range(reader.uint()):
            begin, length = reader.uint(), reader.uint()
            found.deleted.append((client, begin + length))
    if not reader.ended:
        raise Malformed("something follows its end")
    return found


def check_known(found: Contents, clocks: Mapping[int, int]) -> None:
    """Whether a document that is at these clocks has all that an update builds on; raises Gap."""
    ends = dict(clocks)
    for client, (begin, end) in found.written.items():
        if begin > clocks.get(client, 0):
            raise Gap
        ends[client] = max(end, clocks.get(client, 0))
    for client, clock in found.refers:
        if clock >= ends.get(client, 0):
            raise Gap
    for client, end in found.deleted:
        if end > ends.get(client, 0):
            raise Gap


def read_clocks(state: bytes) -> dict[int, int]:
    """A state vector: the next clock by client; raises Malformed."""
    reader = Reader(state)
    return {reader.uint(): reader.uint() for _ in range(reader.uint())}


def _struct(reader: Reader, found: Contents) -> int:
    """Passes over one struct; how many clocks it takes."""
    info = reader.byte()
    kind = info & _KIND
    if kind == _GC:
        return _some(reader)
    if kind == _SKIP:
        raise Gap
    if info & _HAS_ORIGIN:
        found.refers.append((reader.uint(), reader.uint()))
    if info & _HAS_RIGHT:
        found.refers.append((reader.uint(), reader.uint()))
    if not info & (_HAS_ORIGIN | _HAS_RIGHT):
        if reader.uint() == 1:
            if (root := reader.text()) != ROOT:
                raise Malformed(f"the document has no root {root[:40]!r}; it has {ROOT!r} alone")
        else:
            found.refers.append((reader.uint(), reader.uint()))
        if info & _HAS_KEY:
            reader.text()
        else:
            raise Malformed("the document holds maps alone, and no list or text")
    return _content(reader, kind)


def _content(reader: Reader, kind: int) -> int:
    if kind == _DELETED:
        return _some(reader)
    if kind == _TYPE and reader.uint() == _MAP:
        return 1
    if kind == _ANY:
        length = _some(reader)
        for _ in range(length):
            reader.pass_any()
        return length
    raise Malformed("the document holds maps and plain values alone")


def _some(reader: Reader) -> int:
    if not (length := reader.uint()):
        raise Malformed("it holds an item of no length")
    return length
