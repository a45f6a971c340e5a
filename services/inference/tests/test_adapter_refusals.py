"""Adapters and requests that must be refused, each with its reason, and nothing appended."""

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
from madeleine_common.testing import Rig, refused
from madeleine_inference.settings import InferenceSettings

pytestmark = [pytest.mark.model, pytest.mark.timeout(120)]
Call = tuple[tuple[str, str], ...]


def one(revision: str) -> list[pb.WeightedRevision]:
    return [pb.WeightedRevision(revision=revision, weight=1.0)]


async def events_of(rig: Rig[InferenceSettings], revision: str) -> int:
    return await rig.house.store.head(f"revision-{revision}")


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
    for probe in made.probes:
        wrong = [logprob - 2.0 for logprob in probe.trained_logprobs]
        probe.ClearField("trained_logprobs")
        probe.trained_logprobs.extend(wrong)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="FINGERPRINT_MISMATCH"):
        await adapter_service.PublishAdapter(made.request(new_id()), metadata=trainer)
    assert await events_of(rig, made.revision) == 0
    async with refused(grpc.StatusCode.NOT_FOUND, reason="REVISION_UNKNOWN"):
        request = generation.ScoreRequest(model=made.revision, prompt_token_ids=[1], completion_token_ids=[2])
        await inference.Score(request, metadata=chat)


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
