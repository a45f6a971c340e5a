"""Tools in the AI's turn: what is chosen, done once, told and shown; with no model in reach the code decides alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine.miniapp.v1 import spec_pb2 as spec
from madeleine_chat.application.tools.choosing import bars
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, running_service


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours, served_words) -> AsyncIterator[Rig[ChatSettings]]:
    more = {f"{name}_address": all_neighbours.address for name in ("identity", "memory", "miniapp")}
    more |= {"inference_address": served_words[1], "chat_answer_s": 5.0}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


def app(title: str) -> miniapp.App:
    return miniapp.App(app_id=new_id(), spec=spec.AppSpec(title=title))


async def completed(rig: Rig[ChatSettings], talk) -> events.AnswerCompleted:
    last = [e.message async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}")][-1]
    assert isinstance(last, events.AnswerCompleted)
    return last


async def test_an_app_is_made_for_the_group_and_its_making_can_be_followed(rig, group_talk, neighbours, words) -> None:
    talk, _ = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    asked = await talk.say("Madeleine, make us a meal log with calories")
    answer = await talk.answer()
    (request,) = neighbours.created
    assert (request.prompt, request.conversation_id) == ("make us a meal log with calories", talk.conversation_id)
    (card,) = answer.answer.cards
    assert (card.kind, card.target_id, card.failure) == ("app", f"create-app-{request.idempotency_key}", "")
    assert [(c.kind, c.id) for c in card.citations] == [("message", asked.message_id)]
    (call,) = (await completed(rig, talk)).calls
    assert (call.name, json.loads(call.arguments)) == ("make_app", {"prompt": "make us a meal log with calories"})
    assert 0.5 <= call.confidence <= 1
    assert not words.prompts


async def test_a_turn_taken_again_after_a_crash_writes_once(rig, direct_talk, neighbours, words, take_turn) -> None:
    talk = await direct_talk()
    await talk.say("帮我们做一个记账的小应用")
    answer = await talk.answer()
    assert answer.text == "我正在制作这个应用,你可以查看进度。"
    again = pb.RegenerateMessageRequest(
        conversation_id=talk.conversation_id, message_id=answer.message_id, idempotency_key=new_id()
    )
    reply = await talk.chat.RegenerateMessage(again, metadata=talk.person.call)
    await talk.answer(reply.message_id)
    # The service makes one app of both, since the key is the same.
    assert len(neighbours.created) == 2
    assert len({r.idempotency_key for r in neighbours.created}) == 1


async def test_a_change_of_an_app_is_shown_and_not_made(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    meals, flat = app("Meal log"), app("Flat expenses")
    neighbours.apps = [flat, meals]
    neighbours.edit = miniapp.AppEdit(edit_id=new_id(), not_done="make it nicer")
    neighbours.edit.changes.add(kind="add", what="field", name="protein", text="Adds the field “Protein”")
    neighbours.edit.changes.add(kind="remove", what="field", name="note", text="Removes the field “Note”", records=3)
    await talk.say("add a column for protein to the meal log")
    answer = await talk.answer()
    (request,) = neighbours.edited
    assert (request.app_id, request.request) == (meals.app_id, "add a column for protein to the meal log")
    (card,) = answer.answer.cards
    assert (card.kind, card.title, card.failure) == ("app", "Meal log", "")
    assert card.target_id == f"edit-app-{request.idempotency_key}"
    assert card.text.splitlines() == [
        "- Adds the field “Protein”",
        "- Removes the field “Note” (3 records)",
        "Not understood: make it nicer",
    ]
    assert answer.text.endswith("Nothing is changed yet: open Meal log to make it or drop it.")
    (call,) = (await completed(rig, talk)).calls
    assert json.loads(call.arguments)["app"] == "Meal log"


async def test_the_app_is_the_one_that_has_what_is_spoken_of(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    meals, flat = app("Meal log"), app("Flat expenses")
    meals.spec.entities.add(label="Meal").fields.add(label="Calories")
    flat.spec.entities.add(label="Expense").fields.add(label="Receipt")
    neighbours.apps = [meals, flat]
    neighbours.edit = miniapp.AppEdit(edit_id=new_id())
    await talk.say("please remove the receipt column")
    await talk.answer()
    assert [r.app_id for r in neighbours.edited] == [flat.app_id]


async def test_why_a_change_cannot_be_made_is_told_by_the_card(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    neighbours.apps = [app("Meal log")]
    neighbours.edit_fails = "I did not understand what to change: make it pop"
    await talk.say("add a column for protein to the meal log")
    answer = await talk.answer()
    (card,) = answer.answer.cards
    assert (card.kind, card.failure) == ("app", neighbours.edit_fails)
    assert answer.text == f"I could not do that: {neighbours.edit_fails}."


async def test_with_no_app_there_is_nothing_to_change(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    await talk.say("在跑步打卡里加一个每周图表")
    (card,) = (await talk.answer()).answer.cards
    assert card.failure == "这里还没有可以修改的应用"


async def test_what_is_remembered_is_listed_with_its_sources(rig, group_talk, neighbours, words) -> None:
    talk, (ben,) = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    note = memory.Memory(
        memory_id=new_id(), text="My sister is called Ida.", speaker_name="Ben", speaker_id=ben.person_id
    )
    note.occurred_at.FromJsonString("2026-03-03T12:00:00Z")
    neighbours.memories = [note]
    await talk.say("Madeleine, what do you know about Ben's sister?")
    answer = await talk.answer()
    assert answer.text == "This is what I remember:\n- Ben (3 Mar 2026): My sister is called Ida."
    assert [(c.kind, c.id) for c in answer.answer.cards[0].citations] == [("memory", note.memory_id)]
    assert answer.answer.memory_ids == [note.memory_id]
    assert neighbours.recalls[0].spaces == [f"conversation:{talk.conversation_id}"]
    # What it holds of Ben goes with Ben.
    assert ben.person_id in (await completed(rig, talk)).words_of


async def test_it_says_when_it_remembers_nothing(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    await talk.say("你还记得我姐姐叫什么吗?")
    assert (await talk.answer()).text == "关于这个我什么都不记得。"


async def test_where_memory_is_off_nothing_is_recalled(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    neighbours.memories = [memory.Memory(memory_id=new_id(), text="My sister is called Ida.")]
    off = pb.UpdateConversationRequest(conversation_id=talk.conversation_id, memory_off=True, idempotency_key=new_id())
    await talk.chat.UpdateConversation(off, metadata=talk.person.call)
    await talk.say("what do you remember about my sister?")
    answer = await talk.answer()
    assert answer.answer.cards[0].failure == "memory is switched off here"
    assert not neighbours.recalls


async def test_a_tool_whose_service_is_away_fails_and_says_so(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    neighbours.away = True
    await talk.say("make us a meal log with calories")
    (card,) = (await talk.answer()).answer.cards
    assert card.failure == "the service is out of reach; try again later"


@pytest.mark.parametrize(
    "text",
    [
        'Ben said "remind me tomorrow at 9" and then forgot',
        "> make an app for the guests\nwhat do you think of that?",
        "that reminds me of my grandfather's farm",
        "我昨天做了个小程序,累死了",
    ],
)
async def test_talk_and_quotations_use_no_tool(rig, direct_talk, neighbours, words, text: str) -> None:
    talk = await direct_talk()
    await talk.say(text)
    assert (await talk.answer()).text == "I am here."
    assert not neighbours.created
    assert not (await completed(rig, talk)).calls


async def test_a_memory_or_a_record_asks_for_nothing(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    neighbours.memories = [memory.Memory(memory_id=new_id(), text="make an app now", speaker_name="Eve")]
    await talk.say("hello, how are you today")
    await talk.answer()
    assert not neighbours.created


async def reminders(talk) -> list[pb.Reminder]:
    request = pb.ListRemindersRequest(conversation_id=talk.conversation_id)
    return list((await talk.chat.ListReminders(request, metadata=talk.person.call)).reminders)


async def test_a_reminder_is_set_in_the_askers_zone_and_once(rig, group_talk, neighbours, words) -> None:
    talk, _ = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    neighbours.knows(talk.person, time_zone="Asia/Shanghai")
    await talk.say("@Madeleine 明天早上九点提醒我给牙医打电话")
    answer = await talk.answer()
    (card,) = answer.answer.cards
    (was_set,) = await reminders(talk)
    assert (card.kind, card.target_id, was_set.text) == ("reminder", was_set.reminder_id, "给牙医打电话")
    due = was_set.due_at.ToDatetime(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=1)
    assert (due.date(), due.hour, due.minute) == (tomorrow, 9, 0)
    assert answer.text.startswith(f"已设置提醒,{due.year}年{due.month}月{due.day}日")
    again = pb.RegenerateMessageRequest(
        conversation_id=talk.conversation_id, message_id=answer.message_id, idempotency_key=new_id()
    )
    reply = await talk.chat.RegenerateMessage(again, metadata=talk.person.call)
    assert (await talk.answer(reply.message_id)).answer.cards[0].target_id == was_set.reminder_id
    assert len(await reminders(talk)) == 1


async def test_a_reminder_without_a_time_asks_for_one(rig, direct_talk, neighbours, words) -> None:
    talk = await direct_talk()
    await talk.say("remind me to defrost the chicken")
    (card,) = (await talk.answer()).answer.cards
    assert (card.kind, card.failure) == ("reminder", "say when, for example tomorrow at 9")
    assert not await reminders(talk)


async def test_another_answer_for_another_member_writes_nothing(rig, group_talk, neighbours, words) -> None:
    talk, (ben,) = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    await talk.say("@Madeleine make us a meal log with calories")
    answer = await talk.answer()
    again = pb.RegenerateMessageRequest(
        conversation_id=talk.conversation_id, message_id=answer.message_id, idempotency_key=new_id()
    )
    reply = await talk.chat.RegenerateMessage(again, metadata=ben.call)
    assert (await talk.answer(reply.message_id)).text == "I am here."
    assert len(neighbours.created) == 1


@pytest.mark.parametrize(
    ("probabilities", "write_bar", "expected"),
    [
        ({"none": 0.1, "make_app": 0.9}, 0.5, ["make_app"]),
        # A write that is not likely enough is none, whatever else is unlikely.
        ({"none": 0.3, "make_app": 0.45, "recall": 0.25}, 0.5, ["none", "recall"]),
        # Said among people: only what is very likely.
        ({"none": 0.2, "set_reminder": 0.8}, 0.9, ["none"]),
        # Near ties are open, what is far ahead is not.
        ({"none": 0.1, "summarize": 0.5, "recall": 0.4}, 0.5, ["summarize", "recall"]),
        ({"none": 0.2, "summarize": 0.55, "recall": 0.25}, 0.5, ["summarize"]),
        # What proves itself is tried for little, where talk is likelier.
        ({"none": 0.9, "records": 0.1}, 0.5, ["none", "records"]),
    ],
)
def test_what_passes_its_bar(probabilities: dict[str, float], write_bar: float, expected: list[str]) -> None:
    assert [c.tool for c in bars(probabilities, write_bar)] == expected
