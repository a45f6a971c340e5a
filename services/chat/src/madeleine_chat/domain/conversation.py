"""A conversation: its state, and how events change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.messages import KnownMessage, Messages
from madeleine_chat.domain.refusals import no_conversation, not_a_member

MOST_MEMBERS = 50


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of a conversation; `conversation_id` is empty before it was created."""

    conversation_id: str = ""
    kind: pb.ConversationKind.ValueType = pb.CONVERSATION_KIND_UNSPECIFIED
    title: str = ""
    mode: pb.AssistantMode.ValueType = pb.ASSISTANT_MODE_UNSPECIFIED
    creator: pb.Member = field(default_factory=pb.Member)
    # By person id, in the order of joining.
    members: Mapping[str, pb.Member] = field(default_factory=dict[str, pb.Member])
    messages: Messages = field(default_factory=Messages)

    def member(self, person_id: str) -> pb.Member:
        """The member of this id; raises Refused: there is no conversation, or they are not in it."""
        if not self.conversation_id:
            raise no_conversation()
        if person_id not in self.members:
            raise not_a_member()
        return self.members[person_id]

    @property
    def is_direct(self) -> bool:
        """True for one person and the AI."""
        return self.kind == pb.CONVERSATION_KIND_DIRECT

    @property
    def memory_space(self) -> str:
        """Where memory keeps what is said here."""
        return f"person:{self.creator.person_id}" if self.is_direct else f"conversation:{self.conversation_id}"


def evolve(state: Conversation, event: Message) -> Conversation:
    """The state after an event."""
    match event:
        case events.ConversationCreated():
            return replace(
                state,
                conversation_id=event.conversation_id,
                kind=event.kind,
                title=event.title,
                mode=event.assistant_mode,
                creator=event.creator,
            )
        case events.MemberAdded():
            # Somebody who is in already has changed roles and keeps their place.
            return replace(state, members={**state.members, event.member.person_id: event.member})
        case events.MemberRemoved():
            return replace(state, members={p: m for p, m in state.members.items() if p != event.person_id})
        case events.AssistantModeChanged():
            return replace(state, mode=event.mode)
        case _:
            return replace(state, messages=_messages_after(state.messages, event))


def _messages_after(messages: Messages, event: Message) -> Messages:
    match event:
        case events.MessageSent():
            return messages.put(KnownMessage(event.message_id, event.sender_id, event.text, event.in_reply_to))
        case events.AnswerCompleted():
            return messages.put(KnownMessage(event.message_id, "", event.text, event.in_reply_to, event))
        case events.AnswerFailed():
            return messages.put(KnownMessage(event.message_id, "", "", event.in_reply_to))
        case events.MessageEdited() | events.AnswerEdited():
            return messages.change(event.message_id, text=event.text)
        case events.AnswerRated():
            known = messages.get(event.message_id)
            ratings = {**(known.ratings if known else {}), event.rated_by: (event.rating, event.reason)}
            return messages.change(event.message_id, ratings=ratings)
        case _:
            # Requests to regenerate and reminders leave no trace here.
            return messages
