"""Given what happened in a group, when somebody makes, uses or revokes an invite, then these events follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import sealed, subject_of
from madeleine_chat.domain import inviting, moderation
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_chat.domain.invites import conversation_of, token_of
from madeleine_common.errors import Conflict, Denied, DomainError, FailedPrecondition, Invalid, NotFound
from madeleine_common.ids import new_id
from madeleine_common.testing import Scenario

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
WEEK = NOW + timedelta(days=7)
C = new_id()
SECRET = bytes(range(16))
OWNER, ADMIN, MEMBER, GUEST = pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN, pb.MEMBER_ROLE_MEMBER, pb.MEMBER_ROLE_GUEST


def added(person_id: str, role: pb.MemberRole.ValueType = MEMBER, by: str = "ana") -> events.MemberAdded:
    member = pb.Member(person_id=person_id, display_name=person_id.title(), role=role)
    member.joined_at.FromDatetime(NOW)
    return events.MemberAdded(conversation_id=C, member=member, added_by=by)


def group(*members: events.MemberAdded, kind=pb.CONVERSATION_KIND_GROUP) -> list[Message]:
    creator = pb.Member(person_id="ana", role=OWNER)
    return [events.ConversationCreated(conversation_id=C, kind=kind, creator=creator), added("ana", OWNER), *members]


def made(invite_id: str = "i", by: str = "ana", uses: int = 0, until: datetime = WEEK) -> events.InviteCreated:
    invite = pb.Invite(invite_id=invite_id, token=token_of(C, SECRET), created_by=by, max_uses=uses)
    invite.created_at.FromDatetime(NOW)
    invite.expires_at.FromDatetime(until)
    return events.InviteCreated(conversation_id=C, invite=invite)


def used(invite_id: str = "i") -> events.InviteUsed:
    return events.InviteUsed(conversation_id=C, invite_id=invite_id)


def revoked(invite_id: str = "i") -> events.InviteRevoked:
    return events.InviteRevoked(conversation_id=C, invite_id=invite_id, revoked_by="ana")


def given(*happened: Message) -> Scenario[Conversation]:
    return Scenario(Conversation(), evolve).given(*happened)


def when(decide, **command):
    """The decider as the application calls it, its events without their seals."""

    def judged(state: Conversation) -> Sequence[Message]:
        return [new.message for new in sealed(partial(decide, **command))(state)]

    return judged


create = partial(
    when, inviting.create_invite, invite_id="i", secret=SECRET, expires_at=None, max_uses=0, now=NOW
)  # fmt: skip
join = partial(when, inviting.join, token=token_of(C, SECRET), person_id="eve", name="Eve", now=NOW)


def test_a_token_leads_to_its_conversation_and_nonsense_to_none() -> None:
    assert conversation_of(token_of(C, SECRET)) == C
    assert len(token_of(C, SECRET)) == 43
    for nonsense in (
        "",
        "x",
        "no-such-token",
        "é" * 43,
        token_of(C, SECRET)[:-1],
        token_of(C, SECRET + b"x"),
        "=" * 43,
    ):
        assert conversation_of(nonsense) == ""


def test_an_invite_holds_for_a_week_unless_told() -> None:
    given(*group()).when(create(actor="ana")).then(made())
    given(*group(added("adi", ADMIN))).when(create(actor="adi", max_uses=3)).then(made(by="adi", uses=3))
    longest = NOW + timedelta(days=90)
    given(*group()).when(create(actor="ana", expires_at=longest)).then(made(until=longest))
    for bad in (NOW, NOW - timedelta(days=1), longest + timedelta(seconds=1)):
        given(*group()).when(create(actor="ana", expires_at=bad)).then_refused(Invalid, text="expires_at")
    assert subject_of(made(), Conversation()) == subject_of(used(), Conversation()) == f"conversation:{C}"


def test_only_owners_and_admins_have_to_do_with_invites_and_only_in_groups() -> None:
    talk = [*group(added("ben"), added("gus", GUEST)), made()]
    for nobody in ("ben", "gus", "eve"):
        given(*talk).when(create(actor=nobody)).then_refused(Denied)
        revoke = when(inviting.revoke_invite, actor=nobody, invite_id="i")
        given(*talk).when(revoke).then_refused(Denied)
    alone = group(kind=pb.CONVERSATION_KIND_DIRECT)
    given(*alone).when(create(actor="ana")).then_refused(FailedPrecondition, reason="DIRECT_CONVERSATION")


def test_open_invites_have_a_limit() -> None:
    many = [made(f"i{n}") for n in range(inviting.MOST_OPEN)]
    given(*group(), *many).when(create(actor="ana")).then_refused(FailedPrecondition, reason="TOO_MANY_INVITES")
    given(*group(), *many, revoked("i7")).when(create(actor="ana")).then(made())


def test_joining_counts_as_a_use() -> None:
    state = given(*group(), made(uses=2)).when(join()).then(added("eve"), used())
    assert [known.shown().uses for known in inviting.open_invites(state, NOW)] == [1]
    # Whoever joined may be erased: the use still counts.
    state = given(*group(), made(uses=2), used()).when(join()).then(added("eve"), used())
    assert inviting.open_invites(state, NOW) == []


@pytest.mark.parametrize(
    ("happened", "kind", "reason"),
    [
        ([], NotFound, "INVITE_NOT_FOUND"),
        ([made(), revoked()], FailedPrecondition, "INVITE_REVOKED"),
        ([made(until=NOW)], FailedPrecondition, "INVITE_EXPIRED"),
        ([made(uses=1), used()], FailedPrecondition, "INVITE_USED_UP"),
        ([made(), added("eve")], Conflict, "ALREADY_A_MEMBER"),
        ([made(), events.MemberBanned(conversation_id=C, person_id="eve")], Denied, "BANNED"),
        ([made(), *(added(f"p{i}") for i in range(49))], FailedPrecondition, "GROUP_FULL"),
        ([made(), events.MemberRemoved(conversation_id=C, person_id="ana")], FailedPrecondition, "GROUP_ENDED"),
    ],
)
def test_who_is_not_let_in_is_told_why(happened: list[Message], kind: type[DomainError], reason: str) -> None:
    given(*group(), *happened).when(join()).then_refused(kind, reason=reason)


def test_a_guessed_secret_is_no_invite() -> None:
    guessed = join(token=token_of(C, bytes(16)))
    given(*group(), made()).when(guessed).then_refused(NotFound, reason="INVITE_NOT_FOUND")
    given().when(join()).then_refused(NotFound, reason="INVITE_NOT_FOUND")


def test_an_invite_is_revoked_once() -> None:
    revoke = when(inviting.revoke_invite, actor="ana", invite_id="i")
    given(*group(), made()).when(revoke).then(revoked())
    given(*group(), made(), revoked()).when(revoke).then()
    given(*group()).when(revoke).then_refused(NotFound, reason="INVITE_NOT_FOUND")


def test_an_invite_outlives_its_makers_leaving_and_not_their_ban() -> None:
    left = events.MemberRemoved(conversation_id=C, person_id="adi", removed_by="adi")
    talk = [*group(added("adi", ADMIN)), made(by="adi"), made("j")]
    given(*talk[:-1], left).when(join()).then(added("eve", by="adi"), used())
    ban = when(moderation.ban, actor="ana", person_id="adi", name="Adi", now=NOW)
    banned = events.MemberBanned(conversation_id=C, person_id="adi", banned_by="ana", display_name="Adi")
    banned.banned_at.FromDatetime(NOW)
    left.removed_by = "ana"
    given(*talk).when(ban).then(left, banned, revoked())
