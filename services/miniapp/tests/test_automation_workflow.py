"""The workflow of an automation on a Temporal server whose clock skips: it outlasts hours of chat being away."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from madeleine_common.ids import new_id
from madeleine_miniapp.workflows.automate import FIRE, GoneOff, RunAutomation


@dataclass
class Chat:
    """The activity: fails so many times before it says anything."""

    away: int = 0
    said: list[str] = field(default_factory=list)

    @activity.defn(name=FIRE)
    async def fire(self, gone_off: GoneOff) -> None:
        if self.away:
            self.away -= 1
            raise ApplicationError("chat is away", type="UNAVAILABLE")
        self.said.append(gone_off.key)


@pytest.fixture(scope="module")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
    ) as environment:
        yield environment


async def run(skipping: WorkflowEnvironment, chat: Chat, key: str) -> timedelta:
    """Runs one to its end, replays it, and gives how long it took by its own clock."""
    async with Worker(skipping.client, task_queue="miniapp", workflows=[RunAutomation], activities=[chat.fire]):
        workflow_id = f"automation-{new_id()}"
        handle = await skipping.client.start_workflow(
            RunAutomation.run, GoneOff(new_id(), "weekly", "", key), id=workflow_id, task_queue="miniapp"
        )
        await handle.result()
        await Replayer(workflows=[RunAutomation]).replay_workflow(await handle.fetch_history())
    described = await handle.describe()
    assert described.close_time
    assert described.start_time
    assert key or chat.said == [workflow_id]
    return described.close_time - described.start_time


async def test_by_the_clock_its_own_id_is_the_key(skipping: WorkflowEnvironment) -> None:
    await run(skipping, Chat(), "")


async def test_it_is_said_when_chat_is_back(skipping: WorkflowEnvironment) -> None:
    chat = Chat(away=15)
    assert await run(skipping, chat, "k") > timedelta(hours=1)
    assert chat.said == ["k"]
