"""A rebuild makes of the events what lives: after cooling, condensing, superseding, sharing, forgetting and erasure."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from madeleine.memory.v1 import events_pb2 as ev
from madeleine.memory.v1 import memory_pb2 as pb
from madeleine.miniapp.v1 import events_pb2 as miniapp
from madeleine_common.commands import utc_now
from madeleine_common.db import create_pool, migrate
from madeleine_common.events import Metadata, NewEvent
from madeleine_common.ids import new_id
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.testing import running_service
from madeleine_common.testing.rig import fresh_database
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.domain.ids import stream_of
from madeleine_memory.projections import PROJECTIONS
from madeleine_memory.settings import MemorySettings

_DUMP = {
    "memory": "memory_id, kind, space, speaker_id, text, state, waits, pinned, valid_to, superseded_by, covered_by",
    "space_use": "space, memories, bytes, words, pinned_bytes, budget_bytes, budget_items",
    "memory_source": "memory_id, event_id, origin, person_id",
    "memory_vector": "memory_id, space, text_md5",
}


@dataclass
class Kept:
    """Memory whose events, and those of the others, are kept in databases."""

    world: Any
    rebuilder: Rebuilder

    async def equal(self) -> None:
        """Raises AssertionError that names the tables which a rebuild makes otherwise."""
        verified = await self.rebuilder.verify(lambda done, total: None)
        pairs = zip(verified.live, verified.rebuilt, strict=True)
        assert not [(live.table, live.rows, made.rows) for live, made in pairs if live != made]

    async def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        pool = self.world.rig.house.pool
        return {
            table: [tuple(row) for row in await pool.fetch(f"SELECT {columns} FROM {table} ORDER BY 1, 2")]  # noqa: S608
            for table, columns in _DUMP.items()
        }

    async def decide(self, space: str, message: Any, subject: str) -> None:
        """What tidying would have decided."""
        house = self.world.rig.house
        metadata = Metadata("service:memory", utc_now(), new_id())
        head = await house.store.head(stream_of(space))
        await house.store.append(stream_of(space), head, [NewEvent(message, subject)], metadata)
        # Any command waits until the rows show all of its stream.
        await self.world.budget(space, size=3000 + head)


@pytest.fixture
async def kept(servers, chat_peer, world_of) -> AsyncIterator[Kept]:
    peer, chat_address = chat_peer
    async with contextlib.AsyncExitStack() as stack:
        stores, sources = {}, {}
        for context in ("identity", "chat", "miniapp"):
            sources[context] = await stack.enter_async_context(fresh_database(servers.postgres_url))
            connection = await asyncpg.connect(sources[context])
            await migrate(connection, None)
            await connection.close()
            stores[context] = await stack.enter_async_context(await create_pool(sources[context], 2))
        rig = await stack.enter_async_context(
            running_service(
                servers,
                "memory",
                MemorySettings,
                bootstrap,
                roles=("serve", "relay", "project"),
                inference_address=servers.temporal_address,
                chat_address=chat_address,
            )
        )
        sources["memory"] = rig.database_url
        (projection,) = PROJECTIONS
        yield Kept(
            world_of(rig, servers, peer, stores=stores),
            Rebuilder(projection, rig.database_url, sources, rig.house.codec),
        )


async def test_a_rebuild_is_equal_after_anything_that_people_and_tidying_do(kept, leaking) -> None:
    world = kept.world
    ana, ben = await world.sign_up("Ana"), await world.sign_up("Ben")
    own, group = f"person:{ana.person_id}", new_id()
    world.chat.conversations[group] = [ana.person_id, ben.person_id]
    direct = new_id()
    sent = [
        (await world.say(ana, f"The {thing} is in box number {i} behind the old door", conversation=direct))[1]
        for i, thing in enumerate(("lamp", "kettle", "tent", "drill", "globe", "violin"))
    ]
    for i in range(3):
        await world.say(ben, f"Ben will bring {i} maps", conversation=group, group=True)
        await world.say(ana, f"Ana will bring {i} loaves", conversation=group, group=True)
    app, record_id = await world.record(ana, own, {"name": "pasta", "kcal": 640})
    changed = miniapp.RecordChanged(
        app_id=app, record_id=record_id, changed_by=ana.person_id, app_title="Meal log", memory_space=own
    )
    changed.values.update({"name": "rice", "kcal": 500})
    await world.publish("miniapp", f"app-{app}", changed, own)
    await kept.equal()
    # Stated, corrected (superseded), pinned, shared.
    stated = await world.remember(ana, "My sister lives in Lisbon")
    await world.correct(ana, stated.memory_id, "My sister lives in Porto")
    lamp = next(m for m in await world.listed(ana) if "lamp" in m.text)
    await world.pin(ana, lamp.memory_id)
    await world.share(ana, lamp.memory_id, group)
    await kept.equal()
    # Cooled and condensed; one of each is edited afterwards.
    await world.budget(own, size=230)
    done = await world.tidy(own)
    assert done.condensed > 0
    await kept.equal()
    covered = {m.text for m in await world.listed(ana) if m.covered_by}
    message = next(m for m in sent if m.text in covered)
    await world.edit(ana, message, "The box with the old things is gone")
    await world.edit(ana, next(m for m in sent if m is not message and "lamp" not in m.text), "Nothing is in the box")
    await world.tidy(own)
    await kept.equal()
    # Said again by her in the group, told by what she said before.
    first, again = [m for m in await world.listed(ana, f"conversation:{group}") if "loaves" in m.text][-2:]
    cooled = ev.CooledMemory(memory_id=first.memory_id, covered_by=again.memory_id)
    repeats = ev.MemoriesCooled(space=f"conversation:{group}", cooled=[cooled], reason="repeats")
    await kept.decide(f"conversation:{group}", repeats, own)
    exporting = pb.ExportMemoriesRequest(space=f"conversation:{group}")
    told = [" ".join(part.reasons) async for part in world.stub.ExportMemories(exporting, metadata=ana.call)]
    assert any(f"It repeats memory {again.memory_id}" in reasons for reasons in told)
    await kept.equal()
    # Deleted: one that something was shared of, one that a fact stands for, and one of the two that say the same.
    await world.delete(ana, next(m for m in sent if "lamp" in m.text))
    await kept.equal()
    facts = [m for m in await world.listed(ana) if m.kind == pb.MEMORY_KIND_FACT]
    told = next(m for m in sent if any(m.text.split()[1] in fact.text for fact in facts))
    await world.delete(ana, told)
    assert not [m for m in await world.listed(ana) if told.text.split()[1] in m.text]
    await kept.equal()
    # Room again; forgotten; erased.
    await world.budget(own, size=100_000)
    await world.tidy(own)
    assert await world.forget(ana, "forget where the violin is") >= 1
    await kept.equal()
    await world.erase(ben)
    await kept.equal()
    await _rebuilt(kept, leaking)
    # And life goes on with what was rebuilt.
    await world.say(ana, "The postman rings twice", conversation=direct)
    assert [r.memory.text for r in await world.recall(ana, "postman")] == ["The postman rings twice"]
    await kept.equal()


async def _rebuilt(kept: Kept, leaking: Any) -> None:
    before = await kept.dump()
    await kept.rebuilder.rebuild(lambda done, total: None)
    assert await kept.dump() == before
    assert await leaking.broken(kept.world.rig.house.pool) == []
