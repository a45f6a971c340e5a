"""What mini-apps say in conversations: by the mini-app service alone, once, and gone with whoever's words it holds."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import PostingServiceStub
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, refused


async def post(rig: Rig[ChatSettings], servers: Servers, talk: Any, **more: Any) -> str:
    """An app of the talk's person says something."""
    fields: dict[str, Any] = {
        "conversation_id": talk.conversation_id,
        "person_id": talk.person.person_id,
        "app_id": new_id(),
        "text": "🍜 Meal log: dinner is due",
        "idempotency_key": new_id(),
    }
    request = pb.PostFromAppRequest(**{**fields, **more})
    call = more.pop("call", servers.service_call("miniapp"))
    return (await PostingServiceStub(rig.channel).PostFromApp(request, metadata=call)).message_id


async def test_everybody_sees_it_once_and_that_an_app_said_it(
    rig: Rig[ChatSettings], group_talk, servers: Servers, rebuilt_equal
) -> None:
    talk, (ben,) = await group_talk("Ben")
    key, app_id = new_id(), new_id()
    message_id = await post(rig, servers, talk, idempotency_key=key, app_id=app_id)
    assert await post(rig, servers, talk, idempotency_key=key, app_id=app_id) == message_id
    (said,) = await talk.seen_by(ben).messages()
    assert (said.message_id, said.sender, said.app_id, said.text) == (
        message_id, "assistant", app_id, "🍜 Meal log: dinner is due",
    )  # fmt: skip
    assert not said.reminder_id
    found = await talk.chat.SearchMessages(pb.SearchMessagesRequest(query="dinner"), metadata=ben.call)
    assert [hit.message.message_id for hit in found.hits] == [message_id]
    await rebuilt_equal(rig)


async def test_it_goes_with_whoever_owns_the_app_or_has_words_in_it(
    rig: Rig[ChatSettings], group_talk, servers: Servers, erase
) -> None:
    talk, (ben,) = await group_talk("Ben")
    kept = await post(rig, servers, talk)
    await post(rig, servers, talk, text="Ben's own words", words_of=[ben.person_id])
    assert len(await talk.messages()) == 2
    await erase(rig, ben)

    async def only_kept() -> bool:
        return [m.message_id for m in await talk.messages()] == [kept]

    await eventually(only_kept)


async def test_nobody_else_may_say_it(rig: Rig[ChatSettings], group_talk, servers: Servers) -> None:
    talk, _ = await group_talk("Ben")
    stranger = servers.person("Eve")
    for call in (talk.person.call, servers.service_call("spark")):
        async with refused(grpc.StatusCode.PERMISSION_DENIED):
            await PostingServiceStub(rig.channel).PostFromApp(pb.PostFromAppRequest(), metadata=call)
    async with refused(grpc.StatusCode.PERMISSION_DENIED):
        await post(rig, servers, talk, person_id=stranger.person_id)
    async with refused(grpc.StatusCode.NOT_FOUND):
        await post(rig, servers, talk, conversation_id=new_id())
    assert not await talk.messages()


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"app_id": "1"}, "app_id"),
        ({"person_id": ""}, "person_id"),
        ({"words_of": ["x"]}, "words_of[0]"),
        ({"idempotency_key": "x"}, "idempotency_key"),
    ],
)
async def test_what_is_wrong_is_named(
    rig: Rig[ChatSettings], group_talk, servers: Servers, bad: dict[str, Any], field: str
) -> None:
    talk, _ = await group_talk("Ben")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await post(rig, servers, talk, **bad)
