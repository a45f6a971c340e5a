"""The life of adapter revisions over real gRPC: publish, prove, flip, roll back, evict, unload."""

from __future__ import annotations

from collections.abc import Callable
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

pytestmark = pytest.mark.model
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
    assert reply.max_base_delta > 1e-2
    served = await score(inference, chat, made.revision, made)
    assert list(served.logprobs) == pytest.approx(list(made.probes[0].trained_logprobs), abs=1e-3)
    assert served.revision == made.revision
    base = await score(inference, chat, "base", made)
    assert list(base.logprobs) == pytest.approx(list(reply.probes[0].base_logprobs), abs=1e-4)

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
    await adapter_service.PublishAdapter(made[1].request(new_id()), metadata=trainer)
    assert await resident() == {"lru0", "lru1"}
    await adapter_service.PublishAdapter(made[2].request(new_id()), metadata=trainer)
    assert await resident() == {"lru0", "lru2"}
    cold = await score(inference, chat, made[1].revision, made[1])
    assert list(cold.logprobs) == pytest.approx(list(made[1].probes[0].trained_logprobs), abs=1e-3)
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


def _cut_weights(folder: Path) -> None:
    weights = folder / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-64])


def _flip_a_byte(folder: Path) -> None:
    weights = folder / "adapter_model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)


@pytest.mark.parametrize(
    ("config", "origin", "code", "field", "reason"),
    [
        ({}, {"base_model_sha256": "0" * 64}, "FAILED_PRECONDITION", "", "BASE_MODEL_MISMATCH"),
        ({"r": 16}, {}, "INVALID_ARGUMENT", "uri.r", ""),
        ({}, {"rank": 8}, "INVALID_ARGUMENT", "uri.r", ""),
        ({"use_dora": True}, {}, "INVALID_ARGUMENT", "uri.use_dora", ""),
        ({"bias": "all"}, {}, "INVALID_ARGUMENT", "uri.bias", ""),
        ({"modules_to_save": ["model.norm"]}, {}, "INVALID_ARGUMENT", "uri.modules_to_save", ""),
        ({}, {"target_modules": ("k_proj",)}, "INVALID_ARGUMENT", "uri.target_modules", ""),
    ],
)
async def test_what_cannot_be_served_is_refused_before_it_is_loaded(
    adapter_service: AdapterServiceStub,
    trainer: Call,
    maker: Any,
    adapter_store: Path,
    rig: Any,
    config: dict[str, Any],
    origin: dict[str, Any],
    code: str,
    field: str,
    reason: str,
) -> None:
    made = maker.make(adapter_store, "bad", seed=2, config=config, **origin)
    async with refused(grpc.StatusCode[code], field=field, reason=reason):
        await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)
    assert await events_of(rig, made.revision) == 0


@pytest.mark.parametrize("after_hashing", [True, False])
async def test_damaged_weights_are_refused(
    adapter_service: AdapterServiceStub,
    trainer: Call,
    maker: Any,
    adapter_store: Path,
    rig: Any,
    after_hashing: bool,
) -> None:
    tamper: Callable[[Path], None] = (lambda _: None) if after_hashing else _cut_weights
    made = maker.make(adapter_store, "damaged", seed=3, tamper=tamper)
    if after_hashing:
        _flip_a_byte(made.folder.folder)
    reason = "ADAPTER_TAMPERED" if after_hashing else "ADAPTER_UNLOADABLE"
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason=reason):
        await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)
    assert await events_of(rig, made.revision) == 0


async def test_a_fingerprint_that_does_not_match_keeps_a_revision_out(
    adapter_service: AdapterServiceStub,
    inference: InferenceServiceStub,
    trainer: Call,
    chat: Call,
    maker: Any,
    adapter_store: Path,
    rig: Any,
) -> None:
    made = maker.make(adapter_store, "liar", seed=4)
    probe = made.probes[0]
    wrong = [logprob - 0.05 for logprob in probe.trained_logprobs]
    probe.ClearField("trained_logprobs")
    probe.trained_logprobs.extend(wrong)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="FINGERPRINT_MISMATCH"):
        await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)
    assert await events_of(rig, made.revision) == 0
    async with refused(grpc.StatusCode.NOT_FOUND, reason="REVISION_UNKNOWN"):
        await score(inference, chat, made.revision, made)


