"""What a person did to the memories of a space: stated, pinned, had forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from madeleine.memory.v1 import events_pb2 as ev


@dataclass(frozen=True, slots=True)
class Space:
    """Ids of the memories that are pinned, and of those that went."""

    pinned: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()


def evolve(state: Space, event: Message) -> Space:
    """The space after an event."""
    match event:
        case ev.StatementRemembered():
            return replace(state, pinned=state.pinned | {event.memory_id})
        case ev.MemoryPinnedChanged():
            ids = frozenset({event.memory_id})
            return replace(state, pinned=state.pinned | ids if event.pinned else state.pinned - ids)
        case ev.MemoryForgotten():
            ids = frozenset({event.memory_id})
            return replace(state, pinned=state.pinned - ids, forgotten=state.forgotten | ids)
        case _:
            return state


def pin(state: Space, memory_id: str, pinned: bool) -> list[Message]:
    """Pins or unpins; nothing happens when it is so already."""
    if (memory_id in state.pinned) == pinned:
        return []
    return [ev.MemoryPinnedChanged(memory_id=memory_id, pinned=pinned)]


def forget(state: Space, space: str, memory_ids: Sequence[str]) -> list[Message]:
    """Each memory that is not gone already goes, because its person asked."""
    return [
        ev.MemoryForgotten(memory_id=memory_id, space=space, reason="asked")
        for memory_id in memory_ids
        if memory_id not in state.forgotten
    ]
