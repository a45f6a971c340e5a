"""What requests about invites must look like; each function raises Invalid with every bad field."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.rpc.checks import Checks

_MOST_USES = 10_000


def create(request: pb.CreateInviteRequest) -> None:
    """An id, perhaps a time and a number of uses."""
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    if request.HasField("expires_at"):
        checks.moment("expires_at", request.expires_at)
    checks.between("max_uses", request.max_uses, 0, _MOST_USES)
    checks.idempotency_key(request.idempotency_key)
    checks.done()


def revoke(request: pb.RevokeInviteRequest) -> None:
    """Ids."""
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.id("invite_id", request.invite_id)
    checks.idempotency_key(request.idempotency_key)
    checks.done()


def join(request: pb.JoinByInviteRequest) -> None:
    """A key; what is no token is no invite, and so not found."""
    checks = Checks()
    checks.idempotency_key(request.idempotency_key)
    checks.done()
