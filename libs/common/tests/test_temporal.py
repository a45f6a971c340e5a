"""Workflows through the house's client: what Temporal keeps is sealed, and operations can be watched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_FAILED, OPERATION_STATE_SUCCEEDED, Operation
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.errors import NotFound
from madeleine_common.ids import new_id
from madeleine_common.temporal import WorkerParts, connect, watch_operation, worker
from madeleine_common.temporal_codec import SealingCodec
from madeleine_common.testing.local_identity import LocalKeys
from madeleine_common.testing.temporal_history import opened_history


@activity.defn
async def repeat_words(words: str) -> str:
    if "impossible" in words:
        raise ApplicationError("these words are impossible", non_retryable=True)
    return words + "!"


@workflow.defn(sandboxed=False)
class Repeat:
    """Says words back."""

    @workflow.query
    def progress(self) -> dict[str, str | float]:
        return {"step": "repeating", "progress": 0.5}

    @workflow.run
    async def run(self, words: str) -> dict[str, str]:
        said: str = await workflow.execute_activity(
            "repeat_words", words, result_type=str, start_to_close_timeout=timedelta(seconds=10)
        )
        return {"result_id": said, "step": "said"}


@pytest.fixture
async def client(temporal_address: str) -> AsyncIterator[Client]:
    client = await connect(temporal_address, "default", SealingCodec("chat", Keyring(LocalKeys())), lazy=False)
    async with worker(client, "chat", WorkerParts([Repeat], [repeat_words])):
        yield client


async def start(client: Client, words: str) -> str:
    handle = await client.start_workflow(Repeat.run, words, id=f"repeat-{new_id()}", task_queue="chat")
    return handle.id


async def outcome(client: Client, operation_id: str) -> Operation:
    return [operation async for operation in watch_operation(client, operation_id, "progress")][-1]


async def test_an_operation_is_watched_to_its_end_and_its_history_is_sealed(client: Client) -> None:
    operation_id = await start(client, "what Ana said")
    last = await outcome(client, operation_id)
    assert (last.state, last.result_id, last.progress) == (OPERATION_STATE_SUCCEEDED, "what Ana said!", 1.0)
    history = await client.get_workflow_handle(operation_id).fetch_history()
    kept = b"".join(event.SerializeToString() for event in history.events)
    assert b"madeleine-sealed" in kept
    assert b"Ana" not in kept
    assert b"what Ana said!" in await opened_history(client, operation_id)


async def test_a_failed_operation_says_why_but_not_to_temporal(client: Client) -> None:
    operation_id = await start(client, "impossible")
    last = await outcome(client, operation_id)
    assert (last.state, last.error) == (OPERATION_STATE_FAILED, "these words are impossible")
    history = await client.get_workflow_handle(operation_id).fetch_history()
    assert b"these words" not in b"".join(event.SerializeToString() for event in history.events)


async def test_an_unknown_operation_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound):
        await outcome(client, "nothing")
