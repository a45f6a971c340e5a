"""Identity, memory and inference, as spark sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import grpc
from google.protobuf.json_format import MessageToDict

from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.identity.v1.identity_pb2_grpc import PeopleServiceStub
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceStub
from madeleine_common.auth import Principal
from madeleine_common.rpc.client import Caller
from madeleine_spark.application.ports import Profile, Remembered, Written
from madeleine_spark.application.prompt import Turn

_QUICK_S = 10.0
_WRITING_S = 240.0
_PAGE = 200
# Three weeks of somebody very busy.
_MOST_PAGES = 20
_MAX_TOKENS = 128
# Greedy, a small model goes round in circles, and its second try would be its first.
_TEMPERATURE = 0.3
_ROLES = {
    "system": inference.ROLE_SYSTEM,
    "user": inference.ROLE_USER,
    "assistant": inference.ROLE_ASSISTANT,
}


class People:
    """Profiles from identity."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = PeopleServiceStub(channel)
        self._caller = caller

    async def of(self, person_id: str) -> Profile | None:
        """A person's profile; None for an unknown or erased one."""
        request = identity.BatchGetPeopleRequest(person_ids=[person_id])
        reply = await self._stub.BatchGetPeople(request, metadata=self._caller.metadata(), timeout=_QUICK_S)
        return next((Profile(p.time_zone, p.language, p.consent.spark) for p in reply.people), None)


class PrivateMemories:
    """A person's private space in memory."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = MemoryServiceStub(channel)
        self._caller = caller

    async def since(self, person: Principal, after: datetime) -> list[Remembered]:
        """What happened from `after` on, newest first; what was superseded is left out."""
        found: list[Remembered] = []
        token = ""
        for _ in range(_MOST_PAGES):
            reply = await self._stub.ListMemories(
                memory.ListMemoriesRequest(space=f"person:{person.person_id}", page_size=_PAGE, page_token=token),
                metadata=self._caller.metadata(person),
                timeout=_QUICK_S,
            )
            page = [_remembered(held) for held in reply.memories if not held.HasField("valid_to")]
            found += [held for held in page if held.occurred_at >= after]
            token = reply.next_page_token
            if not token or any(held.occurred_at < after for held in page):
                break
        return found


class Model:
    """The language model in inference."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = InferenceServiceStub(channel)
        self._caller = caller

    async def write(self, person_id: str, turns: Sequence[Turn], json_schema: str, seed: int) -> Written:
        """One completion under a JSON schema, by the alias "default"."""
        messages = [inference.ChatMessage(role=_ROLES[turn.role], content=turn.text) for turn in turns]
        request = inference.GenerateRequest(
            chat=inference.Messages(messages=messages),
            sampling=inference.Sampling(
                max_tokens=_MAX_TOKENS, temperature=_TEMPERATURE, top_p=0.95, seed=seed, json_schema=json_schema
            ),
            person_id=person_id,
            feature="spark",
        )
        text, revision = "", ""
        async for reply in self._stub.Generate(request, metadata=self._caller.metadata(), timeout=_WRITING_S):
            text += reply.delta.text
            revision = reply.begin.revision or revision
        return Written(text, revision)


def _remembered(held: memory.Memory) -> Remembered:
    values = MessageToDict(held.values) if held.HasField("values") else None
    return Remembered(held.memory_id, held.text, held.occurred_at.ToDatetime(UTC), values)
