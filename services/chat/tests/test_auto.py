"""Auto mode in the running service: each message is judged once, the AI answers when it should, and whom it should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, running_service

AUTO = {"assistant_mode": pb.ASSISTANT_MODE_AUTO}


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours, served_words) -> AsyncIterator[Rig[ChatSettings]]:
    more = {f"{name}_address": all_neighbours.address for name in ("identity", "memory", "miniapp")}
    more |= {"inference_address": served_words[1], "chat_answer_s": 5.0}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


@pytest.fixture
def judge_again():
    """The judge of a running service, to hand it an event as a redelivery would."""

    async def judge(rig: Rig[ChatSettings], event) -> None:
        (react,) = [s.react for s in (await bootstrap(rig.house)).subscriptions if s.name == "chat-speaking"]
        assert react is not None
        await react(event)

    return judge


async def stored(rig: Rig[ChatSettings], talk) -> list:
    return [e async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}")]


async def decisions(rig: Rig[ChatSettings], talk) -> list[events.SpeakingDecided]:
    return [e.message for e in await stored(rig, talk) if isinstance(e.message, events.SpeakingDecided)]


async def decision_about(rig: Rig[ChatSettings], talk, message_id: str) -> events.SpeakingDecided:
    async def told():
        return [d for d in await decisions(rig, talk) if d.message_id == message_id]

    return (await eventually(told))[0]


async def test_an_open_question_is_answered_and_talk_among_people_is_not(rig, group_talk, neighbours, words) -> None:
    talk, (ben,) = await group_talk(**AUTO)
    remark = await talk.seen_by(ben).say("you snore, admit it 😂")
    quiet = await decision_about(rig, talk, remark.message_id)
    assert not quiet.speak
    assert 0 < quiet.score < quiet.threshold == 0.5
    assert quiet.reason == "score"
    assert quiet.judge.startswith("turns-")

    asked = await talk.say("does anybody know what time the museum opens?")
    answer = await talk.answer()
    told = await decision_about(rig, talk, asked.message_id)
    assert (told.speak, told.asked_by, told.answers) == (True, talk.person.person_id, asked.message_id)
    assert (answer.in_reply_to, answer.answer.asked_by) == (asked.message_id, talk.person.person_id)
    assert len(words.prompts) == 1


async def test_its_prompt_says_whom_it_answers_and_keeps_people_apart(rig, group_talk, neighbours, words) -> None:
    talk, (ben,) = await group_talk(**AUTO)
    neighbours.knows(talk.person)
    neighbours.memories = [
        memory.Memory(memory_id=new_id(), text="I eat no fish.", speaker_name="Ana", speaker_id=talk.person.person_id),
        memory.Memory(memory_id=new_id(), text="I eat no eggs.", speaker_name="Ben", speaker_id=ben.person_id),
    ]
    quiet = await talk.seen_by(ben).say("i'm on the bus, so tired 😂")
    await decision_about(rig, talk, quiet.message_id)
    asked = await talk.say("does anybody know how long salmon takes in the oven?")
    assert (await talk.answer()).in_reply_to == asked.message_id
    system, *lines = [message.content for message in words.prompts[-1].messages]
    assert "You answer what Ana wrote to the group." in system
    assert '"Ana: I eat no fish."' in system
    assert '"Ben: I eat no eggs."' in system
    assert lines == ["Ben: i'm on the bus, so tired 😂", "does anybody know how long salmon takes in the oven?"]


async def test_who_cheers_is_not_whom_it_answers(rig, group_talk, neighbours, words) -> None:
    talk, (ben,) = await group_talk(**AUTO)
    words.gate.clear()
    asked = await talk.say("can we get a packing list for the trip please?")
    cheer = await talk.seen_by(ben).say("yes please")
    words.gate.set()
    answer = await talk.answer()
    assert (answer.in_reply_to, answer.answer.asked_by) == (asked.message_id, talk.person.person_id)
    await decision_about(rig, talk, cheer.message_id)
    # Whether it had decided before the cheer came or after it: the request is answered once.
    spoken = [d for d in await decisions(rig, talk) if d.speak]
    assert [(d.answers, d.asked_by) for d in spoken] == [(asked.message_id, talk.person.person_id)]


async def test_called_by_name_it_waits_for_no_judge(rig, group_talk, neighbours, words) -> None:
    talk, _ = await group_talk(**AUTO)
    asked = await talk.say("Madeleine, say something")
    assert (await talk.answer()).in_reply_to == asked.message_id
    told = await decision_about(rig, talk, asked.message_id)
    assert (told.speak, told.reason) == (True, "addressed")
    assert len(words.prompts) == 1


async def test_a_message_that_comes_again_is_judged_once(rig, group_talk, neighbours, words, judge_again) -> None:
    talk, _ = await group_talk(**AUTO)
    asked = await talk.say("does anybody know what time the museum opens?")
    await talk.answer()
    (sent,) = [e for e in await stored(rig, talk) if isinstance(e.message, events.MessageSent)]
    await asyncio.gather(*(judge_again(rig, sent) for _ in range(3)))
    assert [d.message_id for d in await decisions(rig, talk)] == [asked.message_id]
    assert len(words.prompts) == 1


async def test_of_a_burst_the_last_is_judged(rig, group_talk, neighbours, words, judge_again) -> None:
    talk, (ben,) = await group_talk()
    for text in ("morning", "does anybody know when the market opens?", "at 8 i think, it's on the sign"):
        await talk.seen_by(ben).say(text)
    mode = pb.SetAssistantModeRequest(conversation_id=talk.conversation_id, mode=pb.ASSISTANT_MODE_AUTO)
    mode.idempotency_key = talk.conversation_id
    await talk.chat.SetAssistantMode(mode, metadata=talk.person.call)
    first, second, third = (e for e in await stored(rig, talk) if isinstance(e.message, events.MessageSent))
    for event in (first, second, third):
        await judge_again(rig, event)
    assert [d.message_id for d in await decisions(rig, talk)] == [third.message.message_id]


async def test_silent_means_silent(rig, group_talk, neighbours, words, judge_again) -> None:
    talk, _ = await group_talk()
    await talk.say("Madeleine, does anybody know what time the museum opens?")
    (sent,) = [e for e in await stored(rig, talk) if isinstance(e.message, events.MessageSent)]
    await judge_again(rig, sent)
    assert await decisions(rig, talk) == []
    assert not sent.message.addresses_assistant
    assert len(await talk.messages()) == 1


async def test_a_group_may_want_it_bolder(rig, group_talk, neighbours, words) -> None:
    talk, (ben,) = await group_talk(**AUTO)
    mode = pb.SetAssistantModeRequest(
        conversation_id=talk.conversation_id, mode=pb.ASSISTANT_MODE_AUTO, speak_threshold=0.0001
    )
    mode.idempotency_key = talk.conversation_id
    await talk.chat.SetAssistantMode(mode, metadata=talk.person.call)
    remark = await talk.seen_by(ben).say("lovely evening")
    told = await decision_about(rig, talk, remark.message_id)
    assert (told.speak, told.threshold) == (True, 0.0001)


async def test_with_an_erased_person_go_the_decisions_for_them(
    rig, group_talk, neighbours, words, erase, rebuilt_equal
) -> None:
    talk, (ben,) = await group_talk(**AUTO)
    asked = await talk.say("does anybody know what time the museum opens?")
    await talk.answer()
    await erase(rig, talk.person)

    async def gone() -> bool:
        return not await decisions(rig, talk)

    await eventually(gone)
    seen_by_ben = talk.seen_by(ben)
    await eventually(lambda: without(seen_by_ben, asked.message_id))
    remark = await seen_by_ben.say("lovely evening 😂")
    told = await decision_about(rig, talk, remark.message_id)
    assert told.asked_by == ben.person_id
    await rebuilt_equal(rig)


async def without(talk, message_id: str) -> bool:
    return message_id not in [message.message_id for message in await talk.messages()]
