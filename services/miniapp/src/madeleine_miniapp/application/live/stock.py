"""What is stored of a document, in hand: when it is merged, encoded anew as a whole, or the document made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from madeleine_miniapp.application.live.pieces import PIECE_BYTES, Piece, grouped, packed
from madeleine_miniapp.application.live.ports import Documents, Stored

# So many small updates, or bytes of them, are merged.
_UNMERGED, _UNMERGED_BYTES = 1000, PIECE_BYTES
# A document up to here is merged as a whole, and a larger one whenever that saves a quarter after it has doubled.
_SMALL_BYTES, _WORTH = 1024 * 1024, 0.75
# A document of at least so many bytes, and so many times what it holds, is made anew when nobody wrote for long.
_OUTGROWN_BYTES, _OUTGROWN = 1024 * 1024, 4


class Stock:
    """The pieces of a document: all that there is to send to those who come with nothing."""

    def __init__(self) -> None:
        # In order; empty: they are not in hand.
        self.pieces: list[Piece] = []
        # Weight when it was last encoded as a whole.
        self.whole_bytes = 0
        # Small updates that are stored one by one, and their bytes.
        self._apart = self._apart_bytes = 0

    def fill(self, stored: Stored) -> None:
        """Has in hand what is stored."""
        self.pieces, self.whole_bytes = list(stored.pieces), stored.whole_bytes
        groups = grouped([len(piece.update) for piece in stored.pieces])
        apart = [len(stored.pieces[at].update) for group in groups if len(group) > 1 for at in group]
        self._apart, self._apart_bytes = len(apart), sum(apart)

    def add(self, piece: Piece) -> None:
        """Notes what was stored after it."""
        self.pieces.append(piece)
        if len(piece.update) < PIECE_BYTES:
            self._apart += 1
            self._apart_bytes += len(piece.update)

    @property
    def much(self) -> bool:
        """Whether it is to be merged."""
        return self._apart > _UNMERGED or self._apart_bytes > _UNMERGED_BYTES

    def pack(self, merge: Callable[[Sequence[bytes]], bytes]) -> list[bytes]:
        """All of it as updates in order, no more than need be."""
        self.pieces = packed(self.pieces, merge)
        return [piece.update for piece in self.pieces]

    def settle(self, whole: Callable[[], bytes]) -> bytes:
        """Notes that all is being merged; the document as a whole if it is to be stored so, else nothing.

        Without what was written over it may weigh little; but as one piece it is taken in less well.
        """
        self._apart = self._apart_bytes = 0
        weight = weight_of(self.pieces)
        if _SMALL_BYTES < weight <= 2 * self.whole_bytes:
            return b""
        snapshot = whole()
        if weight > _SMALL_BYTES and len(snapshot) >= weight * _WORTH:
            self.whole_bytes = weight
            return b""
        self.pieces, self.whole_bytes = [Piece(self.pieces[-1].seq, snapshot)], len(snapshot)
        return snapshot


def weight_of(pieces: Sequence[Piece]) -> int:
    """Bytes of all."""
    return sum(len(piece.update) for piece in pieces)


async def is_outgrown(app_id: str, stored: Stored, documents: Documents) -> bool:
    """Whether a document is to be made anew: nobody wrote for long, and what was deleted outweighs the rest by far.

    Whoever was away for longer than that begins with an empty one.
    """
    weight = weight_of(stored.pieces)
    if not stored.quiet or weight < _OUTGROWN_BYTES:
        return False
    return weight > _OUTGROWN * await documents.weight(app_id)
