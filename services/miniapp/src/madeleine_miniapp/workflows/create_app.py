"""The order of steps in which an app is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

from madeleine_miniapp.workflows.ending import end_if_cancelled, to_its_end

MAX_REPAIRS = 3
_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15), maximum_attempts=8
)
# The app is there by then: a model that is away is waited for only shortly.
_FEW_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
_STEP = timedelta(minutes=4)
_MODEL_STEP = timedelta(seconds=60)
# The model's step is taken for lost when it says nothing for so long.
_SILENCE = timedelta(seconds=30)
# Running workflows from before apps were drafted without a model go on as they began.
_DRAFT_FIRST = "draft-first"


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
class FromBlueprint:
    """What a draft was made from."""

    blueprint: str
    close: bool = False


@dataclass
class Attempt:
    """One call of the model: for which draft, and what was wrong with the attempt before."""

    app: NewApp
    blueprint: str
    faults: list[str]
    close: bool = False


@dataclass
class Proposal:
    """What the model wrote, and what is wrong with it."""

    text: str
    revision: str
    faults: list[str] = field(default_factory=list[str])


@dataclass
class Finished:
    """What is to be recorded."""

    app: NewApp
    blueprint: str
    text: str
    revision: str
    repairs: int
    adapted: bool
    close: bool = False


@workflow.defn
class CreateApp:
    """A draft that is usable at once, then the model's refinement with at most three repairs.

    Cancelled, it leaves the app as it is by then.
    """

    def __init__(self) -> None:
        self._step = "waiting"
        self._progress = 0.0

    @workflow.query
    def progress(self) -> dict[str, str | float]:
        """How far it has come, as `madeleine_common.temporal.watch_operation` reads it."""
        return {"step": self._step, "progress": self._progress}

    @workflow.run
    async def run(self, app: NewApp) -> dict[str, str]:
        """The app's id, and what became of the refinement."""
        if not workflow.patched(_DRAFT_FIRST):
            return await self._before(app)
        self._at("reading your words", 0.1)
        made: FromBlueprint = await to_its_end(
            workflow.start_activity(
                "draft_app", app, result_type=FromBlueprint, start_to_close_timeout=_STEP, retry_policy=_RETRIES
            )
        )
        end_if_cancelled()
        self._at(f"drafted from blueprint {made.blueprint}; refining it", 0.5)
        how = await self._refined(app, made)
        return {"result_id": app.app_id, "step": f"made from blueprint {made.blueprint}, {how}"}

    async def _refined(self, app: NewApp, made: FromBlueprint) -> str:
        """What became of the refinement, for people to read."""
        proposal = Proposal("", "")
        attempt = 0
        try:
            for attempt in range(MAX_REPAIRS + 1):
                if attempt:
                    self._at(f"repairing the refinement, {attempt} of {MAX_REPAIRS}", 0.5 + 0.1 * attempt)
                proposal = await workflow.execute_activity(
                    "propose_refinement",
                    Attempt(app, made.blueprint, proposal.faults, made.close),
                    result_type=Proposal,
                    start_to_close_timeout=_MODEL_STEP,
                    heartbeat_timeout=_SILENCE,
                    retry_policy=_FEW_RETRIES,
                )
                if not proposal.faults:
                    break
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            return "as drafted: the model could not be reached"
        if proposal.faults:
            return "as drafted: the model's changes were not sound"
        changed: bool = await to_its_end(
            workflow.start_activity(
                "record_refinement",
                Finished(
                    app, made.blueprint, proposal.text, proposal.revision, attempt, adapted=True, close=made.close
                ),
                result_type=bool,
                start_to_close_timeout=_STEP,
                retry_policy=_RETRIES,
            )
        )
        return "refined by the model" if changed else "as drafted: there was nothing to add"

    async def _before(self, app: NewApp) -> dict[str, str]:
        """The steps as they were ordered before; the activities of these names draft the app now."""
        blueprint: str = await workflow.execute_activity(
            "choose_blueprint", app, result_type=str, start_to_close_timeout=_STEP, retry_policy=_RETRIES
        )
        proposal = Proposal("", "")
        attempt = 0
        for attempt in range(MAX_REPAIRS + 1):  # noqa: B007 - its last value counts.
            proposal = await workflow.execute_activity(
                "propose_adaptation",
                Attempt(app, blueprint, proposal.faults),
                result_type=Proposal,
                start_to_close_timeout=_STEP,
                retry_policy=_RETRIES,
            )
            if not proposal.faults:
                break
        await workflow.execute_activity(
            "record_app",
            Finished(app, blueprint, proposal.text, proposal.revision, attempt, not proposal.faults),
            start_to_close_timeout=_STEP,
            retry_policy=_RETRIES,
        )
        return {"result_id": app.app_id, "step": f"made from blueprint {blueprint}"}

    def _at(self, step: str, progress: float) -> None:
        self._step, self._progress = step, progress
