"""Conversations and their members, over real gRPC, PostgreSQL and NATS."""

from __future__ import annotations

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import MembershipServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import refused


def creating(**fields) -> pb.CreateConversationRequest:
    return pb.CreateConversationRequest(
        **{"kind": pb.CONVERSATION_KIND_GROUP, "title": "Picnic", "idempotency_key": new_id()} | fields
    )


async def test_a_group_lists_its_members_by_name(chat, servers, neighbours, group_talk) -> None:
    talk, (ben,) = await group_talk("Ben")
    request = pb.GetConversationRequest(conversation_id=talk.conversation_id)
    found = (await chat.GetConversation(request, metadata=ben.call)).conversation
    assert [(m.display_name, m.role) for m in found.members] == [
        ("Ana", pb.MEMBER_ROLE_OWNER),
        ("Ben", pb.MEMBER_ROLE_MEMBER),
    ]
    assert (found.title, found.kind) == ("Picnic", pb.CONVERSATION_KIND_GROUP)


async def test_creating_twice_with_one_key_makes_one(chat, servers) -> None:
    person, request = servers.person(), creating()
    first = await chat.CreateConversation(request, metadata=person.call)
    again = await chat.CreateConversation(request, metadata=person.call)
    assert again == first
    listed = await chat.ListConversations(pb.ListConversationsRequest(), metadata=person.call)
    assert list(listed.conversations) == [first.conversation]


async def test_conversations_are_listed_by_last_activity_in_pages(chat, servers) -> None:
    person = servers.person()
    made = []
    for title in ("a", "b", "c"):
        reply = await chat.CreateConversation(creating(title=title), metadata=person.call)
        made.append(reply.conversation.conversation_id)
    said = pb.SendMessageRequest(conversation_id=made[0], text="hello", idempotency_key=new_id())
    await chat.SendMessage(said, metadata=person.call)
    await chat.ListMessages(pb.ListMessagesRequest(conversation_id=made[0]), metadata=person.call)
    first = await chat.ListConversations(pb.ListConversationsRequest(page_size=2), metadata=person.call)
    rest = await chat.ListConversations(
        pb.ListConversationsRequest(page_size=2, page_token=first.next_page_token), metadata=person.call
    )
    assert [c.title for c in (*first.conversations, *rest.conversations)] == ["a", "c", "b"]
    assert not rest.next_page_token


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("kind", {"kind": 0}),
        ("assistant_mode", {"assistant_mode": 9}),
        ("title", {"title": "x" * 201}),
        ("title", {"kind": pb.CONVERSATION_KIND_DIRECT, "title": "us"}),
        ("member_ids", {"kind": pb.CONVERSATION_KIND_DIRECT, "title": "", "member_ids": [new_id()]}),
        ("member_ids", {"member_ids": [new_id() for _ in range(50)]}),
        ("member_ids[0]", {"member_ids": ["nobody"]}),
        ("member_ids[0]", {"member_ids": [new_id()]}),
        ("idempotency_key", {"idempotency_key": ""}),
    ],
)
async def test_a_bad_conversation_names_its_field(chat, servers, field, fields) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await chat.CreateConversation(creating(**fields), metadata=servers.person().call)


async def test_members_come_and_go(chat, servers, neighbours, group_talk) -> None:
    talk, (ben,) = await group_talk()
    cleo = servers.person("Cleo")
    adding = pb.AddMemberRequest(
        conversation_id=talk.conversation_id, person_id=cleo.person_id, idempotency_key=new_id()
    )
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="person_id"):
        await chat.AddMember(adding, metadata=talk.person.call)
    neighbours.knows(cleo)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="ROLE_REQUIRED"):
        await chat.AddMember(adding, metadata=ben.call)
    added = (await chat.AddMember(adding, metadata=talk.person.call)).conversation
    assert [m.display_name for m in added.members] == ["Ana", "Ben", "Cleo"]
    await talk.seen_by(cleo).say("hello all")

    leaving = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=cleo.person_id, idempotency_key=new_id()
    )
    await chat.RemoveMember(leaving, metadata=cleo.call)
    listed = await chat.ListConversations(pb.ListConversationsRequest(), metadata=cleo.call)
    assert not listed.conversations
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await talk.seen_by(cleo).messages()


async def test_identity_away_is_told_and_nothing_happens(chat, servers, neighbours, group_talk) -> None:
    talk, _ = await group_talk()
    neighbours.away = True
    request = pb.AddMemberRequest(conversation_id=talk.conversation_id, person_id=new_id(), idempotency_key=new_id())
    async with refused(grpc.StatusCode.UNAVAILABLE):
        await chat.AddMember(request, metadata=talk.person.call)


async def test_other_services_learn_who_is_in(rig, servers, group_talk) -> None:
    talk, (ben,) = await group_talk()
    membership = MembershipServiceStub(rig.channel)
    request = pb.GetMembersRequest(conversation_id=talk.conversation_id)
    reply = await membership.GetMembers(request, metadata=servers.service_call("miniapp"))
    assert [m.person_id for m in reply.members] == [talk.person.person_id, ben.person_id]
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="SERVICE_REQUIRED"):
        await membership.GetMembers(request, metadata=ben.call)
    request.conversation_id = new_id()
    async with refused(grpc.StatusCode.NOT_FOUND):
        await membership.GetMembers(request, metadata=servers.service_call("miniapp"))
