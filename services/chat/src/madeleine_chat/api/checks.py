"""What requests must look like; each function raises Invalid with every bad field."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api.attachment_checks import attached
from madeleine_chat.application.stream import FROM_NOW
from madeleine_chat.domain.conversation import MOST_MEMBERS
from madeleine_common.rpc.checks import Checks

MOST_TEXT_BYTES = 65536
_MODES = (pb.ASSISTANT_MODE_MENTION, pb.ASSISTANT_MODE_AUTO, pb.ASSISTANT_MODE_SILENT)


def create(request: pb.CreateConversationRequest, caller_id: str) -> None:
    """A kind; a title and others only for groups."""
    checks = Checks()
    checks.one_of("kind", request.kind, (pb.CONVERSATION_KIND_DIRECT, pb.CONVERSATION_KIND_GROUP))
    checks.one_of("assistant_mode", request.assistant_mode, (pb.ASSISTANT_MODE_UNSPECIFIED, *_MODES))
    checks.text("title", request.title, least=0)
    if request.kind == pb.CONVERSATION_KIND_DIRECT:
        if request.title:
            checks.bad("title", "must be empty for a direct conversation")
        if request.member_ids:
            checks.bad("member_ids", "must be empty for a direct conversation")
    if len(request.member_ids) >= MOST_MEMBERS:
        checks.bad("member_ids", f"must name at most {MOST_MEMBERS - 1} people; it names {len(request.member_ids)}")
    seen = {caller_id}
    for i, person_id in enumerate(request.member_ids[:MOST_MEMBERS]):
        checks.id(f"member_ids[{i}]", person_id)
        if person_id in seen:
            checks.bad(f"member_ids[{i}]", "is named twice; you are a member without being named")
        seen.add(person_id)
    checks.idempotency_key(request.idempotency_key)
    checks.done()


def add_member(request: pb.AddMemberRequest) -> None:
    """Ids, and a role that can be given."""
    checks = _in_conversation(request)
    checks.id("person_id", request.person_id)
    checks.one_of(
        "role",
        request.role,
        (pb.MEMBER_ROLE_UNSPECIFIED, pb.MEMBER_ROLE_ADMIN, pb.MEMBER_ROLE_MEMBER, pb.MEMBER_ROLE_GUEST),
    )
    checks.done()


def remove_member(request: pb.RemoveMemberRequest) -> None:
    """Ids."""
    checks = _in_conversation(request)
    checks.id("person_id", request.person_id)
    checks.done()


def set_assistant_mode(request: pb.SetAssistantModeRequest) -> None:
    """A mode, and perhaps from which score on the AI speaks."""
    checks = _in_conversation(request)
    checks.one_of("mode", request.mode, _MODES)
    # Not so for NaN, too.
    if not 0 <= request.speak_threshold < 1:
        checks.bad("speak_threshold", "must be between 0 and 1; 0: the house's own")
    checks.done()


def send(request: pb.SendMessageRequest, most_attachments: int) -> None:
    """Text or files, and perhaps a message that it replies to."""
    checks = _in_conversation(request)
    if request.text or not request.attachment_ids:
        _text(checks, request.text)
    attached(checks, request.attachment_ids, most_attachments)
    checks.id("in_reply_to", request.in_reply_to, optional=True)
    checks.done()


def edit(request: pb.EditMessageRequest) -> None:
    """A message and its new text."""
    checks = _in_conversation(request)
    checks.id("message_id", request.message_id)
    _text(checks, request.text)
    if request.edits < 0:
        checks.bad("edits", "must be Message.edits as you saw it")
    checks.done()


def rate(request: pb.RateMessageRequest) -> None:
    """A message and a thumb."""
    checks = _in_conversation(request)
    checks.id("message_id", request.message_id)
    checks.one_of("rating", request.rating, (pb.RATING_UP, pb.RATING_DOWN, pb.RATING_NONE))
    checks.text("reason", request.reason, least=0, most=1000)
    checks.done()


def regenerate(request: pb.RegenerateMessageRequest) -> None:
    """A message."""
    checks = _in_conversation(request)
    checks.id("message_id", request.message_id)
    checks.done()


def conversation_id(value: str) -> None:
    """An id."""
    checks = Checks()
    checks.id("conversation_id", value)
    checks.done()


def list_conversations(request: pb.ListConversationsRequest) -> int:
    """The page size to use."""
    checks = Checks()
    size = checks.page_size(request.page_size)
    checks.done()
    return size


def stream(request: pb.StreamConversationRequest) -> None:
    """A cursor that can have been given."""
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    if request.after_cursor < FROM_NOW:
        checks.bad("after_cursor", "must be a cursor that this service gave, 0 for all, or -1 for what comes")
    checks.done()


_Mutation = (
    pb.AddMemberRequest
    | pb.RemoveMemberRequest
    | pb.SetAssistantModeRequest
    | pb.SendMessageRequest
    | pb.EditMessageRequest
    | pb.RateMessageRequest
    | pb.RegenerateMessageRequest
)


def _in_conversation(request: _Mutation) -> Checks:
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.idempotency_key(request.idempotency_key)
    return checks


def _text(checks: Checks, text: str) -> None:
    size = len(text.encode())
    if size > MOST_TEXT_BYTES:
        checks.bad("text", f"must have at most {MOST_TEXT_BYTES} bytes of UTF-8; it has {size}")
    else:
        checks.text("text", text, most=MOST_TEXT_BYTES)
