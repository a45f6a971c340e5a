"""Deciders about a conversation itself: its title, its memory, when the AI speaks, and who is notified."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.membership import LEADERS
from madeleine_chat.domain.refusals import Refused, role_required


def update(state: Conversation, *, actor: str, title: str | None, memory_off: bool | None) -> list[Message]:
    """Owners and admins rename a group; they, or the one person of a direct conversation, switch its memory.

    None: as it is. Nothing happens when it is so already.
    """
    acting = state.member(actor)
    if title is not None and state.is_direct:
        raise Refused("precondition", "a direct conversation has no title", reason="DIRECT_CONVERSATION")
    if acting.role not in LEADERS:
        raise role_required("only owners and admins change a group")
    changes: list[Message] = []
    if title is not None and title != state.title:
        changes.append(events.ConversationRenamed(conversation_id=state.conversation_id, title=title, changed_by=actor))
    if memory_off is not None and memory_off != state.memory_off:
        changes.append(
            events.ConversationMemoryChanged(
                conversation_id=state.conversation_id, memory_off=memory_off, changed_by=actor
            )
        )
    return changes


def set_assistant_mode(
    state: Conversation, *, actor: str, mode: pb.AssistantMode.ValueType, speak_threshold: float
) -> list[Message]:
    """Owners and admins of a group say when the AI speaks; nothing happens when it is so already."""
    acting = state.member(actor)
    if state.is_direct:
        raise Refused("precondition", "in a direct conversation the AI always answers", reason="DIRECT_CONVERSATION")
    if acting.role not in LEADERS:
        raise role_required("only owners and admins say when the AI speaks")
    if (mode, speak_threshold) == (state.mode, state.speak_threshold):
        return []
    changed = events.AssistantModeChanged(
        conversation_id=state.conversation_id, mode=mode, changed_by=actor, speak_threshold=speak_threshold
    )
    return [changed]


def mute_notifications(state: Conversation, *, actor: str, until: datetime | None, now: datetime) -> list[Message]:
    """A member does not want to be notified for a while; None: notify again."""
    state.member(actor)
    if until is not None and until <= now:
        raise Refused("invalid", "must be in the future", reason="INVALID", field="until")
    if until == state.notifications.get(actor):
        return []
    muted = events.NotificationsMuted(conversation_id=state.conversation_id, person_id=actor)
    if until is not None:
        muted.until.FromDatetime(until)
    return [muted]