async def test_an_adapter_that_changes_nothing_never_arrived(
    adapter_service: AdapterServiceStub, trainer: Call, maker: Any, adapter_store: Path
) -> None:
    made = maker.make(adapter_store, "empty", seed=5, config={"init_lora_weights": True})
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="ADAPTER_NOT_DELIVERED"):
        await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)


async def test_only_the_store_is_read(
    adapter_service: AdapterServiceStub, trainer: Call, maker: Any, adapter_store: Path, tmp_path: Path
) -> None:
    made = maker.make(tmp_path, "outside", seed=6)
    link = adapter_store / made.revision
    link.symlink_to(made.folder.folder)
    for uri in (str(made.folder.folder), str(link), f"{adapter_store}/../{tmp_path.name}", "https://example.org/a"):
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="uri"):
            await adapter_service.PublishAdapter(made.request(new_id(), uri=uri), metadata=trainer)


async def test_bad_requests_name_their_fields(adapter_service: AdapterServiceStub, trainer: Call, made: Any) -> None:
    probe = pb.Probe(prompt_token_ids=[1], completion_token_ids=[2, 3], trained_logprobs=[-1.0])
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="probes[0].trained_logprobs"):
        await adapter_service.PublishAdapter(made.request(new_id(), probes=[probe]), metadata=trainer)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="probes"):
        await adapter_service.PublishAdapter(made.request(new_id(), probes=[]), metadata=trainer)
    flips = {
        "alias": pb.SetAliasRequest(alias="base", targets=one("base"), idempotency_key=new_id()),
        "targets": pb.SetAliasRequest(alias="a", idempotency_key=new_id()),
        "targets[0].weight": pb.SetAliasRequest(
            alias="a", targets=[pb.WeightedRevision(revision="base", weight=-1)], idempotency_key=new_id()
        ),
        "targets[0].revision": pb.SetAliasRequest(alias="a", targets=one("nonsense"), idempotency_key=new_id()),
        "idempotency_key": pb.SetAliasRequest(alias="a", targets=one("base")),
    }
    for field, request in flips.items():
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
            await adapter_service.SetAlias(request, metadata=trainer)
    unknown = pb.SetAliasRequest(alias="a", targets=one("house@000000000000"), idempotency_key=new_id())
    async with refused(grpc.StatusCode.NOT_FOUND, reason="REVISION_UNKNOWN"):
        await adapter_service.SetAlias(unknown, metadata=trainer)
    back = pb.RollbackAliasRequest(alias="nobody", idempotency_key=new_id())
    async with refused(grpc.StatusCode.NOT_FOUND, reason="ALIAS_UNKNOWN"):
        await adapter_service.RollbackAlias(back, metadata=trainer)


async def test_only_trainer_and_operator_change_what_is_served(
    adapter_service: AdapterServiceStub, chat: Call, servers: Servers, made: Any
) -> None:
    for call in (chat, servers.person().call):
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="SERVICE_REQUIRED"):
            await adapter_service.PublishAdapter(made.request(new_id()), metadata=call)
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await adapter_service.ListAliases(pb.ListAliasesRequest())
    listed = await adapter_service.ListAliases(pb.ListAliasesRequest(), metadata=servers.person().call)
    assert listed.engine == "transformers"


async def test_a_restarted_service_serves_what_the_alias_says(
    servers: Servers, trainer: Call, chat: Call, made: Any, adapter_store: Path, rig: Rig[InferenceSettings]
) -> None:
    stub = AdapterServiceStub(rig.channel)
    await stub.PublishAdapter(made.request(new_id()), metadata=trainer)
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
        assert list(served.logprobs) == pytest.approx(list(made.probes[0].trained_logprobs), abs=1e-3)
