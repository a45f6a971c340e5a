"""The workflow of a reminder on a Temporal server whose clock skips: it waits for years, and is told otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from madeleine_chat.workflows.remind import (
    FIRE,
    TASK_QUEUE,
    DueTime,
    Firing,
    ReminderRef,
    ReminderWorkflow,
    workflow_id_of,
)
from madeleine_common.ids import new_id

_FOLDER = Path(__file__).parent / "histories"
# Made by these tests with MADELEINE_RECORD_HISTORIES=1; a changed workflow gets new ones beside the old.
_HISTORIES = {path.stem: path.read_text() for path in sorted(_FOLDER.glob("*.json"))}


@dataclass
class Told:
    """The activity, as the chat would answer it: what was fired, and which later times it names."""

    firings: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)

    @activity.defn(name=FIRE)
    async def fire(self, firing: Firing) -> str:
        self.firings.append(firing.due_at)
        return self.later.pop(0) if self.later else ""


@pytest.fixture(scope="module")
async def skipping(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
    ) as environment:
        yield environment


async def run(
    skipping: WorkflowEnvironment, told: Told, due: timedelta, *signals: DueTime, keep: str = ""
) -> tuple[datetime, WorkflowHandle]:
    """Runs one to its end; when it was set, and its handle. `keep` names its history, where they are recorded."""
    now = datetime.now(UTC)
    reminder_id = new_id()
    async with Worker(skipping.client, task_queue=TASK_QUEUE, workflows=[ReminderWorkflow], activities=[told.fire]):
        handle = await skipping.client.start_workflow(
            ReminderWorkflow.run,
            ReminderRef(new_id(), reminder_id),
            id=workflow_id_of(reminder_id),
            task_queue=TASK_QUEUE,
            start_signal="due",
            start_signal_args=[DueTime((now + due).isoformat(), 5)],
        )
        for signal in signals:
            await handle.signal(ReminderWorkflow.due, signal)
        await handle.result()
    if keep and os.environ.get("MADELEINE_RECORD_HISTORIES"):
        _FOLDER.mkdir(exist_ok=True)
        (_FOLDER / f"{keep}.json").write_text((await handle.fetch_history()).to_json() + "\n")
    return now, handle


@pytest.mark.parametrize("due", [timedelta(seconds=5), timedelta(days=5 * 365)], ids=["soon", "in five years"])
async def test_it_waits_and_is_told_once(skipping: WorkflowEnvironment, due: timedelta) -> None:
    told = Told()
    now, handle = await run(skipping, told, due, keep="fired")
    assert told.firings == [(now + due).isoformat()]
    # The workflow's own clock, by which it waited.
    assert (await handle.describe()).close_time >= now + due  # type: ignore[operator]


async def test_what_is_overdue_is_told_at_once(skipping: WorkflowEnvironment) -> None:
    told = Told()
    now, _ = await run(skipping, told, -timedelta(days=3))
    assert told.firings == [(now - timedelta(days=3)).isoformat()]


async def test_the_latest_word_counts_and_older_ones_that_come_late_do_not(skipping: WorkflowEnvironment) -> None:
    told = Told()
    base = datetime.now(UTC)
    latest, older = (base + timedelta(days=2)).isoformat(), (base + timedelta(days=9)).isoformat()
    await run(skipping, told, timedelta(days=1), DueTime(latest, 8), DueTime(older, 7), keep="snoozed")
    assert told.firings == [latest]


async def test_a_cancelled_one_ends_without_a_word(skipping: WorkflowEnvironment) -> None:
    told = Told()
    await run(skipping, told, timedelta(days=1), DueTime(None, 6), keep="cancelled")
    assert told.firings == []


async def test_put_off_while_it_is_being_told_it_waits_again(skipping: WorkflowEnvironment) -> None:
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    told = Told(later=[later])
    now, _ = await run(skipping, told, timedelta(hours=1))
    assert told.firings == [(now + timedelta(hours=1)).isoformat(), later]


@pytest.mark.parametrize("name", _HISTORIES)
async def test_recorded_histories_replay(name: str) -> None:
    """Reminders that wait for years outlive releases: what was recorded by an older one must still go on."""
    history = WorkflowHistory.from_json(name, _HISTORIES[name])
    await Replayer(workflows=[ReminderWorkflow]).replay_workflow(history)


def test_there_are_recorded_histories() -> None:
    assert set(_HISTORIES) == {"fired", "snoozed", "cancelled"}
