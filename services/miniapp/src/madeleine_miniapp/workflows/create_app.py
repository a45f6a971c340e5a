"""The order of steps in which an app is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

MAX_REPAIRS = 3
_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15), maximum_attempts=8
)
_STEP = timedelta(minutes=4)


@dataclass
class NewApp:
    """What is to be made; the fields are those of application.ports.Order."""

    app_id: str
    prompt: str
    conversation_id: str
    person_id: str
    actor: str
    idempotency_key: str
    fingerprint: str


@dataclass
class Attempt:
    """One call of the model: with which blueprint, and what was wrong with the attempt before."""

    app: NewApp
    blueprint: str
    faults: list[str]


@dataclass
class Proposal:
    """What the model wrote, and what is wrong with it."""

    text: str
    revision: str
    faults: list[str]


@dataclass
class Finished:
    """What is to be recorded."""

    app: NewApp
    blueprint: str
    text: str
    revision: str
    repairs: int
    adapted: bool


@workflow.defn
class CreateApp:
    """Blueprint, adaptation by the model with at most three repairs, then the event."""

    def __init__(self) -> None:
        self._step = "waiting"
        self._progress = 0.0

    @workflow.query
    def progress(self) -> dict[str, str | float]:
        """How far it has come, as `madeleine_common.temporal.watch_operation` reads it."""
        return {"step": self._step, "progress": self._progress}

    @workflow.run
    async def run(self, app: NewApp) -> dict[str, str]:
        """The app's id, and whether the model's adaptation or the plain blueprint was used."""
        self._at("choosing a blueprint", 0.1)
        blueprint: str = await workflow.execute_activity(
            "choose_blueprint", app, result_type=str, start_to_close_timeout=_STEP, retry_policy=_RETRIES
        )
        proposal = Proposal("", "", [])
        attempt = 0
        for attempt in range(MAX_REPAIRS + 1):
            what = f"repairing it, {attempt} of {MAX_REPAIRS}" if attempt else "fitting it to your words"
            self._at(f"blueprint {blueprint}: {what}", 0.3 + 0.15 * attempt)
            proposal = await workflow.execute_activity(
                "propose_adaptation",
                Attempt(app, blueprint, proposal.faults),
                result_type=Proposal,
                start_to_close_timeout=_STEP,
                retry_policy=_RETRIES,
            )
            if not proposal.faults:
                break
        adapted = not proposal.faults
        self._at("keeping the app", 0.9)
        await workflow.execute_activity(
            "record_app",
            Finished(app, blueprint, proposal.text, proposal.revision, attempt, adapted),
            start_to_close_timeout=_STEP,
            retry_policy=_RETRIES,
        )
        how = "adapted by the model" if adapted else "as it is: the model's changes were not sound"
        return {"result_id": app.app_id, "step": f"made from blueprint {blueprint}, {how}"}

    def _at(self, step: str, progress: float) -> None:
        self._step, self._progress = step, progress
