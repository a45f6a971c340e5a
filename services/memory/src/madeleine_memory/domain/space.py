"""What was decided once and for all about the memories of a space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from madeleine.memory.v1 import events_pb2 as ev


@dataclass(frozen=True, slots=True)
class Space:
    """Ids of the memories that went or are no longer so, and what the space may hold."""

    forgotten: frozenset[str] = frozenset()
    superseded: frozenset[str] = frozenset()
    # 0: the house's default, no bound.
    budget_bytes: int = 0
    budget_items: int = 0


def evolve(state: Space, event: Message) -> Space:
    """The space after an event."""
    match event:
        case ev.MemoryForgotten():
            return replace(state, forgotten=state.forgotten | {event.memory_id})
        case ev.MemorySuperseded():
            return replace(state, superseded=state.superseded | {event.memory_id})
        case ev.BudgetChanged():
            return replace(state, budget_bytes=event.bytes, budget_items=event.items)
        case _:
            return state


def forget(state: Space, space: str, memory_ids: Sequence[str]) -> list[Message]:
    """Each memory that is not gone already goes, because its person asked."""
    return [
        ev.MemoryForgotten(memory_id=memory_id, space=space, reason="asked")
        for memory_id in memory_ids
        if memory_id not in state.forgotten
    ]


def supersede(state: Space, closed: ev.MemorySuperseded) -> list[Message]:
    """What is no longer so is told once."""
    if closed.memory_id in state.superseded or closed.memory_id in state.forgotten:
        return []
    return [closed]


def set_budget(state: Space, space: str, size: int, items: int) -> list[Message]:
    """What the space may hold; nothing happens when it is so already."""
    if (state.budget_bytes, state.budget_items) == (size, items):
        return []
    return [ev.BudgetChanged(space=space, bytes=size, items=items)]
