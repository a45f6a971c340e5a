"""Invites over real gRPC, PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually, refused


def days(count: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime.now(UTC) + timedelta(days=count))
    return stamp


class Door:
    """A group's invites, by who deals with them."""

    def __init__(self, chat, talk) -> None:
        self.chat, self.talk, self.conversation_id = chat, talk, talk.conversation_id

    async def make(self, caller, **fields) -> pb.CreateInviteResponse:
        request = pb.CreateInviteRequest(
            **{"conversation_id": self.conversation_id, "idempotency_key": new_id()} | fields
        )
        return await self.chat.CreateInvite(request, metadata=caller.call)

    async def open(self, caller) -> list[pb.Invite]:
        request = pb.ListInvitesRequest(conversation_id=self.conversation_id)
        return list((await self.chat.ListInvites(request, metadata=caller.call)).invites)

    async def revoke(self, caller, invite_id: str) -> None:
        request = pb.RevokeInviteRequest(
            conversation_id=self.conversation_id, invite_id=invite_id, idempotency_key=new_id()
        )
        await self.chat.RevokeInvite(request, metadata=caller.call)

    async def join(self, caller, token: str, key: str = "") -> pb.Conversation:
        request = pb.JoinByInviteRequest(token=token, idempotency_key=key or new_id())
        return (await self.chat.JoinByInvite(request, metadata=caller.call)).conversation

    async def remove(self, caller, person) -> None:
        request = pb.RemoveMemberRequest(
            conversation_id=self.conversation_id, person_id=person.person_id, idempotency_key=new_id()
        )
        await self.chat.RemoveMember(request, metadata=caller.call)


@pytest.fixture
def door(chat, group_talk):
    async def start(*names: str):
        talk, others = await group_talk(*names)
        return (Door(chat, talk), talk.person, *others)

    return start


async def test_whoever_has_the_token_joins_and_is_seen(servers, door) -> None:
    friends, ana, ben = await door("Ben")
    made = await friends.make(ana, max_uses=2)
    assert made.token == made.invite.token
    eve = servers.person("Eve")
    joined = await friends.join(eve, made.token)
    assert [m.display_name for m in joined.members] == ["Ana", "Ben", "Eve"]
    assert joined.members[2].role == pb.MEMBER_ROLE_MEMBER
    await friends.talk.seen_by(eve).say("hello")
    assert [(i.invite_id, i.uses, i.max_uses) for i in await friends.open(ana)] == [(made.invite.invite_id, 1, 2)]
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="ROLE_REQUIRED"):
        await friends.open(ben)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="ROLE_REQUIRED"):
        await friends.make(eve)
    async with refused(grpc.StatusCode.ALREADY_EXISTS, reason="ALREADY_A_MEMBER"):
        await friends.join(ben, made.token)


async def test_repeats_give_the_same_invite_and_let_in_once(rig, servers, door) -> None:
    friends, ana, _ = await door()
    key = new_id()
    twins = await asyncio.gather(*(friends.make(ana, idempotency_key=key) for _ in range(4)))
    assert all(twin == twins[0] for twin in twins)
    eve, key = servers.person("Eve"), new_id()
    first = await friends.join(eve, twins[0].token, key)
    again = await asyncio.gather(*(friends.join(eve, twins[0].token, key) for _ in range(4)))
    assert [c.members for c in again] == [first.members] * 4
    (invite,) = await friends.open(ana)
    assert invite.uses == 1
    # Who is out again learns nothing by repeating the call that let them in.
    await friends.remove(ana, eve)
    assert await friends.join(eve, twins[0].token, key) == pb.Conversation(conversation_id=friends.conversation_id)


async def test_of_many_at_the_last_use_exactly_one_gets_in(rig, servers, door) -> None:
    friends, ana, _ = await door("Ben")
    token = (await friends.make(ana, max_uses=1)).token
    crowd = [servers.person(f"P{i}") for i in range(8)]
    came = await asyncio.gather(*(friends.join(p, token) for p in crowd), return_exceptions=True)
    inside = [c for c in came if isinstance(c, pb.Conversation)]
    (state,) = inside
    assert len(state.members) == 3
    for error in (c for c in came if isinstance(c, grpc.aio.AioRpcError)):
        assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert "used up" in (error.details() or "")
    stream = [
        e.type.rpartition(".")[2] async for e in rig.house.store.read_stream(f"conversation-{friends.conversation_id}")
    ]
    assert stream.count("InviteUsed") == 1
    assert await friends.open(ana) == []


