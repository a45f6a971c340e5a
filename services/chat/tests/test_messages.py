"""Sending and reading messages, over real gRPC, PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
import time

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, refused

UNKNOWN = "0191aaaa-0000-7000-8000-000000000000"


async def head(rig: Rig[ChatSettings], talk) -> int:
    return await rig.house.store.head(f"conversation-{talk.conversation_id}")


async def test_a_message_is_there_as_soon_as_it_was_sent(group_talk) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("who brings bread?")
    assert (await talk.messages())[0] == sent
    assert sent.sender == f"person:{talk.person.person_id}"
    assert sent.sender_name == "Ana"


async def test_messages_page_backwards_from_the_newest(chat, group_talk) -> None:
    talk, _ = await group_talk()
    texts = [f"message {i}" for i in range(5)]
    for text in texts:
        await talk.say(text)
    request = pb.ListMessagesRequest(conversation_id=talk.conversation_id, page_size=2)
    seen = []
    while True:
        page = await chat.ListMessages(request, metadata=talk.person.call)
        seen += [m.text for m in page.messages]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert seen == texts[::-1]


async def test_the_same_key_gives_the_same_message_and_appends_nothing(rig, group_talk) -> None:
    talk, _ = await group_talk()
    key = new_id()
    first = await talk.say("once", idempotency_key=key)
    before = await head(rig, talk)
    twins = await asyncio.gather(*(talk.say("once", idempotency_key=key) for _ in range(4)))
    assert all(twin == first for twin in twins)
    assert await head(rig, talk) == before
    async with refused(grpc.StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await talk.say("something else", idempotency_key=key)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("text", {"text": ""}),
        ("text", {"text": " \n"}),
        ("text", {"text": "a\x00b"}),
        ("text", {"text": "é" * 32769}),
        ("conversation_id", {"conversation_id": "nonsense"}),
        ("in_reply_to", {"in_reply_to": "nonsense"}),
        ("in_reply_to", {"in_reply_to": UNKNOWN}),
        ("idempotency_key", {"idempotency_key": "short"}),
    ],
)
async def test_a_bad_message_names_its_field_and_appends_nothing(rig, chat, group_talk, field, changes) -> None:
    talk, _ = await group_talk()
    before = await head(rig, talk)
    fields = {"conversation_id": talk.conversation_id, "text": "hello", "idempotency_key": new_id()} | changes
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await chat.SendMessage(pb.SendMessageRequest(**fields), metadata=talk.person.call)
    assert await head(rig, talk) == before


async def test_only_members_write_and_read(rig, chat, servers: Servers, group_talk) -> None:
    talk, _ = await group_talk()
    stranger = talk.seen_by(servers.person("Eve"))
    before = await head(rig, talk)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await stranger.say("let me in")
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await stranger.messages()
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await stranger.stream().read()
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await chat.ListMessages(pb.ListMessagesRequest(conversation_id=talk.conversation_id))
    assert await head(rig, talk) == before


async def test_what_is_not_there_is_not_found(chat, servers: Servers) -> None:
    person = servers.person()
    async with refused(grpc.StatusCode.NOT_FOUND, reason="CONVERSATION_NOT_FOUND"):
        await chat.ListMessages(pb.ListMessagesRequest(conversation_id=UNKNOWN), metadata=person.call)
    async with refused(grpc.StatusCode.NOT_FOUND, reason="CONVERSATION_NOT_FOUND"):
        await chat.GetConversation(pb.GetConversationRequest(conversation_id=UNKNOWN), metadata=person.call)


async def test_people_edit_their_own_words_only(chat, group_talk) -> None:
    talk, (ben,) = await group_talk()
    sent = await talk.say("at noon")
    request = pb.EditMessageRequest(
        conversation_id=talk.conversation_id, message_id=sent.message_id, text="at one", idempotency_key=new_id()
    )
    edited = (await chat.EditMessage(request, metadata=talk.person.call)).message
    assert (edited.text, edited.edited, edited.cursor) == ("at one", True, sent.cursor)
    assert (await talk.seen_by(ben).messages())[0] == edited
    request.idempotency_key = new_id()
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_THE_SENDER"):
        await chat.EditMessage(request, metadata=ben.call)


async def test_the_read_model_follows_within_a_moment(group_talk) -> None:
    """Guards against a consumer that waits for a batch to fill."""
    talk, _ = await group_talk()
    began = time.monotonic()
    for i in range(10):
        await talk.say(f"{i}")
        assert (await talk.messages())[0].text == f"{i}"
    assert time.monotonic() - began < 5
