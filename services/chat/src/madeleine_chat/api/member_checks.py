"""What requests about members and settings must look like; each function raises Invalid with every bad field."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.rpc.checks import Checks

_ROLES = (pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN, pb.MEMBER_ROLE_MEMBER, pb.MEMBER_ROLE_GUEST)


def update(request: pb.UpdateConversationRequest) -> None:
    """A title, or the switch of memory."""
    checks = _in_conversation(request)
    if request.HasField("title"):
        checks.text("title", request.title, least=0)
    elif not request.HasField("memory_off"):
        checks.bad("title", "or memory_off is required")
    checks.done()


def change_role(request: pb.ChangeRoleRequest) -> None:
    """Ids and a role."""
    checks = _of_member(request)
    checks.one_of("role", request.role, _ROLES)
    checks.done()


def ids(request: pb.BanMemberRequest | pb.UnbanMemberRequest) -> None:
    """Ids."""
    _of_member(request).done()


def mute_member(request: pb.MuteMemberRequest) -> None:
    """Ids, and perhaps a time."""
    checks = _of_member(request)
    _until(checks, request.until if request.HasField("until") else None)
    checks.done()


def mute_conversation(request: pb.MuteConversationRequest) -> None:
    """An id, and perhaps a time."""
    checks = _in_conversation(request)
    _until(checks, request.until if request.HasField("until") else None)
    checks.done()


def _until(checks: Checks, until: Timestamp | None) -> None:
    if until is not None:
        checks.moment("until", until)


def _in_conversation(request: pb.UpdateConversationRequest | pb.MuteConversationRequest | _OfMember) -> Checks:
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.idempotency_key(request.idempotency_key)
    return checks


def _of_member(request: _OfMember) -> Checks:
    checks = _in_conversation(request)
    checks.id("person_id", request.person_id)
    return checks


_OfMember = pb.ChangeRoleRequest | pb.BanMemberRequest | pb.UnbanMemberRequest | pb.MuteMemberRequest
