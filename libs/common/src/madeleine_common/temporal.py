"""Temporal: the client, a worker, and long work as operations that can be watched."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.exceptions import ApplicationError
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
    )


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
