"""The life of adapter revisions over real gRPC: publish, prove, flip, roll back, evict, unload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import inference_pb2 as generation
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, refused, running_service
from madeleine_inference.bootstrap import bootstrap
from madeleine_inference.settings import InferenceSettings

pytestmark = [pytest.mark.model, pytest.mark.timeout(120)]
Call = tuple[tuple[str, str], ...]


def one(revision: str) -> list[pb.WeightedRevision]:
    return [pb.WeightedRevision(revision=revision, weight=1.0)]


async def events_of(rig: Rig[InferenceSettings], revision: str) -> int:
    return await rig.house.store.head(f"revision-{revision}")


async def score(stub: InferenceServiceStub, call: Call, model: str, made: Any) -> generation.ScoreResponse:
    probe = made.probes[0]
    request = generation.ScoreRequest(
        model=model, prompt_token_ids=probe.prompt_token_ids, completion_token_ids=probe.completion_token_ids
    )
    return await stub.Score(request, metadata=call)


async def test_a_published_adapter_is_served_as_it_was_trained(
    adapter_service: AdapterServiceStub, inference: InferenceServiceStub, trainer: Call, chat: Call, made: Any, rig: Any
) -> None:
    request = made.request(new_id())
    reply = await adapter_service.PublishAdapter(request, metadata=trainer)
    assert reply.revision.revision == made.revision
    assert reply.revision.resident
    assert reply.max_trained_delta < 1e-3
    assert (reply.effect_slope, reply.effect_cosine) == (pytest.approx(1, abs=0.01), pytest.approx(1, abs=0.01))
    assert reply.max_base_delta > 1e-2
    served = await score(inference, chat, made.revision, made)
    assert list(served.logprobs) == pytest.approx(list(reply.probes[0].served_logprobs), abs=1e-4)
    assert served.revision == made.revision
    base = await score(inference, chat, "base", made)
    assert list(base.logprobs) == pytest.approx(list(reply.probes[0].served_base_logprobs), abs=1e-4)

    again = await adapter_service.PublishAdapter(request, metadata=trainer)
    assert again.revision.published_at == reply.revision.published_at
    assert await events_of(rig, made.revision) == 1


async def test_a_flip_is_seen_at_once_and_rolled_back(
    adapter_service: AdapterServiceStub, inference: InferenceServiceStub, trainer: Call, chat: Call, made: Any
) -> None:
    await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)
    assert (await score(inference, chat, "", made)).revision == "base"
    flip = pb.SetAliasRequest(alias="default", targets=one(made.revision), idempotency_key=new_id())
    flipped = (await adapter_service.SetAlias(flip, metadata=trainer)).alias
    assert flipped.version == 2
    assert list(flipped.previous) == one("base")
    listed = await adapter_service.ListAliases(pb.ListAliasesRequest(), metadata=chat)
    assert list(listed.aliases) == [flipped]
    assert (await score(inference, chat, "", made)).revision == made.revision

    unload = pb.UnloadRevisionRequest(revision=made.revision, idempotency_key=new_id())
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="REVISION_IN_USE"):
        await adapter_service.UnloadRevision(unload, metadata=trainer)

    back = pb.RollbackAliasRequest(alias="default", idempotency_key=new_id())
    restored = (await adapter_service.RollbackAlias(back, metadata=trainer)).alias
    assert list(restored.targets) == one("base")
    assert (await score(inference, chat, "", made)).revision == "base"
    # A repeat tells what the command did then, and does it no second time.
    assert (await adapter_service.SetAlias(flip, metadata=trainer)).alias == flipped
    assert (await adapter_service.RollbackAlias(back, metadata=trainer)).alias == restored


async def test_a_canary_is_sticky_by_person(
    adapter_service: AdapterServiceStub, inference: InferenceServiceStub, trainer: Call, chat: Call, made: Any
) -> None:
    await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)
    targets = [
        pb.WeightedRevision(revision="base", weight=0.5),
        pb.WeightedRevision(revision=made.revision, weight=0.5),
    ]
    request = pb.SetAliasRequest(alias="canary", targets=targets, idempotency_key=new_id())
    await adapter_service.SetAlias(request, metadata=trainer)

    async def served_to(person_id: str) -> str:
        wish = generation.GenerateRequest(
            token_ids=generation.TokenIds(ids=[1]),
            model="canary",
            person_id=person_id,
            sampling=generation.Sampling(max_tokens=1),
        )
        chunks = [chunk async for chunk in inference.Generate(wish, metadata=chat)]
        return chunks[0].begin.revision

    people = [new_id() for _ in range(12)]
    first = [await served_to(person) for person in people]
    assert [await served_to(person) for person in people] == first
    assert set(first) == {"base", made.revision}
    # Nothing points at it any more after this, and other tests may unload it.
    for _ in range(2):
        flip = pb.SetAliasRequest(alias="canary", targets=one("base"), idempotency_key=new_id())
        await adapter_service.SetAlias(flip, metadata=trainer)


async def test_eviction_spares_the_pinned_and_reloads_on_demand(
    adapter_service: AdapterServiceStub,
    inference: InferenceServiceStub,
    trainer: Call,
    chat: Call,
    maker: Any,
    adapter_store: Path,
) -> None:
    made = [maker.make(adapter_store, f"lru{n}", seed=10 + n) for n in range(3)]

    async def resident() -> set[str]:
        reply = await adapter_service.ListRevisions(pb.ListRevisionsRequest(), metadata=chat)
        return {revision.name for revision in reply.revisions if revision.resident}

    await adapter_service.PublishAdapter(made[0].request(new_id()), metadata=trainer)
    pin = pb.PinRevisionRequest(revision=made[0].revision, pinned=True, idempotency_key=new_id())
    assert (await adapter_service.PinRevision(pin, metadata=trainer)).revision.pinned
    proved = await adapter_service.PublishAdapter(made[1].request(new_id()), metadata=trainer)
    assert await resident() == {"lru0", "lru1"}
    await adapter_service.PublishAdapter(made[2].request(new_id()), metadata=trainer)
    assert await resident() == {"lru0", "lru2"}
    cold = await score(inference, chat, made[1].revision, made[1])
    assert list(cold.logprobs) == pytest.approx(list(proved.probes[0].served_logprobs), abs=1e-4)
    assert await resident() == {"lru0", "lru1"}

    pin = pb.PinRevisionRequest(revision=made[1].revision, pinned=True, idempotency_key=new_id())
    await adapter_service.PinRevision(pin, metadata=trainer)
    async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, reason="ADAPTER_SLOTS_FULL"):
        await score(inference, chat, made[2].revision, made[2])

    unload = pb.UnloadRevisionRequest(revision=made[1].revision, idempotency_key=new_id())
    await adapter_service.UnloadRevision(unload, metadata=trainer)
    assert await resident() == {"lru0"}
    async with refused(grpc.StatusCode.NOT_FOUND, reason="REVISION_UNKNOWN"):
        await score(inference, chat, made[1].revision, made[1])
    pin = pb.PinRevisionRequest(revision=made[0].revision, pinned=False, idempotency_key=new_id())
    await adapter_service.PinRevision(pin, metadata=trainer)
    # Its files stayed: it may be published again.
    await adapter_service.PublishAdapter(made[1].request(new_id()), metadata=trainer)
    assert "lru1" in await resident()


async def test_lists_are_paged_newest_first(
    adapter_service: AdapterServiceStub, trainer: Call, servers: Servers, maker: Any, adapter_store: Path
) -> None:
    for n in range(2):
        made = maker.make(adapter_store, f"page{n}", seed=20 + n)
        await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)
    person = servers.person().call
    first = await adapter_service.ListRevisions(pb.ListRevisionsRequest(page_size=1), metadata=person)
    assert [revision.name for revision in first.revisions] == ["page1"]
    request = pb.ListRevisionsRequest(page_size=1, page_token=first.next_page_token)
    second = await adapter_service.ListRevisions(request, metadata=person)
    assert [revision.name for revision in second.revisions] == ["page0"]


async def test_only_trainer_and_operator_change_what_is_served(
    adapter_service: AdapterServiceStub, chat: Call, servers: Servers, made: Any
) -> None:
    for call in (chat, servers.person().call):
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="SERVICE_REQUIRED"):
            await adapter_service.PublishAdapter(made.request(new_id()), metadata=call)
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await adapter_service.ListAliases(pb.ListAliasesRequest())
    listed = await adapter_service.ListAliases(pb.ListAliasesRequest(), metadata=servers.person().call)
    assert listed.engine == "openvino"


async def test_a_restarted_service_serves_what_the_alias_says(
    servers: Servers, trainer: Call, chat: Call, made: Any, adapter_store: Path, rig: Rig[InferenceSettings]
) -> None:
    stub = AdapterServiceStub(rig.channel)
    proved = await stub.PublishAdapter(made.request(new_id()), metadata=trainer)
    flip = pb.SetAliasRequest(alias="default", targets=one(made.revision), idempotency_key=new_id())
    await stub.SetAlias(flip, metadata=trainer)
    async with running_service(
        servers,
        "inference",
        InferenceSettings,
        bootstrap,
        roles=["serve"],
        database_url=rig.database_url,
        inference_adapter_store=adapter_store,
    ) as second:
        # Resident before any request asked for it.
        listed = await AdapterServiceStub(second.channel).ListRevisions(pb.ListRevisionsRequest(), metadata=chat)
        assert made.revision in {revision.revision for revision in listed.revisions if revision.resident}
        served = await score(InferenceServiceStub(second.channel), chat, "", made)
        assert served.revision == made.revision
        assert list(served.logprobs) == pytest.approx(list(proved.probes[0].served_logprobs), abs=1e-4)
