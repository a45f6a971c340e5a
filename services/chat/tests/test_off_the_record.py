"""What is said off the record, through the AI's turn: answered, and then nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, refused, running_service


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours, served_words) -> AsyncIterator[Rig[ChatSettings]]:
    address = all_neighbours.address
    more = {f"{name}_address": address for name in ("identity", "memory", "miniapp")}
    more |= {"inference_address": served_words[1], "chat_answer_s": 5.0}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


async def happened(rig: Rig[ChatSettings], talk) -> list:
    return [e async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}")]


async def test_the_ai_answers_it_once_and_is_never_shown_it_again(
    rig, direct_talk, neighbours, words, rebuilt_equal
) -> None:
    talk = await direct_talk()
    sent = await talk.say("between us: I bought a kayak", off_the_record=True)
    answer = await talk.answer()
    assert words.prompts[-1].messages[-1].content == "between us: I bought a kayak"
    assert (sent.off_the_record, answer.off_the_record, answer.text) == (True, True, "I am here.")
    asked, answered = (e.message for e in (await happened(rig, talk))[-2:])
    assert (asked.memory_space, answered.memory_space) == ("", "")
    assert answered.off_the_record
    assert not answered.HasField("trace")

    question = await talk.say("what did I buy?")

    async def answered_that() -> pb.Message | None:
        return next((m for m in await talk.messages() if m.in_reply_to == question.message_id), None)

    later = await eventually(answered_that)
    assert later is not None
    assert not later.off_the_record
    shown = " ".join(m.content for m in words.prompts[-1].messages)
    assert "kayak" not in shown
    assert "I am here." not in shown

    target = {"conversation_id": talk.conversation_id, "message_id": answer.message_id, "idempotency_key": new_id()}
    before = len(await happened(rig, talk))
    for refusing in (
        talk.chat.RateMessage(pb.RateMessageRequest(**target, rating=pb.RATING_UP), metadata=talk.person.call),
        talk.chat.RegenerateMessage(pb.RegenerateMessageRequest(**target), metadata=talk.person.call),
        talk.chat.EditMessage(pb.EditMessageRequest(**target, text="better"), metadata=talk.person.call),
    ):
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="OFF_THE_RECORD"):
            await refusing
    assert len(await happened(rig, talk)) == before
    await rebuilt_equal(rig)


async def test_whoever_asked_takes_an_answer_away_with_all_that_it_held(
    rig, group_talk, neighbours, words, rebuilt_equal
) -> None:
    talk, (ben, cleo) = await group_talk("Ben", "Cleo", assistant_mode=pb.ASSISTANT_MODE_MENTION)
    by_ben = talk.seen_by(ben)
    await by_ben.say("Madeleine, are you there?")
    answer = await by_ben.answer()
    target = {"conversation_id": talk.conversation_id, "message_id": answer.message_id}
    rating = pb.RateMessageRequest(**target, rating=pb.RATING_UP, idempotency_key=new_id())
    await talk.chat.RateMessage(rating, metadata=cleo.call)
    deleting = pb.DeleteMessageRequest(**target, idempotency_key=new_id())
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_THE_SENDER"):
        await talk.chat.DeleteMessage(deleting, metadata=cleo.call)
    gone = (await talk.chat.DeleteMessage(deleting, metadata=ben.call)).message
    assert (gone.deleted, gone.text, gone.answer.state) == (True, "", pb.ANSWER_STATE_COMPLETE)
    assert not [*gone.answer.citations, *gone.answer.cards, *gone.answer.memory_ids]
    seen = next(m for m in await talk.seen_by(cleo).messages() if m.message_id == answer.message_id)
    assert (seen.deleted, seen.answer.my_rating) == (True, pb.RATING_UNSPECIFIED)
    deleted = (await happened(rig, talk))[-1]
    assert isinstance(deleted.message, events.MessageDeleted)
    assert (deleted.subject, deleted.message.sender_id) == (f"conversation:{talk.conversation_id}", "")
    await rebuilt_equal(rig)
