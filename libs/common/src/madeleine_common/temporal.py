"""Temporal: the client, a worker, and long work as operations that can be watched."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from madeleine.common.v1.operation_pb2 import (
    OPERATION_STATE_CANCELLED,
    OPERATION_STATE_FAILED,
    OPERATION_STATE_RUNNING,
    OPERATION_STATE_SUCCEEDED,
    Operation,
)
from madeleine_common.errors import NotFound
from madeleine_common.temporal_codec import SealingCodec

_POLL_S = 0.25
# Clients give up on a stream that says nothing for long: what is unchanged is told again.
_TOLD_AGAIN_S = 15.0
# An activity that beats hears within so long that its workflow was cancelled.
_BEATS_SENT_EVERY = timedelta(seconds=2)
# Who cancels is told how it ended if it ends within this.
_CANCELLED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a service runs on Temporal; its task queue has the service's name."""

    workflows: Sequence[type]
    activities: Sequence[Callable[..., Any]]


async def connect(address: str, namespace: str, codec: SealingCodec, *, lazy: bool) -> Client:
    """A client; a lazy one connects at its first call, so that a service starts while Temporal is away.

    Workers need one that is not lazy; that raises RuntimeError when Temporal is away.
    """
    converter = dataclasses.replace(
        DataConverter.default,
        payload_codec=codec,
        # Failures name what went wrong, sometimes in people's words.
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
    return await Client.connect(address, namespace=namespace, data_converter=converter, lazy=lazy)


def worker(client: Client, task_queue: str, parts: WorkerParts) -> Worker:
    """A worker for one service's workflows and activities."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=parts.workflows,
        activities=parts.activities,
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules("madeleine", "google.protobuf")
        ),
        max_concurrent_activities=8,
        max_cached_workflows=100,
        max_heartbeat_throttle_interval=_BEATS_SENT_EVERY,
    )


@contextlib.asynccontextmanager
async def beating() -> AsyncGenerator[None, None]:
    """In an activity with a heartbeat timeout: says that it goes on, and so ends when its workflow is cancelled."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_BEATS_SENT_EVERY.total_seconds())

    heart = asyncio.create_task(beat())
    try:
        yield
    except asyncio.CancelledError as error:
        cancelled = activity.cancellation_details()
        if cancelled is None or not cancelled.not_found:
            raise
        # Its workflow has ended: nobody waits for it, and it is no failure to be logged.
        raise ApplicationError("cancelled", category=ApplicationErrorCategory.BENIGN) from error
    finally:
        heart.cancel()


def root_cause(error: BaseException) -> str:
    """What a failed workflow says to people: the innermost application error's message."""
    message = "it failed on our side; it is logged"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ApplicationError):
            message = cause.message
        cause = getattr(cause, "cause", None) or cause.__cause__
    return message


async def watch_operation(client: Client, operation_id: str, progress_query: str) -> AsyncIterator[Operation]:
    """Streams a workflow's progress until it ends; the workflow's id is the operation's.

    `progress_query` answers {"step": str, "progress": float}; the workflow's result is {"result_id": str}.
    Raises NotFound for an unknown operation.
    """
    handle = client.get_workflow_handle(operation_id)
    last: tuple[str, float] | None = None
    told_at = 0.0
    while True:
        try:
            status = (await handle.describe()).status
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise NotFound("there is no such operation") from error
            raise
        if status != WorkflowExecutionStatus.RUNNING:
            break
        try:
            answer: dict[str, Any] = await handle.query(progress_query)
        except RPCError:
            # Not picked up by a worker yet.
            answer = {"step": "waiting", "progress": 0.0}
        now = (str(answer["step"]), float(answer["progress"]))
        if now != last or time.monotonic() - told_at > _TOLD_AGAIN_S:
            yield Operation(operation_id=operation_id, state=OPERATION_STATE_RUNNING, step=now[0], progress=now[1])
            last, told_at = now, time.monotonic()
        await asyncio.sleep(_POLL_S)
    if status == WorkflowExecutionStatus.CANCELED:
        yield Operation(operation_id=operation_id, state=OPERATION_STATE_CANCELLED, step="cancelled")
        return
    try:
        result: dict[str, Any] = await handle.result()
    except WorkflowFailureError as error:
        yield Operation(operation_id=operation_id, state=OPERATION_STATE_FAILED, step="failed", error=root_cause(error))
        return
    yield Operation(
        operation_id=operation_id,
        state=OPERATION_STATE_SUCCEEDED,
        step=str(result.get("step", "done")),
        progress=1.0,
        result_id=str(result.get("result_id", "")),
    )


async def cancel_operation(client: Client, operation_id: str, progress_query: str) -> Operation:
    """Asks a workflow to stop, and tells how it stands: ended, unless what it does now takes some seconds more.

    One that has ended stays as it ended. Raises NotFound for an unknown operation.
    """
    try:
        await client.get_workflow_handle(operation_id).cancel()
    except RPCError as error:
        # It has ended, or never was: to watch it tells which.
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
    last = Operation(operation_id=operation_id, state=OPERATION_STATE_RUNNING, step="cancelling")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CANCELLED_WITHIN_S):
            async for operation in watch_operation(client, operation_id, progress_query):
                last = operation
    return last
