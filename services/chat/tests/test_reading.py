"""Read receipts, unread counts and pages both ways, over real gRPC, PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common import commands
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually, refused

BACKWARD, FORWARD = pb.PAGE_DIRECTION_BACKWARD, pb.PAGE_DIRECTION_FORWARD


async def mark(talk, cursor: int, key: str = "") -> int:
    request = pb.MarkReadRequest(conversation_id=talk.conversation_id, cursor=cursor, idempotency_key=key or new_id())
    return (await talk.chat.MarkRead(request, metadata=talk.person.call)).read_cursor


async def shown(talk) -> pb.Conversation:
    request = pb.GetConversationRequest(conversation_id=talk.conversation_id)
    return (await talk.chat.GetConversation(request, metadata=talk.person.call)).conversation


async def page(talk, **more) -> pb.ListMessagesResponse:
    request = pb.ListMessagesRequest(conversation_id=talk.conversation_id, **more)
    return await talk.chat.ListMessages(request, metadata=talk.person.call)


def texts(response: pb.ListMessagesResponse) -> list[str]:
    return [message.text for message in response.messages]


async def test_reading_moves_forward_only_and_counts_what_others_wrote(rig, group_talk, rebuilt_equal) -> None:
    talk, (ben,) = await group_talk()
    by_ben = talk.seen_by(ben)
    first = await talk.say("one")
    second = await talk.say("two")
    await by_ben.say("my own")
    assert ((await shown(by_ben)).unread, (await shown(talk)).unread) == (2, 1)
    key = new_id()
    assert await mark(by_ben, second.cursor, key) == second.cursor
    stream_id = f"reading-{talk.conversation_id}-{ben.person_id}"
    assert await rig.house.store.head(stream_id) == 1
    assert await mark(by_ben, first.cursor) == second.cursor
    assert await mark(by_ben, second.cursor, key) == second.cursor
    assert await rig.house.store.head(stream_id) == 1
    found = await shown(talk)
    assert {m.person_id: m.read_cursor for m in found.members} == {
        talk.person.person_id: 0, ben.person_id: second.cursor,
    }  # fmt: skip
    listed = await talk.chat.ListConversations(pb.ListConversationsRequest(), metadata=ben.call)
    assert [c.unread for c in listed.conversations] == [0]
    await talk.say("three")
    assert (await shown(by_ben)).unread == 1
    await rebuilt_equal(rig)


async def test_nobody_reads_what_is_not_there_or_not_theirs(rig, servers, group_talk) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("one")
    for cursor in (sent.cursor + 1, -1):
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="cursor"):
            await mark(talk, cursor)
    eve = servers.person("Eve")
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await mark(talk.seen_by(eve), sent.cursor)
    assert await rig.house.store.head(f"reading-{talk.conversation_id}-{eve.person_id}") == 0


async def test_a_receipt_is_seen_live_and_has_no_cursor(group_talk) -> None:
    talk, (ben,) = await group_talk()
    sent = await talk.say("one")
    async with asyncio.timeout(15):
        call = talk.stream(-1)
        await call.read()
        await mark(talk.seen_by(ben), sent.cursor)
        while not (update := await call.read()).HasField("read"):
            pass
        call.cancel()
    assert (update.read.person_id, update.read.read_cursor, update.cursor) == (ben.person_id, sent.cursor, 0)


async def test_how_far_an_erased_person_read_is_forgotten(rig, group_talk, erase, rebuilt_equal) -> None:
    talk, (ben,) = await group_talk()
    sent = await talk.say("one")
    await mark(talk.seen_by(ben), sent.cursor)
    await erase(rig, ben)

    async def forgotten() -> bool:
        rows = await rig.house.pool.fetchval("SELECT count(*) FROM reads WHERE person_id = $1", ben.person_id)
        return rows == 0 and len((await shown(talk)).members) == 1

    await eventually(forgotten)
    await rebuilt_equal(rig)


async def test_pages_go_both_ways_from_a_cursor_and_end_at_both_ends(group_talk) -> None:
    talk, _ = await group_talk()
    sent = [await talk.say(f"{i}") for i in range(5)]
    middle = sent[2].cursor
    assert texts(await page(talk)) == ["4", "3", "2", "1", "0"]
    assert texts(await page(talk, direction=FORWARD)) == ["0", "1", "2", "3", "4"]
    back = await page(talk, from_cursor=middle, direction=BACKWARD, page_size=1)
    assert texts(back) == ["1"]
    rest = await page(talk, page_token=back.next_page_token, page_size=1)
    assert (texts(rest), rest.next_page_token) == (["0"], "")
    ahead = await page(talk, from_cursor=middle, direction=FORWARD, page_size=1)
    assert texts(ahead) == ["3"]
    last = await page(talk, direction=FORWARD, page_token=ahead.next_page_token, page_size=1)
    assert (texts(last), last.next_page_token) == (["4"], "")
    for end in ({"from_cursor": sent[0].cursor}, {"from_cursor": sent[4].cursor, "direction": FORWARD}):
        empty = await page(talk, **end)
        assert (texts(empty), empty.next_page_token) == ([], "")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_token"):
        await page(talk, direction=BACKWARD, page_token=ahead.next_page_token)
    for field, bad in (
        ("from_cursor", {"from_cursor": -1}),
        ("direction", {"direction": 9}),
        ("page_token", {"page_token": "x"}),
    ):
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
            await page(talk, **bad)


async def test_clocks_that_go_backwards_put_nothing_out_of_order(
    monkeypatch: pytest.MonkeyPatch, group_talk, rig, rebuilt_equal
) -> None:
    talk, _ = await group_talk()
    times = iter(datetime(2030, 1, 1, tzinfo=UTC) - timedelta(hours=i) for i in range(100))
    monkeypatch.setattr(commands, "utc_now", lambda: next(times))
    said = [await talk.say(f"tick {i}") for i in range(4)]
    monkeypatch.undo()
    stamps = [message.sent_at.ToNanoseconds() for message in said]
    assert stamps == sorted(stamps, reverse=True)
    order = [f"tick {i}" for i in range(4)]
    assert texts(await page(talk, direction=FORWARD)) == order
    first = await page(talk, page_size=2)
    rest = await page(talk, page_size=2, page_token=first.next_page_token)
    assert texts(first) + texts(rest) == order[::-1]
    request = pb.SearchMessagesRequest(query="tick", conversation_id=talk.conversation_id)
    found = await talk.chat.SearchMessages(request, metadata=talk.person.call)
    assert [hit.message.text for hit in found.hits] == order[::-1]
    heard: list[str] = []
    async with asyncio.timeout(15):
        call = talk.stream()
        async for update in call:
            if update.HasField("message"):
                heard.append(update.message.text)
            if len(heard) == len(order):
                break
        call.cancel()
    assert heard == order
    await rebuilt_equal(rig)


async def test_a_message_of_a_mebibyte_is_refused_with_its_field(rig, group_talk) -> None:
    talk, _ = await group_talk()
    before = await rig.house.store.head(f"conversation-{talk.conversation_id}")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="text"):
        await talk.say("x" * 2**20)
    assert await rig.house.store.head(f"conversation-{talk.conversation_id}") == before
