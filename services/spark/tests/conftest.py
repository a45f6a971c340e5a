"""Spark on real servers, with stand-ins for the three services it asks (their own suites test the real ones)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.identity.v1.identity_pb2_grpc import PeopleServiceServicer, add_PeopleServiceServicer_to_server
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceServicer, add_InferenceServiceServicer_to_server
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceServicer, add_MemoryServiceServicer_to_server
from madeleine.spark.v1.spark_pb2_grpc import SparkServiceStub
from madeleine_common.auth import require_service
from madeleine_common.errors import Denied
from madeleine_common.ids import new_id
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.settings import Settings
from madeleine_common.testing import Rig, Servers, TestPerson, running_service
from madeleine_spark.bootstrap import bootstrap

REVISION = "base"


@dataclass
class Neighbours(PeopleServiceServicer, MemoryServiceServicer, InferenceServiceServicer):
    """People with their consent, memories by person, and a model that says what it was told to."""

    people: dict[str, identity.Profile] = field(default_factory=dict)
    memories: dict[str, list[memory.Memory]] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    prompts: list[inference.GenerateRequest] = field(default_factory=list)

    async def BatchGetPeople(self, request: Any, context: Any) -> identity.BatchGetPeopleResponse:
        require_service("spark")
        found = [self.people[i] for i in request.person_ids if i in self.people]
        return identity.BatchGetPeopleResponse(people=found)

    async def ListMemories(self, request: Any, context: Any) -> memory.ListMemoriesResponse:
        caller = require_service("spark")
        if request.space != f"person:{caller.person_id}":
            raise Denied("not their space")
        held = sorted(self.memories.get(caller.person_id, []), key=lambda m: m.occurred_at.seconds, reverse=True)
        start = int(request.page_token or 0)
        end = start + request.page_size
        return memory.ListMemoriesResponse(
            memories=held[start:end], next_page_token=str(end) if end < len(held) else "", total=len(held)
        )

    async def Generate(self, request: Any, context: Any) -> AsyncIterator[inference.GenerateResponse]:
        require_service("spark")
        self.prompts.append(request)
        yield inference.GenerateResponse(begin=inference.GenerationBegin(generation_id=new_id(), revision=REVISION))
        # Cut in the middle, as tokens are.
        answer = self.answers.pop(0)
        for part in (answer[: len(answer) // 2], answer[len(answer) // 2 :]):
            yield inference.GenerateResponse(delta=inference.GenerationDelta(text=part))
        yield inference.GenerateResponse(end=inference.GenerationEnd())

    def welcome(self, person: TestPerson, *, spark: bool = True, language: str = "en") -> TestPerson:
        """Lets identity know somebody."""
        self.people[person.person_id] = identity.Profile(
            person_id=person.person_id,
            time_zone="Europe/Paris",
            language=language,
            consent=identity.Consent(memory=True, spark=spark),
        )
        return person

    def remember(self, person: TestPerson, text: str, *, days_ago: float = 1, **values: Any) -> str:
        """Lets memory hold something; `values` make a record of it."""
        moment = Timestamp()
        moment.FromDatetime(datetime.now(UTC) - timedelta(days=days_ago))
        held = memory.Memory(memory_id=new_id(), text=text, space=f"person:{person.person_id}", occurred_at=moment)
        if values:
            struct = Struct()
            struct.update(values)
            held.values.CopyFrom(struct)
        self.memories.setdefault(person.person_id, []).append(held)
        return held.memory_id


@pytest.fixture(scope="module")
def neighbours() -> Neighbours:
    return Neighbours()


@pytest.fixture(scope="module")
async def identity_rig(servers: Servers, neighbours: Neighbours) -> AsyncIterator[Rig[Settings]]:
    """The stand-ins on one server that bears identity's name, so that events of its context can be published."""

    async def stand_in(_: House[Settings]) -> Parts:
        def register(server: Any) -> None:
            add_PeopleServiceServicer_to_server(neighbours, server)
            add_MemoryServiceServicer_to_server(neighbours, server)
            add_InferenceServiceServicer_to_server(neighbours, server)

        return Parts(ServerParts(register, ()))

    async with running_service(servers, "identity", Settings, stand_in, roles=("serve", "relay")) as rig:
        yield rig


@pytest.fixture(scope="module")
async def rig(servers: Servers, identity_rig: Rig[Settings]) -> AsyncIterator[Rig[Settings]]:
    addresses = dict.fromkeys(("identity_address", "memory_address", "inference_address"), identity_rig.address)
    async with running_service(servers, "spark", Settings, bootstrap, **addresses) as rig:
        yield rig


@pytest.fixture
def spark(rig: Rig[Settings]) -> SparkServiceStub:
    return SparkServiceStub(rig.channel)
