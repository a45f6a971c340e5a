"""A space never holds more than its budget, whatever happens, in any order; what made way is told and comes back."""

from __future__ import annotations

import asyncio
import random

import grpc
import pytest

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_common.testing import refused, running_service
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.settings import MemorySettings

_WORDS = (
    "lake",
    "piano",
    "Lisbon",
    "budget",
    "dentist",
    "garden",
    "tyres",
    "winter",
    "sister",
    "花园",
    "旅行",
    "pasta",
)
_STEPS = {
    "say": 5, "edit": 1, "record": 1, "remember": 1, "pin": 1, "correct": 1, "restore": 1, "forget": 1, "size": 1,
    "items": 1, "tidy": 1,
}  # fmt: skip
# What a person may be answered on the way.
_REFUSALS = {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND}


def text_of(dice: random.Random, most: int) -> str:
    """1 byte up to `most`: all sizes of magnitude are as frequent."""
    size = int(most ** dice.random())
    words = "".join(f"{dice.choice(_WORDS)}{dice.randrange(99)} " for _ in range(size // 6 + 1))
    return words.encode()[:size].decode(errors="ignore").strip() or "x"


class Walk:
    """One person and their space, to whom things happen at random."""

    def __init__(self, world, person, dice: random.Random) -> None:
        self.world, self.person, self.dice = world, person, dice
        self.space = f"person:{person.person_id}"
        self.sent: list = []
        self.ids: list[str] = []

    async def step(self) -> str:
        """Something; returns what."""
        name = self.dice.choices(list(_STEPS), list(_STEPS.values()))[0]
        try:
            await getattr(self, f"_{name}")()
        except grpc.aio.AioRpcError as error:
            if error.code() not in _REFUSALS:
                raise
        return name

    async def _some(self) -> str:
        listed = await self.world.listed(self.person)
        return self.dice.choice(listed).memory_id if listed else new_id()

    async def _say(self) -> None:
        _, sent = await self.world.say(self.person, text_of(self.dice, 70_000))
        self.sent.append(sent)

    async def _edit(self) -> None:
        if self.sent:
            await self.world.edit(self.person, self.dice.choice(self.sent), text_of(self.dice, 70_000))

    async def _record(self) -> None:
        await self.world.record(self.person, self.space, {"name": text_of(self.dice, 2000), "kcal": 640})

    async def _remember(self) -> None:
        await self.world.remember(self.person, text_of(self.dice, 8000))

    async def _pin(self) -> None:
        await self.world.pin(self.person, await self._some(), self.dice.random() < 0.7)

    async def _correct(self) -> None:
        await self.world.correct(self.person, await self._some(), text_of(self.dice, 8000))

    async def _restore(self) -> None:
        await self.world.restore(self.person, await self._some())

    async def _forget(self) -> None:
        await self.world.forget(self.person, self.dice.choice(_WORDS))

    async def _size(self) -> None:
        await self.world.budget(self.space, size=int(200_000 ** self.dice.random()), items=self.dice.choice([0, 0, 5]))

    async def _items(self) -> None:
        await self.world.budget(self.space, items=self.dice.randint(1, 12))

    async def _tidy(self) -> None:
        await self.world.tidy(self.space)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_to_a_space_its_budget_holds_after_every_step(untidied, leaking, seed) -> None:
    dice = random.Random(seed)
    walk = Walk(untidied, await untidied.sign_up(f"P{seed}"), dice)
    done: list[str] = []
    for _ in range(50):
        done.append(await walk.step())
        assert await leaking.broken(untidied.rig.house.pool) == [], done
    await walk.world.tidy(walk.space)
    assert await leaking.broken(untidied.rig.house.pool) == []


@pytest.mark.parametrize("seed", range(2))
async def test_the_budget_holds_at_every_moment_while_consumers_of_two_processes_write(
    untidied, servers, chat_peer, leaking, seed
) -> None:
    """Messages, records, commands and tidying of one space at once, and somebody who looks all the time."""
    dice = random.Random(100 + seed)
    person = await untidied.sign_up("Ana")
    pool, over = untidied.rig.house.pool, []
    ends = asyncio.Event()

    async def watch() -> None:
        while not ends.is_set():
            over.extend(await leaking.broken(pool))
            await asyncio.sleep(0.01)

    async with running_service(
        servers, "memory", MemorySettings, bootstrap, roles=("project",), database_url=untidied.rig.database_url
    ):
        await untidied.budget(f"person:{person.person_id}", size=20_000)
        watching = asyncio.create_task(watch())
        walks = [Walk(untidied, person, random.Random(dice.random())) for _ in range(6)]

        async def go(walk: Walk) -> None:
            for _ in range(12):
                await walk.step()

        await asyncio.gather(*(go(walk) for walk in walks))
        ends.set()
        await watching
    assert over == []


async def test_what_does_not_fit_waits_until_tidying_has_made_room_and_is_explained(untidied) -> None:
    ana = await untidied.sign_up("Ana")
    space = f"person:{ana.person_id}"
    await untidied.budget(space, size=400)
    for i in range(12):
        await untidied.say(ana, f"I put the blue box number {i} on the shelf in the cellar")
    waiting = [m for m in await untidied.listed(ana) if m.state == pb.MEMORY_STATE_WAITING]
    assert waiting
    assert "It waits: the space is full" in await untidied.reasons(ana, waiting[0].memory_id)
    assert waiting[0].text not in {r.memory.text for r in await untidied.recall(ana, "blue box", limit=50)}
    done = await untidied.tidy(space)
    assert done.cooled + done.condensed > 0
    held = await untidied.listed(ana)
    assert not [m for m in held if m.state == pb.MEMORY_STATE_WAITING]
    cold = [m for m in held if m.state == pb.MEMORY_STATE_COLD]
    for memory in cold:
        told = await untidied.reasons(ana, memory.memory_id)
        assert "To stay within the budget" in told
        assert "cold storage" in told
        if memory.covered_by:
            assert f"its most telling words are kept as memory {memory.covered_by}" in told
    assert (await untidied.tidy(space)).cooled == 0, "what was decided stands"


async def test_more_than_fits_is_not_pinned_and_what_is_pinned_never_cools(untidied, leaking) -> None:
    ben = await untidied.sign_up("Ben")
    space = f"person:{ben.person_id}"
    await untidied.budget(space, size=1000)
    await untidied.say(ben, "giant " + "word " * 400)
    kept = await untidied.remember(ben, "My blood group is zero negative")
    giant = next(m for m in await untidied.listed(ben) if m.text.startswith("giant"))
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="BUDGET_FULL"):
        await untidied.pin(ben, giant.memory_id)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="BUDGET_FULL"):
        await untidied.remember(ben, "x " * 600)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="BUDGET_FULL"):
        await untidied.correct(ben, kept.memory_id, "x " * 600)
    await untidied.say(ben, "I saw a film about penguins")
    await untidied.tidy(space)
    states = {m.text[:5]: m.state for m in await untidied.listed(ben) if not m.covered_by}
    assert states["My bl"] == pb.MEMORY_STATE_ACTIVE
    # Less than what is pinned takes: nothing else stays, and it is the pinned itself that has to wait.
    await untidied.budget(space, size=10)
    await untidied.tidy(space)
    assert next(m for m in await untidied.listed(ben) if m.pinned).state == pb.MEMORY_STATE_WAITING
    assert await untidied.recall(ben, "blood group penguins") == []
    assert await leaking.broken(untidied.rig.house.pool) == []
    await untidied.budget(space, size=1000)
    assert [r.memory.text for r in await untidied.recall(ben, "blood group")] == ["My blood group is zero negative"]


