"""SearchMessages: English by stems, Chinese by characters, only what the caller may read now."""

from __future__ import annotations

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_common.testing import refused


async def search(talk, query: str, **more) -> pb.SearchMessagesResponse:
    request = pb.SearchMessagesRequest(query=query, **more)
    return await talk.chat.SearchMessages(request, metadata=talk.person.call)


async def found(talk, query: str, **more) -> list[str]:
    return [hit.message.text for hit in (await search(talk, query, **more)).hits]


async def test_words_are_found_by_their_stems_and_must_all_occur(group_talk) -> None:
    talk, _ = await group_talk()
    await talk.say("We were running along the river")
    await talk.say("The rivers run high")
    await talk.say("Bread and cheese")
    assert await found(talk, "river running") == ["The rivers run high", "We were running along the river"]
    assert await found(talk, "RIVERS cheese") == []
    (hit,) = (await search(talk, "along rivers")).hits
    assert hit.conversation_title == "Picnic"
    assert hit.excerpt == "We were running along the river"


async def test_chinese_is_found_by_what_is_written(group_talk) -> None:
    talk, _ = await group_talk()
    for text in ("我妹妹三月搬到了上海", "北京的京大大学", "我在北京大学读书", "小猫", "猫和iPhone手机"):
        await talk.say(text)
    assert await found(talk, "妹妹") == ["我妹妹三月搬到了上海"]
    assert await found(talk, "北京大学") == ["我在北京大学读书"]
    assert await found(talk, "猫") == ["猫和iPhone手机", "小猫"]
    assert await found(talk, "iphone 手机") == ["猫和iPhone手机"]
    (hit,) = (await search(talk, "上海 妹妹")).hits
    assert hit.excerpt == "我妹妹三月搬到了上海"


async def test_edits_and_deletes_are_followed(rig, group_talk, rebuilt_equal) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("the key is under the mat")
    target = {"conversation_id": talk.conversation_id, "message_id": sent.message_id}
    request = pb.EditMessageRequest(**target, text="it is in the 棚子, in the shed", idempotency_key=new_id())
    await talk.chat.EditMessage(request, metadata=talk.person.call)
    assert await found(talk, "mat") == []
    assert await found(talk, "shed 棚子") == ["it is in the 棚子, in the shed"]
    await talk.chat.DeleteMessage(
        pb.DeleteMessageRequest(**target, idempotency_key=new_id()), metadata=talk.person.call
    )
    assert await found(talk, "shed") == []
    await rebuilt_equal(rig)


async def test_what_is_off_the_record_is_not_found_even_when_it_is_edited(rig, group_talk) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("the surprise is a kayak", off_the_record=True)
    request = pb.EditMessageRequest(
        conversation_id=talk.conversation_id, message_id=sent.message_id, text="a canoe", idempotency_key=new_id()
    )
    await talk.chat.EditMessage(request, metadata=talk.person.call)
    assert await found(talk, "kayak") == await found(talk, "canoe") == []
    indexed = "SELECT count(*) FROM message_words WHERE message_id = $1"
    assert await rig.house.pool.fetchval(indexed, sent.message_id) == 0


async def test_only_what_the_caller_may_read_now(chat, servers, group_talk, direct_talk) -> None:
    talk, (ben,) = await group_talk()
    by_ben = talk.seen_by(ben)
    await talk.say("the zebra is here")
    other = await direct_talk()
    await other.say("no zebra for others")
    assert await found(by_ben, "zebra") == ["the zebra is here"]
    assert await found(other, "zebra") == ["no zebra for others"]
    eve = talk.seen_by(servers.person("Eve"))
    assert await found(eve, "zebra") == []
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await search(eve, "zebra", conversation_id=talk.conversation_id)
    leaving = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    await chat.RemoveMember(leaving, metadata=ben.call)
    assert await found(by_ben, "zebra") == []


async def test_by_sender_and_by_conversation_in_pages(group_talk) -> None:
    talk, (ben,) = await group_talk()
    for i in range(3):
        await talk.say(f"apple {i}")
        await talk.seen_by(ben).say(f"apple of Ben {i}")
    by = f"person:{ben.person_id}"
    assert await found(talk, "apple", sender=by) == [f"apple of Ben {i}" for i in (2, 1, 0)]
    assert await found(talk, "apple", sender="assistant") == []
    first = await search(talk, "apple", conversation_id=talk.conversation_id, page_size=4)
    await talk.say("apple that came later")
    rest = await search(talk, "apple", page_size=4, page_token=first.next_page_token)
    assert [h.message.text for h in (*first.hits, *rest.hits)] == [
        "apple of Ben 2", "apple 2", "apple of Ben 1", "apple 1", "apple of Ben 0", "apple 0",
    ]  # fmt: skip
    assert rest.next_page_token == ""


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("query", {"query": " "}),
        ("query", {"query": "x" * 501}),
        ("query", {"query": "the of!"}),
        ("sender", {"sender": "ana"}),
        ("sender", {"sender": "person:ana"}),
        ("conversation_id", {"conversation_id": "here"}),
        ("page_size", {"page_size": 201}),
        ("page_token", {"page_token": "x"}),
    ],
)
async def test_a_bad_search_names_its_field(group_talk, field: str, fields: dict) -> None:
    talk, _ = await group_talk()
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await search(talk, **({"query": "hello"} | fields))
