"""Deciders about who is in a conversation and how the AI behaves there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import MOST_MEMBERS, Conversation
from madeleine_chat.domain.refusals import Refused

_LEADERS = (pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN)


def _member(person_id: str, name: str, role: pb.MemberRole.ValueType, now: datetime) -> pb.Member:
    member = pb.Member(person_id=person_id, display_name=name, role=role)
    member.joined_at.FromDatetime(now)
    return member


def _mode_allowed(mode: pb.AssistantMode.ValueType) -> None:
    if mode == pb.ASSISTANT_MODE_AUTO:
        raise Refused(
            "precondition",
            "the AI cannot yet judge by itself when to speak; choose mention or silent",
            reason="ASSISTANT_MODE_NOT_AVAILABLE",
        )


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
) -> list[Message]:
    """Makes the conversation; `creator` and `others` are (person id, name)."""
    if kind == pb.CONVERSATION_KIND_DIRECT:
        mode = pb.ASSISTANT_MODE_MENTION
    _mode_allowed(mode)
    creator_id, creator_name = creator
    owner = _member(creator_id, creator_name, pb.MEMBER_ROLE_OWNER, now)
    # The name stands only in the member's own event, which their own key seals.
    nameless = _member(creator_id, "", pb.MEMBER_ROLE_OWNER, now)
    created = events.ConversationCreated(
        conversation_id=conversation_id,
        kind=kind,
        title=title,
        assistant_mode=mode or pb.ASSISTANT_MODE_MENTION,
        creator=nameless,
    )
    members = [owner, *(_member(person_id, name, pb.MEMBER_ROLE_MEMBER, now) for person_id, name in others)]
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
        raise _direct()
    if acting.role not in _LEADERS or (role == pb.MEMBER_ROLE_ADMIN and acting.role != pb.MEMBER_ROLE_OWNER):
        raise Refused("denied", "only owners and admins add people, only owners add admins", reason="ROLE_REQUIRED")
    if person_id in state.members:
        raise Refused("exists", "this person is a member already", reason="ALREADY_A_MEMBER")
    if len(state.members) >= MOST_MEMBERS:
        raise Refused("precondition", f"a group has at most {MOST_MEMBERS} members", reason="GROUP_FULL")
    added = _member(person_id, name, role or pb.MEMBER_ROLE_MEMBER, now)
    return [events.MemberAdded(conversation_id=state.conversation_id, member=added, added_by=actor)]


def remove_member(state: Conversation, *, actor: str, person_id: str) -> list[Message]:
    """Anybody leaves; owners remove anybody, admins those below them; the last owner hands the group on."""
    acting = state.member(actor)
    if state.is_direct:
        raise _direct()
    removed = state.members.get(person_id)
    if removed is None:
        raise Refused("missing", "this person is not a member", reason="MEMBER_NOT_FOUND")
    above = acting.role == pb.MEMBER_ROLE_OWNER or (
        acting.role == pb.MEMBER_ROLE_ADMIN and removed.role not in _LEADERS
    )
    if actor != person_id and not above:
        raise Refused("denied", "only owners and admins remove people below them", reason="ROLE_REQUIRED")
    gone = events.MemberRemoved(conversation_id=state.conversation_id, person_id=person_id, removed_by=actor)
    rest = [m for p, m in state.members.items() if p != person_id]
    return [gone, *_hand_on(state.conversation_id, rest, actor)]


def appoint_owner(state: Conversation, *, actor: str) -> list[Message]:
    """Gives a group whose owners were erased a new one."""
    return _hand_on(state.conversation_id, list(state.members.values()), actor)


def _hand_on(conversation_id: str, members: Sequence[pb.Member], actor: str) -> list[Message]:
    """The longest-standing admin, else the longest-standing member, owns a group that has no owner left."""
    if not members or any(m.role == pb.MEMBER_ROLE_OWNER for m in members):
        return []
    heir = next((m for m in members if m.role == pb.MEMBER_ROLE_ADMIN), members[0])
    owner = pb.Member()
    owner.CopyFrom(heir)
    owner.role = pb.MEMBER_ROLE_OWNER
    return [events.MemberAdded(conversation_id=conversation_id, member=owner, added_by=actor)]


def set_assistant_mode(state: Conversation, *, actor: str, mode: pb.AssistantMode.ValueType) -> list[Message]:
    """Owners and admins of a group say when the AI speaks; nothing happens when it is so already."""
    acting = state.member(actor)
    if state.is_direct:
        raise Refused("precondition", "in a direct conversation the AI always answers", reason="DIRECT_CONVERSATION")
    if acting.role not in _LEADERS:
        raise Refused("denied", "only owners and admins say when the AI speaks", reason="ROLE_REQUIRED")
    _mode_allowed(mode)
    if mode == state.mode:
        return []
    return [events.AssistantModeChanged(conversation_id=state.conversation_id, mode=mode, changed_by=actor)]


def _direct() -> Refused:
    return Refused("precondition", "a direct conversation has one member only", reason="DIRECT_CONVERSATION")
