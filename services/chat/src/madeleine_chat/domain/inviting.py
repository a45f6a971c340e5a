"""Deciders about invites: making, revoking, and joining by one."""

from __future__ import annotations

from datetime import datetime, timedelta

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.invites import KnownInvite, find, token_of
from madeleine_chat.domain.membership import LEADERS, has_room, new_member
from madeleine_chat.domain.refusals import Refused, direct_only, role_required

DEFAULT_LIFE = timedelta(days=7)
LONGEST_LIFE = timedelta(days=90)
MOST_OPEN = 100


def create_invite(
    state: Conversation,
    *,
    actor: str,
    invite_id: str,
    secret: bytes,
    expires_at: datetime | None,
    max_uses: int,
    now: datetime,
) -> list[Message]:
    """Owners and admins make an invite for a week, or until a time in the next 90 days; `secret`: 16 random bytes."""
    may_invite(state, actor)
    until = expires_at or now + DEFAULT_LIFE
    if not now < until <= now + LONGEST_LIFE:
        raise Refused("invalid", "must be in the next 90 days", reason="INVALID", field="expires_at")
    if len(open_invites(state, now)) >= MOST_OPEN:
        raise Refused(
            "precondition", f"a group has at most {MOST_OPEN} open invites; revoke some", reason="TOO_MANY_INVITES"
        )
    invite = pb.Invite(
        invite_id=invite_id, token=token_of(state.conversation_id, secret), created_by=actor, max_uses=max_uses
    )
    invite.created_at.FromDatetime(now)
    invite.expires_at.FromDatetime(until)
    return [events.InviteCreated(conversation_id=state.conversation_id, invite=invite)]


def revoke_invite(state: Conversation, *, actor: str, invite_id: str) -> list[Message]:
    """Owners and admins take an invite back, whoever made it; nothing happens when it is revoked already."""
    may_invite(state, actor)
    known = state.invites.get(invite_id)
    if known is None:
        raise no_invite()
    if known.revoked:
        return []
    return [events.InviteRevoked(conversation_id=state.conversation_id, invite_id=invite_id, revoked_by=actor)]


def join(state: Conversation, *, token: str, person_id: str, name: str, now: datetime) -> list[Message]:
    """Somebody joins by an invite, which counts as one use of it."""
    known = find(state.invites, token)
    if known is None:
        raise no_invite()
    if person_id in state.bans:
        raise Refused("denied", "you are banned from this group", reason="BANNED")
    if person_id in state.members:
        raise Refused("exists", "you are a member already", reason="ALREADY_A_MEMBER")
    _lets_in(known, now)
    if not state.members:
        raise Refused("precondition", "everybody has left this group", reason="GROUP_ENDED")
    has_room(state)
    joined = new_member(person_id, name, pb.MEMBER_ROLE_MEMBER, now)
    return [
        events.MemberAdded(conversation_id=state.conversation_id, member=joined, added_by=known.made.created_by),
        events.InviteUsed(conversation_id=state.conversation_id, invite_id=known.made.invite_id),
    ]


def may_invite(state: Conversation, actor: str) -> None:
    """Raises Refused for all but a group's owners and admins."""
    acting = state.member(actor)
    if state.is_direct:
        raise direct_only()
    if acting.role not in LEADERS:
        raise role_required("only owners and admins make, see and revoke invites")


def open_invites(state: Conversation, now: datetime) -> list[KnownInvite]:
    """Those that still let somebody in, first made first."""
    return [known for known in state.invites.values() if known.open(now)]


def no_invite() -> Refused:
    """There is no invite of this token or id."""
    return Refused("missing", "there is no such invite", reason="INVITE_NOT_FOUND")


def _lets_in(known: KnownInvite, now: datetime) -> None:
    if known.revoked:
        raise Refused("precondition", "this invite was taken back", reason="INVITE_REVOKED")
    if known.expired(now):
        raise Refused("precondition", "this invite has expired", reason="INVITE_EXPIRED")
    if known.used_up:
        raise Refused("precondition", "this invite is used up", reason="INVITE_USED_UP")
