"""What requests about messages must look like; each function raises Invalid with every bad field."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.domain.emoji import MOST_BYTES, is_one_emoji
from madeleine_common.ids import parse_id
from madeleine_common.rpc.checks import Checks

_DIRECTIONS = (pb.PAGE_DIRECTION_UNSPECIFIED, pb.PAGE_DIRECTION_BACKWARD, pb.PAGE_DIRECTION_FORWARD)
_MOST_QUERY = 500


def react(request: pb.ReactToMessageRequest) -> None:
    """A message and one emoji."""
    checks = _of_message(request)
    if not is_one_emoji(request.emoji):
        checks.bad("emoji", f"must be one emoji of at most {MOST_BYTES} bytes" if request.emoji else "is required")
    checks.idempotency_key(request.idempotency_key)
    checks.done()


def delete(request: pb.DeleteMessageRequest) -> None:
    """A message."""
    checks = _of_message(request)
    checks.idempotency_key(request.idempotency_key)
    checks.done()


def history(request: pb.GetMessageHistoryRequest) -> None:
    """A message."""
    _of_message(request).done()


def list_messages(request: pb.ListMessagesRequest) -> int:
    """The page size to use."""
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.one_of("direction", request.direction, _DIRECTIONS)
    if request.from_cursor < 0:
        checks.bad("from_cursor", "must be a cursor that this service gave, or 0 for an end")
    size = checks.page_size(request.page_size)
    checks.done()
    return size


def search(request: pb.SearchMessagesRequest) -> int:
    """The page size to use."""
    checks = Checks()
    checks.text("query", request.query, most=_MOST_QUERY)
    checks.id("conversation_id", request.conversation_id, optional=True)
    kind, _, person_id = request.sender.partition(":")
    if request.sender not in ("", "assistant") and (kind != "person" or parse_id(person_id) is None):
        checks.bad("sender", 'must be "person:<id>" or "assistant"')
    size = checks.page_size(request.page_size)
    checks.done()
    return size


def mark_read(request: pb.MarkReadRequest) -> None:
    """A cursor that can have been given."""
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    if request.cursor < 0:
        checks.bad("cursor", "must be a cursor that this service gave")
    checks.idempotency_key(request.idempotency_key)
    checks.done()


def _of_message(
    request: pb.ReactToMessageRequest | pb.DeleteMessageRequest | pb.GetMessageHistoryRequest,
) -> Checks:
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.id("message_id", request.message_id)
    return checks
