"""The KV cache in blocks: sequences with a common beginning under one revision share the blocks that hold it."""

from __future__ import annotations

import hashlib
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

Key = bytes


@dataclass(slots=True)
class BlockTable:
    """The blocks of one sequence, in order; the first `known` tokens were there before it."""

    blocks: list[int]
    known: int
    revision: str
    token_ids: list[int] = field(default_factory=list[int])
    # Keys of the blocks that are full.
    keys: list[Key] = field(default_factory=list[Key])


class BlockPool:
    """Hands out blocks of `block_tokens` tokens; full ones nobody uses any more are kept until room is needed."""

    def __init__(self, blocks: int, block_tokens: int) -> None:
        self._size = block_tokens
        self._free = list(range(blocks - 1, -1, -1))
        self._users = [0] * blocks
        self._by_key: dict[Key, int] = {}
        self._key_of: dict[int, Key] = {}
        # Full blocks without users, least recently used first.
        self._idle: OrderedDict[int, None] = OrderedDict()

    @property
    def free_blocks(self) -> int:
        """How many blocks a new sequence may take."""
        return len(self._free) + len(self._idle)

    def open(self, revision: str, prompt_ids: Sequence[int], reuse: int, total: int) -> BlockTable | None:
        """Blocks for `total` tokens, the known beginning among them; None when there are not enough."""
        found: list[int] = []
        keys: list[Key] = []
        parent = _root(revision)
        for start in range(0, reuse - self._size + 1, self._size):
            parent = _key(parent, prompt_ids[start : start + self._size])
            if (block := self._by_key.get(parent)) is None:
                break
            found.append(block)
            keys.append(parent)
        needed = -(-total // self._size) - len(found)
        if needed > self.free_blocks - sum(block in self._idle for block in found):
            return None
        for block in found:
            self._idle.pop(block, None)
            self._users[block] += 1
        blocks = found + [self._take() for _ in range(needed)]
        known = len(found) * self._size
        return BlockTable(blocks, known, revision, list(prompt_ids[:known]), keys)

    def written(self, table: BlockTable, token_ids: Sequence[int]) -> None:
        """Notes that the keys and values of these next tokens are in the sequence's blocks; full ones may be shared."""
        table.token_ids += token_ids
        while len(table.token_ids) >= (len(table.keys) + 1) * self._size:
            at = len(table.keys)
            parent = table.keys[-1] if table.keys else _root(table.revision)
            key = _key(parent, table.token_ids[at * self._size : (at + 1) * self._size])
            table.keys.append(key)
            # Two that began alike at the same time: the second's block stays its own.
            if key not in self._by_key:
                self._by_key[key] = table.blocks[at]
                self._key_of[table.blocks[at]] = key

    def close(self, table: BlockTable) -> None:
        """Gives a sequence's blocks back."""
        # Last ones first: the beginning, which others may share, is the last to be taken again.
        for block in reversed(table.blocks):
            self._users[block] -= 1
            if self._users[block]:
                continue
            if block in self._key_of:
                self._idle[block] = None
            else:
                self._free.append(block)
        table.blocks = []

    def _take(self) -> int:
        if self._free:
            block = self._free.pop()
        else:
            block, _ = self._idle.popitem(last=False)
            del self._by_key[self._key_of.pop(block)]
        self._users[block] = 1
        return block


def _root(revision: str) -> Key:
    return hashlib.blake2b(revision.encode(), digest_size=16).digest()


def _key(parent: Key, token_ids: Sequence[int]) -> Key:
    """Names a block by its revision and every token up to its end: a hash that nobody can make collide."""
    return hashlib.blake2b(parent + array("i", token_ids).tobytes(), digest_size=16).digest()
