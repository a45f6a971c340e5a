"""An erasure seen through: on a real Temporal, with two other services in process that are slow, or never finish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from temporalio.service import RPCError

from madeleine.common.v1.operation_pb2 import (
    OPERATION_STATE_FAILED,
    OPERATION_STATE_RUNNING,
    OPERATION_STATE_SUCCEEDED,
    Operation,
)
from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection, Pool
from madeleine_common.erasure import PersonalRows
from madeleine_common.errors import Unavailable
from madeleine_common.events import RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.settings import Settings
from madeleine_common.testing import Rig, Servers, eventually, refused, running_service
from madeleine_common.testing.temporal_history import opened_history
from madeleine_identity.adapters.master_key import read_master_keys
from madeleine_identity.bootstrap import bootstrap, confirm_erasure, own_keys
from madeleine_identity.settings import IdentitySettings


@dataclass
class Neighbour:
    """A service that holds something of people, and drops it when it is let."""

    name: str
    may_hear: asyncio.Event = field(default_factory=asyncio.Event)
    pool: Pool | None = None

    async def bootstrap(self, house: House[Settings]) -> Parts:
        self.pool = house.pool
        await house.pool.execute("CREATE TABLE said (person_id uuid NOT NULL)")

        async def drop(connection: Connection, event: RecordedEvent) -> None:
            if not self.may_hear.is_set():
                raise Unavailable("not yet")
            await connection.execute("DELETE FROM said WHERE person_id = $1", event.stream_id.removeprefix("person-"))

        return Parts(
            ServerParts(lambda _: None, ()),
            subscriptions=[Subscription(f"{self.name}-erasure", "identity", apply=drop, types=(PERSON_ERASED,))],
            personal=[PersonalRows("said", "person_id = $1", "what they said")],
        )

    async def hold(self, person_id: str, rows: int = 1) -> None:
        """Holds so many rows of a person."""
        assert self.pool is not None
        await self.pool.executemany("INSERT INTO said VALUES ($1)", [(person_id,)] * rows)

    async def lose(self, person_id: str) -> None:
        """Somebody mends what was left."""
        assert self.pool is not None
        await self.pool.execute("DELETE FROM said WHERE person_id = $1", person_id)


@dataclass
class Town:
    """Identity and its neighbours."""

    rig: Rig[IdentitySettings]
    chat: Neighbour
    memory: Neighbour
    settings: dict[str, Any]
    servers: Servers

    @property
    def identity(self) -> IdentityServiceStub:
        return IdentityServiceStub(self.rig.channel)

    async def erase(self, person: Any) -> Operation:
        request = pb.EraseMeRequest(password=person.request.password, idempotency_key=new_id())
        return (await self.identity.EraseMe(request, metadata=person.call)).operation

    async def watch(self, person: Any) -> AsyncIterator[Operation]:
        request = pb.WatchErasureRequest(operation_id=f"erase-{person.person_id}")
        async for update in self.identity.WatchErasure(request, metadata=person.call):
            yield update.operation

    async def ended(self, person: Any) -> Operation:
        last = Operation()
        async for operation in self.watch(person):
            last = operation
        return last


async def _town(stack: AsyncExitStack, servers: Servers, file: Path, roles: tuple[str, ...], **more: Any) -> Town:
    chat, memory = Neighbour("chat"), Neighbour("memory")
    addresses: dict[str, Any] = {}
    for one in (chat, memory):
        rig = await stack.enter_async_context(running_service(servers, one.name, Settings, one.bootstrap))
        addresses[f"{one.name}_address"] = rig.address
    settings = {
        "identity_master_key_file": file,
        "identity_erasure_services": "identity, chat,memory",
        "identity_erasure_settle_s": 0.0,
        **addresses,
        **more,
    }
    keys = own_keys(lambda: IdentitySettings(**settings))
    identity = running_service(servers, "identity", IdentitySettings, bootstrap, identity=keys, roles=roles, **settings)
    return Town(await stack.enter_async_context(identity), chat, memory, settings, servers)


@pytest.fixture
async def build(servers: Servers, master_key_file: Path) -> AsyncIterator[Callable[..., Awaitable[Town]]]:
    async with AsyncExitStack() as stack:

        async def build(roles: tuple[str, ...] = ("serve", "relay", "project", "worker"), **more: Any) -> Town:
            return await _town(stack, servers, more.pop("file", master_key_file), roles, **more)

        yield build


async def _join(town: Town) -> Any:
    request = pb.SignUpRequest(
        handle=f"ana-{new_id()[-12:]}",
        password="correct horse battery",
        display_name="Ana",
        time_zone="Europe/Paris",
        language="fr",
        idempotency_key=new_id(),
    )
    reply = await town.identity.SignUp(request)
    return _Person(request, reply.profile.person_id, reply.tokens.access_token)


@dataclass(frozen=True)
class _Person:
    request: pb.SignUpRequest
    person_id: str
    token: str

    @property
    def call(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.token}"),)


async def _until(updates: AsyncIterator[Operation], *words: str) -> Operation:
    async for operation in updates:
        if all(word in operation.step for word in words):
            return operation
    raise AssertionError(f"the stream ended without {words}")


async def test_an_erasure_succeeds_only_when_every_service_has_confirmed_and_the_master_key_is_new(build) -> None:
    town = await build()
    ana = await _join(town)
    file = town.settings["identity_master_key_file"]
    (old,) = read_master_keys(file)
    await town.chat.hold(ana.person_id, 12)
    operation = await town.erase(ana)
    assert (operation.operation_id, operation.state) == (f"erase-{ana.person_id}", OPERATION_STATE_RUNNING)

    updates = town.watch(ana)
    told = await _until(updates, "chat: 12 rows left in said", "memory: memory-erasure has not heard of it")
    assert told.state == OPERATION_STATE_RUNNING
    town.memory.may_hear.set()
    one_left = await _until(updates, "chat: 12 rows left in said, chat-erasure has not heard of it")
    while "memory" in one_left.step:
        one_left = await anext(updates)
    assert one_left.step.startswith("chat: 12 rows left in said")
    assert told.progress < one_left.progress < 1
    # Asked again meanwhile, it is the same, as far as it has come.
    assert (await town.erase(ana)).step == one_left.step
    assert read_master_keys(file) == (old,)

    town.chat.may_hear.set()
    last = [operation async for operation in updates][-1]
    assert last.state == OPERATION_STATE_SUCCEEDED, last
    assert last.progress == 1
    assert "the master key is rotated" in last.step
    assert old not in read_master_keys(file)
    again = await town.erase(ana)
    assert (again.operation_id, again.state, again.step) == (last.operation_id, last.state, last.step)
    # Whoever looks later sees the end at once.
    assert [o.state async for o in town.watch(ana)] == [OPERATION_STATE_SUCCEEDED]
    history = await opened_history(town.rig.house.temporal, operation.operation_id)
    assert ana.person_id.encode() in history
    assert ana.request.handle.encode() not in history


async def test_what_a_replica_wrote_late_is_found_when_all_are_asked_again(build) -> None:
    town = await build(identity_erasure_settle_s=1.0)
    ana = await _join(town)
    town.chat.may_hear.set()
    town.memory.may_hear.set()
    await town.erase(ana)
    updates = town.watch(ana)
    await _until(updates, "waiting until no cache can hold the key")
    await town.chat.hold(ana.person_id)
    await _until(updates, "chat: 1 row left in said")
    await town.chat.lose(ana.person_id)
    assert [operation async for operation in updates][-1].state == OPERATION_STATE_SUCCEEDED


async def test_it_is_waiting_until_the_event_has_come_round(build) -> None:
    town = await build(roles=("serve", "worker"))
    ana = await _join(town)
    assert (await town.erase(ana)).step == "waiting"
    updates = town.watch(ana)
    first = await anext(updates)
    assert (first.state, first.step) == (OPERATION_STATE_RUNNING, "waiting")
    assert (await town.erase(ana)).state == OPERATION_STATE_RUNNING
    town.chat.may_hear.set()
    town.memory.may_hear.set()
    keys = own_keys(lambda: IdentitySettings(**town.settings))
    async with running_service(
        town.servers,
        "identity",
        IdentitySettings,
        bootstrap,
        roles=("relay", "project"),
        database_url=town.rig.database_url,
        identity=keys,
        **town.settings,
    ):
        assert [operation async for operation in updates][-1].state == OPERATION_STATE_SUCCEEDED


async def test_a_service_that_does_not_confirm_in_time_is_named_with_its_table(build) -> None:
    town = await build(identity_erasure_hours=0.0005)
    ana = await _join(town)
    (old,) = read_master_keys(town.settings["identity_master_key_file"])
    await town.chat.hold(ana.person_id, 3)
    town.memory.may_hear.set()
    await town.erase(ana)
    ended = await town.ended(ana)
    assert ended.state == OPERATION_STATE_FAILED
    assert "chat: 3 rows left in said" in ended.error
    assert "memory" not in ended.error
    assert (await town.erase(ana)).state == OPERATION_STATE_FAILED
    assert read_master_keys(town.settings["identity_master_key_file"]) == (old,)

    # Mended, an operator has everybody asked again.
    town.chat.may_hear.set()
    await town.chat.lose(ana.person_id)
    assert not await confirm_erasure(town.rig.house.settings, new_id())
    assert await confirm_erasure(town.rig.house.settings, ana.person_id)
    assert (await town.ended(ana)).state == OPERATION_STATE_SUCCEEDED


async def test_a_service_that_is_away_is_waited_for(build) -> None:
    town = await build(memory_address="127.0.0.1:1")
    ana = await _join(town)
    town.chat.may_hear.set()
    await town.erase(ana)
    waiting = await _until(town.watch(ana), "memory: does not answer (UNAVAILABLE)")
    assert waiting.state == OPERATION_STATE_RUNNING
    await town.rig.house.temporal.get_workflow_handle(waiting.operation_id).terminate()


@pytest.mark.parametrize("rotate", [True, False])
async def test_where_the_master_key_cannot_or_shall_not_be_rotated_the_last_step_says_so(
    build, tmp_path: Path, master_key_file: Path, rotate: bool
) -> None:
    linked = tmp_path / "master.key"
    linked.symlink_to(master_key_file)
    town = await build(file=linked, identity_rotate_on_erasure=rotate)
    ana, before = await _join(town), read_master_keys(linked)
    town.chat.may_hear.set()
    town.memory.may_hear.set()
    await town.erase(ana)
    ended = await town.ended(ana)
    assert ended.state == OPERATION_STATE_SUCCEEDED
    assert ended.step.startswith("erased in every service")
    assert ("backups made before can be opened until it is" in ended.step) == rotate
    assert read_master_keys(linked) == before


async def test_nobody_watches_what_is_not_theirs_or_not_there(build) -> None:
    town = await build()
    ana, eve = await _join(town), await _join(town)
    await town.erase(ana)
    for operation_id, call in (
        (f"erase-{ana.person_id}", eve.call),
        (f"erase-{eve.person_id}", eve.call),
        ("", ana.call),
        (new_id(), ana.call),
    ):
        request = pb.WatchErasureRequest(operation_id=operation_id)
        async with refused(grpc.StatusCode.NOT_FOUND, reason="NOT_FOUND"):
            await anext(aiter(town.identity.WatchErasure(request, metadata=call)))
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await anext(aiter(town.identity.WatchErasure(pb.WatchErasureRequest(operation_id=f"erase-{ana.person_id}"))))
    workflow = town.rig.house.temporal.get_workflow_handle(f"erase-{ana.person_id}")

    async def begun() -> bool:
        try:
            await workflow.describe()
        except RPCError:
            return False
        return True

    # It begins when the event has come round.
    assert await eventually(begun)
    await workflow.terminate()


def test_a_service_that_nobody_knows_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="no service 'caht'; there are identity, chat"):
        IdentitySettings(identity_erasure_services="chat,caht")
