"""Clients of identity and inference."""

from __future__ import annotations

import math
from collections.abc import Sequence

import grpc

from madeleine.identity.v1.identity_pb2 import BatchGetPeopleRequest
from madeleine.identity.v1.identity_pb2_grpc import PeopleServiceStub
from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.trainer.v1.trainer_pb2 import ProbeResult
from madeleine_common.rpc.client import Caller
from madeleine_common.rpc.errors import from_rpc_error
from madeleine_trainer.application.ports import Candidate

_QUICK_S = 10.0
# Loading a revision on every replica and scoring eight probes.
_PUBLISH_S = 120.0
_BASE = "base"


class IdentityPeople:
    """Implements the port People."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = PeopleServiceStub(channel)
        self._caller = caller

    async def consents_to_training(self, person_id: str) -> bool:
        """True when the person agreed; False for somebody unknown or erased; raises Unavailable."""
        try:
            reply = await self._stub.BatchGetPeople(
                BatchGetPeopleRequest(person_ids=[person_id]), metadata=self._caller.metadata(), timeout=_QUICK_S
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return any(person.person_id == person_id and person.consent.training for person in reply.people)


class InferenceAdapters:
    """Implements the port Adapters."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = AdapterServiceStub(channel)
        self._caller = caller

    async def serving(self, alias: str) -> str:
        """The revision with the largest weight, "" for the base model."""
        try:
            reply = await self._stub.ListAliases(
                pb.ListAliasesRequest(), metadata=self._caller.metadata(), timeout=_QUICK_S
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        targets = [t for a in reply.aliases if a.alias == alias for t in a.targets]
        revision = max(targets, key=lambda target: target.weight).revision if targets else _BASE
        return "" if revision == _BASE else revision

    async def publish(self, candidate: Candidate) -> list[ProbeResult]:
        """Loads the revision on every replica; raises what inference refuses it for."""
        request = pb.PublishAdapterRequest(
            name=candidate.revision.partition("@")[0],
            uri=candidate.uri,
            idempotency_key=f"publish-{candidate.revision}",
            probes=[
                pb.Probe(
                    prompt_token_ids=probe.prompt_token_ids,
                    completion_token_ids=probe.completion_token_ids,
                    trained_logprobs=probe.trained_logprobs,
                    base_logprobs=probe.base_logprobs,
                )
                for probe in candidate.probes
            ],
        )
        try:
            reply = await self._stub.PublishAdapter(request, metadata=self._caller.metadata(), timeout=_PUBLISH_S)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return [
            ProbeResult(
                probe=probe.name,
                base_logprob=_mean(probe.base_logprobs),
                trained_logprob=_mean(probe.trained_logprobs),
                served_logprob=_mean(served.served_logprobs),
            )
            for probe, served in zip(candidate.probes, reply.probes, strict=True)
        ]

    async def flip(self, alias: str, revision: str, key: str) -> None:
        """Points the alias at the revision with all its weight."""
        request = pb.SetAliasRequest(
            alias=alias, targets=[pb.WeightedRevision(revision=revision, weight=1.0)], idempotency_key=key
        )
        try:
            await self._stub.SetAlias(request, metadata=self._caller.metadata(), timeout=_PUBLISH_S)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan
