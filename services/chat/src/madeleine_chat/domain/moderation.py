"""Deciders that keep a group's peace: bans and mutes."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.inviting import open_invites
from madeleine_chat.domain.membership import LEADERS, may_remove
from madeleine_chat.domain.refusals import Refused, direct_only, no_member, role_required


def ban(state: Conversation, *, actor: str, person_id: str, name: str, now: datetime) -> list[Message]:
    """Keeps somebody out, whether they are in or not, by whoever might remove them; nothing when they are banned.

    Their open invites are taken back. `name`: as owners and admins are shown it.
    """
    acting = state.member(actor)
    if state.is_direct:
        raise direct_only()
    member = state.members.get(person_id)
    if acting.role not in LEADERS or (member is not None and not may_remove(acting, member)):
        raise role_required("only owners and admins ban people, and only those below them")
    if person_id == actor:
        raise Refused("invalid", "nobody bans themselves", reason="INVALID", field="person_id")
    if person_id in state.bans:
        return []
    banned = events.MemberBanned(
        conversation_id=state.conversation_id, person_id=person_id, banned_by=actor, display_name=name
    )
    banned.banned_at.FromDatetime(now)
    theirs = [known.made for known in open_invites(state, now) if known.made.created_by == person_id]
    taken_back = [
        events.InviteRevoked(conversation_id=state.conversation_id, invite_id=invite.invite_id, revoked_by=actor)
        for invite in theirs
    ]
    if member is None:
        return [banned, *taken_back]
    gone = events.MemberRemoved(conversation_id=state.conversation_id, person_id=person_id, removed_by=actor)
    return [gone, banned, *taken_back]


def unban(state: Conversation, *, actor: str, person_id: str) -> list[Message]:
    """Owners and admins let somebody come back, by an invite or added."""
    may_see_bans(state, actor)
    if person_id not in state.bans:
        raise Refused("missing", "this person is not banned here", reason="BAN_NOT_FOUND")
    return [events.MemberUnbanned(conversation_id=state.conversation_id, person_id=person_id, unbanned_by=actor)]


def may_see_bans(state: Conversation, actor: str) -> None:
    """Raises Refused for all but owners and admins."""
    if state.member(actor).role not in LEADERS:
        raise role_required("only owners and admins see and lift bans")


def mute(state: Conversation, *, actor: str, person_id: str, until: datetime | None, now: datetime) -> list[Message]:
    """Owners and admins let somebody below them read but not write for a while; None: they may write again."""
    acting = state.member(actor)
    if state.is_direct:
        raise direct_only()
    member = state.members.get(person_id)
    if member is None:
        raise no_member()
    # Roles are numbered from the top.
    if acting.role not in LEADERS or acting.role >= member.role:
        raise role_required("only owners and admins mute people, and only those below them")
    if until is not None and until <= now:
        raise Refused("invalid", "must be in the future", reason="INVALID", field="until")
    if until == state.mutes.get(person_id):
        return []
    muted = events.MemberMuted(conversation_id=state.conversation_id, person_id=person_id, muted_by=actor)
    if until is not None:
        muted.until.FromDatetime(until)
    return [muted]
