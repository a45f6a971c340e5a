"""Deciders about branches: a conversation of one's own that begins with what was said in another."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.membership import create
from madeleine_chat.domain.messages import KnownMessage
from madeleine_chat.domain.refusals import Refused, no_message
from madeleine_chat.domain.talking import trace_of

# The last ones of a long conversation, as far as they fit into one append.
MOST_MESSAGES = 2000
MOST_BYTES = 8 * 1024 * 1024
_BRANCHES = uuid.UUID("6d61646c-0000-5000-8000-6272616e6368")


def branch_id_of(actor: str, idempotency_key: str) -> str:
    """The id of the branch that a command makes: whoever repeats the command means the same branch."""
    return str(uuid.uuid5(_BRANCHES, f"{actor}\0{idempotency_key}"))


def branch(
    state: Conversation,
    *,
    source: Conversation,
    branch_id: str,
    message_id: str,
    title: str,
    actor: tuple[str, str],
    said: Sequence[pb.Message],
    now: datetime,
) -> list[Message]:
    """Makes the branch; nothing happens when it is there already.

    `state`: of the branch. `actor`: (person id, name). `said`: the source's messages up to the one it is branched at,
    oldest first, as they read now.
    """
    if state.conversation_id:
        return []
    if title and source.is_direct:
        raise Refused("invalid", "must be empty for a direct conversation", reason="INVALID", field="title")
    made = create(
        state,
        conversation_id=branch_id,
        kind=source.kind,
        title=title or source.title,
        mode=source.mode,
        creator=actor,
        others=(),
        now=now,
        branched_from=source.conversation_id,
        branched_at_message=message_id,
    )
    return [*made, *_settings(source, branch_id, actor[0]), *_copies(source, branch_id, said)]


def branched(state: Conversation, *, actor: str, message_id: str, branch_id: str) -> list[Message]:
    """Notes in the source that it was branched, once, with the lineage of the answer at which it was."""
    known = state.messages.get(message_id)
    if branch_id in state.branches or actor not in state.members or known is None:
        return []
    answer = known.answer
    event = events.ConversationBranched(
        conversation_id=state.conversation_id,
        message_id=message_id,
        branched_by=actor,
        branch_id=branch_id,
        trace=trace_of(answer),
        memory_ids=answer.memory_ids if answer is not None else (),
        words_of=answer.words_of if answer is not None else (),
    )
    return [event]


def may_branch(state: Conversation, *, actor: str, message_id: str) -> None:
    """Raises Refused for who is no member, and for a message that is not there."""
    state.member(actor)
    if state.messages.get(message_id) is None:
        raise no_message()


def _settings(source: Conversation, branch_id: str, actor: str) -> list[Message]:
    """What was not to be remembered there is not here."""
    settings: list[Message] = []
    if source.speak_threshold:
        settings.append(
            events.AssistantModeChanged(
                conversation_id=branch_id,
                mode=source.mode,
                changed_by=actor,
                speak_threshold=source.speak_threshold,
            )
        )
    if source.memory_off:
        settings.append(events.ConversationMemoryChanged(conversation_id=branch_id, memory_off=True, changed_by=actor))
    return settings


def _copies(source: Conversation, branch_id: str, said: Sequence[pb.Message]) -> list[Message]:
    copies: list[Message] = []
    new_ids: dict[str, str] = {}
    for message, known in _readable(source, said):
        new_ids[message.message_id] = str(uuid.uuid5(uuid.UUID(branch_id), message.message_id))
        copy = events.MessageCopied(
            conversation_id=branch_id,
            message_id=new_ids[message.message_id],
            sender_id=known.sender_id,
            sender_name=message.sender_name,
            text=message.text,
            in_reply_to=new_ids.get(message.in_reply_to, ""),
            sent_at=message.sent_at,
            copied_from=message.message_id,
            words_of=known.words_of if known.by_assistant else (),
        )
        copies.append(copy)
    return copies


def _readable(source: Conversation, said: Sequence[pb.Message]) -> list[tuple[pb.Message, KnownMessage]]:
    """Without what is deleted, off the record or a reminder, nor answers that a later one replaced."""
    replaced = {message.answer.replaces for message in said if message.text}
    chosen: list[tuple[pb.Message, KnownMessage]] = []
    size = 0
    for message in reversed(said[-MOST_MESSAGES:]):
        known = source.messages.get(message.message_id)
        if known is None or not known.on_record or known.reminder_of or message.message_id in replaced:
            continue
        if not message.text:
            continue
        size += len(message.text.encode())
        if size > MOST_BYTES:
            break
        chosen.append((message, known))
    return chosen[::-1]
