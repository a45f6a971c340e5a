"""Between events and the contract's answers."""

from __future__ import annotations

from datetime import datetime

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_common.errors import FailedPrecondition
from madeleine_common.events import Executed, RecordedEvent


def conversation_after(done: Executed[Conversation], viewer: str, now: datetime) -> pb.Conversation:
    """The conversation after a command, as one person sees it; who is not in it sees its id alone."""
    state = done.state
    if viewer not in state.members:
        return pb.Conversation(conversation_id=state.conversation_id)
    conversation = pb.Conversation(
        conversation_id=state.conversation_id,
        kind=state.kind,
        title=state.title,
        assistant_mode=state.mode,
        members=state.members.values(),
        created_at=state.creator.joined_at,
        last_activity_at=state.creator.joined_at,
        memory_off=state.memory_off,
        speak_threshold=state.speak_threshold,
        branched_from=state.branched_from,
        branched_at_message=state.branched_at_message,
    )
    for member in conversation.members:
        if (until := state.mutes.get(member.person_id)) and now < until:
            member.muted_until.FromDatetime(until)
    if (until := state.notifications.get(viewer)) and now < until:
        conversation.notifications_muted_until.FromDatetime(until)
    if done.events:
        conversation.last_activity_at.FromDatetime(done.events[-1].metadata.occurred_at)
    return conversation


def sent_message(recorded: RecordedEvent) -> pb.Message:
    """A message as it was sent; raises FailedPrecondition when its sender was erased since."""
    sent = recorded.message
    if not isinstance(sent, events.MessageSent):
        raise _erased()
    message = pb.Message(
        message_id=sent.message_id,
        conversation_id=sent.conversation_id,
        sender=f"person:{sent.sender_id}",
        sender_name=sent.sender_name,
        text=sent.text,
        in_reply_to=sent.in_reply_to,
        cursor=recorded.version,
        attachments=sent.attachments,
        off_the_record=sent.off_the_record,
        mention_ids=sent.mention_ids,
    )
    message.sent_at.FromDatetime(recorded.metadata.occurred_at)
    return message


def created_invite(recorded: RecordedEvent) -> pb.Invite:
    """An invite as it was made; raises FailedPrecondition when its group was erased since."""
    created = recorded.message
    if not isinstance(created, events.InviteCreated):
        raise _erased()
    return created.invite


def new_message_id(recorded: RecordedEvent) -> str:
    """The id of the answer that was asked for; raises FailedPrecondition when the asker was erased since."""
    requested = recorded.message
    if not isinstance(requested, events.AnswerRegenerationRequested):
        raise _erased()
    return requested.new_message_id


def _erased() -> FailedPrecondition:
    return FailedPrecondition("this person's data was erased", reason="ERASED")
