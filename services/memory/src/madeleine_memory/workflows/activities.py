"""Activities of tidying: each calls one use case."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from temporalio import activity

from madeleine_common.commands import utc_now
from madeleine_memory.application.tidying import Tidying

_HEARTBEAT_S = 15.0


class TidyActivities:
    """Holds what activities need."""

    def __init__(self, tidying: Tidying) -> None:
        self._tidying = tidying

    def all(self) -> list[Callable[..., Any]]:
        """For the worker."""
        return [self.tidy]

    @activity.defn(name="memory.tidy")
    async def tidy(self, space: str) -> dict[str, int]:
        """Judges what is new in a space and keeps it within its budget; whatever was decided before a crash stands."""
        heart = asyncio.create_task(_beat())
        try:
            return asdict(await self._tidying(space, utc_now()))
        finally:
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await heart


async def _beat() -> None:
    while True:
        await asyncio.sleep(_HEARTBEAT_S)
        activity.heartbeat()
