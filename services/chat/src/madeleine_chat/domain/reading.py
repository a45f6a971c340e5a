"""How far one person has read in one conversation."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as events


@dataclass(frozen=True, slots=True)
class Reading:
    """The furthest cursor; 0 before anything was read."""

    cursor: int = 0


def evolve(state: Reading, event: Message) -> Reading:
    """The state after an event."""
    return Reading(max(state.cursor, event.cursor)) if isinstance(event, events.MessagesRead) else state


def read(state: Reading, *, conversation_id: str, person_id: str, cursor: int) -> list[Message]:
    """Somebody has read up to a cursor; nothing happens when they were as far already."""
    if cursor <= state.cursor:
        return []
    return [events.MessagesRead(conversation_id=conversation_id, person_id=person_id, cursor=cursor)]
