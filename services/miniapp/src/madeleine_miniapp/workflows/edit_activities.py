"""The activities of working out a change: each a step of `application.proposing`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from temporalio import activity

from madeleine_common.temporal import beating
from madeleine_miniapp.application.editing_ports import EditOrder
from madeleine_miniapp.application.proposing import Proposing, Worked
from madeleine_miniapp.workflows.activities import failure
from madeleine_miniapp.workflows.edit_app import EditAttempt, EditDraft, NewEdit, TriedEdit, WorkedOut


class EditActivities:
    """Runs the steps; tells Temporal which failures are final."""

    def __init__(self, proposing: Proposing) -> None:
        self._proposing = proposing

    def all(self) -> list[Callable[..., Any]]:
        """The activities, for the worker."""
        return [self.read_request, self.propose_operations, self.record_edit]

    @activity.defn
    async def read_request(self, edit: NewEdit) -> WorkedOut:
        """What the request says by its words."""
        try:
            worked = await self._proposing.read(_order(edit))
        except Exception as error:
            raise failure(error) from error
        count = len(json.loads(worked.operations)["operations"])
        return WorkedOut(worked.operations, list(worked.not_done), count)

    @activity.defn
    async def propose_operations(self, attempt: EditAttempt) -> EditDraft:
        """The model's text, with its faults."""
        order = _order(attempt.edit)
        try:
            async with beating():
                generated = await self._proposing.ask_model(order, attempt.faults)
            faults = await self._proposing.faults(order, generated.text)
        except Exception as error:
            raise failure(error) from error
        return EditDraft(generated.text, generated.revision, faults)

    @activity.defn
    async def record_edit(self, tried: TriedEdit) -> None:
        """Appends the proposal, once."""
        worked = tried.worked
        try:
            await self._proposing.record(
                _order(tried.edit),
                Worked(worked.operations, tuple(worked.not_done), worked.model_output, worked.revision),
            )
        except Exception as error:
            raise failure(error) from error


def _order(edit: NewEdit) -> EditOrder:
    return EditOrder(**asdict(edit))
