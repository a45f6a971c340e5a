"""The order of steps in which a change of an app is worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

from madeleine_miniapp.workflows.ending import to_its_end

MAX_REPAIRS = 3
_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15), maximum_attempts=8
)
# A model that is away is done without, after a short while: the words alone said nothing.
_FEW_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=2)
_STEP = timedelta(minutes=4)
# The model's step is taken for lost when it says nothing for so long.
_SILENCE = timedelta(seconds=30)


@dataclass
class NewEdit:
    """What is to be worked out; the fields are those of application.editing_ports.EditOrder."""

    edit_id: str
    app_id: str
    request: str
    person_id: str
    actor: str
    idempotency_key: str
    fingerprint: str


@dataclass
class WorkedOut:
    """Operations as JSON, and what of the request was not understood."""

    operations: str
    not_done: list[str]
    count: int = 0
    model_output: str = ""
    revision: str = ""


@dataclass
class EditAttempt:
    """One call of the model, and what was wrong with the attempt before."""

    edit: NewEdit
    faults: list[str]


@dataclass
class EditDraft:
    """What the model wrote, and what is wrong with it."""

    text: str
    revision: str
    faults: list[str]


@dataclass
class TriedEdit:
    """What is to be tried out and recorded."""

    edit: NewEdit
    worked: WorkedOut


@workflow.defn
class EditApp:
    """The words, else the model with at most three repairs; then it is tried out, and proposed.

    Cancelled before that, it proposes nothing.
    """

    def __init__(self) -> None:
        self._step = "waiting"
        self._progress = 0.0

    @workflow.query
    def progress(self) -> dict[str, str | float]:
        """How far it has come, as `madeleine_common.temporal.watch_operation` reads it."""
        return {"step": self._step, "progress": self._progress}

    @workflow.run
    async def run(self, edit: NewEdit) -> dict[str, str]:
        """The proposal's id."""
        self._at("reading your words", 0.1)
        worked: WorkedOut = await workflow.execute_activity(
            "read_request", edit, result_type=WorkedOut, start_to_close_timeout=_STEP, retry_policy=_RETRIES
        )
        if not worked.count and worked.not_done:
            worked = await self._by_model(edit, worked)
        self._at("trying it out", 0.85)
        await to_its_end(
            workflow.start_activity(
                "record_edit", TriedEdit(edit, worked), start_to_close_timeout=_STEP, retry_policy=_RETRIES
            )
        )
        return {"result_id": edit.edit_id, "step": "proposed by the model" if worked.revision else "proposed"}

    async def _by_model(self, edit: NewEdit, worked: WorkedOut) -> WorkedOut:
        """What the model makes of a request of which nothing was understood, if that is anything."""
        draft = EditDraft("", "", [])
        for attempt in range(MAX_REPAIRS + 1):
            what = f"repairing it, {attempt} of {MAX_REPAIRS}" if attempt else "asking the model"
            self._at(what, 0.3 + 0.15 * attempt)
            try:
                draft = await workflow.execute_activity(
                    "propose_operations",
                    EditAttempt(edit, draft.faults),
                    result_type=EditDraft,
                    start_to_close_timeout=_STEP,
                    heartbeat_timeout=_SILENCE,
                    retry_policy=_FEW_RETRIES,
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                return worked
            if not draft.faults:
                return WorkedOut(draft.text, [], 1, draft.text, draft.revision)
        return worked

    def _at(self, step: str, progress: float) -> None:
        self._step, self._progress = step, progress
