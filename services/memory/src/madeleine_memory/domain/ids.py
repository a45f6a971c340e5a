"""Names: of memories, of spaces, of the streams of spaces."""

from __future__ import annotations

import uuid

# Ours alone; made once.
_NAMESPACE = uuid.UUID("6a3c1d52-6f0e-5b51-9a39-0d3f2f1f7c11")


def memory_id_of(event_id: str) -> str:
    """The id of the memory that an event gives rise to: the same however often it is delivered or replayed."""
    return str(uuid.uuid5(_NAMESPACE, event_id))


def private_space(person_id: str) -> str:
    """The space that only this person, and the AI when alone with them, may see."""
    return f"person:{person_id}"


def conversation_space(conversation_id: str) -> str:
    """The space of what was said in a conversation."""
    return f"conversation:{conversation_id}"


def is_space(text: str) -> bool:
    """True for "person:<uuid>", "conversation:<uuid>" and "app:<uuid>"."""
    kind, _, name = text.partition(":")
    try:
        return kind in ("person", "conversation", "app") and str(uuid.UUID(name)) == name
    except ValueError:
        return False


def stream_of(space: str) -> str:
    """The event stream of a space."""
    return f"memory-{space}"
