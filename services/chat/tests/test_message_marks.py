"""Mentions, emoji, edits, deletes and histories of messages, over real gRPC, PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually, refused


async def react(talk, message: pb.Message, emoji: str = "👍", **more) -> pb.Message:
    fields: dict[str, Any] = {"idempotency_key": new_id(), **more}
    request = pb.ReactToMessageRequest(
        conversation_id=talk.conversation_id, message_id=message.message_id, emoji=emoji, **fields
    )
    return (await talk.chat.ReactToMessage(request, metadata=talk.person.call)).message


async def delete(talk, message: pb.Message, **more) -> pb.Message:
    fields: dict[str, Any] = {"idempotency_key": new_id(), **more}
    request = pb.DeleteMessageRequest(conversation_id=talk.conversation_id, message_id=message.message_id, **fields)
    return (await talk.chat.DeleteMessage(request, metadata=talk.person.call)).message


async def edit(talk, message: pb.Message, text: str, **more) -> pb.Message:
    fields: dict[str, Any] = {"idempotency_key": new_id(), **more}
    request = pb.EditMessageRequest(
        conversation_id=talk.conversation_id, message_id=message.message_id, text=text, **fields
    )
    return (await talk.chat.EditMessage(request, metadata=talk.person.call)).message


async def history(talk, message: pb.Message) -> list[pb.MessageVersion]:
    request = pb.GetMessageHistoryRequest(conversation_id=talk.conversation_id, message_id=message.message_id)
    return list((await talk.chat.GetMessageHistory(request, metadata=talk.person.call)).versions)


async def head(rig, talk) -> int:
    return await rig.house.store.head(f"conversation-{talk.conversation_id}")


def marks(message: pb.Message) -> list[tuple[str, list[str]]]:
    return [(r.emoji, list(r.person_ids)) for r in message.reactions]


async def test_who_is_named_stands_in_the_message_and_follows_its_edits(group_talk) -> None:
    talk, (ben, ming) = await group_talk("Ben", "小明")
    sent = await talk.say("@Ben and @小明你好")
    assert list(sent.mention_ids) == [ben.person_id, ming.person_id]
    assert (await talk.seen_by(ben).messages())[0] == sent
    assert list((await edit(talk, sent, "only @ben")).mention_ids) == [ben.person_id]


async def test_emoji_are_grouped_in_the_order_of_their_first_use(rig, group_talk) -> None:
    talk, (ben,) = await group_talk()
    sent = await talk.say("who brings bread?")
    by_ben = talk.seen_by(ben)
    await react(by_ben, sent, "🥖")
    await react(talk, sent, "👍")
    seen = await react(talk, sent, "🥖")
    ana = talk.person.person_id
    assert marks(seen) == [("🥖", [ben.person_id, ana]), ("👍", [ana])]
    before = await head(rig, talk)
    key = new_id()
    assert marks(await react(talk, sent, "🥖")) == marks(seen)
    assert await head(rig, talk) == before
    assert marks(await react(by_ben, sent, "🥖", remove=True, idempotency_key=key)) == [("👍", [ana]), ("🥖", [ana])]
    again = await react(by_ben, sent, "🥖", remove=True, idempotency_key=key)
    assert (await talk.messages())[0] == again
    assert await head(rig, talk) == before + 1


@pytest.mark.parametrize("emoji", ["", "lol", "👍👍", "👍" * 9])
async def test_what_is_no_emoji_is_refused(rig, group_talk, emoji) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("hello")
    before = await head(rig, talk)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="emoji"):
        await react(talk, sent, emoji)
    assert await head(rig, talk) == before


async def test_of_two_edits_of_the_same_text_one_wins_and_nothing_is_lost(rig, group_talk) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("at noon")

    async def mend(text: str) -> str:
        return (await edit(talk, sent, text, edits=0)).text

    outcomes = await asyncio.gather(*(mend(f"at {hour}") for hour in ("one", "two")), return_exceptions=True)
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, str)]
    (loser,) = [outcome for outcome in outcomes if isinstance(outcome, grpc.aio.AioRpcError)]
    assert loser.code() is grpc.StatusCode.FAILED_PRECONDITION
    seen = (await talk.messages())[0]
    assert (seen.text, seen.edits, seen.edited) == (winner, 1, True)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="EDITED_MEANWHILE"):
        await edit(talk, sent, "at four", edits=0)
    assert (await edit(talk, seen, "at four", edits=seen.edits)).edits == 2
    assert [v.text for v in await history(talk, sent)] == ["at noon", winner, "at four"]


async def test_a_deleted_message_leaves_only_who_and_when(rig, group_talk, rebuilt_equal) -> None:
    talk, (ben,) = await group_talk()
    by_ben = talk.seen_by(ben)
    sent = await by_ben.say("my secret, @Ana")
    await edit(by_ben, sent, "my other secret, @Ana")
    await react(talk, sent)
    gone = await delete(talk, sent)
    assert (gone.text, gone.deleted, gone.sender, gone.sent_at) == ("", True, sent.sender, sent.sent_at)
    assert not [*gone.reactions, *gone.mention_ids, *gone.attachments]
    assert (await by_ben.messages())[0] == gone
    before = await head(rig, talk)
    assert await delete(by_ben, sent) == gone
    for refusing in (
        react(talk, sent),
        edit(by_ben, sent, "back again"),
        talk.say("what?", in_reply_to=sent.message_id),
    ):
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="MESSAGE_DELETED"):
            await refusing
    assert await head(rig, talk) == before
    left = await rig.house.pool.fetchval(
        "SELECT count(*) FROM messages m WHERE m::text LIKE '%secret%' AND conversation_id = $1", talk.conversation_id
    )
    assert left == 0
    await rebuilt_equal(rig)


async def test_a_history_tells_who_and_when_and_after_a_delete_its_sender_alone_what(servers, group_talk) -> None:
    talk, (ben,) = await group_talk()
    by_ben = talk.seen_by(ben)
    sent = await by_ben.say("one")
    await edit(by_ben, sent, "two")
    told = await history(talk, sent)
    by = f"person:{ben.person_id}"
    assert [(v.text, v.by, v.deleted) for v in told] == [("one", by, False), ("two", by, False)]
    assert told[0].at == sent.sent_at
    assert told[0].at.ToNanoseconds() < told[1].at.ToNanoseconds()
    await delete(talk, sent)
    by_ana = f"person:{talk.person.person_id}"
    assert [(v.text, v.by, v.deleted) for v in await history(by_ben, sent)] == [
        ("one", by, False), ("two", by, False), ("", by_ana, True),
    ]  # fmt: skip
    assert [v.text for v in await history(talk, sent)] == ["", "", ""]
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await history(talk.seen_by(servers.person("Eve")), sent)
    async with refused(grpc.StatusCode.NOT_FOUND, reason="MESSAGE_NOT_FOUND"):
        await history(talk, pb.Message(message_id=new_id()))


async def test_members_delete_their_own_and_leaders_any(group_talk) -> None:
    talk, (ben,) = await group_talk()
    sent = await talk.say("mine")
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_THE_SENDER"):
        await delete(talk.seen_by(ben), sent)


async def test_what_an_erased_person_did_goes_and_what_others_did_to_theirs_with_it(
    rig, group_talk, erase, rebuilt_equal
) -> None:
    talk, (ben, cleo) = await group_talk("Ben", "Cleo")
    by_ben, by_cleo = talk.seen_by(ben), talk.seen_by(cleo)
    theirs = await by_cleo.say("from Cleo")
    mine = await talk.say("hello @Cleo and @Ben")
    taken = await talk.say("away with it")
    await react(by_cleo, mine, "🥖")
    await react(by_ben, mine, "🥖")
    await react(by_ben, theirs)
    await delete(talk, taken)
    await rebuilt_equal(rig)
    await erase(rig, cleo)

    async def forgotten() -> bool:
        return len(await by_ben.messages()) == 2

    await eventually(forgotten)
    gone, left = await by_ben.messages()
    assert (gone.message_id, gone.deleted) == (taken.message_id, True)
    assert (left.text, list(left.mention_ids)) == ("hello @Cleo and @Ben", [ben.person_id])
    assert marks(left) == [("🥖", [ben.person_id])]
    for refusing in (delete(talk, theirs), react(by_ben, theirs), history(talk, theirs)):
        async with refused(grpc.StatusCode.NOT_FOUND, reason="MESSAGE_NOT_FOUND"):
            await refusing
    await rebuilt_equal(rig)


async def test_whoever_took_a_message_away_can_be_erased_and_it_stays_away(
    rig, group_talk, erase, rebuilt_equal
) -> None:
    talk, (ben, cleo) = await group_talk("Ben", "Cleo")
    sent = await talk.seen_by(ben).say("to be gone")
    await delete(talk, sent)
    await erase(rig, talk.person)
    by_cleo = talk.seen_by(cleo)

    async def forgotten() -> bool:
        request = pb.GetConversationRequest(conversation_id=talk.conversation_id)
        found = await talk.chat.GetConversation(request, metadata=cleo.call)
        return len(found.conversation.members) == 2

    await eventually(forgotten)
    (seen,) = await by_cleo.messages()
    assert (seen.deleted, seen.text) == (True, "")
    await rebuilt_equal(rig)
