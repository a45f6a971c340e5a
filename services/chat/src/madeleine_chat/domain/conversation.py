"""A conversation: its state, and how events change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.attaching import Attachments, KnownAttachment, attachments_after
from madeleine_chat.domain.invites import Invites, KnownInvite, invites_after
from madeleine_chat.domain.messages import KnownMessage, Messages
from madeleine_chat.domain.refusals import Refused, no_conversation, not_a_member
from madeleine_chat.domain.reminders import KnownReminder, Reminders, reminders_after
from madeleine_chat.domain.talk import Talk

MOST_MEMBERS = 50
T = TypeVar("T")


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
    memory_off: bool = False
    # Conversation and message that this one is a branch of.
    branched_from: str = ""
    branched_at_message: str = ""
    # Conversations that are branches of this one.
    branches: frozenset[str] = frozenset()
    # 0: the house's own.
    speak_threshold: float = 0.0
    # By person id. Bans and mutes outlast a membership: who comes back is still muted.
    bans: Mapping[str, events.MemberBanned] = field(default_factory=dict[str, events.MemberBanned])
    mutes: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    invites: Invites = field(default_factory=dict[str, KnownInvite])
    # Until when members do not want to be notified.
    notifications: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    attachments: Attachments = field(default_factory=dict[str, KnownAttachment])
    # By id, in the order of being set.
    reminders: Reminders = field(default_factory=dict[str, KnownReminder])
    # Answers of which members were told that they come later.
    delayed: frozenset[str] = frozenset()
    talk: Talk = field(default_factory=Talk)

    def member(self, person_id: str) -> pb.Member:
        """The member of this id; raises Refused: there is no conversation, or they are not in it."""
        if not self.conversation_id:
            raise no_conversation()
        if person_id not in self.members:
            raise not_a_member()
        return self.members[person_id]

    def writer(self, person_id: str, now: datetime) -> pb.Member:
        """The member of this id, who may write now; raises Refused as `member` does, and while they are muted."""
        member = self.member(person_id)
        until = self.mutes.get(person_id)
        if until is not None and now < until:
            told = until.isoformat(timespec="seconds")
            raise Refused("denied", f"you are muted here until {told}", reason="MUTED", details={"until": told})
        return member

    @property
    def is_direct(self) -> bool:
        """True for one person and the AI."""
        return self.kind == pb.CONVERSATION_KIND_DIRECT

    @property
    def memory_space(self) -> str:
        """Where memory keeps what is said here."""
        return f"person:{self.creator.person_id}" if self.is_direct else f"conversation:{self.conversation_id}"

    @property
    def remembered_in(self) -> str:
        """Where memory is to keep what is said now; empty: nowhere."""
        return "" if self.memory_off else self.memory_space


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
                branched_from=event.branched_from,
                branched_at_message=event.branched_at_message,
            )
        case events.MemberAdded():
            # Somebody who is in already has changed roles and keeps their place.
            return replace(state, members={**state.members, event.member.person_id: event.member})
        case events.MemberRemoved():
            return replace(
                state,
                members=_without(state.members, event.person_id),
                notifications=_without(state.notifications, event.person_id),
            )
        case events.MemberBanned():
            return replace(state, bans={**state.bans, event.person_id: event})
        case events.MemberUnbanned():
            return replace(state, bans=_without(state.bans, event.person_id))
        case events.MemberMuted():
            return replace(state, mutes=_until(state.mutes, event))
        case events.NotificationsMuted():
            return replace(state, notifications=_until(state.notifications, event))
        case events.InviteCreated() | events.InviteUsed() | events.InviteRevoked():
            return replace(state, invites=invites_after(state.invites, event))
        case events.ConversationBranched():
            return replace(state, branches=state.branches | {event.branch_id})
        case events.AssistantModeChanged():
            return replace(state, mode=event.mode, speak_threshold=event.speak_threshold)
        case events.ConversationRenamed():
            return replace(state, title=event.title)
        case events.ConversationMemoryChanged():
            return replace(state, memory_off=event.memory_off)
        case events.ReminderSet() | events.ReminderSnoozed() | events.ReminderCancelled():
            return replace(state, reminders=reminders_after(state.reminders, event))
        case events.ReminderFired():
            told = KnownMessage(event.message_id, "", event.text, "", reminder_of=event.person_id)
            reminders = reminders_after(state.reminders, event)
            return replace(state, messages=state.messages.put(told), reminders=reminders)
        case events.AppPosted():
            said = KnownMessage(event.message_id, "", event.text, "", reminder_of=event.person_id)
            return replace(state, messages=state.messages.put(said))
        case events.AnswerDelayed():
            return replace(state, delayed=state.delayed | {event.message_id})
        case _:
            return replace(
                state,
                messages=_messages_after(state.messages, event),
                talk=state.talk.after(event),
                attachments=attachments_after(state.attachments, event),
            )


def _without(by_person: Mapping[str, T], person_id: str) -> dict[str, T]:
    return {p: value for p, value in by_person.items() if p != person_id}


def _until(
    by_person: Mapping[str, datetime], event: events.MemberMuted | events.NotificationsMuted
) -> dict[str, datetime]:
    rest = _without(by_person, event.person_id)
    return {**rest, event.person_id: event.until.ToDatetime(UTC)} if event.HasField("until") else rest


def _messages_after(messages: Messages, event: Message) -> Messages:
    match event:
        case events.MessageSent():
            sent = KnownMessage(
                event.message_id,
                event.sender_id,
                event.text,
                event.in_reply_to,
                attachments=tuple(event.attachments),
                off_the_record=event.off_the_record,
            )
            return messages.put(sent)
        case events.AnswerCompleted():
            done = KnownMessage(event.message_id, "", event.text, event.in_reply_to, event)
            return messages.put(replace(done, asked_by=event.asked_by, off_the_record=event.off_the_record))
        case events.AnswerFailed():
            question = messages.get(event.in_reply_to)
            failed = KnownMessage(event.message_id, "", "", event.in_reply_to)
            return messages.put(replace(failed, asked_by=question.sender_id if question else ""))
        case events.MessageCopied():
            return messages.put(
                KnownMessage(event.message_id, event.sender_id, event.text, event.in_reply_to, copied=event)
            )
        case events.MessageEdited():
            return messages.edit(event.message_id, event.text)
        case events.AnswerEdited():
            return messages.edit(event.message_id, event.text, edited_by=event.edited_by)
        case events.MessageReacted():
            return messages.react(event)
        case events.MessageDeleted():
            return messages.delete(event.message_id)
        case events.AnswerRated():
            known = messages.get(event.message_id)
            ratings = {**(known.ratings if known else {}), event.rated_by: (event.rating, event.reason)}
            return messages.change(event.message_id, ratings=ratings)
        case _:
            # Requests to regenerate leave no trace here.
            return messages
