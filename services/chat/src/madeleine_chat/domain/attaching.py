"""Files that members upload, then send with a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.refusals import Refused

if TYPE_CHECKING:
    from madeleine_chat.domain.conversation import Conversation


@dataclass(frozen=True, slots=True)
class KnownAttachment:
    """A file that arrived whole; `message_id` is empty until it is sent."""

    attachment: pb.Attachment
    person_id: str
    message_id: str = ""


# By attachment id.
Attachments: TypeAlias = Mapping[str, KnownAttachment]


def attachments_after(known: Attachments, event: Message) -> Attachments:
    """The attachments after an event; those of a deleted message are gone."""
    match event:
        case events.AttachmentCreated():
            return {**known, event.attachment.attachment_id: KnownAttachment(event.attachment, event.person_id)}
        case events.MessageSent() if event.attachments:
            sent = {a.attachment_id: KnownAttachment(a, event.sender_id, event.message_id) for a in event.attachments}
            return {**known, **sent}
        case events.MessageDeleted():
            if any(one.message_id == event.message_id for one in known.values()):
                return {i: one for i, one in known.items() if one.message_id != event.message_id}
            return known
        case _:
            return known


def complete(state: Conversation, *, actor: str, attachment: pb.Attachment) -> list[Message]:
    """A member's file has arrived whole."""
    state.member(actor)
    created = events.AttachmentCreated(conversation_id=state.conversation_id, person_id=actor, attachment=attachment)
    return [created]


def chosen(state: Conversation, actor: str, attachment_ids: Sequence[str]) -> list[pb.Attachment]:
    """What a member sends: their own files, whole, uploaded here, and sent with no other message."""
    return [_unsent(state, actor, i, attachment_id) for i, attachment_id in enumerate(attachment_ids)]


def visible(state: Conversation, viewer: str, attachment_id: str) -> KnownAttachment | None:
    """What a member may see: what was sent here, and their own."""
    known = state.attachments.get(attachment_id)
    return known if known is not None and (known.message_id or known.person_id == viewer) else None


def no_attachment() -> Refused:
    """The conversation has no attachment of this id that the caller may see."""
    return Refused("missing", "there is no such attachment in this conversation", reason="ATTACHMENT_NOT_FOUND")


def not_to_send(index: int, message: str) -> Refused:
    """The attachment at this place cannot be sent."""
    return Refused("invalid", message, reason="ATTACHMENT_NOT_TO_SEND", field=f"attachment_ids[{index}]")


def _unsent(state: Conversation, actor: str, index: int, attachment_id: str) -> pb.Attachment:
    known = state.attachments.get(attachment_id)
    if known is None or known.person_id != actor:
        raise not_to_send(index, "must be a file that you uploaded here and that arrived whole")
    if known.message_id:
        raise not_to_send(index, "was sent already; upload the file again to send it again")
    return known.attachment
