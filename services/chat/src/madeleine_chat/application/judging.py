"""Makes a decider's refusals the errors that callers are told, and seals what it decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.refusals import Refused
from madeleine_common.errors import Conflict, Denied, DomainError, FailedPrecondition, Invalid, NotFound
from madeleine_common.events import NewEvent

Decide = Callable[[Conversation], Sequence[Message]]


def stream_of(conversation_id: str) -> str:
    """The stream of a conversation."""
    return f"conversation-{conversation_id}"


def error_of(refused: Refused) -> DomainError:
    """What to tell the caller."""
    match refused.kind:
        case "invalid":
            return Invalid(refused.field, refused.message, reason=refused.reason)
        case "missing":
            return NotFound(refused.message, reason=refused.reason)
        case "denied":
            return Denied(refused.message, reason=refused.reason, metadata=refused.details)
        case "exists":
            return Conflict(refused.message, reason=refused.reason)
        case "precondition":
            return FailedPrecondition(refused.message, reason=refused.reason, metadata=refused.details)


def sealed(decide: Decide) -> Callable[[Conversation], list[NewEvent]]:
    """`decide` for the repository; raises DomainError."""

    def judge(state: Conversation) -> list[NewEvent]:
        try:
            return [NewEvent(event, subject_of(event, state), others_in(event)) for event in decide(state)]
        except Refused as refused:
            raise error_of(refused) from refused

    return judge


def others_in(event: Message) -> tuple[str, ...]:
    """Whose words an event holds besides: it is sealed by all their keys together."""
    match event:
        case (
            events.AnswerCompleted()
            | events.AnswerRated()
            | events.AnswerEdited()
            | events.AnswerRegenerationRequested()
            | events.ConversationBranched()
            | events.MessageCopied()
            | events.AppPosted()
        ):
            return tuple(f"person:{person_id}" for person_id in event.words_of)
        case _:
            return ()


def subject_of(event: Message, state: Conversation) -> str:
    """Whose key seals an event: who it is about, so that erasing one person takes nothing from the others.

    What somebody said or thumbed is theirs, also when somebody else takes it away; a membership belongs to the member,
    not to whoever added them; the frame of the conversation and what the AI says to a group belong to the conversation,
    what it says to one person to them.
    """
    match event:
        case events.MessageSent():
            return f"person:{event.sender_id}"
        case events.MessageEdited() | events.AnswerEdited():
            return f"person:{event.edited_by}"
        case events.MessageCopied() if event.sender_id:
            return f"person:{event.sender_id}"
        case events.AnswerRated():
            return f"person:{event.rated_by}"
        case events.ConversationBranched():
            return f"person:{event.branched_by}"
        case events.MessageReacted():
            return f"person:{event.person_id}"
        case events.MessageDeleted() if event.sender_id:
            return f"person:{event.sender_id}"
        case events.AnswerRegenerationRequested():
            return f"person:{event.requested_by}"
        case events.AttachmentCreated():
            return f"person:{event.person_id}"
        case events.ReminderSet():
            return f"person:{event.reminder.person_id}"
        case events.ReminderFired() | events.AppPosted():
            return f"person:{event.person_id}"
        case events.ReminderSnoozed() | events.ReminderCancelled():
            # Whoever did it: the reminder is its setter's.
            return f"person:{state.reminders[event.reminder_id].person_id}"
        case events.SpeakingDecided():
            return f"person:{event.asked_by}"
        case events.MemberAdded():
            return f"person:{event.member.person_id}"
        case (
            events.MemberRemoved()
            | events.MemberBanned()
            | events.MemberUnbanned()
            | events.MemberMuted()
            | events.NotificationsMuted()
        ):
            return f"person:{event.person_id}"
        case events.AnswerCompleted() | events.MessageDeleted():
            return f"person:{state.creator.person_id}" if state.is_direct else f"conversation:{event.conversation_id}"
        case (
            events.ConversationCreated()
            | events.ConversationRenamed()
            | events.MessageCopied()
            | events.InviteCreated()
            | events.InviteUsed()
            | events.InviteRevoked()
            | events.ConversationMemoryChanged()
            | events.AssistantModeChanged()
            | events.AnswerFailed()
            | events.AnswerDelayed()
        ):
            return f"conversation:{event.conversation_id}"
        case _:
            raise TypeError(f"no data subject is set for {event.DESCRIPTOR.full_name}")
