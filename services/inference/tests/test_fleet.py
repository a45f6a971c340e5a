"""Several replicas on one PostgreSQL and one NATS: publishing, flips, deaths, late comers and restarts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import grpc
import pytest
from prometheus_client import REGISTRY

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events
from madeleine.inference.v1 import inference_pb2 as generation
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of, utc_now
from madeleine_common.embedded import ServerSpec
from madeleine_common.embedded.nats import nats
from madeleine_common.embedded.process import free_port
from madeleine_common.embedded.temporal import grpc_healthy
from madeleine_common.events import NewEvent, Repository
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, refused, running_service
from madeleine_common.testing.chaos.children import Child
from madeleine_common.testing.rig import fresh_database
from madeleine_inference.adapters.fleet_nats import NatsReplicas
from madeleine_inference.bootstrap import bootstrap
from madeleine_inference.domain import alias
from madeleine_inference.domain.alias import Target
from madeleine_inference.settings import InferenceSettings

pytestmark = [pytest.mark.model, pytest.mark.timeout(120)]
Replica = Rig[InferenceSettings]


class Fleet:
    """The servers that replicas share, and how to start one more."""

    def __init__(self, servers: Servers, database_url: str, store: Path, bus: Child) -> None:
        self.servers = servers
        self.database_url = database_url
        self.store = store
        self.bus = bus
        self.trainer = servers.service_call("trainer")
        self.chat = servers.service_call("chat")

    def replica(self, name: str, **more: Any) -> AbstractAsyncContextManager[Replica]:
        """A replica in this process."""
        settings: dict[str, Any] = {
            "inference_adapter_store": self.store,
            "inference_max_rank": 8,
            "inference_slots": 2,
            "inference_context_tokens": 512,
            "inference_cache_tokens": 4096,
        }
        return running_service(
            self.servers,
            "inference",
            InferenceSettings,
            bootstrap,
            database_url=self.database_url,
            inference_replica=name,
            **(settings | more),
        )

    def process(self, name: str, folder: Path) -> tuple[Child, str]:
        """A replica in a process of its own, not yet started, and its address."""
        address = f"127.0.0.1:{free_port()}"
        keys = self.servers.keys
        environment = {
            **os.environ,
            "MADELEINE_LISTEN": address,
            "MADELEINE_DATABASE_URL": self.database_url,
            "MADELEINE_NATS_URL": self.servers.nats_url,
            "MADELEINE_TEMPORAL_ADDRESS": self.servers.temporal_address,
            "MADELEINE_SERVICE_KEY_FILE": str(keys / "inference.pem"),
            "MADELEINE_SERVICE_JWKS_FILE": str(keys / "services.jwks.json"),
            "MADELEINE_DATA_DIR": str(folder),
            "MADELEINE_INFERENCE_ADAPTER_STORE": str(self.store),
            "MADELEINE_INFERENCE_REPLICA": name,
        }

        async def ready() -> bool:
            return await grpc_healthy(address)

        argv = (sys.executable, "-m", "madeleine_inference.main", "serve")
        return Child(ServerSpec(name, argv, address, ready, folder, environment), folder), address

    async def live(self, seen_by: Replica) -> set[str]:
        return await NatsReplicas(seen_by.house.nats, "test", 1).live()

    async def publish(self, on: Replica, made: Any, **changes: Any) -> pb.PublishAdapterResponse:
        request = made.request(new_id(), **changes)
        return await AdapterServiceStub(on.channel).PublishAdapter(request, metadata=self.trainer)

    async def flip(self, on: Replica, name: str, revision: str) -> pb.Alias:
        targets = [pb.WeightedRevision(revision=revision, weight=1.0)]
        request = pb.SetAliasRequest(alias=name, targets=targets, idempotency_key=new_id())
        return (await AdapterServiceStub(on.channel).SetAlias(request, metadata=self.trainer)).alias

    async def back(self, on: Replica, name: str) -> pb.Alias:
        request = pb.RollbackAliasRequest(alias=name, idempotency_key=new_id())
        return (await AdapterServiceStub(on.channel).RollbackAlias(request, metadata=self.trainer)).alias

    async def score(self, on: Replica, model: str, made: Any) -> generation.ScoreResponse:
        probe = made.probes[0]
        request = generation.ScoreRequest(
            model=model, prompt_token_ids=probe.prompt_token_ids, completion_token_ids=probe.completion_token_ids
        )
        return await InferenceServiceStub(on.channel).Score(request, metadata=self.chat)

    async def served(self, on: Replica, model: str, made: Any) -> str:
        return (await self.score(on, model, made)).revision

    async def resident(self, on: Replica) -> set[str]:
        reply = await AdapterServiceStub(on.channel).ListRevisions(pb.ListRevisionsRequest(), metadata=self.chat)
        return {revision.revision for revision in reply.revisions if revision.resident}


@pytest.fixture(scope="module")
async def fleet(
    postgres_url: str,
    temporal_address: str,
    house_keys: Path,
    adapter_store: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet-nats")
    server = nats(folder, free_port(), free_port(), fsync=False)
    bus = Child(server.spec, folder)
    await bus.start()
    try:
        async with fresh_database(postgres_url) as url:
            yield Fleet(Servers(postgres_url, server.url, temporal_address, house_keys), url, adapter_store, bus)
    finally:
        await bus.kill()


@pytest.fixture(scope="module")
async def a(fleet: Fleet) -> AsyncIterator[Replica]:
    async with fleet.replica("a") as replica:
        yield replica


@pytest.fixture(scope="module")
async def b(fleet: Fleet, a: Replica) -> AsyncIterator[Replica]:
    async with fleet.replica("b", roles=["serve"]) as replica:
        yield replica


@pytest.fixture(scope="module")
def other(maker: Any, adapter_store: Path) -> Any:
    return maker.make(adapter_store, "other", seed=31)


async def test_what_one_replica_publishes_is_served_by_all(fleet: Fleet, a: Replica, b: Replica, made: Any) -> None:
    assert await fleet.live(a) == {"a", "b"}
    await fleet.publish(a, made)
    assert made.revision in await fleet.resident(b)
    served = await fleet.score(b, made.revision, made)
    assert list(served.logprobs) == pytest.approx(list(made.probes[0].trained_logprobs), abs=1e-3)


async def test_a_flip_holds_on_every_replica_once_it_is_answered(
    fleet: Fleet, a: Replica, b: Replica, made: Any, other: Any
) -> None:
    await fleet.publish(a, made)
    await fleet.publish(b, other)
    for _ in range(10):
        for flipped_on, wanted in ((a, made), (b, other)):
            await fleet.flip(flipped_on, "swing", wanted.revision)
            assert [await fleet.served(replica, "swing", made) for replica in (a, b)] == [wanted.revision] * 2
    await fleet.back(b, "swing")
    assert [await fleet.served(replica, "swing", made) for replica in (a, b)] == [made.revision] * 2


async def test_a_replica_that_refuses_is_named_and_nobody_keeps_the_revision(
    fleet: Fleet, a: Replica, b: Replica, maker: Any, adapter_store: Path
) -> None:
    big = maker.make(adapter_store, "big", seed=32, config={"r": 8}, rank=8)
    async with fleet.replica("small", roles=["serve"], inference_max_rank=4):
        async with refused(grpc.StatusCode.FAILED_PRECONDITION) as refusal:
            await fleet.publish(b, big)
        assert "replica small" in refusal.message
        assert "rank 8; 1 to 4 can be served" in refusal.message
        assert await a.house.store.head(f"revision-{big.revision}") == 0
        for replica in (a, b):
            async with refused(grpc.StatusCode.NOT_FOUND, reason="REVISION_UNKNOWN"):
                await fleet.score(replica, big.revision, big)
    # It left in good order: nobody waits for it.
    assert "small" not in await fleet.live(a)
    await fleet.publish(b, big)
    assert big.revision in await fleet.resident(a)


async def test_who_starts_later_serves_what_the_aliases_say_before_it_is_ready(
    fleet: Fleet, a: Replica, b: Replica, made: Any, other: Any
) -> None:
    await fleet.publish(a, made)
    await fleet.publish(a, other)
    await fleet.flip(a, "default", other.revision)
    await fleet.flip(a, "default", made.revision)
    async with fleet.replica("late", roles=["serve"]) as late:
        # What is served, and what it may be rolled back to; neither was ever asked for.
        assert await fleet.resident(late) >= {made.revision, other.revision}
        assert await fleet.served(late, "", made) == made.revision
        await fleet.back(late, "default")
        assert [await fleet.served(replica, "", made) for replica in (a, b, late)] == [other.revision] * 3
    await fleet.flip(a, "default", "base")
    await fleet.flip(a, "default", other.revision)


async def test_a_replica_proves_what_others_published_before_anybody_is_served_by_it(
    fleet: Fleet, a: Replica, maker: Any, adapter_store: Path
) -> None:
    """Published while this one was away, and computed otherwise here than it was trained."""
    foreign = maker.make(adapter_store, "foreign", seed=33)
    probe = foreign.probes[0]
    wrong = [logprob - 0.05 for logprob in probe.trained_logprobs]
    probe.ClearField("trained_logprobs")
    probe.trained_logprobs.extend(wrong)
    published = events.RevisionPublished(
        revision=pb.Revision(revision=foreign.revision, name="foreign"), probes=[probe]
    )
    published.revision.published_at.FromDatetime(utc_now())
    stream = f"revision-{foreign.revision}"
    await a.house.store.append(stream, 0, [NewEvent(published)], metadata_of(Principal("service:test")))
    for _ in range(2):
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="FINGERPRINT_MISMATCH"):
            await fleet.score(a, foreign.revision, foreign)
        assert foreign.revision not in await fleet.resident(a)


async def test_a_replica_that_dies_while_others_publish_is_waited_for_no_longer(
    fleet: Fleet, a: Replica, b: Replica, maker: Any, adapter_store: Path, tmp_path: Path
) -> None:
    survivor = maker.make(adapter_store, "survivor", seed=34)
    victim, _ = fleet.process("victim", tmp_path)
    await victim.start()
    try:
        assert await fleet.live(a) == {"a", "b", "victim"}
        victim.stand_still()
        before = _loads()
        publishing = asyncio.create_task(fleet.publish(a, survivor))
        await eventually(lambda: _have_loaded(before + 2), within_s=30)
        # It counts as live, and has not answered.
        assert not publishing.done()
        assert "victim" in await fleet.live(a)
    finally:
        victim.go_on()
        await victim.kill()
    reply = await publishing
    assert reply.revision.revision == survivor.revision
    assert await fleet.live(a) == {"a", "b"}


def _loads() -> float:
    """How many adapters the replicas of this process have loaded."""
    return REGISTRY.get_sample_value("madeleine_inference_adapter_load_seconds_count") or 0.0


async def _have_loaded(count: float) -> bool:
    return _loads() >= count


async def test_a_flip_that_nobody_told_is_found(fleet: Fleet, a: Replica, b: Replica, made: Any) -> None:
    """Whoever flipped died between its commit and its word to the others."""
    await fleet.publish(a, made)
    await fleet.flip(a, "untold", "base")
    aliases = Repository(a.house.store, alias.Alias, alias.evolve)
    await aliases.execute(
        alias.stream_of("untold"),
        lambda s: [NewEvent(m) for m in alias.point(s, "untold", [Target(made.revision, 1.0)], utc_now())],
        metadata_of(Principal("service:test")),
    )
    for replica in (a, b):
        await eventually(lambda r=replica: _serves(fleet, r, "untold", made), within_s=10)


async def _serves(fleet: Fleet, replica: Replica, model: str, made: Any) -> bool:
    return await fleet.served(replica, model, made) == made.revision


async def test_replicas_outlive_nats(fleet: Fleet, a: Replica, b: Replica, made: Any, other: Any) -> None:
    await fleet.publish(a, made)
    await fleet.publish(a, other)
    await fleet.flip(a, "steady", made.revision)
    await fleet.bus.kill()
    for replica in (a, b):
        assert await fleet.served(replica, "steady", made) == made.revision
    # Nobody can know who else lives.
    async with refused(grpc.StatusCode.UNAVAILABLE, reason="REPLICAS_UNKNOWN"):
        await fleet.flip(a, "steady", other.revision)
    assert await fleet.served(b, "steady", made) == made.revision
    await fleet.bus.start()
    await eventually(lambda: _flips(fleet, b, "steady", other.revision), within_s=20)
    assert [await fleet.served(replica, "steady", made) for replica in (a, b)] == [other.revision] * 2
    await eventually(lambda: _all_live(fleet, a), within_s=10)
    await fleet.flip(b, "steady", made.revision)
    assert [await fleet.served(replica, "steady", made) for replica in (a, b)] == [made.revision] * 2


async def _flips(fleet: Fleet, on: Replica, name: str, revision: str) -> bool:
    try:
        await fleet.flip(on, name, revision)
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            raise
        return False
    return True


async def _all_live(fleet: Fleet, seen_by: Replica) -> bool:
    return await fleet.live(seen_by) == {"a", "b"}


async def test_an_unloaded_revision_leaves_every_replica(
    fleet: Fleet, a: Replica, b: Replica, maker: Any, adapter_store: Path
) -> None:
    brief = maker.make(adapter_store, "brief", seed=35)
    await fleet.publish(a, brief)
    unload = pb.UnloadRevisionRequest(revision=brief.revision, idempotency_key=new_id())
    await AdapterServiceStub(b.channel).UnloadRevision(unload, metadata=fleet.trainer)
    for replica in (a, b):
        async with refused(grpc.StatusCode.NOT_FOUND, reason="REVISION_UNKNOWN"):
            await fleet.score(replica, brief.revision, brief)
