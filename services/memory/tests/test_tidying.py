"""Tidying by itself, on Temporal, with vectors of the real embedder: what ends, what repeats, what makes room."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, eventually, running_service
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.settings import MemorySettings

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
async def world(servers: Servers, inference_address: str, world_of):
    """Memory that tidies as soon as nothing new comes."""
    async with running_service(
        servers, "memory", MemorySettings, bootstrap, inference_address=inference_address, memory_quiet_s=0
    ) as rig:
        yield world_of(rig, servers)


async def judged(world, person) -> None:
    async def done() -> bool:
        return not await world.rig.house.pool.fetchval(
            "SELECT count(*) FROM memory WHERE space = $1 AND state = 'active' AND NOT judged",
            f"person:{person.person_id}",
        )

    await eventually(done, within_s=60)


async def said(world, person, *texts: str) -> None:
    """Remarks of different days, each judged before the next."""
    for text in texts:
        world.clock += timedelta(days=3)
        await world.say(person, text)
        await judged(world, person)


async def test_what_is_no_longer_so_is_closed_and_stays_in_history_in_both_languages(world) -> None:
    ana, mei = await world.sign_up("Ana"), await world.sign_up("美")
    await said(world, ana, "I live in Lyon, rue Tramassac", "the tram was late", "I moved to Berlin, Weserstraße")
    recalled = [r.memory.text for r in await world.recall(ana, "Which city do I live in?")]
    assert "I moved to Berlin, Weserstraße" in recalled
    assert "I live in Lyon, rue Tramassac" not in recalled
    every = await world.recall(ana, "Which city do I live in?", include_superseded=True)
    (lyon,) = [r for r in every if r.memory.text.startswith("I live in Lyon")]
    assert "no longer so" in lyon.why
    request = pb.GetHistoryRequest(memory_id=lyon.memory.memory_id)
    history = await world.stub.GetHistory(request, metadata=ana.call)
    assert [m.text for m in history.memories] == ["I live in Lyon, rue Tramassac", "I moved to Berlin, Weserstraße"]
    await said(world, mei, "我家在静安，两室", "今天下雨", "搬到浦东了，三室")
    texts = [r.memory.text for r in await world.recall(mei, "我家现在在哪个区？")]
    assert "搬到浦东了，三室" in texts
    assert "我家在静安，两室" not in texts


async def test_what_may_be_over_is_left_out_only_where_the_newer_one_answers(world) -> None:
    ida = await world.sign_up("Ida")
    hives, newer = (
        "I keep four hives by the lime tree, all Buckfast",
        "varroa in all four, now down to three actually, one died",
    )
    await said(world, ida, "my cello lesson is on fridays", hives, "the tram was late", newer)
    older = next(m for m in await world.listed(ida) if m.text == hives)
    doubted = await world.rig.house.pool.fetch(
        "SELECT m.text FROM memory_doubt d JOIN memory m ON m.memory_id = d.doubted_by WHERE d.memory_id = $1",
        older.memory_id,
    )
    assert [row["text"] for row in doubted] == [newer]
    asked = "How many hives are there now?"
    texts = [r.memory.text for r in await world.recall(ida, asked)]
    assert newer in texts
    assert hives not in texts
    assert hives in [r.memory.text for r in await world.recall(ida, "Under which tree do the Buckfast bees live?")]
    assert hives in [r.memory.text for r in await world.recall(ida, asked, include_superseded=True)]
    assert "It may no longer be so" in await world.reasons(ida, older.memory_id)


async def test_recurring_talk_is_told_by_one_memory_with_all_its_sources(world) -> None:
    ben = await world.sign_up("Ben")
    await said(world, ben, "choir rehearsal every tuesday evening at 7", "choir rehearsal on tuesday evening again")
    listed = await world.stub.ListMemories(pb.ListMemoriesRequest(include_cold=True), metadata=ben.call)
    again, first = listed.memories
    assert (first.state, again.state) == (pb.MEMORY_STATE_ACTIVE, pb.MEMORY_STATE_COLD)
    assert again.covered_by == first.memory_id
    assert len(first.source_event_ids) == 2
    explained = await world.stub.ExplainMemory(pb.ExplainMemoryRequest(memory_id=again.memory_id), metadata=ben.call)
    assert any(reason.startswith("It repeats memory") for reason in explained.reasons)


async def test_a_full_space_is_tidied_at_once_and_nothing_waits_for_long(world) -> None:
    cleo = await world.sign_up("Cleo")
    space = f"person:{cleo.person_id}"
    budget = pb.SetBudgetRequest(space=space, bytes=300, idempotency_key=new_id())
    await world.stub.SetBudget(budget, metadata=world.servers.service_call("chat"))
    for i in range(12):
        await world.say(cleo, f"My locker number {i} at the station is {i * 111}, keep it for the trip in spring")

    async def settled() -> bool:
        use = await world.stub.GetBudget(pb.GetBudgetRequest(), metadata=cleo.call)
        assert use.used_bytes <= use.limit_bytes == 300
        return use.used_bytes > 0 and not use.waiting_items

    await eventually(settled, within_s=60)
    listed = await world.stub.ListMemories(pb.ListMemoriesRequest(include_cold=True, page_size=100), metadata=cleo.call)
    facts = [m for m in listed.memories if m.kind == pb.MEMORY_KIND_FACT]
    assert facts
    assert all(f.source_event_ids for f in facts), "no fact without its source"
    assert await world.recall(cleo, "locker number")
