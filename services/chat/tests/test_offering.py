"""Who asks in a group after their own matters is offered to speak alone, whatever is known of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.domain.cues import reminds_what
from madeleine_chat.domain.own_matters import asks_about_own
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, running_service

OWN = (
    "what was my alarm code again?",
    "Madeleine how much did I spend on shoes",
    "when is my dentist appointment?",
    "am I free on Friday evening?",
    "how was my sleep this week",
    "which number was it I gave you",
    "what is that thing I told you about Tom",
    "can I afford the trip? check my budget",
    "do I have anything on Thursday?",
    "Madeleine 我上周花了多少钱",
    "我的门禁密码是什么来着",
    "我什么时候体检",
)
OTHERS = (
    "what is a good soup for tonight?",
    "when does the train leave and where do I get off?",
    "who brings bread on Friday?",
    "how much does Ben still owe?",
    "Madeleine, sum up what we decided",
    "what should I wear in Oslo?",
    "can you make us a packing list",
    "is it true that whales sleep upright?",
    "明天几点集合？",
    "包间叫什么名字",
    "把这段话翻成英文",
    "大家都带什么",
)


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours, served_words) -> AsyncIterator[Rig[ChatSettings]]:
    more = {f"{name}_address": all_neighbours.address for name in ("identity", "memory", "miniapp")}
    more |= {"inference_address": served_words[1], "chat_answer_s": 5.0}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


@pytest.mark.parametrize("text", OWN)
def test_a_question_after_ones_own_matters_is_known(text: str) -> None:
    assert asks_about_own(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_questions_are_not(text: str) -> None:
    assert not asks_about_own(text)


def offered(answer: pb.Message) -> list[pb.Card]:
    return [card for card in answer.answer.cards if card.kind == "private"]


@pytest.mark.parametrize("question", ["what was my alarm code again?", "我的门禁密码是什么来着"])
async def test_the_offer_is_the_same_whatever_is_known(group_talk, neighbours, words, question: str) -> None:
    cards: list[list[pb.Card]] = []
    for notes in ([], [memory.Memory(memory_id=new_id(), text="The alarm code is 4711", speaker_name="Ana")]):
        neighbours.memories = notes
        talk, _ = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
        await talk.say(f"@Madeleine {question}")
        cards.append(offered(await talk.answer()))
    assert cards[0] == cards[1]
    (card,) = cards[0]
    assert ("alone" in card.text) == question.isascii()
    assert not card.citations


async def test_alone_and_for_the_groups_own_figures_there_is_no_offer(direct_talk, group_talk, neighbours, words):
    talk = await direct_talk()
    await talk.say("what was my alarm code again?")
    assert not offered(await talk.answer())
    neighbours.answer = miniapp.AskResponse(answered=True, text="12 euros.", reading="sum")
    talk, _ = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    await talk.say("Madeleine, how much did I spend on bread?")
    answer = await talk.answer()
    assert answer.text == "12 euros."
    assert not offered(answer)


def test_remind_me_which_is_a_question() -> None:
    assert reminds_what("Madeleine, remind me which deadlines the two named here")
    assert reminds_what("remind us again what Ben wanted")
    assert not reminds_what("remind me tomorrow at 9 what to buy")
    assert not reminds_what('remind me to ask "remind me which" tomorrow')
    assert not reminds_what("明天早上九点提醒我买菜")