async def test_a_crowd_fills_the_group_and_not_one_more(servers, door) -> None:
    friends, ana, _ = await door("Ben")
    token = (await friends.make(ana)).token
    crowd = [servers.person(f"P{i}") for i in range(55)]
    came = await asyncio.gather(*(friends.join(p, token) for p in crowd), return_exceptions=True)
    assert sum(isinstance(c, pb.Conversation) for c in came) == 48
    refusals = [c.code() for c in came if isinstance(c, grpc.aio.AioRpcError)]
    assert refusals == [grpc.StatusCode.FAILED_PRECONDITION] * 7
    (invite,) = await friends.open(ana)
    assert invite.uses == 48


async def test_a_token_that_nobody_was_given_is_not_found(servers, door) -> None:
    friends, ana, _ = await door()
    good = (await friends.make(ana)).token
    eve = servers.person("Eve")
    for bad in ("", "nonsense", "é" * 43, good[:-4] + "AAAA", "A" * 43, good * 2):
        async with refused(grpc.StatusCode.NOT_FOUND, reason="INVITE_NOT_FOUND"):
            await friends.join(eve, bad)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="idempotency_key"):
        await friends.join(eve, good, "short")


async def test_revoked_and_banned_are_told_apart(chat, servers, neighbours, door) -> None:
    friends, ana, ben = await door("Ben")
    one, other = await friends.make(ana), await friends.make(ana)
    await friends.revoke(ana, one.invite.invite_id)
    await friends.revoke(ana, one.invite.invite_id)
    eve = servers.person("Eve")
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="INVITE_REVOKED"):
        await friends.join(eve, one.token)
    async with refused(grpc.StatusCode.NOT_FOUND, reason="INVITE_NOT_FOUND"):
        await friends.revoke(ana, new_id())
    ban = pb.BanMemberRequest(
        conversation_id=friends.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    await chat.BanMember(ban, metadata=ana.call)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="BANNED"):
        await friends.join(ben, other.token)
    await friends.remove(ana, ana)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="GROUP_ENDED"):
        await friends.join(eve, other.token)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("expires_at", {"expires_at": days(-1)}),
        ("expires_at", {"expires_at": days(91)}),
        ("expires_at", {"expires_at": Timestamp(seconds=10**14)}),
        ("max_uses", {"max_uses": -1}),
        ("conversation_id", {"conversation_id": "nonsense"}),
        ("idempotency_key", {"idempotency_key": ""}),
    ],
)
async def test_a_bad_invite_names_its_field(door, field, fields) -> None:
    friends, ana, _ = await door()
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await friends.make(ana, **fields)


async def test_an_invite_outlives_the_erasure_of_who_made_it_and_of_who_used_it(
    rig, servers, door, erase, rebuilt_equal
) -> None:
    friends, ana, ben = await door("Ben")
    role = pb.ChangeRoleRequest(
        conversation_id=friends.conversation_id,
        person_id=ben.person_id,
        role=pb.MEMBER_ROLE_ADMIN,
        idempotency_key=new_id(),
    )
    await friends.chat.ChangeRole(role, metadata=ana.call)
    token = (await friends.make(ben, max_uses=2)).token
    eve, fay, gil = (servers.person(name) for name in ("Eve", "Fay", "Gil"))
    await friends.join(eve, token)
    for gone in (ben, eve):
        await erase(rig, gone)

    async def forgotten() -> bool:
        request = pb.GetConversationRequest(conversation_id=friends.conversation_id)
        found = (await friends.chat.GetConversation(request, metadata=ana.call)).conversation
        return [m.display_name for m in found.members] == ["Ana"]

    await eventually(forgotten)
    (invite,) = await friends.open(ana)
    assert invite.uses == 1
    await friends.join(fay, token)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="INVITE_USED_UP"):
        await friends.join(gil, token)
    await rebuilt_equal(rig)
