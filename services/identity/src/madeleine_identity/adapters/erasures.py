"""Erasures on Temporal, and what the services answer of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

import grpc
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from madeleine.common.v1 import erasure_pb2 as erasure
from madeleine.common.v1.erasure_pb2_grpc import ErasureServiceStub
from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, Operation
from madeleine_common.erasure import PersonalData, in_words
from madeleine_common.errors import NotFound, Unavailable
from madeleine_common.rpc.client import Caller
from madeleine_common.temporal import watch_operation
from madeleine_identity.workflows.confirm_erasure import (
    REUSE,
    TASK_QUEUE,
    ConfirmErasure,
    ErasureTask,
    operation_id,
)

_ASK_S = 20.0
_POLL_S = 0.25
_TOLD_AGAIN_S = 15.0


class Erasures:
    """Each person's erasure as a workflow that can be watched."""

    def __init__(self, client: Client, services: list[str], within_s: float, settle_s: float, *, rotate: bool) -> None:
        """`services` must confirm; see `ErasureTask` for the rest."""
        self._client = client
        self._services = services
        self._within_s = within_s
        self._settle_s = settle_s
        self._rotate = rotate

    def operation_id(self, person_id: str) -> str:
        """The name of a person's erasure."""
        return operation_id(person_id)

    async def start(self, person_id: str, event_id: str, version: int) -> None:
        """Starts to see one through, or finds it started; raises ConnectionError."""
        task = ErasureTask(person_id, event_id, version, self._services, self._within_s, self._settle_s, self._rotate)
        try:
            await self._client.start_workflow(
                ConfirmErasure.run, task, id=operation_id(person_id), task_queue=TASK_QUEUE, id_reuse_policy=REUSE
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            if _away(error):
                raise ConnectionError("Temporal is out of reach") from error
            raise

    async def state(self, person_id: str) -> Operation:
        """Where it is now; RUNNING while nobody has started it yet, or while that cannot be told."""
        try:
            async for operation in self._told(person_id):
                return operation
        except (NotFound, Unavailable):
            pass
        return _waiting(person_id)

    async def watch(self, person_id: str) -> AsyncIterator[Operation]:
        """Its progress until it ends; raises Unavailable when Temporal is away."""
        told_at = float("-inf")
        while True:
            try:
                async for operation in self._told(person_id):
                    yield operation
                return
            except NotFound:
                # The event has not come round to us yet.
                if time.monotonic() - told_at > _TOLD_AGAIN_S:
                    yield _waiting(person_id)
                    told_at = time.monotonic()
                await asyncio.sleep(_POLL_S)

    async def _told(self, person_id: str) -> AsyncIterator[Operation]:
        with _reachable():
            async for operation in watch_operation(self._client, operation_id(person_id), "progress"):
                yield operation


class ServiceConfirmations:
    """ErasureService of every service; identity's own is asked in this process."""

    def __init__(self, own: PersonalData, channels: Mapping[str, grpc.aio.Channel], caller: Caller) -> None:
        self._own = own
        self._stubs = {service: ErasureServiceStub(channel) for service, channel in channels.items()}
        self._caller = caller

    async def left(self, service: str, person_id: str, event_id: str, version: int) -> str:
        """What stands in the way there, for people to read; "" when it has forgotten."""
        if service not in self._stubs:
            return in_words(await self._own.left(person_id, event_id, version))
        request = erasure.ConfirmErasureRequest(person_id=person_id, event_id=event_id, version=version)
        try:
            left = await self._stubs[service].ConfirmErasure(request, metadata=self._caller.metadata(), timeout=_ASK_S)
        except grpc.aio.AioRpcError as error:
            return f"does not answer ({error.code().name})"
        return in_words(left)


def _waiting(person_id: str) -> Operation:
    return Operation(operation_id=operation_id(person_id), state=OPERATION_STATE_RUNNING, step="waiting")


def _away(error: RPCError) -> bool:
    return error.status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        if _away(error):
            raise Unavailable("the workflow server is out of reach; the erasure goes on once it is back") from error
        raise
