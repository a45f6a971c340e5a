"""StreamConversation: nothing lost, nothing doubled, live, and only for members."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application import stream as following
from madeleine_common.ids import new_id
from madeleine_common.testing import refused


async def test_history_first_then_what_happens(group_talk, watch) -> None:
    talk, (ben,) = await group_talk()
    await talk.say("one")
    seen = watch(talk.seen_by(ben))
    await seen.until(lambda: seen.texts == ["one"])
    assert seen.updates[0].conversation.title == "Picnic"
    await talk.say("two")
    await seen.until(lambda: seen.texts == ["one", "two"])
    cursors = [u.cursor for u in seen.updates if not u.HasField("presence")]
    assert cursors == sorted(set(cursors))


async def test_resuming_at_any_cursor_loses_and_doubles_nothing(group_talk, watch) -> None:
    talk, _ = await group_talk()
    said: list[str] = []
    whole = watch(talk)

    async def keep_talking() -> None:
        for i in range(40):
            said.append(f"message {i}")
            await talk.say(said[-1])

    speaker = asyncio.create_task(keep_talking())
    heard: list[str] = []
    cursor = 0
    # Hang up after every fifth update while somebody keeps talking, and come back with the last cursor.
    while len(heard) < 40:
        piece = watch(talk, cursor)
        wanted = min(5, 40 - len(heard))
        await piece.until(lambda piece=piece, wanted=wanted: len(piece.texts) >= wanted)
        await piece.stop()
        heard += piece.texts
        cursor = max(u.cursor for u in piece.updates)
    await speaker
    await whole.until(lambda: len(whole.texts) == 40)
    assert heard == said
    assert whole.texts == said


async def test_from_now_on_only(group_talk, watch) -> None:
    talk, _ = await group_talk()
    await talk.say("before")
    seen = watch(talk, following.FROM_NOW)
    await seen.until(lambda: bool(seen.updates))
    assert seen.updates[0].HasField("heartbeat")
    await talk.say("after")
    await seen.until(lambda: bool(seen.texts))
    assert seen.texts == ["after"]


async def test_an_edit_comes_again_with_a_cursor_of_its_own(chat, group_talk, watch) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("at noon")
    seen = watch(talk, sent.cursor)
    request = pb.EditMessageRequest(
        conversation_id=talk.conversation_id, message_id=sent.message_id, text="at one", idempotency_key=new_id()
    )
    await chat.EditMessage(request, metadata=talk.person.call)
    await seen.until(lambda: seen.texts == ["at one"])
    (update,) = [u for u in seen.updates if u.HasField("message")]
    assert (update.cursor, update.message.message_id) == (sent.cursor + 1, sent.message_id)


async def test_who_is_removed_hears_no_more(chat, group_talk, watch) -> None:
    talk, (ben,) = await group_talk()
    seen = watch(talk.seen_by(ben))
    await seen.until(lambda: bool(seen.updates))
    request = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    await chat.RemoveMember(request, metadata=talk.person.call)
    await talk.say("he is gone")
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await seen.ended()
    assert "he is gone" not in seen.texts


async def test_a_quiet_stream_beats(monkeypatch: pytest.MonkeyPatch, group_talk, watch) -> None:
    monkeypatch.setattr(following, "HEARTBEAT_S", 0.1)
    talk, _ = await group_talk()
    seen = watch(talk)
    await seen.until(lambda: sum(u.HasField("heartbeat") for u in seen.updates) >= 2)
    beats = [u for u in seen.updates if u.HasField("heartbeat")]
    assert {beat.cursor for beat in beats} == {max(u.cursor for u in seen.updates)}


async def test_a_bad_cursor_is_named(group_talk) -> None:
    talk, _ = await group_talk()
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="after_cursor"):
        await talk.stream(-2).read()
