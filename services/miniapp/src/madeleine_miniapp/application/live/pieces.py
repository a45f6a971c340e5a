"""A document as it is stored and sent: updates in order, of which small neighbours are merged into pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# A page that takes one in is not held up for long, and a thousand of them are a very large document.
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """All that was stored after the piece before it, up to the update `seq`."""

    seq: int
    update: bytes


def grouped(sizes: Sequence[int]) -> list[range]:
    """Which neighbours are to be one piece: each group but the last has PIECE_BYTES, and no more than it takes."""
    groups: list[range] = []
    begin = weight = 0
    for at, size in enumerate(sizes):
        weight += size
        if weight >= PIECE_BYTES:
            groups.append(range(begin, at + 1))
            begin, weight = at + 1, 0
    if begin < len(sizes):
        groups.append(range(begin, len(sizes)))
    return groups


def packed(pieces: Sequence[Piece], merge: Callable[[Sequence[bytes]], bytes]) -> list[Piece]:
    """The same in as few pieces as need be."""
    found: list[Piece] = []
    for group in grouped([len(piece.update) for piece in pieces]):
        last = pieces[group[-1]]
        found.append(last if len(group) == 1 else Piece(last.seq, merge([pieces[i].update for i in group])))
    return found
