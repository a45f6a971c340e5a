"""How a workflow ends when it is cancelled: between its steps, never in the middle of one that records something."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from temporalio import workflow

T = TypeVar("T")


async def to_its_end(step: workflow.ActivityHandle[T]) -> T:
    """What a step answers, also when the workflow is cancelled meanwhile.

    A cancelled activity may go on where it runs: nothing must be recorded for an operation that says that it has ended.
    """
    while True:
        try:
            return await asyncio.shield(step)
        except asyncio.CancelledError:
            if step.cancelled():
                raise


def end_if_cancelled() -> None:
    """Ends the workflow as cancelled, if that was asked for during a step that went to its end."""
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError
