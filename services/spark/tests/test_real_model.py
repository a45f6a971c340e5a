"""One card written by the real model, through the real inference service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from madeleine.spark.v1 import spark_pb2 as pb
from madeleine.spark.v1.spark_pb2_grpc import SparkServiceStub
from madeleine_common.ids import new_id
from madeleine_common.settings import Settings
from madeleine_common.testing import Rig, Servers, running_service
from madeleine_spark.bootstrap import bootstrap
from madeleine_spark.domain.card import Words, faults
from madeleine_spark.domain.evidence import Evidence, Item

pytestmark = [pytest.mark.model, pytest.mark.timeout(240)]

NOTES = (
    "found my grandfather's slide rule in the loft",
    "what are the scales of a slide rule for",
    "is there a club for slide rule people",
)


@pytest.fixture(scope="module")
async def rig(servers: Servers, identity_rig: Rig[Settings], inference_address: str) -> AsyncIterator[Rig[Settings]]:
    neighbour, model = identity_rig.address, inference_address
    async with running_service(
        servers,
        "spark",
        Settings,
        bootstrap,
        identity_address=neighbour,
        memory_address=neighbour,
        inference_address=model,
    ) as rig:
        yield rig


async def test_a_real_model_writes_a_card_that_holds_the_check(
    rig: Rig[Settings], servers: Servers, neighbours: Any
) -> None:
    spark, ana = SparkServiceStub(rig.channel), neighbours.welcome(servers.person())
    for days_ago, text in enumerate(NOTES, start=1):
        neighbours.remember(ana, text, days_ago=days_ago)
    request = pb.MakeSparkRequest(idempotency_key=new_id())
    operation = (await spark.MakeSpark(request, metadata=ana.call)).operation
    watch = pb.WatchSparkOperationRequest(operation_id=operation.operation_id)
    done = [reply.operation async for reply in spark.WatchSparkOperation(watch, metadata=ana.call)][-1]
    assert done.error == ""
    card = (await spark.GetSpark(pb.GetSparkRequest(spark_id=done.result_id), metadata=ana.call)).card
    items = tuple(Item(reason.memory_id, reason.text, date.min) for reason in card.reasons)
    assert {item.text for item in items} == set(NOTES)
    assert faults(Words(card.title, card.body), Evidence("topic", card.tone, items), "en") == []
    # The small model may fail the check twice; then the plain words stand, and say that they do.
    assert card.revision in ("base", "extractive")
