"""Activities of the flywheel: each calls one use case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from madeleine.trainer.v1.trainer_pb2 import RunState, StepMetrics
from madeleine_common.errors import DomainError, Exhausted, Unavailable
from madeleine_trainer.application.flywheel import Flywheel
from madeleine_trainer.application.ports import Progress, TrainingFailed
from madeleine_trainer.workflows.flywheel import EndRun

_HEARTBEAT_S = 10.0


class FlywheelActivities:
    """Holds what activities need."""

    def __init__(self, flywheel: Flywheel, progress: Progress) -> None:
        self._flywheel = flywheel
        self._progress = progress

    def all(self) -> list[Callable[..., Any]]:
        """For the worker."""
        return [self.begin, self.train_and_promote, self.end, self.due]

    @activity.defn(name="trainer.begin")
    async def begin(self, run_id: str) -> bool:
        """Starts a run if one is due."""
        return await self._flywheel.begin(run_id)

    @activity.defn(name="trainer.train_and_promote")
    async def train_and_promote(self, run_id: str) -> None:
        """Trains, publishes and promotes; an attempt after a crash trains anew.

        One activity, because a candidate's fingerprint belongs to the files just written and is no event.
        """
        await self._progress.restart(run_id)
        await self._progress.report(run_id, 0.0, "loading the model")
        heart = asyncio.create_task(_beat())
        try:

            async def on_step(metrics: StepMetrics, done: float) -> None:
                # Training is nine tenths of the work that people wait for.
                await self._progress.report(run_id, 0.9 * done, f"step {metrics.step}", metrics)

            candidate = await self._flywheel.train(run_id, on_step)
            await self._progress.report(run_id, 0.95, "publishing")
            await self._flywheel.promote(run_id, candidate)
        except (Unavailable, Exhausted) as error:
            raise ApplicationError(error.message) from error
        except (DomainError, TrainingFailed) as error:
            raise ApplicationError(str(error), type="Rejected", non_retryable=isinstance(error, DomainError)) from error
        finally:
            heart.cancel()

    @activity.defn(name="trainer.end")
    async def end(self, end: EndRun) -> None:
        """Closes a run that did not reach serving; nothing happens to one that is closed already."""
        await self._flywheel.end(end.run_id, RunState.Value(end.state), end.reason)

    @activity.defn(name="trainer.due")
    async def due(self) -> bool:
        """True when enough judgements wait for another run."""
        return await self._flywheel.due()


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(_HEARTBEAT_S)
