"""Recall by meaning, with vectors of the real embedder behind the real inference service."""

from __future__ import annotations

import pytest

from madeleine_common.testing import Servers, eventually, running_service
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.settings import MemorySettings

# The service loads its models once a session before the first of these.
pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
async def world(servers: Servers, inference_address: str, world_of):
    """Memory with its embedder up."""
    async with running_service(
        servers, "memory", MemorySettings, bootstrap, inference_address=inference_address
    ) as rig:
        yield world_of(rig, servers)


async def embedded(world) -> None:
    async def done() -> bool:
        return not await world.rig.house.pool.fetchval("SELECT count(*) FROM memory_vector WHERE embedding IS NULL")

    await eventually(done, within_s=60)


async def test_what_shares_no_word_is_found_by_its_meaning_in_both_languages(world) -> None:
    ana = await world.sign_up("Ana")
    for text in (
        "My sister just had a baby girl",
        "The car needs new tyres before winter",
        "我最近在学弹钢琴",
        "I renewed my library card",
    ):
        await world.say(ana, text)
    await embedded(world)
    assert (await world.recall(ana, "Has somebody in the family given birth?"))[0].memory.text.startswith("My sister")
    assert (await world.recall(ana, "我在练什么乐器？"))[0].memory.text == "我最近在学弹钢琴"
    models = await world.rig.house.pool.fetch("SELECT DISTINCT model FROM memory_vector")
    assert len(models) == 1
    assert models[0]["model"]


async def test_an_edited_memory_gets_a_new_vector(world) -> None:
    ben = await world.sign_up("Ben")
    _, sent = await world.say(ben, "I ride a bicycle to work")
    await embedded(world)
    vector = "SELECT v.embedding::text FROM memory_vector v JOIN memory m USING (memory_id) WHERE m.speaker_id = $1"
    before = await world.rig.house.pool.fetchval(vector, ben.person_id)
    await world.edit(ben, sent, "I am afraid of spiders")
    await embedded(world)
    assert await world.rig.house.pool.fetchval(vector, ben.person_id) != before
