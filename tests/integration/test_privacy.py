"""What the AI may use in a group, on the real services: what was shared, what was forgotten, and a crowd at once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, eventually

_BENCH = str(Path(__file__).parents[2] / "bench")
pytestmark = [pytest.mark.model, pytest.mark.timeout(240)]

CODE = "My locker code is 4711 at the gym."


@dataclass
class Told:
    """What the model was shown and what was said for one question."""

    shown: str
    answer: pb.Message

    @property
    def all(self) -> str:
        return f"{self.shown}\n{part('playing').everything_said(self.answer)}"


def part(name: str) -> Any:
    """A module of bench/chatting: the house whose prompts are recorded, and the crowd."""
    if _BENCH not in sys.path:
        sys.path.insert(0, _BENCH)
    return importlib.import_module(f"chatting.{name}")


@pytest.fixture(scope="module")
async def house(servers: Servers, inference_address: str) -> AsyncIterator[Any]:
    async with part("whole_house").whole_house(servers, inference_address, chat_max_tokens=4) as house:
        yield house


@pytest.fixture
async def ana(house: Any) -> TestPerson:
    return await house.sign_up("Ana", "en")


@pytest.fixture
async def ben(house: Any) -> TestPerson:
    return await house.sign_up("Ben", "en")


async def told(house: Any, who: TestPerson, conversation: str, question: str, **more: Any) -> Told:
    """Asks, and waits for the answer."""
    since = len(house.recorder.prompts)
    answer, streamed = await house.answer_to(who, await house.say(who, conversation, question, **more))
    prompts = house.recorder.said_for([who.person_id], since)
    return Told("\n".join([*(prompt.text for prompt in prompts), streamed]), answer)


async def kept(house: Any, person: TestPerson, space: str, text: str) -> memory.Memory:
    """A memory of this text, once it can be found by its meaning."""

    async def found() -> memory.Memory | None:
        listing = memory.ListMemoriesRequest(space=space, page_size=200)
        held = (await house.memories.ListMemories(listing, metadata=person.call)).memories
        return next((m for m in held if m.text == text), None)

    one = await eventually(found, within_s=60)
    assert one is not None
    await house.embedded(space)
    return one


async def forget(house: Any, person: TestPerson, space: str) -> set[str]:
    """Forgets what is meant by the locker's code; the ids of what went."""
    wish = memory.PlanForgetRequest(wish="forget my locker code at the gym", space=space)
    plan = await house.memories.PlanForget(wish, metadata=person.call)
    request = memory.ForgetRequest(plan_id=plan.plan_id, idempotency_key=new_id())
    assert (await house.memories.Forget(request, metadata=person.call)).forgotten == len(plan.memories)
    return {one.memory_id for one in plan.memories}


async def test_what_was_shared_is_used_there_with_its_source_until_it_is_forgotten(house, ana, ben) -> None:
    own, group, other = (
        await house.conversation(ana),
        await house.conversation(ana, ben),
        await house.conversation(ana, ben),
    )
    await house.answer_to(ana, await house.say(ana, own, CODE))
    private = await kept(house, ana, f"person:{ana.person_id}", CODE)
    question = "Madeleine, what is the code of Ana's locker?"
    for asker in (ana, ben):
        assert "4711" not in (await told(house, asker, group, question)).all
    request = memory.ShareMemoryRequest(memory_id=private.memory_id, conversation_id=group, idempotency_key=new_id())
    shared = (await house.memories.ShareMemory(request, metadata=ana.call)).memory
    await kept(house, ana, f"conversation:{group}", CODE)
    answered = await told(house, ben, group, question)
    assert shared.memory_id in answered.answer.answer.memory_ids
    assert CODE in {c.text for c in answered.answer.answer.citations if c.id == shared.memory_id} | {
        c.text for card in answered.answer.answer.cards for c in card.citations
    }
    # Shared with one group, it is shared with no other.
    assert "4711" not in (await told(house, ben, other, question)).all

    # A plan to forget shows all that came of the same words, in whichever space: the copy does not stay behind.
    assert {shared.memory_id, private.memory_id} <= await forget(house, ana, f"person:{ana.person_id}")
    for asker, conversation in ((ben, group), (ana, own)):
        answer = (await told(house, asker, conversation, "Madeleine, what is that code?")).answer.answer
        assert not {shared.memory_id, private.memory_id} & set(answer.memory_ids)


async def test_somebody_else_shares_and_forgets_nothing_of_anas(house, ana, ben) -> None:
    own, group = await house.conversation(ana), await house.conversation(ana, ben)
    await house.answer_to(ana, await house.say(ana, own, CODE))
    private = await kept(house, ana, f"person:{ana.person_id}", CODE)
    request = memory.ShareMemoryRequest(memory_id=private.memory_id, conversation_id=group, idempotency_key=new_id())
    with pytest.raises(Exception, match="NOT_FOUND"):
        await house.memories.ShareMemory(request, metadata=ben.call)
    await house.say(ana, group, CODE)
    await kept(house, ana, f"conversation:{group}", CODE)
    assert await forget(house, ben, f"conversation:{group}") == set()


async def test_with_memory_switched_off_nothing_is_kept_and_nothing_used(house, ana, ben) -> None:
    group = await house.conversation(ana, ben)
    await house.say(ana, group, CODE)
    remembered = await kept(house, ana, f"conversation:{group}", CODE)
    switch = pb.UpdateConversationRequest(conversation_id=group, memory_off=True, idempotency_key=new_id())
    await house.chats.UpdateConversation(switch, metadata=ana.call)
    await house.say(ben, group, "My locker code is 8852.")
    # Out of the last lines, which are shown in any case.
    for number in range(10):
        await house.say(ben, group, f"line {number}")
    answered = await told(house, ben, group, "Madeleine, what is the code of Ana's locker?")
    assert not {"4711", "8852"} & set(answered.all.replace(".", " ").split())
    assert not answered.answer.answer.memory_ids
    await house.remembered("chat", f"conversation-{group}")
    listing = memory.ListMemoriesRequest(space=f"conversation:{group}", page_size=200)
    held = (await house.memories.ListMemories(listing, metadata=ana.call)).memories
    assert [m.memory_id for m in held] == [remembered.memory_id]


async def test_what_is_off_the_record_is_answered_and_then_gone(house, ana, ben) -> None:
    group = await house.conversation(ana, ben)
    await house.say(ana, group, "My locker code is 4711.", off_the_record=True)
    asked = await told(house, ana, group, "Madeleine, is 8852 a good code for a locker?", off_the_record=True)
    # It hears what is said to it now, and nothing that was off the record before.
    assert "8852" in asked.shown
    assert "4711" not in asked.all
    assert asked.answer.off_the_record
    later = await told(house, ben, group, "Madeleine, which codes for lockers do you know?")
    assert not [code for code in ("4711", "8852") if code in later.all]
    await house.remembered("chat", f"conversation-{group}")
    listing = memory.ListMemoriesRequest(space=f"conversation:{group}", page_size=200)
    held = (await house.memories.ListMemories(listing, metadata=ana.call)).memories
    assert [m.text for m in held] == ["Madeleine, which codes for lockers do you know?"]
    # No trace of what was sampled is kept either.
    kept_events = [e.message async for e in house.chat.house.store.read_stream(f"conversation-{group}")]
    answers = [e for e in kept_events if isinstance(e, events.AnswerCompleted)]
    assert [e.HasField("trace") for e in answers if e.off_the_record] == [False]
    assert not [code for code in ("4711", "8852") if code in answers[-1].text]


@pytest.mark.timeout(300)
async def test_nobody_in_a_crowd_is_shown_what_is_not_for_them(house) -> None:
    found = await part("crowding").run(house, people=20, groups=8, seconds=25, at_once=10, seed=3)
    print(found)
    assert found["leaks"] == []
    assert found["failed"] == []
    # Enough of everything for the above to say something.
    assert found["answers"] >= 20
    assert found["checks"] >= 500
    assert found["memories"] >= 50
    assert sum(found["refused"].values()) >= 20