async def test_a_pinned_message_that_is_edited_beyond_the_budget_pushes_nothing_out(untidied, leaking) -> None:
    eva = await untidied.sign_up("Eva")
    space = f"person:{eva.person_id}"
    await untidied.budget(space, size=1000)
    _, sent = await untidied.say(eva, "The alarm code is 4711")
    (found,) = await untidied.recall(eva, "alarm code")
    await untidied.pin(eva, found.memory.memory_id)
    await untidied.say(eva, "The dentist is in Lake Street")
    await untidied.edit(eva, sent, "The alarm code is 4712 " + "and so on " * 200)
    await untidied.tidy(space)
    (dentist,) = await untidied.recall(eva, "dentist")
    assert "Lake Street" in dentist.memory.text
    assert await leaking.broken(untidied.rig.house.pool) == []


async def test_what_made_way_comes_back_when_there_is_room_or_when_it_is_asked_for(untidied) -> None:
    cleo = await untidied.sign_up("Cleo")
    space = f"person:{cleo.person_id}"
    for text in ("The keys are under the mat", "Grandma's ring is in the bank", "We leave for Rome on 3 May"):
        await untidied.say(cleo, text)
    await untidied.budget(space, size=1)
    await untidied.tidy(space)
    assert [m.state for m in await untidied.listed(cleo)] == [pb.MEMORY_STATE_COLD] * 3
    assert await untidied.recall(cleo, "keys ring Rome") == []
    await untidied.budget(space, size=1000)
    assert (await untidied.tidy(space)).revived == 3
    assert len(await untidied.recall(cleo, "keys ring Rome")) == 3
    await untidied.budget(space, size=1)
    await untidied.tidy(space)
    one = (await untidied.listed(cleo))[0]
    back = await untidied.restore(cleo, one.memory_id)
    assert back.state == pb.MEMORY_STATE_WAITING, "it is there again, and the space is full"
    await untidied.budget(space, size=1000)
    assert [r.memory.text for r in await untidied.recall(cleo, "keys ring Rome")] == [one.text]


async def test_what_waits_comes_in_as_soon_as_something_is_forgotten(untidied) -> None:
    dora = await untidied.sign_up("Dora")
    await untidied.budget(f"person:{dora.person_id}", items=1)
    await untidied.say(dora, "My knee surgery is in May")
    await untidied.say(dora, "Our cat is called Mia")
    assert await untidied.recall(dora, "cat") == []
    assert await untidied.forget(dora, "forget my knee surgery") == 1
    assert [r.memory.text for r in await untidied.recall(dora, "cat")] == ["Our cat is called Mia"]


async def test_what_is_to_be_forgotten_is_found_in_cold_storage_too(untidied) -> None:
    gil = await untidied.sign_up("Gil")
    space = f"person:{gil.person_id}"
    await untidied.say(gil, "My therapist is Doctor Amsel in Lake Street")
    await untidied.say(gil, "I sing in the cathedral choir on Tuesdays with Nora and Peter, second tenor since 2019")
    await untidied.budget(space, items=1)
    await untidied.tidy(space)
    cold = [m.text for m in await untidied.listed(gil) if m.state == pb.MEMORY_STATE_COLD]
    assert cold == ["My therapist is Doctor Amsel in Lake Street"]
    assert await untidied.forget(gil, "forget about my therapist") == 1
    assert "therapist" not in " ".join(m.text for m in await untidied.listed(gil))
