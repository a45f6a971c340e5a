"""What is known of invites, and their tokens."""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events

SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class KnownInvite:
    """One invite as it was made, and what has become of it."""

    made: pb.Invite
    uses: int = 0
    revoked: bool = False

    @property
    def used_up(self) -> bool:
        """As many have joined by it as may."""
        return 0 < self.made.max_uses <= self.uses

    def expired(self, now: datetime) -> bool:
        """Its time is over."""
        return now >= self.made.expires_at.ToDatetime(UTC)

    def open(self, now: datetime) -> bool:
        """It still lets somebody in."""
        return not (self.revoked or self.used_up or self.expired(now))

    def shown(self) -> pb.Invite:
        """It with its uses so far."""
        shown = pb.Invite()
        shown.CopyFrom(self.made)
        shown.uses = self.uses
        return shown


# By id, in the order of making.
Invites: TypeAlias = Mapping[str, KnownInvite]


def invites_after(invites: Invites, event: events.InviteCreated | events.InviteUsed | events.InviteRevoked) -> Invites:
    """The invites after an event about one."""
    if isinstance(event, events.InviteCreated):
        return {**invites, event.invite.invite_id: KnownInvite(event.invite)}
    known = invites.get(event.invite_id)
    if known is None:
        return invites
    if isinstance(event, events.InviteUsed):
        return {**invites, event.invite_id: replace(known, uses=known.uses + 1)}
    return {**invites, event.invite_id: replace(known, revoked=True)}


def token_of(conversation_id: str, secret: bytes) -> str:
    """base64url of the conversation's id and 16 random bytes: whoever brings it needs no table to find the group."""
    return base64.urlsafe_b64encode(uuid.UUID(conversation_id).bytes + secret).decode().rstrip("=")


def conversation_of(token: str) -> str:
    """The conversation that a token leads to, whether it is a true one or not; empty for what can be no token."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ""
    return str(uuid.UUID(bytes=raw[:16])) if len(raw) == 16 + SECRET_BYTES else ""


def find(invites: Invites, token: str) -> KnownInvite | None:
    """The invite of this token; how long it takes tells nothing about how much of a wrong one was right."""
    found = None
    for known in invites.values():
        if hmac.compare_digest(known.made.token.encode(), token.encode()):
            found = known
    return found
