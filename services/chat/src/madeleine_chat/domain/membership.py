"""Deciders about who is in a conversation and how the AI behaves there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import MOST_MEMBERS, Conversation
from madeleine_chat.domain.refusals import Refused, direct_only, no_member, role_required

LEADERS = (pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN)


def new_member(person_id: str, name: str, role: pb.MemberRole.ValueType, now: datetime) -> pb.Member:
    """Somebody who joins now."""
    member = pb.Member(person_id=person_id, display_name=name, role=role)
    member.joined_at.FromDatetime(now)
    return member


def create(
    state: Conversation,
    *,
    conversation_id: str,
    kind: pb.ConversationKind.ValueType,
    title: str,
    mode: pb.AssistantMode.ValueType,
    creator: tuple[str, str],
    others: Sequence[tuple[str, str]],
    now: datetime,
    branched_from: str = "",
    branched_at_message: str = "",
) -> list[Message]:
    """Makes the conversation; `creator` and `others` are (person id, name)."""
    if kind == pb.CONVERSATION_KIND_DIRECT:
        mode = pb.ASSISTANT_MODE_MENTION
    creator_id, creator_name = creator
    owner = new_member(creator_id, creator_name, pb.MEMBER_ROLE_OWNER, now)
    # The name stands only in the member's own event, which their own key seals.
    nameless = new_member(creator_id, "", pb.MEMBER_ROLE_OWNER, now)
    created = events.ConversationCreated(
        conversation_id=conversation_id,
        kind=kind,
        title=title,
        assistant_mode=mode or pb.ASSISTANT_MODE_MENTION,
        creator=nameless,
        branched_from=branched_from,
        branched_at_message=branched_at_message,
    )
    members = [owner, *(new_member(person_id, name, pb.MEMBER_ROLE_MEMBER, now) for person_id, name in others)]
    return [
        created,
        *(events.MemberAdded(conversation_id=conversation_id, member=m, added_by=creator_id) for m in members),
    ]


def add_member(
    state: Conversation, *, actor: str, person_id: str, name: str, role: pb.MemberRole.ValueType, now: datetime
) -> list[Message]:
    """Owners and admins add people; only owners make admins."""
    acting = state.member(actor)
    if state.is_direct:
        raise direct_only()
    if acting.role not in LEADERS or (role == pb.MEMBER_ROLE_ADMIN and acting.role != pb.MEMBER_ROLE_OWNER):
        raise role_required("only owners and admins add people, only owners add admins")
    if person_id in state.members:
        raise Refused("exists", "this person is a member already", reason="ALREADY_A_MEMBER")
    if person_id in state.bans:
        raise Refused("precondition", "this person is banned here; unban them first", reason="BANNED")
    has_room(state)
    added = new_member(person_id, name, role or pb.MEMBER_ROLE_MEMBER, now)
    return [events.MemberAdded(conversation_id=state.conversation_id, member=added, added_by=actor)]


def remove_member(state: Conversation, *, actor: str, person_id: str) -> list[Message]:
    """Anybody leaves; owners remove anybody, admins those below them; the last owner hands the group on."""
    acting = state.member(actor)
    if state.is_direct:
        raise direct_only()
    removed = state.members.get(person_id)
    if removed is None:
        raise no_member()
    if actor != person_id and not may_remove(acting, removed):
        raise role_required("only owners and admins remove people below them")
    gone = events.MemberRemoved(conversation_id=state.conversation_id, person_id=person_id, removed_by=actor)
    rest = [m for p, m in state.members.items() if p != person_id]
    return [gone, *_hand_on(state.conversation_id, rest, actor)]


def appoint_owner(state: Conversation, *, actor: str) -> list[Message]:
    """Gives a group whose owners were erased a new one."""
    return _hand_on(state.conversation_id, list(state.members.values()), actor)


def _hand_on(conversation_id: str, members: Sequence[pb.Member], actor: str) -> list[Message]:
    """The longest-standing of the highest role (a guest last) owns a group that has no owner left."""
    if not members or any(m.role == pb.MEMBER_ROLE_OWNER for m in members):
        return []
    # Roles are numbered from the top, and of equals `min` takes the first.
    heir = min(members, key=lambda m: m.role)
    return [_promoted(conversation_id, heir, pb.MEMBER_ROLE_OWNER, actor)]


def change_role(state: Conversation, *, actor: str, person_id: str, role: pb.MemberRole.ValueType) -> list[Message]:
    """Owners make and unmake owners and admins, admins too make members guests and guests members.

    The last owner steps down only once there is another; nothing happens when it is so already.
    """
    acting = state.member(actor)
    if state.is_direct:
        raise direct_only()
    member = state.members.get(person_id)
    if member is None:
        raise no_member()
    of_leaders = role in LEADERS or member.role in LEADERS
    if acting.role not in LEADERS or (of_leaders and acting.role != pb.MEMBER_ROLE_OWNER):
        raise role_required("only owners make and unmake owners and admins, only owners and admins change other roles")
    if role == member.role:
        return []
    owners = [p for p, m in state.members.items() if m.role == pb.MEMBER_ROLE_OWNER]
    if owners == [person_id]:
        raise Refused("precondition", "a group needs an owner; make somebody else one first", reason="LAST_OWNER")
    return [_promoted(state.conversation_id, member, role, actor)]


def _promoted(conversation_id: str, member: pb.Member, role: pb.MemberRole.ValueType, actor: str) -> events.MemberAdded:
    changed = pb.Member()
    changed.CopyFrom(member)
    changed.role = role
    return events.MemberAdded(conversation_id=conversation_id, member=changed, added_by=actor)


def may_remove(acting: pb.Member, other: pb.Member) -> bool:
    """Owners remove anybody, admins those below them."""
    return acting.role == pb.MEMBER_ROLE_OWNER or (acting.role == pb.MEMBER_ROLE_ADMIN and other.role not in LEADERS)


def has_room(state: Conversation) -> None:
    """Raises Refused for a full group."""
    if len(state.members) >= MOST_MEMBERS:
        raise Refused("precondition", f"a group has at most {MOST_MEMBERS} members", reason="GROUP_FULL")
