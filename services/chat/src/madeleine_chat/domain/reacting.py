"""Deciders about emoji on messages, and taking messages away."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.membership import LEADERS
from madeleine_chat.domain.messages import KnownMessage
from madeleine_chat.domain.refusals import Refused, message_deleted, no_message

MOST_DIFFERENT = 20


def react(
    state: Conversation, *, actor: str, message_id: str, emoji: str, remove: bool, now: datetime
) -> list[Message]:
    """A member puts an emoji on a message, or takes theirs off; nothing happens when it is so already."""
    state.writer(actor, now)
    known = _there(state, message_id)
    if known.deleted:
        raise message_deleted()
    if (actor in known.reactions.get(emoji, ())) is not remove:
        return []
    if not remove and emoji not in known.reactions and len(known.reactions) >= MOST_DIFFERENT:
        raise Refused(
            "precondition",
            f"a message takes at most {MOST_DIFFERENT} different emoji; choose one that is there already",
            reason="TOO_MANY_REACTIONS",
        )
    reacted = events.MessageReacted(
        conversation_id=state.conversation_id, message_id=message_id, person_id=actor, emoji=emoji, removed=remove
    )
    return [reacted]


def delete(state: Conversation, *, actor: str, message_id: str) -> list[Message]:
    """Takes a message away: its sender, or whoever had the AI say it; owners and admins take away any."""
    acting = state.member(actor)
    known = _there(state, message_id)
    if actor not in (known.sender_id, known.asked_by, known.reminder_of) and acting.role not in LEADERS:
        raise Refused(
            "denied",
            "only its sender, whoever had the AI say it, and owners and admins delete a message",
            reason="NOT_THE_SENDER",
        )
    if known.deleted:
        return []
    deleted = events.MessageDeleted(
        conversation_id=state.conversation_id, message_id=message_id, deleted_by=actor, sender_id=known.sender_id
    )
    return [deleted]


def _there(state: Conversation, message_id: str) -> KnownMessage:
    known = state.messages.get(message_id)
    if known is None:
        raise no_message()
    return known
