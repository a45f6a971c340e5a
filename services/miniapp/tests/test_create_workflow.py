"""The workflow that makes an app, on a Temporal server whose clock skips: what becomes of a draft, come what may."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowHistory
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_miniapp.workflows.create_app import (
    Attempt,
    CreateApp,
    Finished,
    FromBlueprint,
    NewApp,
    Proposal,
)

_FOLDER = Path(__file__).parent / "histories"
# Those of this workflow are made by these tests with MADELEINE_RECORD_HISTORIES=1; "before_..." by the one before
# apps were drafted without a model.
_HISTORIES = {path.stem: path.read_text() for path in sorted(_FOLDER.glob("*.json"))}


@dataclass
class Steps:
    """The activities, as the service would answer them: how often the model is wrong, or that it is away."""

    wrong: int = 0
    away: bool = False
    changes: bool = True
    shown: list[list[str]] = field(default_factory=list)
    drafted: int = 0
    recorded: list[Finished] = field(default_factory=list)
    asked: int = 0
    # The step that is cancelled while it goes on, and what it waits for then.
    held: str = ""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def _hold(self, step: str) -> None:
        if step == self.held:
            self.begun.set()
            await self.go.wait()

    @activity.defn(name="draft_app")
    async def draft(self, app: NewApp) -> FromBlueprint:
        await self._hold("draft")
        self.drafted += 1
        return FromBlueprint("meals", close=True)

    @activity.defn(name="propose_refinement")
    async def propose(self, attempt: Attempt) -> Proposal:
        self.asked += 1
        await self._hold("propose")
        if self.away:
            raise ApplicationError("the model is away", type="UNAVAILABLE")
        self.shown.append(attempt.faults)
        faults = ["operations[0].title: must speak of it"] if len(self.shown) <= self.wrong else []
        return Proposal('{"operations": []}', "r1", faults)

    @activity.defn(name="record_refinement")
    async def record(self, finished: Finished) -> bool:
        await self._hold("record")
        self.recorded.append(finished)
        return self.changes


@pytest.fixture(scope="module")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
    ) as environment:
        yield environment


async def run(skipping: WorkflowEnvironment, steps: Steps, keep: str = "") -> str:
    """Runs one to its end; its last step. `keep` names its history, where they are recorded."""
    queue = new_id()
    order = NewApp(new_id(), "a meal log", "", "p", "person:p", new_id(), "00" * 32)
    activities = [steps.draft, steps.propose, steps.record]
    async with Worker(skipping.client, task_queue=queue, workflows=[CreateApp], activities=activities):
        handle = await skipping.client.start_workflow(CreateApp.run, order, id=order.app_id, task_queue=queue)
        result = await handle.result()
    assert result["result_id"] == order.app_id
    if keep and os.environ.get("MADELEINE_RECORD_HISTORIES"):
        (_FOLDER / f"{keep}.json").write_text((await handle.fetch_history()).to_json() + "\n")
    return result["step"]


async def test_a_draft_is_refined(skipping: WorkflowEnvironment) -> None:
    steps = Steps()
    assert await run(skipping, steps, keep="refined") == "made from blueprint meals, refined by the model"
    assert (steps.drafted, steps.shown) == (1, [[]])
    assert [f.repairs for f in steps.recorded] == [0]


async def test_the_model_is_shown_its_faults_at_most_three_times(skipping: WorkflowEnvironment) -> None:
    mended, hopeless = Steps(wrong=2), Steps(wrong=99)
    assert "refined" in await run(skipping, mended, keep="repaired")
    assert [bool(faults) for faults in mended.shown] == [False, True, True]
    assert [f.repairs for f in mended.recorded] == [2]
    assert "as drafted: the model's changes were not sound" in await run(skipping, hopeless, keep="unsound")
    assert (len(hopeless.shown), hopeless.recorded) == (4, [])


async def test_a_model_that_is_away_is_done_without(skipping: WorkflowEnvironment) -> None:
    steps = Steps(away=True)
    assert "as drafted: the model could not be reached" in await run(skipping, steps, keep="away")
    assert (steps.drafted, steps.asked, steps.recorded) == (1, 3, [])


async def test_nothing_to_add_is_said(skipping: WorkflowEnvironment) -> None:
    assert "nothing to add" in await run(skipping, Steps(changes=False))


async def cancelled_in(skipping: WorkflowEnvironment, steps: Steps) -> dict[str, str]:
    """What comes of one that is cancelled while a step goes on, which ends when the request was seen."""
    queue = new_id()
    order = NewApp(new_id(), "a meal log", "", "p", "person:p", new_id(), "00" * 32)
    activities = [steps.draft, steps.propose, steps.record]
    async with Worker(skipping.client, task_queue=queue, workflows=[CreateApp], activities=activities):
        handle = await skipping.client.start_workflow(CreateApp.run, order, id=order.app_id, task_queue=queue)
        await asyncio.wait_for(steps.begun.wait(), 30)
        await handle.cancel()
        await eventually(lambda: _seen(handle), within_s=30)
        steps.go.set()
        return await handle.result()


async def _seen(handle: WorkflowHandle[CreateApp, dict[str, str]]) -> bool:
    """Whether the workflow has taken the request to cancel it."""
    kinds = [EventType.Name(event.event_type) async for event in handle.fetch_history_events()]
    since = kinds[kinds.index("EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED") :]
    return "EVENT_TYPE_WORKFLOW_TASK_COMPLETED" in since


async def test_cancelled_while_it_is_drafted_it_ends_when_the_draft_is_there(skipping: WorkflowEnvironment) -> None:
    steps = Steps(held="draft")
    with pytest.raises(WorkflowFailureError) as ended:
        await cancelled_in(skipping, steps)
    assert isinstance(ended.value.cause, CancelledError)
    # Not before: nothing may appear after it has said that it ended.
    assert (steps.drafted, steps.asked, steps.recorded) == (1, 0, [])


async def test_cancelled_while_the_model_is_asked_it_ends_at_once(skipping: WorkflowEnvironment) -> None:
    steps = Steps(held="propose")
    with pytest.raises(WorkflowFailureError) as ended:
        await cancelled_in(skipping, steps)
    assert isinstance(ended.value.cause, CancelledError)
    assert (steps.drafted, steps.asked, steps.recorded) == (1, 1, [])


async def test_cancelled_while_it_is_recorded_it_comes_too_late(skipping: WorkflowEnvironment) -> None:
    steps = Steps(held="record")
    assert "refined" in (await cancelled_in(skipping, steps))["step"]
    assert len(steps.recorded) == 1


@pytest.mark.parametrize("name", _HISTORIES)
async def test_recorded_histories_replay(name: str) -> None:
    """What an older release began must go on."""
    history = WorkflowHistory.from_json(name, _HISTORIES[name])
    await Replayer(workflows=[CreateApp]).replay_workflow(history)


def test_there_are_recorded_histories() -> None:
    assert set(_HISTORIES) == {"before_sound", "before_repaired", "refined", "repaired", "unsound", "away"}
