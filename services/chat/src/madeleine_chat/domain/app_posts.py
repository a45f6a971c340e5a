"""Decides about what mini-apps say in a conversation."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as events

if TYPE_CHECKING:
    from madeleine_chat.domain.conversation import Conversation

MOST_TEXT = 2000
_POSTED = uuid.UUID("6d61646c-0000-5000-8000-617070706f73")


def message_id_of(app_id: str, idempotency_key: str) -> str:
    """The id that follows from the key: whatever is repeated, there is one message."""
    return str(uuid.uuid5(_POSTED, f"{app_id} {idempotency_key}"))


def post(
    state: Conversation, *, person_id: str, app_id: str, text: str, words_of: Sequence[str], idempotency_key: str
) -> list[Message]:
    """An app of a member's says something, once for each key; raises Refused when its owner is no member."""
    state.member(person_id)
    message_id = message_id_of(app_id, idempotency_key)
    if state.messages.get(message_id) is not None:
        return []
    posted = events.AppPosted(
        conversation_id=state.conversation_id,
        message_id=message_id,
        person_id=person_id,
        app_id=app_id,
        text=text,
        words_of=sorted(set(words_of) - {person_id}),
    )
    return [posted]
